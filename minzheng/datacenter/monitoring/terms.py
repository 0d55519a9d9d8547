"""期限和次数 of the handling of alerts (``terms.yaml``, see kernel/terms), and the deadlines counted with them."""

from __future__ import annotations

import datetime
from pathlib import Path

from minzheng.datacenter.monitoring.entries import RED
from minzheng.kernel import clock
from minzheng.kernel.calendar.selectors import add_working_days
from minzheng.kernel.terms import Terms

TERMS = Terms("monitoring.terms", "预警处置期限", Path(__file__).with_name("terms.yaml"), prefix="预警")
#: Monitors of deaths have a shorter deadline than their level.
DEATHS = ("common.death", "common.cremation")


def number(key: str) -> int:
    """The number in force today."""
    return TERMS.number(key)


def visit_due(level: str, monitor: str, since: datetime.datetime) -> datetime.datetime:
    """When somebody must have been there: red counts hours, the others working days to the end of the last day."""
    if level == RED and monitor not in DEATHS:
        return since + datetime.timedelta(hours=number("red_visit_hours"))
    key = "death_visit_days" if monitor in DEATHS else f"{level}_visit_days"
    return end_of(since, number(key))


def feedback_due(level: str, since: datetime.datetime) -> datetime.datetime:
    """When the visit must have led to a judgement and what follows from it."""
    return end_of(since, number("red_feedback_days" if level == RED else "feedback_days"))


def close_due(since: datetime.datetime) -> datetime.datetime:
    return end_of(since, number("close_days"))


def end_of(since: datetime.datetime, days: int) -> datetime.datetime:
    """The last second of the n-th working day after a moment (both in China)."""
    from django.utils import timezone

    day = add_working_days(timezone.localtime(since).date(), days).date
    return clock.last_second(day)
