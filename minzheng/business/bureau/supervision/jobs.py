"""Every day: who has to be reminded?"""

from __future__ import annotations

from minzheng.business.bureau.supervision import reminding
from minzheng.kernel.jobs.context import Context
from minzheng.kernel.jobs.registry import job, periodic


@periodic(every_seconds=24 * 3600)
@job("duty.remind", title="督办任务到期提醒", atomic=False)
def remind(ctx: Context) -> dict[str, int]:
    """Each reminder is written once, however often this runs."""
    return {"reminded": len(reminding.remind_all())}
