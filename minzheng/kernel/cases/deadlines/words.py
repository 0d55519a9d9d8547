"""期限的说法: how many working days are left, in which colour (which: see `colours`)."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

from minzheng.kernel import clock

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Case


@dataclass(frozen=True)
class DeadlineView:
    """`colour`: green | yellow | red | none. `text`: 还剩 3 个工作日（11月26日）. `paused`: the total clock stands still."""

    text: str
    colour: str
    due_on: datetime.date | None
    working_days_left: int | None
    paused: bool
    provisional: bool


def deadline(case: Case, today: datetime.date | None = None, *, total: bool = False) -> DeadlineView:
    """The running stage's deadline, or the whole procedure's. No query beyond the cached calendar."""
    day = today or clock.today()
    due = case.total_due_on if total else case.due_on
    paused = case.state == "OBJECTION"
    if due is None:
        return DeadlineView("没有期限", "none", None, None, paused, False)
    near = case.yellow_on is not None and day >= case.yellow_on
    return view(due, day, near=near, paused=paused, provisional=case.due_provisional)


def view(
    due: datetime.date, today: datetime.date, *, near: bool, paused: bool = False, provisional: bool = False
) -> DeadlineView:
    """`near`: no more than the place's share of the time is left."""
    from minzheng.kernel.calendar.selectors import working_days_left

    tail = "，按周末推算，待日历公布" if provisional else ""
    where = f"{due.month}月{due.day}日{tail}"
    if today > due:
        late = working_days_left(due, today)
        text = f"已超期 {late} 个工作日（{where}）" if late else f"已超期（{where}）"
        return DeadlineView(text, "red", due, -late, paused, provisional)
    left = working_days_left(today, due)
    text = f"今天到期（{where}）" if today == due else f"还剩 {left} 个工作日（{where}）"
    colour = "red" if today == due else "yellow" if near else "green"
    return DeadlineView(text, colour, due, left, paused, provisional)


def deadline_text(case: Case, today: datetime.date | None = None) -> str:
    """还剩 3 个工作日（11月26日）, or "" where nothing runs."""
    shown = deadline(case, today)
    return shown.text if shown.due_on else ""
