"""Who may work on a run, and until when. All times are the database's, so that several machines agree.

A claim writes a token that no other claim has; extending, finishing and releasing ask for it. A worker that lost its
lease (it slept, its machine was cut off) therefore cannot write a result over that of its successor.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from minzheng.kernel.jobs.models import JobRun

#: A failed try is repeated after 5, 10, 20, … seconds, at most an hour.
FIRST_DELAY_SECONDS = 5
LONGEST_DELAY_SECONDS = 3600
DIED = "执行进程中途退出，已达最多次数；请查看运行日志，排除原因后重试。"


def claim(worker: str, seconds: float) -> JobRun | None:
    """Take the next run that is due, or one whose lease has run out; None when there is nothing to do."""
    expired = JobRun.objects.filter(state="running", lease_until__lt=Now()).order_by("lease_until")
    due = JobRun.objects.filter(state="queued", run_after__lte=Now()).order_by("run_after", "pk")
    with transaction.atomic():
        run = expired.select_for_update(skip_locked=True).first()
        if run is not None and run.attempts >= run.max_attempts:
            _mine(run.pk, run.lease_owner).update(state="failed", error=DIED, lease_until=None, finished_at=Now())
            run = None
        run = run or due.select_for_update(skip_locked=True).first()
        if run is None:
            return None
        token = f"{worker[:40]}#{secrets.token_hex(6)}"
        JobRun.objects.filter(pk=run.pk).update(
            state="running",
            attempts=F("attempts") + 1,
            lease_owner=token,
            lease_until=Now() + timedelta(seconds=seconds),
            heartbeat_at=Now(),
            error="",
        )
        return JobRun.objects.get(pk=run.pk)


def extend(run_id: int, token: str, seconds: float, **progress: Any) -> bool:
    """A sign of life, with the latest progress. False: the lease is lost."""
    until = Now() + timedelta(seconds=seconds)
    return bool(_mine(run_id, token).update(lease_until=until, heartbeat_at=Now(), **progress))


def hold(run_id: int, token: str) -> bool:
    """Within a transaction: make sure that the lease is ours until the transaction ends."""
    return _mine(run_id, token).select_for_update().exists()


def finish(run_id: int, token: str, result: Any) -> bool:
    """Write the result. False: the lease is lost and nothing was written."""
    return bool(
        _mine(run_id, token).update(
            state="done", result=result, progress=100, lease_until=None, finished_at=Now(), error=""
        )
    )


def fail(run: JobRun, token: str, error: str, *, retry: bool) -> bool:
    """Record a failed try; queue the next one unless there is none left."""
    if retry and run.attempts < run.max_attempts:
        delay = min(FIRST_DELAY_SECONDS * 2 ** (run.attempts - 1), LONGEST_DELAY_SECONDS)
        change: dict[str, Any] = {"state": "queued", "run_after": Now() + timedelta(seconds=delay)}
    else:
        change = {"state": "failed", "finished_at": Now()}
    return bool(_mine(run.pk, token).update(error=error, lease_until=None, lease_owner="", **change))


def release(run_id: int, token: str) -> bool:
    """Give the run back unfinished (the worker is asked to stop); the try does not count."""
    return bool(
        _mine(run_id, token).update(
            state="queued", run_after=Now(), lease_until=None, lease_owner="", attempts=F("attempts") - 1
        )
    )


def _mine(run_id: int, token: str) -> QuerySet[JobRun]:
    return JobRun.objects.filter(pk=run_id, state="running", lease_owner=token)
