"""Workers as real processes on the test database."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection

START = (
    "import django; django.setup();"
    "from minzheng.kernel.jobs import registry, worker; registry.discover(); registry._periods.clear();"
    "import minzheng.kernel.jobs.tests.sample_jobs as samples;"
    "{extra};"
    "worker.Worker(threads=2, lease=1.5, beat=0.3, poll=0.1, grace={grace}).run()"
)


def _environment() -> dict[str, str]:
    told = connection.settings_dict
    login = f"{quote(told['USER'])}:{quote(told['PASSWORD'])}"
    where = f"{told['HOST']}:{told['PORT']}" if told["HOST"] and "/" not in told["HOST"] else ""
    query = "" if where else f"?host={quote(told['HOST'], safe='')}"
    url = f"postgresql://{login}@{where}/{told['NAME']}{query}"
    return os.environ | {"MINZHENG_DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "minzheng.site.settings"}


@pytest.fixture
def start_worker() -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []

    def start(*, periodic: bool = False, grace: float = 5) -> subprocess.Popen[bytes]:
        code = START.format(extra="pass" if periodic else "registry._periods.clear()", grace=grace)
        child = subprocess.Popen([sys.executable, "-c", code], env=_environment(), stderr=subprocess.PIPE)
        started.append(child)
        return child

    yield start
    for child in started:
        if child.poll() is None:
            child.send_signal(signal.SIGKILL)
        child.wait()


@pytest.fixture
def until() -> Callable[..., None]:
    def wait(condition: Callable[[], Any], seconds: float = 15) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "等了太久"
            time.sleep(0.05)

    return wait
