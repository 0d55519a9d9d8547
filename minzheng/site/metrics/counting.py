"""What processes count as they work: requests by page code, their seconds, database errors, runs of jobs.

Several web workers and the job worker count into files of their own (``prometheus_client``'s multiprocess mode) in the
folder that ``PROMETHEUS_MULTIPROC_DIR`` names; the supervisor makes and clears it. The files are mapped into memory: on
a full disk, writing to a hole in one would kill the process. Their room is therefore taken when they are made, and
a process that gets none counts for itself alone.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.db import Error

from minzheng.site.metrics import FOLDER

NOWHERE = "(none)"  # addresses that lead to no page: all counted as one
BUCKETS = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_ROOM = 4 * 1024 * 1024
_declaring = threading.Lock()
_KINDS_OF_FILES = ("counter", "histogram")


@dataclass(frozen=True)
class Counters:
    requests: Any
    seconds: Any
    database_errors: Any
    jobs: Any
    job_seconds: Any


def request_served(page: str, status: int, seconds: float) -> None:
    """``page`` is a declared page code, never an address."""
    found = counters()
    found.requests.labels(page or NOWHERE, str(status)).inc()
    found.seconds.labels(page or NOWHERE).observe(seconds)


def database_error(kind: str) -> None:
    counters().database_errors.labels(kind).inc()


@contextmanager
def job_run() -> Iterator[None]:
    """Around every run of a job (registered with the job registry)."""
    begun = time.perf_counter()
    outcome = "done"
    try:
        yield
    except Exception as error:
        outcome = "failed"
        if isinstance(error, Error):
            database_error(type(error).__name__)
        raise
    finally:
        found = counters()
        found.jobs.labels(outcome).inc()
        found.job_seconds.observe(time.perf_counter() - begun)


def counters() -> Counters:
    # The first requests of a process come in several threads at once; the library refuses a second declaration
    with _declaring:
        return _counters(os.getpid())


@lru_cache(maxsize=1)
def _counters(pid: int) -> Counters:
    _take_room(pid)
    return _declared()


@lru_cache(maxsize=1)
def _declared() -> Counters:
    from prometheus_client import Counter, Histogram

    return Counters(
        Counter("minzheng_requests", "请求数，按页面代码与状态码", ["page", "status"]),
        Histogram("minzheng_request_seconds", "请求用时（秒），按页面代码", ["page"], buckets=BUCKETS),
        Counter("minzheng_database_errors", "数据库错误，按种类", ["kind"]),
        Counter("minzheng_job_runs", "任务执行次数，按结果", ["outcome"]),
        Histogram("minzheng_job_seconds", "任务用时（秒）", buckets=(0.1, 1, 10, 60, 600)),
    )


def _take_room(pid: int) -> None:
    """Reserve the disk room of this process's files before the library maps them."""
    folder = os.environ.get(FOLDER)
    if not folder:
        return
    try:
        Path(folder).mkdir(mode=0o700, parents=True, exist_ok=True)
        for kind in _KINDS_OF_FILES:
            handle = os.open(Path(folder, f"{kind}_{pid}.db"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                if os.fstat(handle).st_size == 0:
                    os.posix_fallocate(handle, 0, _ROOM)
            finally:
                os.close(handle)
    except OSError:
        for kind in _KINDS_OF_FILES:
            Path(folder, f"{kind}_{pid}.db").unlink(missing_ok=True)
        os.environ.pop(FOLDER)  # read by the library when it is imported
