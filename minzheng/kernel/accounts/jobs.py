"""休假起止: open cases follow the days of a leave."""

from __future__ import annotations

from minzheng.kernel.accounts import leave
from minzheng.kernel.jobs.context import Context
from minzheng.kernel.jobs.registry import job, periodic

HALF_HOUR = 1800


@periodic(every_seconds=HALF_HOUR)
@job("accounts.leaves", title="休假开始移交、结束交还办件")
def leaves(ctx: Context) -> dict[str, int]:
    """Hand over what a leave that begins leaves behind, hand back what is open after its last day."""
    return leave.tick()
