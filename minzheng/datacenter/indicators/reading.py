"""Stored values of some indicators, places and months, fetched with the same few queries however many are asked for."""

from __future__ import annotations

import datetime
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

from django.db import connection

from minzheng.datacenter.indicators.models import IndicatorFreeze, IndicatorMonth
from minzheng.kernel.months import month_after
from minzheng.kernel.regions import codes

Month = datetime.date
T = TypeVar("T")


@dataclass(frozen=True)
class Standing:
    """What is known of one county and month: `version` 0 = not frozen; `computed_at` None = never computed."""

    version: int = 0
    at: datetime.datetime | None = None


@dataclass
class Book:
    """`sums`: (code, group, month) → [(county, sum, least, most)] of computed values; `reports`: code → [(place, month,
    value)]; `standing`: (county, month) → Standing; `counties`: all that were ever computed in the place."""

    sums: dict[tuple[str, str, Month], list[tuple[str, Decimal, Decimal, Decimal]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    reports: dict[str, list[tuple[str, Month, Decimal, bool]]] = field(default_factory=lambda: defaultdict(list))
    standing: dict[tuple[str, Month], Standing] = field(default_factory=dict)
    counties: set[str] = field(default_factory=set)


#: The version in force of each county and month: the newest freeze, 0 where there is none.
_IN_FORCE = """
WITH frozen AS (
    SELECT region_code, month, max(version) AS version FROM datacenter_indicatorfreeze
    WHERE region_code BETWEEN %(unit_low)s AND %(high)s AND month = ANY(%(months)s) GROUP BY region_code, month
)
"""
_FROM = """
FROM datacenter_indicatorvalue v
LEFT JOIN frozen f ON f.region_code = left(v.region_code, 6) || '000000' AND f.month = v.month
WHERE v.code = ANY(%(codes)s) AND v.month = ANY(%(months)s) AND v.region_code BETWEEN %(low)s AND %(high)s
    AND v.version = coalesce(f.version, 0) AND v.dims @> %(dims)s::jsonb
"""
_SUMS = f"""{_IN_FORCE}
SELECT v.code, left(v.region_code, %(width)s), v.month, left(v.region_code, 6) || '000000', sum(v.value), min(v.value),
    max(v.value)
{_FROM} GROUP BY 1, 2, 3, 4
"""
#: A report that came after the freeze, where the freeze has none of it, is used as it is, as not frozen.
_LATE = """(v.version = coalesce(f.version, 0) OR v.version = 0 AND NOT EXISTS (
    SELECT 1 FROM datacenter_indicatorvalue o WHERE o.code = v.code AND o.month = v.month
        AND o.region_code = v.region_code AND o.version = f.version))"""
_REPORTS = f"""{_IN_FORCE}
SELECT v.code, v.region_code, v.month, v.value, v.version < coalesce(f.version, 0)
{_FROM.replace("v.version = coalesce(f.version, 0)", _LATE)}
"""


def county_of(code: str) -> str:
    """The county that a place lies in, 6 digits and zeros; a place above counties is its own."""
    return codes.full(code)[:6] + "0" * 6


def load(
    place: str, computed: Collection[str], reported: Collection[str], months: Collection[Month],
    held: Collection[Month], dims: Mapping[str, str] | None = None, width: int = 0,
) -> Book:  # fmt: skip
    """Values of the indicators `computed` in `months` and of those `reported` in `months` and `held` (months whose report
    may still hold). `width` > 0: computed values by the first so many digits of their place."""
    low, high = codes.bounds(place)
    asked: dict[str, Any] = {
        "low": low, "high": high, "unit_low": low[:6] + "0" * 6, "width": width, "dims": json.dumps(dict(dims or {})),
    }  # fmt: skip
    book = Book()
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, asked | {"codes": list(computed), "months": list(months)})
        for code, group, month, county, total, least, most in cursor.fetchall():
            book.sums[code, group.ljust(12, "0") if group else "", month].append((county, total, least, most))
        if reported:
            everything = sorted({*months, *held})
            cursor.execute(_REPORTS, asked | {"codes": list(reported), "months": everything})
            for code, region, month, value, late in cursor.fetchall():
                book.reports[code].append((region, month, value, late))
    _stand(book, asked["unit_low"], high, sorted({*months, *held}))
    return book


def _stand(book: Book, low: str, high: str, months: list[Month]) -> None:
    computed = IndicatorMonth.objects.filter(region_code__gte=low, region_code__lte=high)
    for county, month, at in computed.values_list("region_code", "month", "computed_at"):
        book.counties.add(county)
        book.standing[county, month] = Standing(0, at)
    frozen = IndicatorFreeze.objects.filter(region_code__gte=low, region_code__lte=high, month__in=months)
    rows = frozen.order_by("version").values_list("region_code", "month", "version", "frozen_at")
    for county, month, version, at in rows:
        book.standing[county, month] = Standing(version, at)


def widest(rows: Iterable[tuple[str, T]]) -> list[tuple[str, T]]:
    """(place, anything) without places that lie inside another one of the list: a report speaks for its whole place."""
    kept: list[tuple[str, T]] = []
    for place, one in sorted(rows, key=lambda row: (len(codes.prefix(row[0])), row[0])):
        if not any(codes.covers(wide, place) for wide, _ in kept):
            kept.append((place, one))
    return kept


def held_months(until: Month, holds: int) -> list[Month]:
    """The months before `until` whose report may still hold then."""
    return [month_after(until, -n) for n in range(1, holds)]
