"""Trials, loads and links in the background, and the hourly sweep."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model

from minzheng.datacenter.lake import ending, links, loading, mart, sweeping
from minzheng.datacenter.lake.errors import LakeRefused
from minzheng.datacenter.lake.locking import Busy
from minzheng.kernel.accounts.actors import Actor, actor_of
from minzheng.kernel.jobs.context import Context
from minzheng.kernel.jobs.registry import job, periodic
from minzheng.kernel.jobs.services import JobError

CHECK, LOAD, READ = "lake.check", "lake.load", "lake.read_link"


def _teller(ctx: Context) -> loading.Progress:
    """Rows read so far, as the run's message; the share is not known before the file was read once."""
    return lambda rows, sentence: ctx.progress(min(95, 1 + rows // 20_000), sentence)


def _asker(user: str) -> Actor:
    """Whoever asked, with today's posts: nothing is done that they may no longer do."""
    return actor_of(get_user_model().objects.get(pk=int(user)))


def _refused(error: LakeRefused) -> JobError:
    return JobError(str(error), retry=isinstance(error, Busy))


@job(CHECK, title="数据湖：试读", max_attempts=2, atomic=False)
def check(ctx: Context, batch: str, user: str) -> dict[str, Any]:
    """Read a delivered file once; nothing is written but counts and the reject file."""
    try:
        done = loading.check(actor=_asker(user), pk=int(batch), progress=_teller(ctx))
    except LakeRefused as error:
        raise _refused(error) from error
    return {"rows": done.rows, "accepted": done.accepted, "rejected": done.rejected}


@job(LOAD, title="数据湖：入湖", max_attempts=3, atomic=False)
def load(ctx: Context, batch: str, user: str) -> dict[str, Any]:
    """Bring a delivered file in; a killed worker leaves nothing that readers see, and the next try begins anew."""
    actor = _asker(user)
    try:
        done = loading.load(actor=actor, pk=int(batch), progress=_teller(ctx), fence=ctx.atomic)
    except LakeRefused as error:
        raise _refused(error) from error
    return {"batch": done.no, "rows": done.rows, "accepted": done.accepted, "rejected": done.rejected}


@job(READ, title="数据湖：由数据库链接读取", max_attempts=2, atomic=False)
def read_link(ctx: Context, link: str, period: str, user: str, supersedes: str = "") -> dict[str, Any]:
    """Read another bureau's table once, and bring it in."""
    actor = _asker(user)
    try:
        done = links.read(
            actor=actor, pk=int(link), period=period, supersedes=supersedes, progress=_teller(ctx), fence=ctx.atomic
        )
    except LakeRefused as error:
        raise _refused(error) from error
    return {"batch": done.no, "rows": done.rows, "accepted": done.accepted, "rejected": done.rejected}


@periodic(every_seconds=3600)
@job("lake.sweep", title="数据湖：清理", atomic=False)
def sweep(ctx: Context) -> dict[str, int]:
    """Batches whose time is over, files that nothing vouches for, tables for indicators."""
    dropped = ending.drop_expired()
    done = sweeping.sweep()
    mart.refresh()
    return {"dropped": dropped, "batches": done.batches, "drafts": done.drafts, "folders": done.folders}
