"""What a running job may ask of its surroundings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from minzheng.kernel.jobs import leases
from minzheng.kernel.jobs.models import JobRun


class LeaseLost(Exception):
    """Another worker has this run now; everything not committed is to be dropped."""


class Stopping(Exception):
    """The worker is asked to stop; the run goes back to the queue."""


class Context:
    """Given to every job as its first argument. Progress is kept in memory and written with the next heartbeat, so that
    it is seen while the job's own transaction is still open."""

    def __init__(self, run: JobRun) -> None:
        self.run_id: int = run.pk
        self.name: str = run.name
        self.attempt: int = run.attempts
        self.requested_by_id = run.requested_by_id
        self.token: str = run.lease_owner
        self.lost = False
        self.stopping = False
        self._progress: dict[str, object] = {}

    def progress(self, percent: float, message: str = "") -> None:
        """0 to 100, and a short sentence without personal data. Raises LeaseLost or Stopping: let them pass."""
        self.check()
        self._progress = {"progress": max(0, min(100, int(percent))), "message": message[:200]}

    def check(self) -> None:
        """Call now and then in long loops. Raises LeaseLost or Stopping."""
        if self.lost:
            raise LeaseLost
        if self.stopping:
            raise Stopping

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """A transaction that commits only while the lease is ours."""
        with transaction.atomic():
            yield
            if not leases.hold(self.run_id, self.token):
                self.lost = True
                raise LeaseLost

    def taken_progress(self) -> dict[str, object]:
        """The progress not written yet."""
        taken, self._progress = self._progress, {}
        return taken
