"""The parts of a batch's page: figures, sums that must tie, findings, what came back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode

from minzheng.kernel.parts.columns import Badge, Column, Date, Moment, Money, Number, Region, Text
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.fields import yuan_text
from minzheng.kernel.parts.panels import Facts, Figure, Figures, Table, Timeline
from minzheng.kernel.payruns import formats, reading
from minzheng.kernel.payruns.console import course, money
from minzheng.kernel.payruns.console.words import (
    CHECKS,
    KINDS,
    LINE_STATES,
    LINE_TONES,
    OVER,
    SEVERITIES,
    SEVERITY_TONES,
    STATES,
    TONES,
    item_short,
    month_text,
    next_of,
)
from minzheng.kernel.payruns.formats import codes as results
from minzheng.kernel.payruns.models import PayBatch


def lines_url(batch: PayBatch, **more: str) -> str:
    return f"{reverse('payruns.lines')}?{urlencode({'batch': batch.no, 'sort': 'seq', **more})}"


def checks_url(batch: PayBatch, **more: str) -> str:
    return f"{reverse('payruns.checks')}?{urlencode({'batch': batch.no, **more})}"


def figures(batch: PayBatch, drawing: Drawing) -> list[Figure]:
    found = reading.by_state(batch)
    bad = next((one for one in found if one["state"] == "returned"), None)
    blocked = reading.blocked([batch])[batch.pk]
    drawing.notes["blocked"] = blocked
    drawing.notes["by_state"] = found
    return [
        Figure("实发金额（元）", yuan_text(batch.total_fen), lines_url(batch), "info"),
        Figure("笔数", f"{batch.lines:,}", lines_url(batch)),
        Figure("户数", f"{batch.households:,}", note=f"保障 {batch.persons:,} 人"),
        Figure(
            "必须处理", blocked, checks_url(batch, severity="block", handled="open"), "bad" if blocked else "plain",
            note="未处理的不能发放" if blocked else "",
        ),
        Figure("已剔除", f"{batch.excluded:,}", lines_url(batch, state="excluded"), "warn" if batch.excluded else "plain"),
        Figure(
            "银行退回", f"{bad['n']:,}" if bad else 0, lines_url(batch, state="returned"), "bad" if bad else "plain",
            note=f"{yuan_text(bad['fen'])} 元" if bad else "",
        ),
    ]  # fmt: skip


@dataclass(frozen=True)
class Tie:
    """One of the four places where a batch's count and sum stand; None where it is not there yet."""

    where: str
    lines: int | None
    fen: int | None
    want_lines: int | None
    want_fen: int | None
    note: str = ""
    open: int = 0

    @property
    def verdict(self) -> str:
        if self.fen is None:
            return "还没有"
        off = self.want_fen is not None and self.fen != self.want_fen
        off = off or (self.lines is not None and self.want_lines is not None and self.lines != self.want_lines)
        return "不一致" if off else "未到齐" if self.open else "一致"


TIE_TONES = {"一致": "good", "未到齐": "warn", "不一致": "bad", "还没有": "plain"}


def ties(batch: PayBatch, drawing: Drawing) -> list[Tie]:
    """Lines, voucher, file and bank answer, each against the batch: all four must be equal in count and sum (what was
    withheld after the approval is in the voucher and not in the file)."""
    found = drawing.notes.get("by_state") or reading.by_state(batch)
    paying = [one for one in found if one["state"] in reading.PAYING]
    counted = (sum(one["n"] for one in paying), sum(one["fen"] for one in paying))
    held_lines, held_fen = batch.withheld_lines, batch.withheld_fen
    kept_lines, kept_fen = batch.lines - batch.withheld_lines, batch.total_fen - batch.withheld_fen
    answered = [one for one in found if one["state"] in ("paid", "returned", "reissued")]
    has_answer = sum(one["n"] for one in answered) > held_lines
    waiting = sum(one["n"] for one in found if one["state"] in ("sent", "unknown"))
    held = f"另有止付 {batch.withheld_lines} 笔 {yuan_text(batch.withheld_fen)} 元" if batch.withheld_lines else ""
    return [
        Tie("批次明细（逐笔相加）", *counted, batch.lines, batch.total_fen, held),
        Tie("财政拨款凭证", None, batch.voucher_fen, None, batch.total_fen, batch.voucher),
        Tie("报盘文件", batch.file_lines, batch.file_fen, kept_lines, kept_fen, batch.file_name),
        Tie(
            "银行结果", sum(one["n"] for one in answered) - held_lines if has_answer else None,
            sum(one["fen"] for one in answered) - held_fen if has_answer else None,
            None if waiting else batch.file_lines, None if waiting else batch.file_fen,
            f"还有 {waiting} 笔没有结果" if waiting and has_answer else "", waiting,
        ),
    ]  # fmt: skip


TIE_COLUMNS: tuple[Column, ...] = (
    Text("where", "在哪里"),
    Number(lambda row: None if row.lines is None else f"{row.lines:,}", "笔数"),
    Money("fen", "金额（元）"),
    Badge("verdict", "核对", tones=TIE_TONES),
    Text("note", "凭证号、文件、说明", css="wrap-anywhere"),
)


@dataclass(frozen=True)
class Row:
    """A row of a small table that drills to its lines."""

    title: str
    tone: str
    n: int
    fen: int
    href: str


def state_rows(batch: PayBatch, drawing: Drawing) -> list[Row]:
    found = drawing.notes.get("by_state") or reading.by_state(batch)
    return [
        Row(LINE_STATES[one["state"]], LINE_TONES[one["state"]], one["n"], one["fen"],
            lines_url(batch, state=one["state"]))
        for one in found
    ]  # fmt: skip


def returned_rows(batch: PayBatch, drawing: Drawing) -> list[Row]:
    return [
        Row(f"{one['return_code']} {results.get(one['return_code']).title}", "bad", one["n"], one["fen"],
            lines_url(batch, code=one["return_code"]))
        for one in reading.returned_by_code(batch)
    ]  # fmt: skip


@dataclass(frozen=True)
class Drill(Number):
    """A count that opens the lines it counts."""

    def cell(self, row: Any, drawing: Drawing) -> str:
        return format_html('<a href="{}">{}</a>', row.href, f"{row.n:,}")


ROWS: tuple[Column, ...] = (
    Badge("title", "状态", tones=lambda row: row.tone),
    Drill("n", "笔数"),
    Money("fen", "金额（元）"),
)
CODES: tuple[Column, ...] = (
    Text("title", "银行原因"),
    Drill("n", "笔数"),
    Money("fen", "金额（元）"),
    Text(lambda row: results.get(row.title[:2]).advice, "怎么办"),
)


@dataclass(frozen=True)
class Found:
    code: str
    severity: str
    found: int
    open: int
    cleared: int
    to_explain: int
    href: str


def check_rows(batch: PayBatch, drawing: Drawing) -> list[Found]:
    return [
        Found(**one, href=checks_url(batch, code=one["code"], severity=one["severity"]))
        for one in reading.found_by_code(batch)
    ]


@dataclass(frozen=True)
class FoundLink(Text):
    def cell(self, row: Any, drawing: Drawing) -> str:
        return format_html('<a href="{}">{} {}</a>', row.href, row.code, CHECKS.get(row.code, ""))


FOUND: tuple[Column, ...] = (
    FoundLink("code", "校验项"),
    Badge("severity", "等级", names=SEVERITIES, tones=SEVERITY_TONES),
    Number("found", "条数"),
    Number("open", "待处理"),
    Number("cleared", "已说明"),
)


def _next(batch: PayBatch) -> str:
    return next_of(batch, reading.blocked([batch])[batch.pk]).sentence


def _format(batch: PayBatch) -> str:
    """The title of the file's format; its code where no such format is declared any more."""
    known = formats.all()
    return known[batch.file_format].title if batch.file_format in known else batch.file_format


def subtitle(batch: PayBatch) -> str:
    if batch.state in OVER:
        return f"批次号 {batch.no}　{_next(batch)}"
    return f"批次号 {batch.no}　下一步：{_next(batch)}"


def title(batch: PayBatch) -> str:
    return f"{item_short(batch.item_code)} {month_text(batch.month)}"


MAIN = (
    Figures("合计", figures=figures, css="money-figures"),
    Table("四方核对", rows=ties, columns=TIE_COLUMNS, empty="还没有明细。"),
    Table(
        "校验结果", rows=check_rows, columns=FOUND,
        empty="十二项校验没有发现问题。校验在生成批次时做，也可以重新校验。",
    ),
    Table(
        "银行退回的原因", rows=returned_rows, columns=CODES, empty="银行没有退回的。",
        when=lambda batch: batch.state in ("SENT", "PARTIAL_RETURN", "ALL_PAID", "CLOSED"),
    ),
    Table(
        "银行文件", rows=money.files, columns=money.FILES,
        empty="还没有文件。拨款到账后报盘，文件会列在这里；银行的回盘文件也登记在这里。",
    ),
    Table("资金来源", rows=money.sources, columns=money.SOURCES, permission="payment.read",
          empty="财政拨款登记以后，这里列出各来源拨了多少。", when=lambda batch: batch.kind != "reissue"),
    Timeline("办理经过", entries=course.steps, empty="还没有记录。"),
)  # fmt: skip
SIDE = (
    Facts(
        "批次", columns=1,
        items=(
            Badge("state", "状态", names=STATES, tones=TONES),
            Badge("kind", "类型", names=KINDS, tones={"supplement": "info", "reissue": "warn"}),
            Region("region_code", "地区"),
            Text("maker.name", "制单人"), Moment("built_at", "生成时间"), Text("checker.name", "复核人"),
            Text("approver.name", "审批人"), Text("second_approver.name", "第二审批人"), Moment("approved_at", "审批时间"),
            Date("submitted_on", "报财政"), Text("voucher", "拨款凭证号"), Date("funded_on", "拨付日期"),
            Text(_format, "报盘格式"), Text("sender.name", "报盘人"), Moment("sent_at", "报盘时间"),
            Date("closed_on", "关账"), Text(lambda row: row.sha[:16], "明细校验码"),
        ),
    ),
    Table("按状态", rows=state_rows, columns=ROWS, empty="还没有明细。"),
)  # fmt: skip
