"""按月的发放: every benefit of a month with its batches, what is not in any batch yet, and who is next."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Sum
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode

from minzheng.kernel.awards.models import PaymentLine
from minzheng.kernel.months import month_after
from minzheng.kernel.parts.columns import Badge, Column, Date, Link, Money, Month, Number, Region, Text
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.fields import yuan_text
from minzheng.kernel.parts.panels import Drawn, Figure, Figures, Table
from minzheng.kernel.payruns import reading, selectors
from minzheng.kernel.payruns.console.words import (
    KINDS,
    STATES,
    TONES,
    Next,
    item_short,
    month_of,
    month_text,
    next_of,
)
from minzheng.kernel.payruns.models import PayBatch, PayLine, PayMonth


@dataclass(frozen=True)
class Line:
    """A batch, or what a benefit has outside of batches (``batch`` None)."""

    item_code: str
    batch: PayBatch | None
    lines: int
    fen: int
    next: Next
    href: str


def month_in(drawing: Drawing) -> datetime.date:
    """The month that the address names (``?month=2026-11``), or that was set for this drawing."""
    if "month" in drawing.notes:
        return drawing.notes["month"]
    return month_of(drawing.request.GET.get("month", "") if drawing.request is not None else "")


def outside(actor: Any, month: datetime.date) -> QuerySet[PaymentLine]:
    """Entitlements up to a month that no live attempt holds: what a new batch would take."""
    held = PayLine.objects.filter(line=OuterRef("pk"), live=True)
    rows = PaymentLine.objects.filter(reading.seen(actor), ~Exists(held))
    return rows.filter(state="planned", month__lte=month, amount_fen__gt=0)


def rows(drawing: Drawing) -> list[Line]:
    """Benefit by benefit; one reading for all panels of the board."""
    if "board" not in drawing.notes:
        drawing.notes["board"] = _rows(drawing)
    return drawing.notes["board"]


def _rows(drawing: Drawing) -> list[Line]:
    month = month_in(drawing)
    found = list(reading.batches(drawing.actor).filter(month=month).order_by("item_code", "kind", "seq"))
    blocked = reading.blocked(found)
    lines = [
        Line(one.item_code, one, one.lines, one.total_fen, next_of(one, blocked[one.pk]),
             reverse("payruns.detail", kwargs={"pk": one.pk}))
        for one in found
    ]  # fmt: skip
    waiting = (
        outside(drawing.actor, month).order_by().values("item_code").annotate(n=Count("pk"), fen=Sum("amount_fen"))
    )
    to_build = Next("pay.build", "发放经办员", "制作批次")
    lines += [
        Line(one["item_code"], None, one["n"], one["fen"], to_build,
             reverse("payruns.build", kwargs={"month": f"{month:%Y-%m}", "item": one["item_code"]}))
        for one in waiting
    ]  # fmt: skip
    return sorted(lines, key=lambda one: (one.item_code, one.batch is None))


def mine(actor: Any, lines: Iterable[Line]) -> list[Line]:
    """Those whose next act this actor may do."""
    return [one for one in lines if one.next.permission and actor.has(one.next.permission)]


def figures(_obj: Any, drawing: Drawing) -> list[Figure]:
    found, month = rows(drawing), month_in(drawing)
    batches = [one for one in found if one.batch and one.batch.state != "VOIDED"]
    outer = [one for one in found if one.batch is None]
    waiting = mine(drawing.actor, found)
    closed = PayMonth.objects.filter(drawing.actor.scope_q(reading.READ), month=month).values_list(
        "closed_at", flat=True
    )
    done = closed.first()
    listed = f"{reverse('payruns.list')}?month={month:%Y-%m}"
    return [
        Figure("批次", len(batches), listed, "info", note=f"{yuan_text(sum(one.fen for one in batches))} 元"),
        Figure("还没有做进批次", f"{sum(one.lines for one in outer):,}", tone="warn" if outer else "plain",
               note=f"{yuan_text(sum(one.fen for one in outer))} 元"),
        Figure("等我办", len(waiting), "#board", "good" if waiting else "plain"),
        Figure("关账", "已关账" if done else "未关账", tone="good" if done else "plain",
               note=f"{done:%Y-%m-%d}" if done else ""),
    ]  # fmt: skip


@dataclass(frozen=True)
class Opening(Text):
    """The batch's number, or the way to make one."""

    def cell(self, row: Any, drawing: Drawing) -> str:
        if row.batch is not None:
            return format_html('<a href="{}">{}</a>', row.href, row.batch.no)
        if drawing.actor.has("pay.build"):
            return format_html('<a href="{}">制作批次</a>', row.href)
        return "还没有批次"


COLUMNS: tuple[Column, ...] = (
    Text(lambda row: item_short(row.item_code), "事项"),
    Opening(lambda row: row.batch.no if row.batch else "还没有批次", "批次", css="nowrap"),
    Badge(
        lambda row: row.batch.state if row.batch else "",
        "状态",
        names=lambda row: STATES[row.batch.state] if row.batch else "待制作",
        tones=lambda row: TONES[row.batch.state] if row.batch else "warn",
    ),
    Text(lambda row: KINDS[row.batch.kind] if row.batch else "", "类型", narrow=False),
    Number(lambda row: f"{row.lines:,}", "笔数"),
    Money("fen", "金额（元）"),
    Text(lambda row: row.next.sentence, "下一步"),
)


def picker(_obj: Any, drawing: Drawing) -> dict[str, Any]:
    """The month on show and its neighbours."""
    month = month_in(drawing)
    return {
        "month": f"{month:%Y-%m}",
        "text": month_text(month),
        "before": f"?month={month_after(month, -1):%Y-%m}",
        "after": f"?month={month_after(month, 1):%Y-%m}",
    }


@dataclass(frozen=True)
class Open:
    """What keeps the month from being closed; `batch` None: the lines lie in no batch yet."""

    item: str
    why: str
    lines: int
    fen: int
    batch: int | None


def unexplained(_obj: Any, drawing: Drawing) -> list[Open]:
    """Of every county that the actor closes."""
    month = month_in(drawing)
    return [
        Open(item_short(one.item_code), one.why, one.lines, one.fen, one.batch)
        for place in drawing.actor.scopes("pay.close")
        for one in selectors.unexplained(place, month)
    ]


@dataclass(frozen=True)
class Paused(Number):
    """How many awards; opens the list of those suspended."""

    def cell(self, row: Any, drawing: Drawing) -> str:
        query = urlencode({"item": row.item_code, "state": "suspended"})
        return format_html('<a href="{}?{}">{}</a>', reverse("awards.list"), query, row.n)


@dataclass(frozen=True)
class Suspended:
    """Awards of one benefit, suspended for longer than the term; `since`: the first month of the oldest."""

    item_code: str
    n: int
    since: datetime.date


def suspended(_obj: Any, drawing: Drawing) -> list[Suspended]:
    return [Suspended(**one) for one in reading.suspended_too_long(drawing.actor)]


OPEN: tuple[Column, ...] = (
    Text("item", "事项"),
    Link("why", "为什么", page="payruns.detail", args={"pk": "batch"}),
    Number("lines", "笔数"),
    Money("fen", "金额（元）"),
)
PAUSED: tuple[Column, ...] = (
    Text(lambda row: item_short(row.item_code), "事项"),
    Paused("n", "份数"),
    Month("since", "最早从哪个月起"),
)
CLOSED: tuple[Column, ...] = (
    Link(lambda row: month_text(row.month), "月份", page="payruns.month", args={"pk": "pk"}),
    Region("region_code", "地区"),
    Number(lambda row: f"{row.report.get('totals', {}).get('households', 0):,}", "户"),
    Money(lambda row: row.report.get("totals", {}).get("paid_fen", 0), "已发（元）"),
    Text("closed_name", "关账人"),
    Date("closed_at", "关账日期"),
)
PANELS = (
    Drawn("月份", template="payruns/month.html", context=picker),
    Figures("本月", figures=figures, css="money-figures"),
    Table(
        "各事项的批次",
        rows=lambda _obj, drawing: rows(drawing),
        columns=COLUMNS,
        anchor="board",
        empty="这个月没有批次，也没有等着发放的明细。每月的应发明细由系统在上月底生成，之后在这里制作批次。",
    ),
    Table(
        "关账前还没有着落的",
        permission="pay.close",
        rows=unexplained,
        columns=OPEN,
        empty="应发的每一笔都有着落：已发、退回待重发、已剔除并写明理由，或者暂停。",
    ),
    Table(
        "暂停超过期限的",
        permission="pay.build",
        rows=suspended,
        columns=PAUSED,
        empty="没有暂停超过期限的待遇。查清以后恢复的，按规定补发暂停的月份；不再符合的停发。",
    ),
    Table(
        "已关账的月份",
        rows=lambda _obj, drawing: PayMonth.objects.filter(drawing.actor.scope_q(reading.READ)).order_by("-month")[:12],
        columns=CLOSED,
        empty="还没有关账的月份。",
    ),
)
