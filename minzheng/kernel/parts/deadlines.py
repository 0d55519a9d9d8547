"""How a due date reads: “还剩 3 个工作日（11月26日）”, and in which colour."""

from __future__ import annotations

import datetime


def phrase(due: datetime.date | None, today: datetime.date, *, provisional: bool = False) -> tuple[str, str]:
    """(text, tone). Working days by the calendar table; ``provisional``: the due year's notice is not yet loaded."""
    if due is None:
        return "", "plain"
    day = f"{due.month}月{due.day}日" if due.year == today.year else f"{due.year}年{due.month}月{due.day}日"
    mark = "，暂定" if provisional else ""
    left = _working_days_left(today, due)
    if due < today:
        return f"逾期 {abs(left)} 个工作日（{day}{mark}）", "bad"
    if due == today:
        return f"今天到期（{day}{mark}）", "warn"
    return f"还剩 {left} 个工作日（{day}{mark}）", "warn" if left <= 1 else "info" if left <= 3 else "good"


def _working_days_left(today: datetime.date, due: datetime.date) -> int:
    from minzheng.kernel.calendar.selectors import working_days_left

    return working_days_left(today, due)
