"""Asking for background work. The row is written in the caller's transaction: no commit, no job."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from minzheng.kernel import clock
from minzheng.kernel.jobs import registry
from minzheng.kernel.jobs.models import JobRun


class JobError(Exception):
    """A failure that a job explains itself, in a Chinese sentence without personal data; kept with the run.

    `retry=False`: trying again would not help."""

    def __init__(self, sentence: str, *, retry: bool = True) -> None:
        super().__init__(sentence)
        self.retry = retry


class NotPossible(Exception):
    """The run is not in a state in which this can be done."""

    exit_code = 2


def enqueue(
    name: str,
    *,
    args: Mapping[str, Any] | None = None,
    key: str,
    run_after: datetime | None = None,
    requested_by_id: int | None = None,
) -> JobRun:
    """Ask for one run of a declared job. A second call with the same `key` (≤ 120 characters) changes nothing and
    returns the run of the first. `args` are JSON values without personal data: pass ids.

    `run_after` is a moment of the platform's clock. Raises UnknownJob."""
    wanted = registry.get(name)
    # Workers live on real time; a frozen clock (demo, tests) is translated.
    due = run_after - clock.shift() if run_after is not None else timezone.now()
    run = JobRun(
        name=name,
        args=dict(args or {}),
        key=key,
        run_after=due,
        max_attempts=wanted.max_attempts,
        requested_by_id=requested_by_id,
    )
    JobRun.objects.bulk_create([run], ignore_conflicts=True)
    return JobRun.objects.get(key=key)


def retry(*, run_id: int) -> JobRun:
    """Queue a failed or cancelled run again with all its tries. Raises NotPossible."""
    with transaction.atomic():
        run = _locked(run_id)
        if run.state not in ("failed", "cancelled"):
            raise NotPossible(f"任务 {run_id} 现为“{run.get_state_display()}”，只有失败或取消的任务可以重试。")
        run.state, run.attempts, run.error, run.message, run.progress = "queued", 0, "", "", 0
        run.run_after, run.finished_at = timezone.now(), None
        run.save()
    return run


def cancel(*, run_id: int) -> JobRun:
    """Take a waiting run off the queue. Raises NotPossible once it runs or is over."""
    with transaction.atomic():
        run = _locked(run_id)
        if run.state != "queued":
            raise NotPossible(f"任务 {run_id} 现为“{run.get_state_display()}”，只有排队中的任务可以取消。")
        run.state, run.finished_at = "cancelled", timezone.now()
        run.save()
    return run


def _locked(run_id: int) -> JobRun:
    run = JobRun.objects.select_for_update().filter(pk=run_id).first()
    if run is None:
        raise NotPossible(f"没有编号为 {run_id} 的任务，请用 minzheng jobs list 查看。")
    return run
