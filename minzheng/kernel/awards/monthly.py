"""每月明细: the regular line of every award in force in a month, made by the database itself in one statement.

Only a December of yearly standards (R3: the twelfth month pays the rest) needs the frozen basis opened, award by award."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Q

from minzheng.kernel import clock, ids
from minzheng.kernel.awards.models import Award, PaymentLine
from minzheng.kernel.regions.codes import bounds

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

_MISSING = """
CREATE TEMP TABLE award_month ON COMMIT DROP AS
SELECT a.id, a.region_code, a.item_code, a.amount_fen, a.persons, a.no, row_number() OVER () - 1 AS place
FROM kernel_award a
WHERE a.item_code = %(item)s AND a.region_code BETWEEN %(low)s AND %(high)s AND a.first_month <= %(month)s
  AND (a.last_month IS NULL OR a.last_month >= %(month)s) AND a.amount_fen > 0 AND a.cycle = 'monthly'
  AND (a.state IN ('active', 'tapering') OR (a.state = 'ended' AND a.last_month IS NOT NULL))
  AND NOT EXISTS (SELECT 1 FROM kernel_awardpause p WHERE p.award_id = a.id AND p.from_month <= %(month)s
                  AND (p.to_month IS NULL OR p.to_month >= %(month)s))
  AND NOT EXISTS (SELECT 1 FROM kernel_paymentline l WHERE l.award_id = a.id AND l.month = %(month)s
                  AND l.line_type = 'regular' AND l.seq = 1)
"""
_FILL = f"""
INSERT INTO kernel_paymentline (id, region_code, award_id, item_code, month, line_type, seq, amount_fen, state, due_on,
                                explanation, created_at)
SELECT {ids.in_block("m.place")}, m.region_code, m.id, m.item_code, %s, 'regular', 1, m.amount_fen, 'planned', d.due_on,
       m.persons || ' 人，' || m.no, %s
FROM award_month m JOIN unnest(%s::text[], %s::date[]) AS d (county, due_on) ON d.county = left(m.region_code, 6)
ON CONFLICT DO NOTHING
"""  # noqa: S608  no value is put into the text


def in_force(month: datetime.date, item_code: str) -> QuerySet[Award]:
    """Awards of an item that pay in a month (day 1), suspended ones left out."""
    from minzheng.kernel.awards.pauses import paused_in

    awards = Award.objects.filter(
        Q(last_month=None) | Q(last_month__gte=month),
        item_code=item_code,
        state__in=("active", "tapering", "ended"),
        first_month__lte=month,
        amount_fen__gt=0,
        cycle="monthly",
    ).exclude(state="ended", last_month=None)
    return awards.exclude(paused_in(month))


def make_lines(month: datetime.date, *, item_code: str, region_code: str = "") -> int:
    """The missing regular lines of a month in a place ("" = everywhere); returns how many were made. Safe to run again and
    beside another run: the database keeps one line per award and month. Inside a transaction."""
    from minzheng.kernel.items import registry

    first = month.replace(day=1)
    if first.month == 12 and registry.get(item_code).yearly:
        return _one_by_one(first, item_code, region_code)
    low, high = bounds(region_code) if region_code else ("0" * 12, "9" * 12)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS award_month")
        cursor.execute(_MISSING, {"item": item_code, "low": low, "high": high, "month": first})
        made = cursor.rowcount
        if made:
            cursor.execute("SELECT DISTINCT left(region_code, 6) FROM award_month")
            counties = [row[0] for row in cursor.fetchall()]
            days = [_due_on(item_code, county, first) for county in counties]
            cursor.execute(_FILL, [ids.block(made), first, clock.now(), counties, days])
            made = cursor.rowcount
        cursor.execute("DROP TABLE award_month")
    return int(made)


def _due_on(item_code: str, county: str, month: datetime.date) -> datetime.date:
    """The pay day is set by a county or above."""
    from minzheng.kernel.items import registry

    day = registry.get(item_code).flow.params(county.ljust(12, "0"), month).pay_day
    return month.replace(day=min(day, 28))


def _one_by_one(month: datetime.date, item_code: str, region_code: str) -> int:
    from minzheng.kernel.awards.services import line_of
    from minzheng.kernel.items import registry

    params, count = registry.get(item_code).flow.params, 0
    low, high = bounds(region_code) if region_code else ("0" * 12, "9" * 12)
    awards = in_force(month, item_code).filter(region_code__gte=low, region_code__lte=high)
    for portion in _batches(awards.defer("account_no").order_by("pk"), 1000):
        lines = [line_of(award, month, params(award.region_code, month).pay_day) for award in portion]
        PaymentLine.objects.bulk_create(lines, ignore_conflicts=True)
        count += len(lines)
    return count


def _batches(awards: QuerySet[Award], size: int) -> Iterator[Iterable[Award]]:
    """Awards in portions, by primary key: memory stays small at any caseload."""
    last = 0
    while portion := list(awards.filter(pk__gt=last)[:size]):
        yield portion
        last = portion[-1].pk
