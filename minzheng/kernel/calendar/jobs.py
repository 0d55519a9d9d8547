"""Deadlines follow the calendar."""

from __future__ import annotations

from minzheng.kernel.calendar.services import recomputers
from minzheng.kernel.jobs.context import Context
from minzheng.kernel.jobs.registry import job


@job("calendar.recompute", title="按新的放假安排重算期限")
def recompute(ctx: Context, year: int) -> dict[str, int]:
    """Call everything that stores deadlines; the result says how many moved, by folder."""
    moved: dict[str, int] = {}
    for function in recomputers():
        ctx.check()
        moved[function.__module__] = moved.get(function.__module__, 0) + function(year)
    return moved
