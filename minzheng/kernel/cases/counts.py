"""Cases of a month: handed in, decided, decided in time. The same conditions count and list."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db.models import Count, F, Q
from django.db.models.functions import Left
from django.utils import timezone

from minzheng.kernel import clock
from minzheng.kernel.cases.models import Case
from minzheng.kernel.cases.objections.models import PublicObjection
from minzheng.kernel.months import month_after
from minzheng.kernel.parts.behind import Behind, Condition, within


@dataclass(frozen=True)
class Counted:
    """One item in one town (9 digits)."""

    item_code: str
    town: str
    received: int
    decided: int
    refused: int
    timed: int
    on_time: int
    waiting: int
    overdue: int


def received(month: datetime.date) -> Q:
    """Handed in; benefits taken over from former rolls have no application."""
    return _applied() & within("submitted_at", month)


def decided(month: datetime.date) -> Q:
    return _applied() & within("decided_at", month)


def refused(month: datetime.date) -> Q:
    return decided(month) & Q(state="REJECTED")


def timed(month: datetime.date) -> Q:
    """Decided, and with a day by which that had to be."""
    return decided(month) & Q(total_due_on__isnull=False)


def on_time(month: datetime.date) -> Q:
    return timed(month) & Q(decided_at__date__lte=F("total_due_on"))


def waiting(month: datetime.date) -> Q:
    """Handed in by the end of the month and not decided then (withdrawn and stopped ones are not waiting)."""
    end = clock.midnight(month_after(month))
    open_then = Q(decided_at=None) | Q(decided_at__gte=end)
    return Q(submitted_at__lt=end) & open_then & ~Q(state__in=("DRAFT", "WITHDRAWN", "ABORTED", "NOT_ACCEPTED"))


def overdue(month: datetime.date) -> Q:
    """Waiting at the end of the month, past its day."""
    return waiting(month) & Q(total_due_on__lt=min(month_after(month), timezone.localdate()))


def monthly(low: str, high: str, month: datetime.date) -> list[Counted]:
    """All items of a place (codes `low` to `high`). One query."""
    rows = Case.objects.filter(region_code__gte=low, region_code__lte=high).exclude(state="DRAFT")
    told = rows.order_by().annotate(town=Left("region_code", 9)).values("item_code", "town").annotate(
        received=Count("pk", filter=received(month)), decided=Count("pk", filter=decided(month)),
        refused=Count("pk", filter=refused(month)), timed=Count("pk", filter=timed(month)),
        on_time=Count("pk", filter=on_time(month)), waiting=Count("pk", filter=waiting(month)),
        overdue=Count("pk", filter=overdue(month)),
    )  # fmt: skip
    return [Counted(**row) for row in told]


def objections(low: str, high: str, month: datetime.date) -> list[tuple[str, int, int]]:
    """(town, received in the month, of these answered by now). One query."""
    rows = PublicObjection.objects.filter(within("received_at", month), region_code__gte=low, region_code__lte=high)
    told = rows.order_by().annotate(town=Left("region_code", 9)).values("town").annotate(
        n=Count("pk"), answered=Count("pk", filter=Q(answered_at__isnull=False))
    )  # fmt: skip
    return [(row["town"], row["n"], row["answered"]) for row in told]


def objected(month: datetime.date) -> Q:
    return within("received_at", month)


def _applied() -> Q:
    return ~Q(state="DRAFT") & ~Q(submitted_at=F("decided_at"))


#: For the list of cases, and for that of objections.
FILTER = Behind(
    "behind", "统计口径",
    conditions={
        "received": Condition("收到申请", received), "decided": Condition("作出决定", decided),
        "refused": Condition("不予确认", refused), "timed": Condition("作出决定（有办结期限）", timed),
        "on_time": Condition("按期作出决定", on_time), "waiting": Condition("月末在办", waiting),
        "overdue": Condition("月末超期在办", overdue),
    },
)  # fmt: skip
OBJECTIONS = Behind("behind", "统计口径", conditions={"received": Condition("收到的异议", objected)})
