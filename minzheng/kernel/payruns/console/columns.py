"""Columns and filters of batches, lines and findings, shared by lists, panels and exports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.html import format_html

from minzheng.kernel.items import guarded
from minzheng.kernel.parts.columns import (
    Badge,
    Column,
    Date,
    Link,
    MaskedAccount,
    Money,
    Month,
    Number,
    Region,
    Text,
    row_url,
)
from minzheng.kernel.parts.drawing import Drawing, attribute
from minzheng.kernel.parts.filters import ByChoice, ByMonth, ByRegion, Filter, Search
from minzheng.kernel.payruns import counts
from minzheng.kernel.payruns.console.words import (
    CHECKS,
    KINDS,
    LINE_STATES,
    LINE_TONES,
    LINE_TYPES,
    SEVERITIES,
    SEVERITY_TONES,
    STATES,
    TONES,
    cash_items,
    item_short,
)
from minzheng.kernel.payruns.figures import tables
from minzheng.kernel.payruns.formats import codes as results
from minzheng.kernel.payruns.models import PayBatch, PayLine
from minzheng.kernel.payruns.reading import READ, open_q

#: How awards without a class are written.
NO_CATEGORY = "无"


@dataclass(frozen=True)
class BatchLink(Link):
    """A batch's number; a link only for those who may open the batch (a township sees its lines, not the county's batch).
    ``of``: path from the row to the batch."""

    of: str = "batch"

    def cell(self, row: Any, drawing: Drawing) -> str:
        batch = attribute(row, self.of)
        text = self.text(row, drawing)
        if batch is None or not drawing.actor.can(READ, batch.region_code):
            return text or "—"
        return format_html('<a href="{}">{}</a>', row_url("payruns.detail", {"pk": "pk"}, batch), text)


@dataclass(frozen=True)
class AwardLink(Link):
    """An award's number; a link only for those who may read awards there (a child's award needs more)."""

    of: str = "award"

    def cell(self, row: Any, drawing: Drawing) -> str:
        award = attribute(row, self.of)
        text = self.text(row, drawing)
        if award is None or not drawing.actor.can("award.read", award.region_code):
            return text or "—"
        if not guarded.may_read(drawing.actor, award.item_code, award.region_code):
            return text
        return format_html('<a href="{}">{}</a>', row_url("awards.detail", {"pk": "pk"}, award), text)


@dataclass(frozen=True)
class ByBatch(Filter):
    """One batch, by its number: whoever came from a batch's page sees its lines only, and a click takes it away."""

    field: str = "batch"

    def narrow(self, rows: QuerySet[Any], value: str, drawing: Drawing) -> QuerySet[Any]:
        found = PayBatch.objects.filter(no=value.upper()).values_list("pk", flat=True).first()
        return rows.filter(**{f"{self.field}_id": found}) if found else rows.none()


@dataclass(frozen=True)
class ByVillage(Filter):
    """One village by its 12 digits: from the list of villages; shown by its name."""

    def narrow(self, rows: QuerySet[Any], value: str, drawing: Drawing) -> QuerySet[Any]:
        return rows.filter(region_code=value) if len(value) == 12 and value.isdigit() else rows.none()

    def chosen(self, values: Mapping[str, str], drawing: Drawing) -> str:
        value = values.get(self.name, "").strip()
        return drawing.region(value) if value else ""


@dataclass(frozen=True)
class Note(Text):
    """A longer sentence, left out on narrow screens' first line."""

    narrow: bool = False


def said_by_bank(line: PayLine) -> str:
    """The bank's reason in our words, or why the line was taken out."""
    if line.return_code and line.state in ("returned", "unknown", "reissued"):
        return results.get(line.return_code).title
    return line.reason or line.get_excluded_for_display()


def advice(line: PayLine) -> str:
    """What is to be done about a payment that came back; "" for others."""
    if line.return_code and line.state in ("returned", "unknown") and line.live:
        return results.get(line.return_code).advice
    return ""


@dataclass(frozen=True)
class ByCategory(Filter):
    """A class of award (A, B, C; benefits have their own); “无” for awards without one."""

    field: str = "category"

    def narrow(self, rows: QuerySet[Any], value: str, drawing: Drawing) -> QuerySet[Any]:
        return rows.filter(category="" if value == NO_CATEGORY else value[:10])


BATCHES: tuple[Column, ...] = (
    Text("no", "批次号", css="nowrap"),
    Text(lambda row: item_short(row.item_code), "事项"),
    Month("month", "发放月", sort="month"),
    Badge("kind", "类型", names=KINDS, tones={"supplement": "info", "reissue": "warn"}),
    Badge("state", "状态", names=STATES, tones=TONES, sort="state"),
    Number("lines", "笔数", sort="lines"),
    Number("households", "户数"),
    Number("persons", "人数", narrow=False),
    Money("total_fen", "金额（元）", sort="total_fen"),
    Region("region_code", "地区", narrow=False),
    Date("built_at", "生成日期", sort="built_at", narrow=False),
)
_MONEY: tuple[Column, ...] = (
    Money("due_fen", "应发（元）", narrow=False),
    Money(lambda row: row.correction_fen + row.offset_fen, "更正、抵扣（元）", narrow=False),
    Money("amount_fen", "实发（元）", sort="amount_fen"),
)
LINES: tuple[Column, ...] = (
    Number("seq", "序号", sort="seq"),
    Text("award.payee_name", "领款人", css="nowrap"),
    AwardLink("award.no", "证号", css="nowrap"),
    Region("region_code", "村（社区）"),
    Month("month", "所属月", sort="month"),
    Text(lambda row: LINE_TYPES.get(row.line_type, row.line_type), "类型", css="nowrap"),
    Money("amount_fen", "实发（元）", sort="amount_fen"),
    Badge("state", "状态", names=LINE_STATES, tones=LINE_TONES, sort="state"),
    Note(said_by_bank, "原因"),
    BatchLink("batch.no", "批次", css="nowrap", narrow=False),
)
EXPORTED: tuple[Column, ...] = (
    Text("batch.no", "批次"),
    *(one for one in LINES if not isinstance(one, BatchLink)),
    *_MONEY[:2],
    Number("persons", "保障人数"),
    Text("category", "类别"),
    Text("account.holder", "户名"),
    MaskedAccount("account.number", "账号"),
    Text("account.bank", "开户行"),
    Date("resulted_on", "结果日期"),
)
CHECK_ROWS: tuple[Column, ...] = (
    Text(lambda row: f"{row.code} {CHECKS.get(row.code, '')}", "校验项", sort="code"),
    Badge("severity", "等级", names=SEVERITIES, tones=SEVERITY_TONES, sort="severity"),
    Text(lambda row: row.line.award.payee_name if row.line else "整批", "领款人", css="nowrap"),
    Text("sentence", "发现"),
    Badge(lambda row: standing(row)[1], "处理", names=lambda row: standing(row)[0], tones=lambda row: standing(row)[1]),
    Note("reason", "说明的理由"),
    BatchLink("batch.no", "批次", css="nowrap", narrow=False),
)


def standing(check: Any) -> tuple[str, str]:
    """(word, tone): what became of a finding."""
    if check.cleared_at:
        return "已说明", "good"
    if check.line is not None and check.line.state != "ready":
        return LINE_STATES[check.line.state], "plain"
    return ("待处理", "bad") if check.severity == "block" else ("待说明", "warn")


def _payee(rows: QuerySet[Any], text: str, prefix: str) -> QuerySet[Any]:
    if any(char.isdigit() for char in text):
        return rows.filter(**{f"{prefix}no": text.upper()})
    return rows.filter(**{f"{prefix}payee_name__startswith": text})


def _handled(rows: QuerySet[Any], value: str, drawing: Drawing) -> QuerySet[Any]:
    return rows.filter(open_q()) if value == "open" else rows.exclude(cleared_at=None)


def _of_item(field: str) -> Any:
    return lambda rows, value, drawing: rows.filter(**{field: value})


def items(drawing: Drawing) -> list[tuple[str, str]]:
    return cash_items()


def pay_month(field: str = "batch__month") -> ByMonth:
    return ByMonth("paid_in", "发放月", field=field)


def _in_tables(rows: QuerySet[Any], value: str, drawing: Drawing) -> QuerySet[Any]:
    return tables.counted(rows) if value == "yes" else rows.filter(live=True)


COUNTED = (("yes", "发放表统计的（不含剔除、撤销的）"), ("live", "还占用应发的（不含已重发、已交回的退回）"))
LINE_FILTERS: tuple[Filter, ...] = (
    Search("q", "领款人或证号", by=lambda rows, text, drawing: _payee(rows, text, "award__")),
    ByBatch("batch", "批次号"),
    ByChoice("state", "状态", choices=PayLine.STATES),
    ByRegion("region", "乡镇（街道）", permission=READ),
    pay_month(),
    ByChoice("item", "事项", by=_of_item("batch__item_code"), choices=items),
    ByCategory("category", "类别"),
    ByVillage("village", "村（社区）代码", field="region_code"),
    ByChoice("counted", "范围", by=_in_tables, choices=COUNTED),
    ByChoice("type", "类型", field="line_type", choices=list(LINE_TYPES.items())),
    ByChoice("code", "银行原因", field="return_code",
             choices=lambda drawing: [(one.code, one.title) for one in results.all().values()]),
    counts.FILTER,
)  # fmt: skip
CHECK_FILTERS: tuple[Filter, ...] = (
    Search("q", "领款人或证号", by=lambda rows, text, drawing: _payee(rows, text, "line__award__")),
    ByBatch("batch", "批次号"),
    ByChoice("code", "校验项", choices=[(code, f"{code} {name}") for code, name in CHECKS.items()]),
    ByChoice("severity", "等级", choices=list(SEVERITIES.items())),
    ByChoice("handled", "处理", by=_handled, choices=[("open", "待处理"), ("cleared", "已说明")]),
)
BATCH_FILTERS: tuple[Filter, ...] = (
    ByMonth("month", "发放月"),
    ByChoice("item", "事项", field="item_code", choices=items),
    ByChoice("state", "状态", choices=PayBatch.STATES),
    ByChoice("kind", "类型", choices=PayBatch.KINDS),
    ByRegion("region", "地区", permission=READ),
)
