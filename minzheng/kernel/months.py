"""Steps in whole calendar months. A month is told by its first day; day arithmetic alone, no clock and no database."""

from __future__ import annotations

import datetime
from calendar import monthrange


def month_after(day: datetime.date, months: int = 1) -> datetime.date:
    """Day 1 of the month that lies `months` months after the month of `day` (before it when negative; 0: its own).

    Raises ValueError outside the years 1 to 9999."""
    index = day.year * 12 + day.month - 1 + months
    return datetime.date(index // 12, index % 12 + 1, 1)


def month_end(day: datetime.date) -> datetime.date:
    """The last day of the month of `day`."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def same_day_after(day: datetime.date, months: int) -> datetime.date:
    """The same-numbered day `months` months later (earlier when negative); where that month has no such day, its last day
    (民法典第202条): one month after 31 January is 28 or 29 February.

    Raises ValueError outside the years 1 to 9999."""
    first = month_after(day, months)
    return first.replace(day=min(day.day, month_end(first).day))
