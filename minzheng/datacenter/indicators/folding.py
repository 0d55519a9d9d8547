"""From stored months to the number of a period and place: flows add up, stocks are those of the last month, places come
together as the indicator says, formulas are worked out anew from the numbers they are made of."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from minzheng.datacenter.indicators import declaring, reading
from minzheng.datacenter.indicators.declaring import STOCK, Indicator
from minzheng.datacenter.indicators.periods import Period, of_month
from minzheng.datacenter.indicators.reading import Book
from minzheng.kernel.regions import codes

Sum = tuple[str, Decimal, Decimal, Decimal]
_JOIN: dict[str, Callable[[Iterable[Decimal]], Any]] = {"sum": sum, "min": min, "max": max}
#: Of a county's sums: the one that the joining of places needs.
_COLUMN: dict[str, Callable[[Sum], Decimal]] = {
    "sum": lambda row: row[1],
    "min": lambda row: row[2],
    "max": lambda row: row[3],
}
#: A reported number: place, month, value, whether it came after the freeze of the month.
Report = tuple[str, datetime.date, Decimal, bool]


@dataclass(frozen=True)
class Folded:
    """A number, or why there is none, and the county-months it rests on. `late`: a report came after the freeze."""

    value: Decimal | None
    why: str = ""
    used: frozenset[tuple[str, datetime.date]] = field(default_factory=frozenset)
    late: bool = False


def leaves(code: str, back: int = 0, path: tuple[str, ...] = ()) -> Iterator[tuple[str, int]]:
    """(code, years back) of the indicators with numbers of their own that one rests on. ValueError for a circle."""
    one = declaring.get(code)
    if one.formula is None:
        yield code, back
        return
    if code in path:
        raise ValueError(f"指标公式成环：{' → '.join((*path, code))}")
    for term in one.formula.terms:
        yield from leaves(term.code, back + term.back, (*path, code))


def wanted(one: Indicator, period: Period, today: datetime.date) -> list[datetime.date]:
    """The months of a period that one indicator's number rests on; none for a period still to come."""
    begun = [month for month in period.months if month <= today]
    return begun[-1:] if one.period == STOCK else begun


@dataclass(frozen=True)
class Folder:
    """Folds the values of one book. `place`: the asked place; `group` "" = all of it, else the part (town) meant."""

    book: Book
    place: str
    today: datetime.date
    dims: frozenset[str] = frozenset()

    def fold(self, code: str, period: Period, group: str = "") -> Folded:
        one = declaring.get(code)
        if one.formula is not None:
            return self._formula(one, period, group)
        missing = self.dims - set(one.dimensions)
        if missing:
            return Folded(None, f"“{one.name}”没有按{'、'.join(sorted(missing))}分开统计")
        months = wanted(one, period, self.today)
        if not months:
            return Folded(None, "这个期间还没有开始")
        if codes.level(self.place) > 4:
            return Folded(None, "只统计到乡镇（街道）")
        return self._reported(one, months, group) if one.is_reported else self._computed(one, months, group)

    def _formula(self, one: Indicator, period: Period, group: str) -> Folded:
        assert one.formula is not None
        parts = [self.fold(term.code, period.back(term.back), group) for term in one.formula.terms]
        used = frozenset(pair for part in parts for pair in part.used)
        for term, part in zip(one.formula.terms, parts, strict=True):
            if part.value is None:
                year = f"（{period.back(term.back).title}）" if term.back else ""
                return Folded(None, f"缺“{declaring.get(term.code).name}”{year}：{part.why}", used)
        value = one.formula.of([part.value for part in parts if part.value is not None])
        late = any(part.late for part in parts)
        return Folded(value, "" if value is not None else one.formula.zero, used, late)

    def _computed(self, one: Indicator, months: list[datetime.date], group: str) -> Folded:
        counties = {reading.county_of(self.place)} if codes.level(self.place) >= 3 else self.book.counties
        used = {(county, month) for county in counties for month in months}
        absent = sorted({month for county, month in used if (county, month) not in self.book.standing})
        if absent or not counties:
            return Folded(None, f"{'、'.join(map(of_month, absent[:3])) or '这里'}还没有计算", frozenset(used))
        rows = [row for month in months for row in self.book.sums.get((one.code, group, month), ())]
        if not rows:
            nothing = Decimal(0) if one.aggregate == "sum" else None
            return Folded(nothing, "" if nothing is not None else "这里没有这项数字", frozenset(used))
        by_month = [
            _JOIN[one.aggregate](_COLUMN[one.aggregate](row) for row in self.book.sums[one.code, group, month])
            for month in months
            if (one.code, group, month) in self.book.sums
        ]
        return Folded(sum(by_month, Decimal(0)), "", frozenset(used))

    def _reported(self, one: Indicator, months: list[datetime.date], group: str) -> Folded:
        inside = [row for row in self.book.reports.get(one.code, ()) if not group or codes.covers(group, row[0])]
        rows = _newest(one, inside, months[-1]) if one.period == STOCK else _of_months(inside, months)
        if not rows:
            return Folded(None, "还没有填报")
        used = frozenset((reading.county_of(place), month) for place, month, _, _ in rows)
        by_month: dict[datetime.date, list[Decimal]] = {}
        for _, month, value, _ in rows:
            by_month.setdefault(months[-1] if one.period == STOCK else month, []).append(value)
        total = sum((Decimal(_JOIN[one.aggregate](values)) for values in by_month.values()), Decimal(0))
        return Folded(total, "", used, any(late for *_, late in rows))


def _newest(one: Indicator, rows: Sequence[Report], until: datetime.date) -> list[Report]:
    """Of each place the last report that still holds; a report for a whole place speaks for its parts."""
    holding = {until, *reading.held_months(until, one.holds)}
    newest = {row[0]: row for row in sorted(rows, key=lambda row: row[1]) if row[1] in holding}
    return [row for _, row in reading.widest(newest.items())]


def _of_months(rows: Sequence[Report], months: Sequence[datetime.date]) -> list[Report]:
    found: list[Report] = []
    for month in months:
        found += [row for _, row in reading.widest((row[0], row) for row in rows if row[1] == month)]
    return found
