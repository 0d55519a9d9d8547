"""The conditions by which tasks are counted by month; the indicators and the list behind a number share them."""

from __future__ import annotations

import datetime

from django.db.models import F, Q

from minzheng.business.bureau.supervision.colours import due_day
from minzheng.business.bureau.supervision.models import DONE, OPEN
from minzheng.kernel.months import month_end
from minzheng.kernel.parts.behind import Condition

DAY = datetime.timedelta(days=1)
_GIVEN = Q(assigned_on__isnull=False, state__in=(*OPEN, *DONE))


def _rolled(day: datetime.date) -> datetime.date:
    """The last nominal end whose last day in time has passed on this day: an end on days off before a working day has not."""
    while due_day(day) > day:
        day -= DAY
    return day


def open_on(month: datetime.date) -> Q:
    """Given out and not closed on the last day of the month."""
    last = month_end(month)
    return _GIVEN & Q(assigned_on__lte=last) & (Q(closed_on=None) | Q(closed_on__gt=last))


def due_in(month: datetime.date) -> Q:
    """Whose last day lies in the month; put aside, merged and dropped ones are not due. A day off at the end of a month
    carries its tasks into the next."""
    first, last = _rolled(month - DAY), _rolled(month_end(month))
    return _GIVEN & Q(end__gt=first, end__lte=last)


def in_time(month: datetime.date) -> Q:
    """Of those due in the month: finished by the last day and closed since."""
    return due_in(month) & Q(state__in=DONE) & (Q(finished_on__lte=F("end")) | _on_days_off(month))


def _on_days_off(month: datetime.date) -> Q:
    """Finished on the days that a day off at the end was carried on to."""
    late = Q(pk__in=[])
    day, last = _rolled(month - DAY), _rolled(month_end(month))
    while day < last:
        day += DAY
        due = due_day(day)
        if due > day:
            late |= Q(end=day, finished_on__gt=day, finished_on__lte=due)
    return late


def closed_in(month: datetime.date) -> Q:
    return Q(state__in=DONE, closed_on__gte=month, closed_on__lte=month_end(month))


def overdue_on(month: datetime.date) -> Q:
    """Open on the last day of the month though the last day in time has passed."""
    return open_on(month) & Q(end__lte=_rolled(month_end(month) - DAY)) & ~Q(end__gt=month_end(month))


CONDITIONS = {
    "open": Condition("月末在办", open_on),
    "due": Condition("应办结", due_in),
    "in_time": Condition("按期办结", in_time),
    "closed": Condition("办结", closed_in),
    "overdue": Condition("月末逾期", overdue_on),
}
