"""期限和核对的数字 of reports (``terms.yaml``, see kernel/terms), and the day on which a report is due."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from minzheng.datacenter.indicators.periods import Period
from minzheng.datacenter.statistics.periods import MONTH, QUARTER, after, kind_of
from minzheng.kernel.calendar import days
from minzheng.kernel.calendar.days import Deadline
from minzheng.kernel.calendar.selectors import calendar
from minzheng.kernel.terms import Terms

TERMS = Terms("statistics.terms", "统计报表的期限和核对", Path(__file__).with_name("terms.yaml"), prefix="统计")


def number(key: str, on: date | None = None) -> int:
    """The number in force on a day (today by default)."""
    return TERMS.number(key, on)


def due(period: Period, *, top: bool = True) -> Deadline:
    """The last day to report a period: the day named for its kind in the month after it, carried on to a working day.
    Below the top it may be some working days earlier (`below_days`)."""
    key = {MONTH: "month_due_day", QUARTER: "quarter_due_day"}.get(kind_of(period), "year_due_day")
    begins = after(period)
    known = calendar()
    last = days.natural(begins, number(key, begins) - 1, known)
    earlier = 0 if top else number("below_days", begins)
    day = last.date
    while earlier:
        day -= timedelta(days=1)
        earlier -= known.is_workday(day)
    return Deadline(day, last.provisional)
