"""Reading batches and links, narrowed to the places of one post with the permission."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minzheng.datacenter.lake.models import LakeBatch, LakeLink
from minzheng.kernel.jobs import selectors as jobs

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from minzheng.kernel.accounts.actors import Actor

READ = "lake.read"
BUSY = (LakeBatch.CHECKING, LakeBatch.LOADING)


def visible_to(actor: Actor) -> QuerySet[LakeBatch]:
    """Batches about the places of a post with lake.read; keys and file lists are left out."""
    rows = LakeBatch.objects.defer("key", "files")
    return rows if actor.is_system else rows.filter(actor.scope_q(READ))


def get(actor: Actor, pk: int, permission: str = READ) -> LakeBatch | None:
    """One batch over which the actor holds the permission (and may read it)."""
    batch = visible_to(actor).select_related("supersedes").filter(pk=pk).first()
    if batch is None or not (actor.is_system or actor.can(permission, batch.region_code)):
        return None
    return batch


def unfinished(actor: Actor, permission: str) -> QuerySet[LakeBatch]:
    """Deliveries that are whole in the vault and wait for somebody: stored but not tried, or tried but not brought in."""
    rows = LakeBatch.objects.defer("key", "files").filter(
        state__in=(LakeBatch.UPLOADED, LakeBatch.CHECKED), raw_parts__gt=0
    )
    return rows if actor.is_system else rows.filter(actor.scope_q(permission))


def links(actor: Actor) -> QuerySet[LakeLink]:
    """Links about the places of a post with lake.read, without their passwords."""
    rows = LakeLink.objects.defer("password")
    return rows if actor.is_system else rows.filter(actor.scope_q(READ))


def link(actor: Actor, pk: int, permission: str = READ) -> LakeLink | None:
    found = links(actor).filter(pk=pk).first()
    if found is None or not (actor.is_system or actor.can(permission, found.region_code)):
        return None
    return found


def correctable(actor: Actor, pk: str, permission: str) -> LakeBatch | None:
    """A batch in force that this actor may correct, by its number in an address."""
    batch = get(actor, int(pk), permission) if pk.isdigit() and len(pk) < 19 else None
    return batch if batch is not None and batch.state == LakeBatch.HELD else None


def progress(job_id: int | None) -> dict[str, Any]:
    """How far a job is: {"percent", "message", "stuck"}; `stuck` is a sentence when nothing works on it."""
    job = jobs.runs().filter(pk=job_id).first() if job_id else None
    told: dict[str, Any] = {"percent": job.progress if job else 0, "message": job.message if job else "", "stuck": ""}
    if job is not None and job.state in ("failed", "cancelled"):
        told["stuck"] = f"后台任务{job.get_state_display()}，请系统管理员在“后台任务”里查看原因、重试。"
    elif jobs.health() != "ok":
        told["stuck"] = "后台任务进程没有在运行，会在它启动后继续；请联系系统管理员。"
    return told
