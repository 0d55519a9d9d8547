"""What the awards of a place are going to cost: sums by benefit and month, and how the last months moved. Sums only; asks
no actor, the page does."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Sum

from minzheng.kernel.awards.models import Award, PaymentLine
from minzheng.kernel.items import registry
from minzheng.kernel.months import month_after
from minzheng.kernel.regions import codes

Key = tuple[str, datetime.date]

# The conditions of awards.services.monthly_lines, for many months in one statement.
_NEEDS = """
SELECT a.item_code, m.month, sum(a.amount_fen), count(*), sum(a.persons)
FROM unnest(%s::date[]) AS m (month) JOIN kernel_award a
  ON a.first_month <= m.month AND (a.last_month IS NULL OR a.last_month >= m.month)
WHERE a.region_code BETWEEN %s AND %s AND a.cycle = 'monthly' AND a.amount_fen > 0
  AND (a.state IN ('active', 'tapering') OR (a.state = 'ended' AND a.last_month IS NOT NULL))
  AND NOT EXISTS (SELECT 1 FROM kernel_awardpause p WHERE p.award_id = a.id AND p.from_month <= m.month
                  AND (p.to_month IS NULL OR p.to_month >= m.month))
GROUP BY 1, 2
"""
# Awards that begin (or end) in the months: an award that only takes the place of another one of the same household, item
# and next month is a change of amount, no new case and no end.
_TREND = """
SELECT a.item_code, sum(a.amount_fen), count(*) FROM kernel_award a
WHERE a.{month} BETWEEN %s AND %s AND a.region_code BETWEEN %s AND %s AND a.cycle = 'monthly' AND a.amount_fen > 0 {more}
  AND NOT EXISTS (
    SELECT 1 FROM kernel_award b WHERE b.id <> a.id AND b.item_code = a.item_code
      AND coalesce(b.household_id, -b.payee_id) = coalesce(a.household_id, -a.payee_id) AND b.{other})
GROUP BY 1
"""


@dataclass(frozen=True)
class Need:
    """Regular payments of one benefit in one month."""

    fen: int
    awards: int
    persons: int


@dataclass(frozen=True)
class Trend:
    """How a benefit moved over some months, in whole sums of all of them."""

    months: int
    new_fen: int = 0
    new: int = 0
    gone_fen: int = 0
    gone: int = 0
    once_fen: int = 0


def needs(region_code: str, months: Sequence[datetime.date]) -> dict[Key, Need]:
    """Awards in force in each month (day 1), known ends, beginnings and suspensions counted. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_NEEDS, [list(months), *codes.bounds(region_code)])
        return {
            (item, month): Need(int(fen), awards, int(persons))
            for item, month, fen, awards, persons in cursor.fetchall()
        }


def december_more(region_code: str, december: datetime.date) -> dict[str, int]:
    """What December pays beyond a twelfth, by benefit: the rest of yearly standards, out of each award's frozen basis."""
    found: dict[str, int] = defaultdict(int)
    yearly = [item.code for item in registry.all_items() if item.yearly]
    rows = Award.objects.filter(
        codes.scope_q([region_code]), item_code__in=yearly, cycle="monthly", state__in=("active", "tapering"),
        first_month__lte=december, amount_fen__gt=0,
    ).exclude(last_month__lt=december)  # fmt: skip
    for award in rows.only("item_code", "amount_fen", "frozen").iterator(chunk_size=500):
        found[award.item_code] += int(award.frozen.get("december_fen") or award.amount_fen) - award.amount_fen
    return dict(found)


def late(region_code: str, month: datetime.date) -> dict[str, int]:
    """Lines of earlier months of the year that nobody has put into a batch yet, by benefit; never below 0."""
    rows = PaymentLine.objects.filter(
        codes.scope_q([region_code]), state="planned", month__lt=month, month__gte=month.replace(month=1)
    )
    sums = rows.values("item_code").annotate(fen=Sum("amount_fen")).order_by()
    return {row["item_code"]: row["fen"] for row in sums if row["fen"] > 0}


def trends(region_code: str, month: datetime.date, months: int) -> dict[str, Trend]:
    """How each benefit moved in the `months` before `month` (day 1): new cases, ends, and what was paid once."""
    first, last = month_after(month, -months), month_after(month, -1)
    low, high = codes.bounds(region_code)
    new = _moved("first_month", "last_month = (a.first_month - interval '1 month')::date", "", first, last, low, high)
    gone = _moved(
        "last_month",
        "first_month = (a.last_month + interval '1 month')::date",
        "AND a.state = 'ended'",
        first,
        last,
        low,
        high,
    )
    once = {
        row["item_code"]: row["fen"]
        for row in PaymentLine.objects.filter(
            codes.scope_q([region_code]), award__cycle="once", month__gte=first, month__lte=last, amount_fen__gt=0
        ).values("item_code").annotate(fen=Sum("amount_fen")).order_by()
    }  # fmt: skip
    return {
        item: Trend(months, *new.get(item, (0, 0)), *gone.get(item, (0, 0)), once.get(item, 0))
        for item in {*new, *gone, *once}
    }


def _moved(
    column: str, other: str, more: str, first: datetime.date, last: datetime.date, low: str, high: str
) -> dict[str, tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(_TREND.format(month=column, other=other, more=more), [first, last, low, high])
        return {item: (int(fen), count) for item, fen, count in cursor.fetchall()}
