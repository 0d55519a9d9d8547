"""Looking at background work."""

from __future__ import annotations

from django.db.models import QuerySet
from django.db.models.functions import Now

from minzheng.kernel.jobs.models import JobRun, WorkerBeat
from minzheng.kernel.jobs.worker import stale_after


def health() -> str:
    """ "ok" when some worker gave a sign of life lately, else "stale". One query."""
    return "ok" if WorkerBeat.objects.filter(at__gte=Now() - stale_after()).exists() else "stale"


def runs(*, state: str = "", name: str = "") -> QuerySet[JobRun]:
    """Newest first; all when no state and no name is given."""
    found = JobRun.objects.order_by("-pk")
    if state:
        found = found.filter(state=state)
    return found.filter(name=name) if name else found
