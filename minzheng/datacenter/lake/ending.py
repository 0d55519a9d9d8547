"""The end of a batch: dropped by an act, or because its time is over. Its key is destroyed at once, so that what was
sealed opens no more, here or in a copy of the files; files go with the next sweep, when no running job reads them."""

from __future__ import annotations

import datetime

from django.db import transaction

from minzheng.datacenter.lake import locking, mart, places, raw, rejects
from minzheng.datacenter.lake.announcing import INGEST, acting
from minzheng.datacenter.lake.errors import LakeRefused
from minzheng.datacenter.lake.models import LakeBatch
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM, Actor
from minzheng.kernel.audit import services as audit

DROP = "lake.drop"
ENDABLE = (LakeBatch.HELD, LakeBatch.SUPERSEDED, LakeBatch.FAILED, LakeBatch.CHECKED, LakeBatch.UPLOADED)


#: Never in force: whoever brings data in may put it away again.
NEVER_HELD = (LakeBatch.UPLOADED, LakeBatch.CHECKED, LakeBatch.FAILED)


def drop(*, actor: Actor, pk: int, reason: str) -> LakeBatch:
    """Drop a batch for good. Raises LakeRefused without a reason, without the right, or while it is being worked on."""
    if not reason.strip():
        raise LakeRefused([], {"reason": "请写明为什么删除，例如“授权到期”。"})
    done = _end(actor, pk, DROP, ENDABLE, reason.strip())
    mart.refresh()
    return done


def discard(*, actor: Actor, pk: int, reason: str = "") -> LakeBatch:
    """Put away a delivery that never came in: an upload left by a kill, a trial nobody wants, a file that cannot be read.
    Raises LakeRefused without the right to bring data in, for a batch that was in force, or while it is worked on."""
    with locking.of_batch(pk):
        return _end(actor, pk, INGEST, NEVER_HELD, reason.strip() or "没有入湖，不要了")


def _end(actor: Actor, pk: int, permission: str, states: tuple[str, ...], reason: str) -> LakeBatch:
    with transaction.atomic():
        batch = LakeBatch.objects.select_for_update().filter(pk=pk).first()
        if batch is None:
            raise LakeRefused("没有这一批，或不在您的办理范围内。")
        who = acting(actor, permission, batch.region_code)
        if batch.state not in states:
            raise LakeRefused(f"批次 {batch.no} 现在是“{batch.get_state_display()}”，不能删除，请刷新后再看。")
        batch.state, batch.key = LakeBatch.DROPPED, ""
        batch.ended_at, batch.ended_name, batch.ended_reason = clock.now(), actor.name, reason[:200]
        batch.has_rejects = False
        batch.save(update_fields=["state", "key", "ended_at", "ended_name", "ended_reason", "has_rejects"])
        detail = {"no": batch.no, "rows": batch.rows, "sm3": batch.file_sha}
        audit.record(
            actor=who,
            action="lake.drop" if permission == DROP else "lake.discard",
            obj=batch,
            reason=reason,
            detail=detail,
        )
        parts = batch.raw_parts
        transaction.on_commit(lambda: _remove_sealed(batch.pk, parts, batch.no))
    return batch


def _remove_sealed(pk: int, parts: int, no: str) -> None:
    raw.drop(pk, parts)
    rejects.drop(pk)
    (places.rejects() / f"{no}.csv").unlink(missing_ok=True)


def drop_expired() -> int:
    """Batches whose `keep_until` is over; returns how many."""
    over = LakeBatch.objects.filter(keep_until__lt=clock.today(), state__in=(LakeBatch.HELD, LakeBatch.SUPERSEDED))
    found = list(over.values_list("pk", flat=True))
    for pk in found:
        drop(actor=SYSTEM, pk=pk, reason="保留期已满")
    return len(found)


def keep_until(*, actor: Actor, pk: int, day: str) -> LakeBatch:
    """Set or clear ("" ) the last day on which a batch is kept. Raises LakeRefused."""
    with transaction.atomic():
        batch = LakeBatch.objects.select_for_update().get(pk=pk)
        who = acting(actor, DROP, batch.region_code)
        try:
            batch.keep_until = datetime.date.fromisoformat(day) if day else None
        except ValueError:
            raise LakeRefused([], {"keep_until": "日期请写成 2027-12-31 的样子。"}) from None
        batch.save(update_fields=["keep_until"])
        audit.record(actor=who, action="lake.keep_until", obj=batch, detail={"no": batch.no, "until": day})
    return batch
