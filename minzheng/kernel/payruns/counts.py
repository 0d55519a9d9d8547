"""What pay runs paid in a month, by benefit, town and household: the lines of the monthly tables (`figures/tables.py`), so
that indicators, tables and lists agree to the fen."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce, Left

from minzheng.kernel.parts.behind import Behind, Condition
from minzheng.kernel.payruns import reading
from minzheng.kernel.payruns.models import PayLine

URBAN, RURAL = "1", "0"


@dataclass(frozen=True)
class Paid:
    """One benefit in one town (9 digits), urban or rural, in a pay month. Lines and fen."""

    item_code: str
    town: str
    urban: str
    paid_lines: int
    paid_fen: int
    sent_lines: int
    returned_lines: int
    returned_fen: int


def counted(month: datetime.date) -> Q:
    """Lines that the tables of a month count: not taken out, not revoked, no reissue."""
    return Q(batch__month=month, state__in=reading.PAYING, excluded_for="", amount_fen__gt=0) & ~(
        Q(batch__state="VOIDED") | Q(batch__kind="reissue")
    )


def paid(month: datetime.date) -> Q:
    """Arrived at the payee."""
    return counted(month) & Q(state="paid")


def returned(month: datetime.date) -> Q:
    """Came back, whether paid again since or not."""
    return counted(month) & Q(state__in=("returned", "reissued"))


def answered(month: datetime.date) -> Q:
    """The bank has said what became of it."""
    return counted(month) & Q(state__in=("paid", "returned", "reissued"))


def monthly(low: str, high: str, month: datetime.date) -> list[Paid]:
    """All benefits of a place (codes `low` to `high`) in a pay month. One query."""
    rows = PayLine.objects.filter(counted(month), region_code__gte=low, region_code__lte=high)
    got, back, told = Q(state="paid"), Q(state__in=("returned", "reissued")), ("paid", "returned", "reissued")
    found = (
        rows.order_by()
        .annotate(town=Left("region_code", 9), urban=Coalesce(F("award__household__is_urban"), Value(False)))
        .values("batch__item_code", "town", "urban")
        .annotate(
            paid_lines=Count("pk", filter=got), paid_fen=_sum(got), sent=Count("pk", filter=Q(state__in=told)),
            returned_lines=Count("pk", filter=back), returned_fen=_sum(back),
        )
    )  # fmt: skip
    return [
        Paid(
            row["batch__item_code"], row["town"], URBAN if row["urban"] else RURAL, row["paid_lines"], row["paid_fen"],
            row["sent"], row["returned_lines"], row["returned_fen"],
        )
        for row in found
    ]  # fmt: skip


def _sum(condition: Q) -> Any:
    return Coalesce(Sum("amount_fen", filter=condition), Value(0))


def _split(rows: QuerySet[Any], part: str) -> QuerySet[Any]:
    rural = Q(award__household__is_urban=False) | Q(award__household__is_urban=None)
    return rows.exclude(rural) if part == URBAN else rows.filter(rural)


#: For the list of lines.
FILTER = Behind(
    "behind", "统计口径",
    conditions={
        "paid": Condition("已到账", paid), "returned": Condition("退回", returned), "answered": Condition("银行已反馈", answered),
    },
    split=_split, parts={URBAN: "（城镇）", RURAL: "（农村）"},
)  # fmt: skip
