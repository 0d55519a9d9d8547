"""Periods as texts: "2026-06" a month, "2026Q2" a quarter, "2026H1" a half-year, "2026" a year, "2021-2025" some years."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

from minzheng.kernel.months import month_after, month_end

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
_QUARTER = re.compile(r"(\d{4})Q([1-4])")
_HALF = re.compile(r"(\d{4})H([12])")
_YEARS = re.compile(r"(\d{4})(?:-(\d{4}))?")
_HALVES = ("上半年", "下半年")


class BadPeriod(ValueError):
    """Not a period; the text is a Chinese sentence for the screen."""

    exit_code = 2


@dataclass(frozen=True)
class Period:
    """Months `first` to `last` (both day 1, both included). `text`: as it is written in addresses and commands."""

    text: str
    first: datetime.date
    last: datetime.date

    @property
    def months(self) -> list[datetime.date]:
        count = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1
        return [month_after(self.first, n) for n in range(count)]

    @property
    def ends_on(self) -> datetime.date:
        return month_end(self.last)

    @property
    def title(self) -> str:
        """“2026年6月”, “2026年第二季度”, “2026年上半年”, “2026年”, “2021—2025年”."""
        year = self.first.year
        if _MONTH.fullmatch(self.text):
            return f"{year}年{self.first.month}月"
        if _QUARTER.fullmatch(self.text):
            return f"{year}年第{'一二三四'[int(self.text[-1]) - 1]}季度"
        if _HALF.fullmatch(self.text):
            return f"{year}年{_HALVES[int(self.text[-1]) - 1]}"
        return f"{year}年" if year == self.last.year else f"{year}—{self.last.year}年"

    def back(self, years: int) -> Period:
        """The same months so many years before."""
        return _written(self, -12 * years)

    @property
    def before(self) -> Period:
        """The period of the same length just before."""
        return _written(self, -len(self.months))


def parse(text: str) -> Period:
    """A written period. Raises BadPeriod."""
    if found := _MONTH.fullmatch(text):
        first = datetime.date(int(found[1]), int(found[2]), 1)
        return Period(text, first, first)
    if found := _QUARTER.fullmatch(text):
        return _of(text, int(found[1]), int(found[2]) * 3 - 2, 3)
    if found := _HALF.fullmatch(text):
        return _of(text, int(found[1]), int(found[2]) * 6 - 5, 6)
    if (found := _YEARS.fullmatch(text)) and int(found[1]) > 0:
        to = int(found[2] or found[1])
        if int(found[1]) <= to < int(found[1]) + 20:
            return _of(text, int(found[1]), 1, 12 * (to - int(found[1]) + 1))
    raise BadPeriod(
        f"“{text}”不是期间：请写成 2026-06（月）、2026Q2（季）、2026H1（半年）、2026（年）或 2021-2025（几年）。"
    )


def of_month(day: datetime.date) -> str:
    """The month of a day as a period."""
    return f"{day:%Y-%m}"


def last_months(until: datetime.date, count: int) -> list[str]:
    """So many months as periods, the last one that of `until`."""
    return [of_month(month_after(until, n - count + 1)) for n in range(count)]


def _of(text: str, year: int, month: int, count: int) -> Period:
    first = datetime.date(year, month, 1)
    return Period(text, first, month_after(first, count - 1))


def _written(period: Period, months: int) -> Period:
    first, last = month_after(period.first, months), month_after(period.last, months)
    if _MONTH.fullmatch(period.text):
        text = of_month(first)
    elif _QUARTER.fullmatch(period.text):
        text = f"{first.year}Q{(first.month + 2) // 3}"
    elif _HALF.fullmatch(period.text):
        text = f"{first.year}H{1 if first.month == 1 else 2}"
    else:
        text = str(first.year) if first.year == last.year else f"{first.year}-{last.year}"
    return Period(text, first, last)
