"""The monthly tables as panels: rows named, every number a link to the lines that it counts."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode

from minzheng.kernel.parts.columns import Column, Money, Number, Text
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.fields import yuan_text
from minzheng.kernel.parts.panels import Drawn, Figure, Figures, Table
from minzheng.kernel.payruns.console import money
from minzheng.kernel.payruns.console.board import month_in, picker
from minzheng.kernel.payruns.console.columns import NO_CATEGORY
from minzheng.kernel.payruns.console.words import item_short
from minzheng.kernel.payruns.figures import tables
from minzheng.kernel.payruns.figures.tables import Row

NO_SOURCE = "尚未拨款"


@dataclass(frozen=True)
class Shown:
    """A row with its names and the address of its lines. `first`: it begins a group; `sum`: it is the total."""

    place: str
    item: str
    category: str
    row: Row
    href: str
    sum: bool = False

    def url(self, state: str = "") -> str:
        return f"{self.href}&state={state}" if state else self.href


@dataclass(frozen=True)
class Count(Number):
    """A number that opens its lines; `state` narrows them to those the number counts."""

    state: str = ""

    def text(self, row: Any, drawing: Drawing) -> str:
        return f"{self.get(row):,}"

    def cell(self, row: Any, drawing: Drawing) -> str:
        text = self.text(row, drawing)
        return format_html('<a href="{}">{}</a>', row.url(self.state), text) if self.get(row) else text


@dataclass(frozen=True)
class Sum(Money):
    """Money that opens its lines."""

    state: str = ""

    def cell(self, row: Any, drawing: Drawing) -> str:
        text = self.text(row, drawing)
        return format_html('<a href="{}">{}</a>', row.url(self.state), text) if self.get(row) else text


NUMBERS: tuple[Column, ...] = (
    Count("row.households", "户"),
    Count("row.persons", "人"),
    Count("row.lines", "笔", narrow=False),
    Sum("row.fen", "金额（元）"),
    Sum("row.paid_fen", "已到账（元）", state="paid"),
    Sum("row.returned_fen", "退回待重发（元）", state="returned"),
    Sum("row.reissued_fen", "已重发（元）", state="reissued", narrow=False),
    Money("row.waiting_fen", "没有结果（元）", narrow=False),
    Money("row.average_fen", "人均（元）", narrow=False),
)
PLACES: tuple[Column, ...] = (Text("place", "地区"), Text("item", "事项"), *NUMBERS)
CLASSES: tuple[Column, ...] = (Text("item", "事项"), Text("category", "类别"), *NUMBERS)


def lines_url(month: datetime.date, **more: str) -> str:
    told = {"counted": "yes", "paid_in": f"{month:%Y-%m}", **{key: value for key, value in more.items() if value}}
    return f"{reverse('payruns.lines')}?{urlencode(told)}"


def whole(drawing: Drawing) -> Row:
    """The total of the month on show, read once."""
    if "whole" not in drawing.notes:
        drawing.notes["whole"] = tables.whole(drawing.actor, month_in(drawing))
    return drawing.notes["whole"]


def places(_obj: Any, drawing: Drawing) -> list[Shown]:
    """By place and benefit, with the total underneath."""
    month = month_in(drawing)
    rows = tables.by_place(drawing.actor, month, tables.level_below(drawing.actor))
    drawing.load_regions(row.key[0] for row in rows)
    shown = [
        Shown(drawing.region(row.key[0]), item_short(row.key[1]), "", row,
              lines_url(month, region=row.key[0], item=row.key[1]))
        for row in rows
    ]  # fmt: skip
    return [*shown, _sum(month, rows)] if shown else []


def classes(_obj: Any, drawing: Drawing) -> list[Shown]:
    """By benefit and class, with the total underneath."""
    month = month_in(drawing)
    rows = tables.by_class(drawing.actor, month)
    shown = [
        Shown("", item_short(row.key[0]), row.key[1] or NO_CATEGORY, row,
              lines_url(month, item=row.key[0], category=row.key[1] or NO_CATEGORY))
        for row in rows
    ]  # fmt: skip
    return [*shown, _sum(month, rows)] if shown else []


def _sum(month: datetime.date, rows: Sequence[Row]) -> Shown:
    return Shown("合计", "合计", "", tables.total(rows), lines_url(month), sum=True)


@dataclass(frozen=True)
class SourceShown:
    item: str
    source: str
    fen: int
    href: str
    lines_href: str

    def url(self, state: str = "") -> str:
        return self.href


@dataclass(frozen=True)
class LinesOf(Text):
    def cell(self, row: Any, drawing: Drawing) -> str:
        return format_html('<a href="{}">明细</a>', row.lines_href)


SOURCES: tuple[Column, ...] = (
    Text("item", "事项"),
    Text("source", "资金来源"),
    Sum("fen", "金额（元）"),
    LinesOf(lambda row: "明细", "明细"),
)


def source_title(code: str) -> str:
    return money.source_title(code) if code else NO_SOURCE


def by_source(_obj: Any, drawing: Drawing) -> list[SourceShown]:
    """By benefit and source, with the total underneath; the number opens the batches, “明细” their lines."""
    month = month_in(drawing)
    rows = tables.by_source(drawing.actor, month)
    listed = reverse("payruns.list")

    def shown(item: str, title: str, source: str, fen: int) -> SourceShown:
        query = {"month": f"{month:%Y-%m}", **({"item": item} if item else {})}
        return SourceShown(title, source, fen, f"{listed}?{urlencode(query)}", lines_url(month, item=item))

    found = [shown(one.item_code, item_short(one.item_code), source_title(one.source), one.fen) for one in rows]
    return [*found, shown("", "合计", "", sum(one.fen for one in rows))] if found else []


def figures(_obj: Any, drawing: Drawing) -> list[Figure]:
    month, row = month_in(drawing), whole(drawing)
    tie = tables.tie(drawing.actor, month, row.fen)
    again, again_fen = tables.reissued(drawing.actor, month)
    return [
        Figure("户", f"{row.households:,}", lines_url(month), "info", note="同一户享受几项的，每项算一户"),
        Figure("人", f"{row.persons:,}", lines_url(month)),
        Figure("金额（元）", yuan_text(row.fen), lines_url(month), "info"),
        Figure("已到账（元）", yuan_text(row.paid_fen), lines_url(month, state="paid"), "good"),
        Figure("退回待重发", f"{row.returned_lines:,}", lines_url(month, state="returned"),
               "bad" if row.returned_lines else "plain", note=f"{yuan_text(row.returned_fen)} 元"),
        Figure("另有重发", f"{again:,}", f"{reverse('payruns.list')}?month={month:%Y-%m}&kind=reissue",
               note=f"{yuan_text(again_fen)} 元，原来的月份已统计"),
        tie_figure(tie),
    ]  # fmt: skip


def tie_figure(tie: tables.Tie) -> Figure:
    if not tie.whole:
        return Figure("与批次核对", "—", note="批次属于全县，本地没有单独的合计")
    told = f"批次合计 {yuan_text(tie.batches_fen)} 元"
    if tie.holds:
        return Figure("与批次核对", "一致", tone="good", note=told)
    return Figure("与批次核对", "不一致", tone="bad", note=f"{told}，请逐批查“四方核对”")


EMPTY = "这个月没有发放的明细。批次制作以后，这里按地区、类别、来源列出户数、人数、金额。"
PANELS = (
    Drawn("月份", template="payruns/month.html", context=picker),
    Figures("合计", figures=figures, css="money-figures"),
    Table("按地区", rows=places, columns=PLACES, empty=EMPTY),
    Table("按类别", rows=classes, columns=CLASSES, empty=EMPTY),
    Table("按资金来源", rows=by_source, columns=SOURCES,
          empty="没有整批的批次可以分来源。财政拨款登记以后，各来源的金额从账上取。"),
)  # fmt: skip
