"""What the pages do with a delivery: small files at once, large ones by a job."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from minzheng.datacenter.lake import announcing, jobs, loading, sweeping
from minzheng.datacenter.lake.errors import LakeRefused
from minzheng.datacenter.lake.models import LakeBatch
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.jobs.services import enqueue

#: Bytes up to which a file is tried and brought in while the page waits (about ten thousand rows).
AT_ONCE = 1_500_000
#: Bytes of an upload at most; larger files go through the command line.
MOST_BYTES = 512 << 20


def upload(
    *, actor: Actor, source: str, period: str, region_code: str, file: Any, basis: str = "",
    supersedes: LakeBatch | None = None,
) -> LakeBatch:  # fmt: skip
    """Keep an uploaded file and try it. The batch tells what came out. Raises LakeRefused before anything is kept."""
    if file is None:
        raise LakeRefused([], {"file": "请选择要收进来的文件。"})
    if file.size > MOST_BYTES:
        raise LakeRefused(
            [], {"file": f"文件超过 {MOST_BYTES >> 20} MB：请管理员在服务器上用 minzheng lake ingest 收进来。"}
        )
    sweeping.sweep()
    batch = announcing.announce(
        actor=actor, source=source, period=period, name=file.name or "", region_code=region_code, basis=basis or None,
        supersedes=supersedes,
    )  # fmt: skip
    announcing.store(actor=actor, batch=batch, content=file)
    twin = announcing.twin_of(batch)
    if twin is not None:
        loading.discard(batch)
        return twin
    check(actor=actor, batch=batch)
    return batch


def check(*, actor: Actor, batch: LakeBatch) -> None:
    """Try a file; what is wrong with it as a whole stands with the batch."""
    if batch.file_size > AT_ONCE:
        _queue(actor, batch, LakeBatch.CHECKING, jobs.CHECK)
        return
    try:
        loading.check(actor=actor, pk=batch.pk)
    except LakeRefused:
        return  # kept with the batch, whose page is shown next


def resume(*, actor: Actor, batch: LakeBatch) -> None:
    """Go on with an upload that a kill left stored but not tried. Raises LakeRefused."""
    announcing.acting(actor, announcing.INGEST, batch.region_code)
    whole(batch)
    check(actor=actor, batch=batch)


def whole(batch: LakeBatch) -> None:
    """Raises LakeRefused unless the delivered file is in the vault from its first part to the last."""
    if not batch.raw_parts:
        raise LakeRefused(f"批次 {batch.no} 的文件没有收完，不能接着办：请重新交来。")


def load(*, actor: Actor, batch: LakeBatch) -> LakeBatch:
    """Bring a tried file in. Raises LakeRefused."""
    announcing.acting(actor, announcing.INGEST, batch.region_code)
    if batch.file_size > AT_ONCE:
        _queue(actor, batch, LakeBatch.LOADING, jobs.LOAD)
        return batch
    return loading.load(actor=actor, pk=batch.pk)


def read_link(*, actor: Actor, pk: int, region_code: str, period: str) -> None:
    """Ask for one reading of a link."""
    announcing.acting(actor, announcing.INGEST, region_code)
    args = {"link": str(pk), "period": period, "user": str(actor.id)}
    key = f"{jobs.READ}:{pk}:{period}:{clock.now().timestamp():.0f}"
    enqueue(jobs.READ, args=args, key=key, requested_by_id=actor.id)


@transaction.atomic
def _queue(actor: Actor, batch: LakeBatch, state: str, name: str) -> None:
    key = f"{name}:{batch.pk}:{clock.now().timestamp():.0f}"
    job = enqueue(name, args={"batch": str(batch.pk), "user": str(actor.id)}, key=key, requested_by_id=actor.id)
    LakeBatch.objects.filter(pk=batch.pk).update(state=state, job_id=job.pk)
