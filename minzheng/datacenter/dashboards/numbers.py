"""The numbers of a screen: asked for all together, shown with what has changed since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from minzheng.datacenter.dashboards.declaring import Tile, View
from minzheng.datacenter.indicators import declaring, periods, selectors
from minzheng.datacenter.indicators.selectors import Change, Value

MOST_RATE = 1000


@dataclass(frozen=True)
class Number:
    """One figure: `tone` good or bad where the turn is better or worse; `changes` in words with their arrows."""

    label: str
    shown: str
    url: str
    tone: str = "plain"
    changes: tuple[str, ...] = ()
    note: str = ""


@dataclass
class Told:
    """Values by (indicator, part): of the period, the one before, the year before; and by month."""

    now: dict[Any, Value] = field(default_factory=dict)
    before: dict[Any, Value] = field(default_factory=dict)
    last_year: dict[Any, Value] = field(default_factory=dict)
    months: dict[Any, list[Value]] = field(default_factory=dict)


def key(tile: Tile, code: str) -> tuple[Any, ...]:
    return (code, *sorted(tile.only.items()))


def ask(tiles: Sequence[Tile], view: View) -> Told:
    """One question for all numbers and one for all series of the same dimensions and months."""
    told, period = Told(), periods.parse(view.period)
    for only in _parts(tiles, ("number", "bars")):
        group = [one for one in tiles if one.kind in ("number", "bars") and one.only == only]
        asked = [period.text, period.before.text, period.back(1).text]
        found = selectors.many_series(_codes(group), view.place, asked, actor=view.actor, dims=only)
        for code, (now, before, last_year) in found.items():
            key = (code, *sorted(only.items()))
            told.now[key], told.before[key], told.last_year[key] = now, before, last_year
    for only in _parts(tiles, ("series",)):
        group = [one for one in tiles if one.kind == "series" and one.only == only]
        months = periods.last_months(period.last, max(one.months for one in group))
        found = selectors.many_series(_codes(group), view.place, months, actor=view.actor, dims=only)
        for code, values in found.items():
            told.months[(code, *sorted(only.items()))] = values
    return told


def _parts(tiles: Sequence[Tile], kinds: tuple[str, ...]) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for one in tiles:
        if one.kind in kinds and one.only not in found:
            found.append(one.only)
    return found


def _codes(tiles: Sequence[Tile]) -> list[str]:
    return list(dict.fromkeys(code for one in tiles for code in one.indicators))


def figures(tile: Tile, view: View, told: Told) -> list[Number]:
    """The numbers of a tile with their changes."""
    period, found = periods.parse(view.period), []
    for code in tile.indicators:
        now, one = told.now[key(tile, code)], declaring.get(code)
        before = selectors.change(now, told.before[key(tile, code)])
        year = selectors.change(now, told.last_year[key(tile, code)])
        words = (_change(_before_word(view.period), before), _change(f"比{period.back(1).first.year}年同期", year))
        tone = {"worse": "bad", "better": "good"}.get(before.turn, "plain")
        if one.goal and now.value is not None and not one.goal.met(now.value):
            tone = "bad"
        found.append(Number(one.name, now.shown, now.url, tone, tuple(filter(None, words)), now.why_missing))
    return found


def _before_word(period: str) -> str:
    return "比上月" if "-" in period else "比上季" if "Q" in period else "比上半年" if "H" in period else "比上年"


def _change(word: str, change: Change) -> str:
    """“比上月 ▲12 人（3.4%）”; for shares in points; "" where a number is missing."""
    if change.difference is None:
        return ""
    if not change.difference:
        return f"{word}持平"
    arrow, size = "▲" if change.difference > 0 else "▼", abs(change.difference)
    one = declaring.get(change.now.code)
    if one.unit in ("%", "‰"):
        return f"{word} {arrow}{selectors.shown(size, '', one.decimals)} 个{'百' if one.unit == '%' else '千'}分点"
    # Beginnings give rates that say nothing.
    rate = "" if change.rate is None or abs(change.rate) >= MOST_RATE else f"（{_rate(abs(change.rate))}）"
    return f"{word} {arrow}{selectors.shown(size, one.unit, one.decimals)}{rate}"


def _rate(rate: Decimal) -> str:
    return selectors.shown(rate, "%", 1) if rate >= Decimal("0.05") else "不到0.1%"
