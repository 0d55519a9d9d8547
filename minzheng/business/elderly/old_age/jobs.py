"""高龄津贴的后台任务。"""

from __future__ import annotations

from typing import TYPE_CHECKING

from minzheng.business.elderly.old_age.brackets import change_due
from minzheng.kernel.jobs.registry import job, periodic

if TYPE_CHECKING:
    from minzheng.kernel.jobs.context import Context


@periodic(every_seconds=24 * 3600)
@job("elderly.brackets", title="高龄津贴到龄换档", atomic=False)
def brackets(ctx: Context) -> dict[str, int]:
    """Awards whose holder enters a higher bracket this month or next. Safe to run again: each is changed once."""
    return {"changed": len(change_due())}
