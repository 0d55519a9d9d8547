"""The stage: one server, one browser, one set of demo data for all stories; the date can be moved on."""

from __future__ import annotations

import datetime
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from minzheng.kernel import clock

T = TypeVar("T")
CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PICTURES = "MINZHENG_PICTURES"  # when set, every page is saved as a picture in this folder


def chromium() -> str | None:
    """Where the browser is; None without one."""
    found = os.environ.get("MINZHENG_CHROMIUM") or CHROMIUM
    return found if Path(found).exists() else shutil.which("chromium")


def pictures() -> Path | None:
    folder = os.environ.get(PICTURES)
    return Path(folder) if folder else None


@contextmanager
def serving() -> Iterator[str]:
    """Start a server in a thread of this process and return its address. In the test's own process, so that it moves
    along with the date.
    """
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.test.testcases import LiveServerThread

    thread = LiveServerThread("127.0.0.1", StaticFilesHandler)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    try:
        yield f"http://127.0.0.1:{thread.port}"
    finally:
        thread.terminate()


@contextmanager
def on(day: datetime.date | str) -> Iterator[None]:
    """This stretch of the story happens on this day. The server's thread must see it too, hence an environment
    variable.
    """
    before = os.environ.get(clock.VARIABLE)
    os.environ[clock.VARIABLE] = str(day)
    try:
        yield
    finally:
        if before is None:
            del os.environ[clock.VARIABLE]
        else:
            os.environ[clock.VARIABLE] = before


def today() -> str:
    """The story's day, as it is typed into a form."""
    return clock.today().isoformat()


def aside(work: Callable[[], T]) -> T:
    """Touch the database in another thread: the browser's driver holds the main thread's event loop, where Django
    forbids queries.
    """
    from django.db import connection

    def run() -> T:
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result()


def run_jobs() -> None:
    """Do the queued jobs and whatever is due (typesetting, messages, first payment)."""
    from minzheng.kernel.jobs import services
    from minzheng.kernel.jobs.worker import drain

    def work() -> None:
        for name in ("cases.due", "notices.sweep"):
            services.enqueue(name, key=f"story:{name}:{clock.now().isoformat()}")
        drain()

    aside(work)
