"""报告期 of reports: "2026-06" a month, "2026Q2" a quarter, "2026" a year; the periods of indicators, narrowed to these."""

from __future__ import annotations

from datetime import date

from minzheng.datacenter.indicators import periods
from minzheng.datacenter.indicators.periods import Period
from minzheng.datacenter.statistics.errors import BadPeriod
from minzheng.kernel.months import month_after

MONTH, QUARTER, YEAR = "month", "quarter", "year"
KINDS = {MONTH: "月报", QUARTER: "季报", YEAR: "年报"}
EXAMPLES = {MONTH: "2026-06", QUARTER: "2026Q2", YEAR: "2026"}
_KIND_OF = {1: MONTH, 3: QUARTER, 12: YEAR}


def parse(text: str, kind: str = "") -> Period:
    """Raises BadPeriod when it is no period of a report, or none of `kind`."""
    wanted = EXAMPLES[kind] if kind else "、".join(EXAMPLES.values())
    try:
        found = periods.parse(text.strip().upper())
    except periods.BadPeriod:
        raise BadPeriod(f"报告期“{text[:12]}”看不懂：请写成 {wanted} 的样子。") from None
    if not 2000 <= found.first.year <= 2100 or kind_of(found) not in ({kind} if kind else KINDS):
        raise BadPeriod(f"“{text[:12]}”不是{KINDS.get(kind, '报表')}的报告期：请写成 {wanted} 的样子。")
    return found


def kind_of(period: Period) -> str:
    """month, quarter, year; "" for a half-year and for several years."""
    return _KIND_OF.get(len(period.months), "")


def after(period: Period) -> date:
    """The day after its last day."""
    return month_after(period.last)


def of_day(kind: str, day: date) -> Period:
    """The period in which a day lies."""
    text = {MONTH: f"{day:%Y-%m}", QUARTER: f"{day.year}Q{(day.month + 2) // 3}", YEAR: f"{day.year}"}[kind]
    return parse(text)


def newest_ended(kind: str, today: date) -> Period:
    """The last period that is over on this day: the one to be reported now."""
    return of_day(kind, today).before
