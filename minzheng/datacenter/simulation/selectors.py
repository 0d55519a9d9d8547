"""Reading simulations, narrowed to what the actor may see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minzheng.datacenter.simulation.models import SimulationRun
from minzheng.kernel.jobs import selectors as jobs
from minzheng.kernel.regions import codes

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from minzheng.kernel.accounts.actors import Actor

PERMISSION = "policy.read"


def visible_to(actor: Actor) -> QuerySet[SimulationRun]:
    """Runs about places over which the actor may read standards and rules. The sums are left out: a page asks for them."""
    rows = SimulationRun.objects.defer("figures")
    return rows if actor.is_system else rows.filter(actor.scope_q(PERMISSION))


def get(actor: Actor, pk: int) -> SimulationRun | None:
    """One run with its sums; None for what the actor may not see."""
    rows = SimulationRun.objects.all()
    return (rows if actor.is_system else rows.filter(actor.scope_q(PERMISSION))).filter(pk=pk).first()


def sees_small(actor: Actor, region_code: str) -> bool:
    """Whether sums of few households are shown: to posts over the county (or more), who know the families anyway."""
    if actor.is_system:
        return True
    county = codes.full(codes.prefix(region_code)[:6])
    return actor.can(PERMISSION, county) is not None


def newest_of_set(actor: Actor, set_id: int) -> SimulationRun | None:
    """The newest finished run of a draft set of standards."""
    return visible_to(actor).filter(set_id=set_id, state=SimulationRun.DONE).order_by("-asked_at").first()


def progress(run: SimulationRun) -> dict[str, Any]:
    """How far a run is: {"percent", "message", "stuck"}; `stuck` is a sentence when nothing works on it."""
    job = jobs.runs().filter(pk=run.job_id).first() if run.job_id else None
    told: dict[str, Any] = {"percent": job.progress if job else 0, "message": job.message if job else "", "stuck": ""}
    if job is not None and job.state in ("failed", "cancelled"):
        told["stuck"] = f"后台任务{job.get_state_display()}，请系统管理员在“后台任务”里查看原因、重试。"
    elif jobs.health() != "ok":
        told["stuck"] = "后台任务进程没有在运行，测算会在它启动后继续；请联系系统管理员。"
    return told
