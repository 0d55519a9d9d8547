"""Alerts of a month: raised, dealt with, found true. The same conditions count and list."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any, cast

from django.db.models import Count, Q
from django.db.models.functions import Left
from django.utils import timezone

from minzheng.datacenter.monitoring.models import Alert
from minzheng.kernel import clock
from minzheng.kernel.months import month_after
from minzheng.kernel.parts.behind import Behind, Condition, within


@dataclass(frozen=True)
class Counted:
    """One town (9 digits)."""

    town: str
    raised: int
    red: int
    handled: int
    true: int
    false: int
    open: int
    late: int


def raised(month: datetime.date) -> Q:
    return within("created_at", month)


def red(month: datetime.date) -> Q:
    return raised(month) & Q(level=Alert.RED)


def handled(month: datetime.date) -> Q:
    """Raised in the month and closed by now."""
    return raised(month) & Q(state=Alert.CLOSED)


def true(month: datetime.date) -> Q:
    return raised(month) & Q(verdict="true")


def false(month: datetime.date) -> Q:
    return raised(month) & Q(verdict="false")


def still_open(month: datetime.date) -> Q:
    """Raised by the end of the month and not closed then."""
    end = clock.midnight(month_after(month))
    return Q(created_at__lt=end) & (Q(closed_at=None) | Q(closed_at__gte=end))


def late(month: datetime.date) -> Q:
    """Open at the end of the month (or now), past the deadline."""
    return still_open(month) & Q(due_at__lt=min(clock.midnight(month_after(month)), timezone.now()))


def monthly(low: str, high: str, month: datetime.date) -> list[Counted]:
    """All alerts of a place (codes `low` to `high`). One query."""
    rows = Alert.objects.filter(
        region_code__gte=low, region_code__lte=high, created_at__lt=clock.midnight(month_after(month))
    )
    told = rows.order_by().annotate(town=Left("region_code", 9)).values("town").annotate(
        **{name: Count("pk", filter=condition.of(month)) for name, condition in CONDITIONS.items()}
    )  # fmt: skip
    return [Counted(**cast("dict[str, Any]", row)) for row in told]


CONDITIONS = {
    "raised": Condition("产生的预警", raised), "red": Condition("产生的红色预警", red), "handled": Condition("产生、已销号的预警", handled),
    "true": Condition("产生、认定属实的预警", true), "false": Condition("产生、认定不属实的预警", false),
    "open": Condition("月末没有销号的预警", still_open), "late": Condition("月末逾期的预警", late),
}  # fmt: skip
#: For the queue.
FILTER = Behind("behind", "统计口径", conditions=CONDITIONS)
