"""One claimed run: call the function, write the result or the failure."""

from __future__ import annotations

import traceback
from typing import Any

import structlog
from django.db import transaction

from minzheng.kernel.jobs import leases, registry
from minzheng.kernel.jobs.context import Context, LeaseLost, Stopping
from minzheng.kernel.jobs.models import JobRun
from minzheng.kernel.jobs.services import JobError

log = structlog.get_logger("minzheng.jobs")


def execute(run: JobRun, ctx: Context) -> str:
    """Run it to its end. Returns "done", "failed" (this try), "released" or "lost"."""
    outcome = _attempt(run, ctx)
    log.info("job", job=run.name, id=str(run.pk), attempt=run.attempts, outcome=outcome)
    return outcome


def _attempt(run: JobRun, ctx: Context) -> str:
    try:
        wanted = registry.get(run.name)
        with registry.scopes():
            _call(wanted, run, ctx)
        return "done"
    except LeaseLost:
        return "lost"
    except Stopping:
        return "released" if leases.release(run.pk, ctx.token) else "lost"
    except Exception as error:
        retry = getattr(error, "retry", not isinstance(error, registry.UnknownJob))
        if not leases.fail(run, ctx.token, describe(error), retry=bool(retry)):
            return "lost"
        return "failed"


def _call(wanted: registry.Job, run: JobRun, ctx: Context) -> None:
    if wanted.atomic:
        with transaction.atomic():
            _finish(ctx, wanted.run(ctx, **run.args))
    else:
        _finish(ctx, wanted.run(ctx, **run.args))


def _finish(ctx: Context, result: Any) -> None:
    progress = ctx.taken_progress()
    if not leases.finish(ctx.run_id, ctx.token, result):
        raise LeaseLost  # inside an atomic job this takes its effects back
    if progress.get("message"):
        JobRun.objects.filter(pk=ctx.run_id).update(message=progress["message"])


def describe(error: Exception) -> str:
    """A failure without personal data: database errors quote the offending values, so only sentences that a job wrote
    itself are kept; of others the kind and the places in the code."""
    if isinstance(error, (JobError, registry.UnknownJob)):
        return str(error)
    places = [
        f"{one.filename.rpartition('/')[2]}:{one.lineno} {one.name}"
        for one in traceback.extract_tb(error.__traceback__)
    ]
    return f"{type(error).__name__}（{' → '.join(places[-6:])}）"
