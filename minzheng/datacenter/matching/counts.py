"""Requests of a month: the same conditions count and list."""

from __future__ import annotations

import datetime

from django.db.models import Q

from minzheng.kernel.parts.behind import Behind, Condition, within


def asked(month: datetime.date) -> Q:
    return within("asked_at", month)


def issued(month: datetime.date) -> Q:
    """Asked for in the month and reported by now."""
    return asked(month) & Q(issued_at__isnull=False)


#: For the list of requests.
FILTER = Behind(
    "behind",
    "统计口径",
    conditions={"asked": Condition("提请的核对", asked), "issued": Condition("提请、已出具的核对", issued)},
)
