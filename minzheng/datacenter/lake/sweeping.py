"""Sweeping: what killed runs left behind, and the files of batches that were dropped. Runs before every ingest and hourly.

Nothing is removed while a living process holds the lock of its batch, nor a file that the manifest vouches for.
"""

from __future__ import annotations

import contextlib
import datetime
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from minzheng.datacenter.lake import locking, places, raw, rejects
from minzheng.datacenter.lake.models import LakeBatch
from minzheng.kernel import clock
from minzheng.kernel.jobs import selectors as runs

#: Files of a dropped batch stay so long: a job that began before may still read them.
GRACE = datetime.timedelta(hours=1)
_VOUCHED = (LakeBatch.HELD, LakeBatch.SUPERSEDED)
_UNFINISHED = (LakeBatch.UPLOADED, LakeBatch.CHECKING, LakeBatch.LOADING)


@dataclass
class Swept:
    """How many of each were put away."""

    batches: int = 0
    drafts: int = 0
    folders: int = 0
    spills: int = 0


def sweep() -> Swept:
    """Put away everything that nobody works on and nothing vouches for."""
    done = Swept()
    for batch in _unfinished():
        done.batches += _end(batch)
    for folder in places.drafts().iterdir():
        done.drafts += _remove_unless_busy(folder, folder.name)
    for folder in sorted(places.clean().glob("source=*/period=*/batch=*")):
        done.folders += _remove_unless_vouched(folder)
    for folder in places.spills():
        if not _alive(folder.name):
            shutil.rmtree(folder, ignore_errors=True)
            done.spills += 1
    return done


def _unfinished() -> list[LakeBatch]:
    """Those begun on the command line and left by a kill; what has a job is the job's, uploads wait for their owner."""
    begun = LakeBatch.objects.filter(state__in=_UNFINISHED).exclude(state=LakeBatch.UPLOADED, raw_parts__gt=0)
    waiting = runs.runs().filter(state__in=("queued", "running")).order_by().values("pk")
    return list(begun.exclude(job_id__in=waiting))


def _end(batch: LakeBatch) -> int:
    try:
        with locking.of_batch(batch.pk):
            fresh = LakeBatch.objects.get(pk=batch.pk)
            if fresh.state not in _UNFINISHED:
                return 0
            raw.drop(batch.pk, batch.raw_parts)
            rejects.drop(batch.pk)
            fresh.state, fresh.raw_parts, fresh.has_rejects = LakeBatch.FAILED, 0, False
            fresh.message = "处理到一半中断了，没有入湖，原件已清除：请重新交来。"
            fresh.save(update_fields=["state", "raw_parts", "has_rejects", "message"])
    except (locking.Busy, LakeBatch.DoesNotExist):
        return 0
    return 1


def _remove_unless_busy(folder: Path, no: str) -> int:
    batch = LakeBatch.objects.filter(no=no).first()
    guard = locking.of_batch(batch.pk) if batch else contextlib.nullcontext()
    try:
        with guard:
            shutil.rmtree(folder, ignore_errors=True)
    except locking.Busy:
        return 0
    return 1


def _remove_unless_vouched(folder: Path) -> int:
    no = folder.name.removeprefix("batch=")
    batch = LakeBatch.objects.filter(no=no).first()
    if batch is not None and batch.state in _VOUCHED:
        return 0
    if batch is not None and batch.state == LakeBatch.DROPPED:
        if batch.ended_at is not None and batch.ended_at > clock.now() - GRACE:
            return 0
        shutil.rmtree(folder, ignore_errors=True)
        LakeBatch.objects.filter(pk=batch.pk).update(swept_at=clock.now())
        return 1
    return _remove_unless_busy(folder, no)


def _alive(pid: str) -> bool:
    """Whether the process that named this folder after itself still runs."""
    if not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
