"""The numbers of the low-income database: towns by classes now, and who came and went month by month. Few grouped
queries, whatever the size; every number is the length of a list that can be opened."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Substr, TruncMonth

from minzheng.datacenter.people.low_income import selectors
from minzheng.datacenter.people.low_income.catalogue import classes
from minzheng.kernel.months import month_after, month_end
from minzheng.kernel.regions import codes

if TYPE_CHECKING:
    from minzheng.datacenter.people.models import LowIncomeEntry
    from minzheng.kernel.accounts.actors import Actor

MONTHS = 24


@dataclass(frozen=True)
class Places:
    """`rows`: (code, name, {class: people}, people in all) of each place; `total` the same for all of them."""

    rows: list[tuple[str, str, dict[str, int], int]]
    total: tuple[dict[str, int], int]


def by_place(actor: Actor, places: Sequence[tuple[str, str]]) -> Places:
    """People in force by place (as listed, 12-digit codes of one level or mixed) and class. Three queries."""
    widths = {len(codes.prefix(code)) for code, _ in places}
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    heads: dict[str, int] = {}
    for width in sorted(widths):
        rows = selectors.in_force(actor)
        for place, code, entries in _by_class(rows, width):
            counts[place][code] = entries
        for place, code, entries in _by_class(selectors.told_twice(rows), width):
            counts[place][code] -= entries
        mains = selectors.people_now(actor).annotate(place=Substr("region_code", 1, width))
        heads.update(mains.values_list("place").annotate(n=Count("pk")).order_by())
    lines = [
        (code, name, counts.get(codes.prefix(code), {}), heads.get(codes.prefix(code), 0)) for code, name in places
    ]
    total: dict[str, int] = defaultdict(int)
    for _code, _name, row, _all in lines:
        for one, people in row.items():
            total[one] += people
    return Places(lines, (dict(total), sum(line[3] for line in lines)))


def _by_class(rows: QuerySet[LowIncomeEntry], width: int) -> QuerySet[LowIncomeEntry, tuple[str, str, int]]:
    """(place of so many digits, class, entries)."""
    rows = rows.annotate(place=Substr("region_code", 1, width))
    return rows.values_list("place", "class_code").annotate(n=Count("pk")).order_by()


@dataclass
class Month:
    """Entered and left in one month, by class."""

    first: datetime.date
    entered: dict[str, int] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)

    @property
    def last(self) -> datetime.date:
        return month_end(self.first)


def by_month(actor: Actor, today: datetime.date, region: str = "", months: int = MONTHS) -> list[Month]:
    """The last months, newest first, the running one included. Two queries."""
    firsts = [month_after(today, -back) for back in range(months)]
    found = {first: Month(first) for first in firsts}
    rows = selectors.known_to(actor)
    if region:
        rows = rows.filter(codes.scope_q([region]))
    for name, column in (("entered", "since"), ("left", "until")):
        for month, code, people in _grouped(rows, column, firsts[-1], today):
            getattr(found[month], name)[code] = people
    return list(found.values())


def _grouped(
    rows: QuerySet[LowIncomeEntry], column: str, start: datetime.date, end: datetime.date
) -> QuerySet[LowIncomeEntry, tuple[datetime.date, str, int]]:
    rows = rows.filter(Q(**{f"{column}__gte": start, f"{column}__lte": end})).annotate(month=TruncMonth(column))
    return rows.values_list("month", "class_code").annotate(n=Count("pk")).order_by()


def class_heads() -> list[tuple[str, str, str]]:
    """(code, short title, full title) of every class, in order."""
    return [(one.code, one.short, one.title) for one in classes().values()]
