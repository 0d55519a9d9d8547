"""Housekeeping of the job table itself."""

from __future__ import annotations

from datetime import timedelta

from django.db.models.functions import Now

from minzheng.kernel.jobs import registry
from minzheng.kernel.jobs.context import Context
from minzheng.kernel.jobs.models import JobRun, WorkerBeat
from minzheng.kernel.jobs.registry import job, periodic

#: Finished runs of frequent periodic jobs say nothing after an hour; others are kept for questions.
KEEP_PERIODIC = timedelta(hours=1)
KEEP_OTHERS = timedelta(days=90)


@periodic(every_seconds=600)
@job("jobs.prune", title="清理过期的任务记录")
def prune(ctx: Context) -> dict[str, int]:
    """Delete finished runs past their time and beats of workers that are gone. Failed runs stay until they are seen,
    except those of periodic jobs, which come anew with every period."""
    done = JobRun.objects.filter(state="done")
    over = JobRun.objects.filter(state__in=("done", "failed"), name__in=registry.periods())
    periodic_runs, _ = over.filter(finished_at__lt=Now() - KEEP_PERIODIC).delete()
    others, _ = done.filter(finished_at__lt=Now() - KEEP_OTHERS).delete()
    WorkerBeat.objects.filter(at__lt=Now() - timedelta(days=1)).delete()
    return {"periodic": periodic_runs, "others": others}
