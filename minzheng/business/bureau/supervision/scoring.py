"""完成率 and 得分 of a set of tasks. Pure.

完成率 = finished in time / due; 得分 = Σ weight · s, s = 1 in time, .8 up to 15 days late, .5 later, 0 not finished. Weights are
scaled to 100, so that 50/30/20 with 1/.8/0 gives 74. Nothing due gives None, which is not 0."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from minzheng.business.bureau.supervision.colours import due_day
from minzheng.business.bureau.supervision.models import DONE, GONE
from minzheng.business.bureau.supervision.terms import number

#: Not due, whatever the day: not yet given to anybody, put aside, or no task any more.
NOT_COUNTED = (*GONE, "proposed", "divided", "paused")


@dataclass(frozen=True)
class Score:
    """`due`: should have been finished by the day; `on_time`, `late`, `open` add up to it. `rate` and `score`: percent and
    points with one decimal, None when nothing was due."""

    due: int
    on_time: int
    late: int
    open: int
    rate: Decimal | None
    score: Decimal | None


def is_due(task: Any, on: datetime.date) -> bool:
    """Whether it should be finished by this day: its last day has passed, or it was closed before."""
    if task.state in NOT_COUNTED or task.end is None:
        return False
    return _closed(task, on) or due_day(task.end) < on


def lateness(task: Any, on: datetime.date) -> int | None:
    """Days late, 0 in time; None while it is not closed."""
    if not _closed(task, on):
        return None
    return max(0, ((task.finished_on or task.closed_on) - due_day(task.end)).days)


def share(late: int | None) -> Decimal:
    """s of one task that is due."""
    if not late:
        return Decimal(0 if late is None else 1)
    return Decimal(number("late_percent" if late <= number("late_days") else "later_percent")) / 100


def score(tasks: Iterable[Any], on: datetime.date) -> Score:
    """Over those of the tasks that are due on the day."""
    counted = [(Decimal(one.weight), lateness(one, on)) for one in tasks if is_due(one, on)]
    weights = sum(weight for weight, _ in counted)
    on_time = sum(1 for _, late in counted if late == 0)
    open_ = sum(1 for _, late in counted if late is None)
    points = sum(weight * share(late) for weight, late in counted)
    return Score(
        len(counted), on_time, len(counted) - on_time - open_, open_,
        _tenth(Decimal(100 * on_time) / len(counted)) if counted else None,
        _tenth(100 * points / weights) if weights else None,
    )  # fmt: skip


def _closed(task: Any, on: datetime.date) -> bool:
    return task.state in DONE and task.closed_on is not None and task.closed_on <= on


def _tenth(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.1"), ROUND_HALF_UP)
