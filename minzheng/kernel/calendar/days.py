"""计日: how the law counts days. Pure functions over a calendar of working days.

Day 1 of every period is the day after the trigger (民法典第201条). A period in natural days or months that ends on a day
off ends on the next working day (第203条); a month period ends on the same-numbered day, else on the last of the month
(第202条). Working days are those of the State Council's yearly notice, never "Monday to Friday". A deadline that
touches a year whose notice is not loaded is `provisional`: it is counted by plain weekends and recomputed later.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from minzheng.kernel.months import same_day_after

DAY = timedelta(days=1)
#: 公示 is counted as the Civil Code counts (posting day is day 0), or with the posting day as day 1 (local custom).
CIVIL_CODE = "CIVIL_CODE"
POSTING_DAY_IS_DAY1 = "POSTING_DAY_IS_DAY1"


@dataclass(frozen=True)
class Calendar:
    """Days that differ from the plain week: `off` (放假), `on` (调休上班), and the years whose notice is known."""

    years: frozenset[int] = frozenset()
    off: frozenset[date] = field(default=frozenset(), repr=False)
    on: frozenset[date] = field(default=frozenset(), repr=False)

    def is_workday(self, day: date) -> bool:
        return day in self.on or (day.weekday() < 5 and day not in self.off)

    def ends_period(self, day: date, *, roll_weekend: bool = True) -> bool:
        """May a period end on this day? `roll_weekend=False`: only festival days carry it on."""
        return self.is_workday(day) if roll_weekend else day not in self.off

    def is_known(self, first: date, last: date) -> bool:
        """Is every year from one day to the other loaded?"""
        return all(year in self.years for year in range(first.year, last.year + 1))


@dataclass(frozen=True, order=True)
class Deadline:
    """The last day of a period; the period ends when that day ends."""

    date: date
    provisional: bool = False


@dataclass(frozen=True)
class Pause:
    """扣除时间: the clock stands still from `start` to `end`, both included; `end` None while it still stands."""

    start: date
    end: date | None = None
    reason: str = ""


def working(start: date, n: int, calendar: Calendar) -> Deadline:
    """The n-th working day after `start`; n = 0 gives `start` itself."""
    return working_with_pauses(start, n, (), calendar)


def working_with_pauses(
    start: date, n: int, pauses: Iterable[Pause], calendar: Calendar, *, today: date | None = None
) -> Deadline:
    """As `working`, leaving out the days of the pauses. A pause still running is taken to end `today`: until it ends
    the deadline moves with every day."""
    _refuse_negative(n)
    stopped = [(one.start, one.end or today) for one in pauses]
    if any(last is None for _, last in stopped):
        raise ValueError("停表尚未结束时，计算截止日要给出今天的日期。")
    day, left = start, n
    while left:
        day += DAY
        if calendar.is_workday(day) and not any(first <= day <= last for first, last in stopped if last):
            left -= 1
    return Deadline(day, bool(n) and not calendar.is_known(start + DAY, day))


def natural(start: date, n: int, calendar: Calendar, roll: bool = True, roll_weekend: bool = True) -> Deadline:
    """n natural days after `start`; `roll`: carried on to the next working day."""
    _refuse_negative(n)
    return _ending(start + n * DAY, calendar, roll, roll_weekend)


def months(start: date, n: int, calendar: Calendar, roll: bool = True, roll_weekend: bool = True) -> Deadline:
    """n months after `start`: the same-numbered day, else the last day of that month."""
    _refuse_negative(n)
    return _ending(same_day_after(start, n), calendar, roll, roll_weekend)


def years(start: date, n: int, calendar: Calendar, roll: bool = True, roll_weekend: bool = True) -> Deadline:
    """n years after `start`."""
    return months(start, 12 * n, calendar, roll, roll_weekend)


def publicity(posted: date, n: int, calendar: Calendar, mode: str = CIVIL_CODE) -> Deadline:
    """Last day of a public notice of n natural days, by the way of counting that the place prescribes."""
    if mode not in (CIVIL_CODE, POSTING_DAY_IS_DAY1):
        raise ValueError(f"公示计日方式“{mode}”不认识：应为 {CIVIL_CODE} 或 {POSTING_DAY_IS_DAY1}。")
    return natural(posted, n if mode == CIVIL_CODE else max(n - 1, 0), calendar)


def workdays_between(after: date, until: date, calendar: Calendar) -> int:
    """Working days d with after < d ≤ until; negative when `until` lies before `after`."""
    if until < after:
        return -workdays_between(until, after, calendar)
    return sum(1 for n in range(1, (until - after).days + 1) if calendar.is_workday(after + n * DAY))


def _ending(raw: date, calendar: Calendar, roll: bool, roll_weekend: bool) -> Deadline:
    if not roll:
        return Deadline(raw)
    day = raw
    while not calendar.ends_period(day, roll_weekend=roll_weekend):
        day += DAY
    return Deadline(day, not calendar.is_known(raw, day))


def _refuse_negative(n: int) -> None:
    if n < 0:
        raise ValueError(f"天数不能是负数（{n}）：请从较早的日期往后算。")
