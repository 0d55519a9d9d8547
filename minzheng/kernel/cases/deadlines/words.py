"""期限的说法: how many working days are left, in which colour (which: see `colours`)."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

from minzheng.kernel import clock
from minzheng.kernel.calendar.selectors import working_days_left
from minzheng.kernel.parts.deadlines import phrase

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Case


#: The tone of the words in lists → the colour that the case page and the phone speak of.
COLOURS = {"bad": "red", "warn": "yellow", "good": "green", "plain": "none"}


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
    text, tone = phrase(due, today, near=near, provisional=provisional)
    left = -working_days_left(due, today) if today > due else working_days_left(today, due)
    return DeadlineView(text, COLOURS[tone], due, left, paused, provisional)


def deadline_text(case: Case, today: datetime.date | None = None) -> str:
    """还剩 3 个工作日（11月26日）, or "" where nothing runs."""
    shown = deadline(case, today)
    return shown.text if shown.due_on else ""
