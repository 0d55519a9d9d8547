"""Reading batch checks, narrowed to what the actor may see: by the region of each row, never only of the run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minzheng.datacenter.matching.bulk.models import MatchAlert, MatchFamily, MatchLeftOut, MatchReview, MatchRun
from minzheng.kernel.jobs import selectors as jobs

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from minzheng.kernel.accounts.actors import Actor

READ, RUN = "match.read", "match.batch"


def _scoped(rows: QuerySet[Any], actor: Actor, permission: str = READ) -> QuerySet[Any]:
    return rows if actor.is_system else rows.filter(actor.scope_q(permission))


def visible_to(actor: Actor) -> QuerySet[MatchRun]:
    return _scoped(MatchRun.objects.all(), actor)


def get(actor: Actor, pk: int) -> MatchRun | None:
    return visible_to(actor).filter(pk=pk).first()


def families(actor: Actor) -> QuerySet[MatchFamily]:
    return _scoped(MatchFamily.objects.select_related("run"), actor)


def family(actor: Actor, pk: int) -> MatchFamily | None:
    return families(actor).filter(pk=pk).first()


def alerts(actor: Actor) -> QuerySet[MatchAlert]:
    return _scoped(MatchAlert.objects.select_related("run", "family"), actor)


def reviews(actor: Actor, permission: str = READ) -> QuerySet[MatchReview]:
    return _scoped(MatchReview.objects.select_related("run", "family"), actor, permission)


def left_out(actor: Actor) -> QuerySet[MatchLeftOut]:
    return _scoped(MatchLeftOut.objects.select_related("run"), actor)


def progress(run: MatchRun) -> dict[str, Any]:
    """How far a run is: {"percent", "message", "stuck"}; `stuck` is a sentence when nothing works on it."""
    job = jobs.runs().filter(pk=run.job_id).first() if run.job_id else None
    told: dict[str, Any] = {"percent": job.progress if job else 0, "message": job.message if job else "", "stuck": ""}
    if job is not None and job.state in ("failed", "cancelled"):
        told["stuck"] = f"后台任务{job.get_state_display()}，请系统管理员在“后台任务”里查看原因、重试。"
    elif jobs.health() != "ok":
        told["stuck"] = "后台任务进程没有在运行，核对会在它启动后继续；请联系系统管理员。"
    return told
