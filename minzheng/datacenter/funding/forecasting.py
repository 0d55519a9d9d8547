"""Whether the year's money lasts: what every month still needs, taken from the sources in the order of the benefits.

A month of a benefit that has been approved or paid counts as it is; every later one is what the awards in force cost, plus
what the stated assumptions add. Nothing here names a person; only sums come in."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from minzheng.datacenter.funding.raising import Raise
from minzheng.kernel.funds import outlook, pots, rules, selectors, sources
from minzheng.kernel.funds.hands import place_of
from minzheng.kernel.funds.showing import item_title
from minzheng.kernel.funds.uses import WAITING

#: What a need is made of, in the order of the table: (key, heading).
PARTS = (
    ("base", "在册待遇"), ("december", "十二月余数"), ("late", "以前月份未发"), ("new", "预计新增"), ("gone", "预计退出"),
    ("once", "一次性待遇"), ("raised", "计划提标"),
)  # fmt: skip


@dataclass(frozen=True)
class Assumed:
    """What the forecast supposes. `trend_months` 0: nobody new, nobody leaves but whom we know of."""

    trend_months: int
    raised: Raise | None = None


@dataclass
class Need:
    """What a benefit still needs in one month, by what it is made of; fen. `gone` is below 0."""

    base: int = 0
    december: int = 0
    late: int = 0
    new: int = 0
    gone: int = 0
    once: int = 0
    raised: int = 0

    @property
    def fen(self) -> int:
        return max(sum(asdict(self).values()), 0)


@dataclass
class _State:
    """Everything that is read before the sums begin."""

    place: str
    year: int
    first: datetime.date
    months: list[datetime.date]
    pots: pots.Pots
    used: Mapping[tuple[str, int], int]
    needs: Mapping[outlook.Key, outlook.Need]
    trends: Mapping[str, outlook.Trend]
    december: Mapping[str, int] = field(default_factory=dict)
    late: Mapping[str, int] = field(default_factory=dict)
    waiting_fen: int = 0


def compute(region_code: str, as_of: datetime.date, assumed: Assumed) -> dict[str, Any]:
    """The figures of a forecast for the budget year of `as_of`, JSON-ready, amounts in whole fen."""
    state = _read(place_of(region_code), as_of, assumed)
    needs = _needs(state, assumed)
    order = rules.order_of(state.place, as_of)
    rows: list[dict[str, Any]] = []
    items: dict[str, dict[str, Any]] = {}
    for month in state.months:
        row = _month(state, month)
        for item in sorted({item for item, at in needs if at == month}, key=lambda one: (rules.rank(one, order), one)):
            _spend(state, row, items, item, month, needs[item, month])
        row["left"] = _left(state)
        rows.append(row)
    _add_used(state, items)
    short = [row for row in rows if row["short"]]
    return {
        "place": state.place, "year": state.year, "as_of": as_of.isoformat(), "first_month": f"{state.first:%Y-%m}",
        "months": [*_past(state), *rows], "items": sorted(items.values(), key=lambda one: (rules.rank(one["item"], order), one["item"])),
        "sources": _sources(state), "known": bool(state.pots.allotted),
        "unknown": [one["item"] for one in items.values() if not one["known"] and one["need"]],
        "short_month": short[0]["month"] if short else "", "short_fen": sum(row["short"] for row in rows),
        "left": _left(state), "need": sum(row["need"] for row in rows), "waiting": state.waiting_fen,
        "assumptions": _assumptions(state, assumed),
    }  # fmt: skip


def _read(place: str, as_of: datetime.date, assumed: Assumed) -> _State:
    first, year = as_of.replace(day=1), as_of.year
    months = [datetime.date(year, number, 1) for number in range(first.month, 13)]
    standing, told = pots.standing_with(place, year)
    balance = selectors.balance(place, year)
    used: dict[tuple[str, int], int] = defaultdict(int)
    for (_, item, month), row in balance.cells.items():
        if item:
            used[item, month] += row.drawn - row.back + row.committed
    return _State(
        place, year, first, months, standing, used, outlook.needs(place, months),
        outlook.trends(place, first, assumed.trend_months) if assumed.trend_months else {},
        outlook.december_more(place, months[-1]), outlook.late(place, first),
        sum(use.fen for use, _ in told if use.state == WAITING),
    )  # fmt: skip


def _needs(state: _State, assumed: Assumed) -> dict[tuple[str, datetime.date], Need]:
    """Of every benefit and month from now on. A month that has been approved or paid needs nothing more."""
    items = {item for item, _ in state.needs} | set(state.trends) | set(state.late)
    items |= set(assumed.raised.weights) if assumed.raised else set()
    found: dict[tuple[str, datetime.date], Need] = {}
    for item in items:
        for ahead, month in enumerate(state.months):
            need = _need(state, assumed, item, month, ahead)
            if any(asdict(need).values()):
                found[item, month] = need
    return found


def _need(state: _State, assumed: Assumed, item: str, month: datetime.date, ahead: int) -> Need:
    need, trend, used = Need(), state.trends.get(item), state.used.get((item, month.month), 0)
    if ahead == 0:
        need.late = state.late.get(item, 0)
    if trend and trend.once_fen:
        need.once = max(trend.once_fen // trend.months - used, 0)
    if used > 0:
        return need
    now = state.needs.get((item, month))
    need.base = now.fen if now else 0
    if month.month == 12:
        need.december = state.december.get(item, 0)
    if trend:
        need.new = trend.new_fen * ahead // trend.months
        need.gone = -min(trend.gone_fen * ahead // trend.months, need.base)
    if assumed.raised:
        need.raised = assumed.raised.of(item, month)
    return need


def _month(state: _State, month: datetime.date) -> dict[str, Any]:
    used = sum(fen for (_, number), fen in state.used.items() if number == month.month)
    return {
        "month": f"{month:%Y-%m}", "used": used, "need": 0, "short": 0, "left": 0, "past": False,
        "parts": {key: 0 for key, _ in PARTS}, "sources": {},
    }  # fmt: skip


def _past(state: _State) -> list[dict[str, Any]]:
    """Months before this one, with what was used for them."""
    rows = []
    for number in range(1, state.first.month):
        row = _month(state, datetime.date(state.year, number, 1))
        rows.append(row | {"past": True, "left": None})
    return rows


def _spend(
    state: _State, row: dict[str, Any], items: dict[str, dict[str, Any]], item: str, month: datetime.date, need: Need
) -> None:
    known = state.pots.knows(item)
    one = items.setdefault(item, _item(item, known))
    if month == state.first or not one["awards"]:
        one["awards"] = getattr(state.needs.get((item, month)), "awards", 0)
    one["months"][month.month - 1] += need.fen
    one["need"] += need.fen
    row["need"] += need.fen
    for key, fen in asdict(need).items():
        row["parts"][key] += fen
    if not known:
        return
    taken = state.pots.take(item, state.place, month, need.fen)
    for source, fen in taken.parts.items():
        row["sources"][source] = row["sources"].get(source, 0) + fen
    if taken.short:
        row["short"] += taken.short
        one["short"] += taken.short
        one["short_month"] = one["short_month"] or row["month"]


def _item(item: str, known: bool) -> dict[str, Any]:
    return {
        "item": item, "known": known, "awards": 0, "used": 0, "need": 0, "short": 0, "short_month": "", "months": [0] * 12
    }  # fmt: skip


def _add_used(state: _State, items: dict[str, dict[str, Any]]) -> None:
    for (item, _), fen in state.used.items():
        items.setdefault(item, _item(item, state.pots.knows(item)))["used"] += fen


def _left(state: _State) -> int:
    """What is allotted and neither used nor needed so far; projects of the lottery fund apart."""
    whole = sum(fen for (_, purpose, _), fen in state.pots.allotted.items() if purpose != sources.WELFARE)
    return whole - sum(fen for (_, item), fen in state.pots.used.items() if item and state.pots.knows(item))


def _sources(state: _State) -> list[dict[str, Any]]:
    """At the end of the year, if all comes as supposed."""
    rows = []
    for code in sources.sources():
        whole = sum(
            fen for (s, purpose, _), fen in state.pots.allotted.items() if s == code and purpose != sources.WELFARE
        )
        used = sum(fen for (s, item), fen in state.pots.used.items() if s == code and item)
        if whole or used:
            rows.append({"source": code, "allotted": whole, "used": used, "left": whole - used})
    return rows


def _assumptions(state: _State, assumed: Assumed) -> list[str]:
    """Every supposition in a sentence, with its numbers."""
    from minzheng.kernel.parts.fields import yuan_text

    said = [
        f"{state.first.month} 月起还没有审批的月份，按正在享受、没有暂停的待遇算；已知的止发月、起发月都算到当月；十二月按全年标准补足余数。",
        "已审批和已拨付的月份按实际，不再预测；在办批次算在当月的在册待遇里。",
    ]
    if state.late:
        said.append(
            f"以前月份还没有进批次的应发 {yuan_text(sum(state.late.values()))} 元，算在 {state.first.month} 月。"
        )
    if assumed.trend_months:
        moved = [
            f"{item_title(item)}新增 {one.new / one.months:.1f} 份、退出 {one.gone / one.months:.1f} 份"
            for item, one in sorted(state.trends.items()) if one.new or one.gone
        ]  # fmt: skip
        said.append(
            f"新增和退出按最近 {assumed.trend_months} 个月的平均，逐月累加（{'；'.join(moved) or '没有增减'}，每月）；"
            "同一家同一事项前后衔接的是调整，不算新增和退出。一次性待遇按这几个月的月平均。"
        )
    else:
        said.append("没有考虑新增和没有预先知道的退出。")
    if assumed.raised:
        said.append(f"计划提标按测算 {assumed.raised.no}“{assumed.raised.title}”的逐月增减，分到各事项。")
    said.append("分担按各月的比例；一个来源用完的，由规则写明的来源补；资金不够时按保障顺序。")
    return said
