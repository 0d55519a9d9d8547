"""The work of a batch check in the background, and the daily wiping of what has expired."""

from __future__ import annotations

from minzheng.datacenter.matching.bulk import services
from minzheng.datacenter.matching.bulk.errors import CheckFailed, MatchRefused
from minzheng.datacenter.matching.bulk.models import MatchRun
from minzheng.kernel.accounts.actors import actor_of
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.jobs.context import Context
from minzheng.kernel.jobs.registry import job, periodic
from minzheng.kernel.jobs.services import JobError

DAY = 86_400


@job(services.JOB, title="批量核对", max_attempts=3, atomic=False)
def batch(ctx: Context, run: str) -> dict[str, int]:
    """Again from the beginning after a crash: until the last moment nothing is written."""
    asked = MatchRun.objects.select_related("asked_by").get(pk=int(run))
    try:
        done = services.carry_out(actor=actor_of(asked.asked_by), pk=asked.pk, progress=ctx.progress, fence=ctx.atomic)
    except (MatchRefused, CheckFailed, Refused) as error:
        services.fail(pk=asked.pk, sentence=str(error))
        raise JobError(str(error), retry=False) from error
    return {"families": done.families, "alerts": done.alerts, "to_review": done.to_review}


@periodic(every_seconds=DAY)
@job("matching.expire", title="清除到期的批量核对明细", atomic=False)
def expire(ctx: Context) -> dict[str, int]:
    """Each family by itself; safe to run again."""
    return services.expire()
