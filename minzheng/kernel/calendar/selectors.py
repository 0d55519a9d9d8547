"""The calendar in force, and deadlines counted with it."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import date

from minzheng.kernel import clock
from minzheng.kernel.calendar import days
from minzheng.kernel.calendar.days import Calendar, Deadline, Pause
from minzheng.kernel.calendar.models import CalendarDay, CalendarYear
from minzheng.kernel.calendar.notices import shipped

_KEEP_SECONDS = 60.0
_kept: Calendar | None = None
_since = 0.0


def calendar() -> Calendar:
    """All known years: those in the database and, where it has none, those shipped. Kept for a minute per process."""
    global _kept, _since
    if _kept is None or time.monotonic() - _since > _KEEP_SECONDS:
        _kept, _since = _load(), time.monotonic()
    return _kept


def forget() -> None:
    """Drop the kept calendar (after a load)."""
    global _kept
    _kept = None


def _load() -> Calendar:
    stored = set(CalendarYear.objects.values_list("year", flat=True))
    found = dict(CalendarDay.objects.values_list("date", "is_workday"))
    for notice in shipped():
        if notice.year not in stored:
            found |= {day: works for day, works, _ in notice.days}
    return Calendar(
        years=frozenset(stored | {notice.year for notice in shipped()}),
        off=frozenset(day for day, works in found.items() if not works),
        on=frozenset(day for day, works in found.items() if works),
    )


def add_working_days(start: date, n: int) -> Deadline:
    """The n-th working day after `start`."""
    return days.working(start, n, calendar())


def add_working_days_with_pauses(start: date, n: int, pauses: Iterable[Pause]) -> Deadline:
    """The same, net of pauses; one that is still running is taken to end today."""
    return days.working_with_pauses(start, n, pauses, calendar(), today=clock.today())


def working_days_left(today: date, due: date) -> int:
    """Working days after today up to and including the due day: 0 on the day itself, negative when it has passed."""
    return days.workdays_between(today, due, calendar())
