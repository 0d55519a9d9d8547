"""监测的后台任务：每日增量、每月全量、督办。"""

from __future__ import annotations

from typing import TYPE_CHECKING

from minzheng.datacenter.monitoring import escalating, running
from minzheng.datacenter.monitoring.errors import MonitorRefused
from minzheng.datacenter.monitoring.models import MonitorRun
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.jobs.registry import job, periodic

if TYPE_CHECKING:
    from minzheng.kernel.jobs.context import Context


@job(running.JOB, title="动态监测", atomic=False, max_attempts=3)
def run(ctx: Context, run: str) -> dict[str, int]:
    """One asked run. Done again after a crash it writes what the first would have written, once."""
    try:
        done = running.carry_out(pk=int(run), progress=ctx.progress, fence=ctx.atomic)
    except MonitorRefused as error:
        running.fail(pk=int(run), sentence=str(error))
        raise
    return {"watched": done.watched, "new": done.new, "repeated": done.repeated, "upgraded": done.upgraded}


@periodic(every_seconds=24 * 3600)
@job("monitor.daily", title="每日动态监测")
def daily(ctx: Context) -> dict[str, str]:
    """Ask for today's run: everything in force on the first run of a month, what is new on the others."""
    month = clock.today().replace(day=1)
    full = MonitorRun.objects.filter(mode=MonitorRun.FULL, state=MonitorRun.DONE, done_at__date__gte=month).exists()
    asked = running.ask(actor=SYSTEM, mode=MonitorRun.DELTA if full else MonitorRun.FULL)
    return {"run": str(asked.pk)}


@periodic(every_seconds=1800)
@job("monitor.escalate", title="逾期预警报县级督办", atomic=False)
def escalate(ctx: Context) -> dict[str, int]:
    """Overdue alerts are brought to the county, once for each deadline; visits put off come back."""
    return escalating.run(ctx.atomic)
