"""Trials and loads of large files, in the background."""

from __future__ import annotations

from typing import Any

from minzheng.kernel.accounts.actors import SYSTEM, actor_of
from minzheng.kernel.accounts.models import User
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.exchange.caseload import batches, takeover
from minzheng.kernel.exchange.caseload.errors import ImportRefused
from minzheng.kernel.jobs.context import Context
from minzheng.kernel.jobs.registry import job, periodic
from minzheng.kernel.jobs.services import JobError


def _counter(ctx: Context) -> Any:
    """Rows read so far, as the run's message; the share is not known before the file was read once."""
    return lambda rows: ctx.progress(min(99, 1 + rows // 2000), f"已读 {rows} 行")


@job("caseload.check", title="存量导入：试算", max_attempts=2, atomic=False)
def check(ctx: Context, batch: str, user: str) -> dict[str, Any]:
    """Try a file again from its beginning; nothing is written but the report."""
    actor = actor_of(User.objects.get(pk=int(user)))
    try:
        done = batches.check(actor=actor, pk=int(batch), progress=_counter(ctx))
    except ImportRefused as error:
        batches.failed(pk=int(batch), sentence=str(error))
        raise JobError(str(error), retry=False) from error
    return {"accepted": done.report["accepted"], "rejected": done.report["rejected"]}


@job("caseload.load", title="存量导入：入库", max_attempts=3, atomic=False)
def load(ctx: Context, batch: str) -> dict[str, Any]:
    """One transaction: a killed worker leaves nothing, and the next try begins anew."""
    try:
        with ctx.atomic():
            done = batches.load(actor=SYSTEM, pk=int(batch), progress=_counter(ctx))
    except ImportRefused as error:
        batches.failed(pk=int(batch), sentence=str(error))
        raise JobError(str(error), retry=False) from error
    return {"persons": done.report["new_persons"], "awards": done.report["new_awards"]}


@periodic(every_seconds=6 * 3600)
@job("caseload.reviews", title="存量待遇到期复核", atomic=False)
def reviews(ctx: Context) -> dict[str, int]:
    """Imported awards are re-checked when their date comes, like those decided here."""
    opened = 0
    for award in takeover.due():
        try:
            with ctx.atomic():
                takeover.open_recheck(actor=SYSTEM, award_id=award, why="review")
            opened += 1
        except Refused:
            continue
    return {"opened": opened}
