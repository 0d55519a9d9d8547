"""The work of a simulation, in the background."""

from __future__ import annotations

from minzheng.datacenter.simulation import services
from minzheng.datacenter.simulation.errors import SimulationRefused
from minzheng.datacenter.simulation.models import SimulationRun
from minzheng.kernel.accounts.actors import actor_of
from minzheng.kernel.jobs.context import Context
from minzheng.kernel.jobs.registry import job
from minzheng.kernel.jobs.services import JobError


@job(services.JOB, title="测算", max_attempts=3, atomic=False)
def run(ctx: Context, run: str) -> dict[str, int]:
    """Again from the beginning after a crash: until the last moment nothing is written."""
    asked = SimulationRun.objects.select_related("asked_by").get(pk=int(run))
    try:
        done = services.carry_out(
            actor=actor_of(asked.asked_by), pk=asked.pk, progress=ctx.progress, fence=ctx.atomic
        )  # fmt: skip
    except SimulationRefused as error:
        services.fail(pk=asked.pk, sentence=str(error))
        raise JobError(str(error), retry=False) from error
    return {"families": done.families}
