"""Requests of a month: the same conditions count and list."""

from __future__ import annotations

import datetime

from django.db.models import Q
from django.utils import timezone

from minzheng.kernel.parts.behind import Behind, Condition


def asked(month: datetime.date) -> Q:
    return within("asked_at", month)


def issued(month: datetime.date) -> Q:
    """Asked for in the month and reported by now."""
    return asked(month) & Q(issued_at__isnull=False)


def within(field: str, month: datetime.date) -> Q:
    """A moment in this month (day 1)."""
    after = (month.replace(day=28) + datetime.timedelta(days=4)).replace(day=1)
    return Q(**{f"{field}__gte": _moment(month), f"{field}__lt": _moment(after)})


def _moment(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))


#: For the list of requests.
FILTER = Behind(
    "behind",
    "统计口径",
    conditions={"asked": Condition("提请的核对", asked), "issued": Condition("提请、已出具的核对", issued)},
)
