"""How a due date reads: “还剩 3 个工作日（11月26日）”, and in which colour."""

from __future__ import annotations

import datetime

#: Where nothing says when amber begins: three working days before the end.
WARN_AT = 3


def phrase(
    due: datetime.date | None, today: datetime.date, *, provisional: bool = False, near: bool | None = None
) -> tuple[str, str]:
    """(text, tone): red on the last day and after it, amber when ``near``. Working days by the calendar table;
    ``provisional``: the due year's notice is not yet loaded; ``near`` None: nothing is known but the date."""
    if due is None:
        return "", "plain"
    day = f"{due.month}月{due.day}日" if due.year == today.year else f"{due.year}年{due.month}月{due.day}日"
    where = f"{day}{'，按周末推算，待日历公布' if provisional else ''}"
    if due < today:
        late = _working_days(due, today)
        return (f"已超期 {late} 个工作日（{where}）" if late else f"已超期（{where}）"), "bad"
    if due == today:
        return f"今天到期（{where}）", "bad"
    left = _working_days(today, due)
    amber = left <= WARN_AT if near is None else near
    return f"还剩 {left} 个工作日（{where}）", "warn" if amber else "good"


def _working_days(start: datetime.date, end: datetime.date) -> int:
    from minzheng.kernel.calendar.selectors import working_days_left

    return working_days_left(start, end)
