"""The worker process: some threads that claim and run, and the main thread that keeps leases, beats and the timetable.

After SIGTERM or Ctrl-C nothing new is claimed; running jobs get time to end, those that do not are given back to the
queue. After kill -9 the leases run out and another worker takes over.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from datetime import timedelta
from typing import Any

import structlog
from django.db import Error, close_old_connections, connection
from django.db.models.functions import Now

from minzheng.kernel.jobs import leases, registry, services
from minzheng.kernel.jobs.context import Context
from minzheng.kernel.jobs.execution import execute
from minzheng.kernel.jobs.models import JobRun, WorkerBeat

log = structlog.get_logger("minzheng.jobs")


class Worker:
    """`lease`, `beat`, `poll`, `grace` are seconds; `lease` must be several times `beat`."""

    def __init__(
        self, *, threads: int = 2, lease: float = 30, beat: float = 5, poll: float = 1, grace: float = 20
    ) -> None:
        self.name = f"{socket.gethostname()[:24]}:{os.getpid()}"
        self.threads, self.lease, self.beat, self.poll, self.grace = threads, lease, beat, poll, grace
        self._stop = threading.Event()
        self._running: dict[int, Context] = {}
        self._slots: dict[str, int] = {}

    def run(self) -> None:
        """Work until asked to stop."""
        registry.discover()
        for signum in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signum, lambda *_: self._stop.set())
        loops = [threading.Thread(target=self._loop, name=f"job-{n}", daemon=True) for n in range(self.threads)]
        for loop in loops:
            loop.start()
        last_beat = 0.0
        while not self._stop.is_set():
            if time.monotonic() - last_beat >= self.beat:
                last_beat = time.monotonic()
                self._safely(self._sign_of_life)
            self._safely(self._tick)
            self._stop.wait(self.poll)
        self._wind_up(loops)

    def _loop(self) -> None:
        while not self._stop.is_set():
            try:
                close_old_connections()
                run = leases.claim(self.name, self.lease)
                if run is None:
                    self._stop.wait(self.poll)
                    continue
                self._work(run)
            except Error as error:
                self._database_trouble(error)
        connection.close()

    def _work(self, run: JobRun) -> None:
        ctx = Context(run)
        self._running[run.pk] = ctx
        try:
            execute(run, ctx)
        finally:
            self._running.pop(run.pk, None)

    def _sign_of_life(self) -> None:
        WorkerBeat.objects.bulk_create(
            [WorkerBeat(worker=self.name, at=Now())],
            update_conflicts=True, unique_fields=["worker"], update_fields=["at"],
        )  # fmt: skip
        for ctx in list(self._running.values()):
            if not leases.extend(ctx.run_id, ctx.token, self.lease, **ctx.taken_progress()) and self._is_running(ctx):
                ctx.lost = True

    def _is_running(self, ctx: Context) -> bool:
        """It may have ended between our look and the update."""
        return self._running.get(ctx.run_id) is ctx

    def _tick(self) -> None:
        """Queue each periodic job once per period. The key names the period, so that two workers queue it once; a run
        that is still waiting or working is not piled upon."""
        now = time.time()
        for name, seconds in registry.periods().items():
            slot = int(now // seconds)
            if self._slots.get(name) == slot:
                continue
            if not JobRun.objects.filter(name=name, state__in=("queued", "running")).exists():
                services.enqueue(name, key=f"{name}@{slot * seconds}")
            self._slots[name] = slot

    def _wind_up(self, loops: list[threading.Thread]) -> None:
        end = time.monotonic() + self.grace
        for ctx in list(self._running.values()):
            ctx.stopping = True  # long jobs look at it with every progress
        while self._running and time.monotonic() < end:
            self._safely(self._sign_of_life)
            time.sleep(0.1)
        for ctx in list(self._running.values()):
            self._safely(lambda ctx=ctx: leases.release(ctx.run_id, ctx.token))
            log.warning("job released at stop", job=ctx.name, id=str(ctx.run_id))
        self._safely(lambda: WorkerBeat.objects.filter(worker=self.name).delete())
        for loop in loops:
            loop.join(timeout=1)
        connection.close()

    def _safely(self, action: Any) -> None:
        try:
            close_old_connections()
            action()
        except Error as error:
            self._database_trouble(error)

    def _database_trouble(self, error: Error) -> None:
        """The server restarts or is cut off: log the kind (messages may quote values), reconnect, go on."""
        log.error("database trouble", kind=type(error).__name__)
        connection.close()
        self._stop.wait(min(self.poll * 2, 5))


def drain(most: int = 1000) -> int:
    """Run what is due in this thread until nothing is left (commands, tests); returns how many runs were tried."""
    for count in range(most):
        run = leases.claim("drain", 300)
        if run is None:
            return count
        execute(run, Context(run))
    return most


def stale_after() -> timedelta:
    """Silence after which a worker counts as dead."""
    return timedelta(seconds=30)
