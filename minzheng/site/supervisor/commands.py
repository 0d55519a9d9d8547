"""The commands of the child processes: web, jobs and, beside our own HTTPS, the redirection from plain HTTP."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from minzheng.site import database
from minzheng.site.commands import COMMANDS
from minzheng.site.environment import tls
from minzheng.site.environment.tls import Pair
from minzheng.site.metrics import FOLDER
from minzheng.site.supervisor.children import Child


def children(*, host: str, port: int, workers: int, certificate: Pair | None, var: Path) -> list[Child]:
    """Not started yet. The folder of counted figures is emptied: counters begin anew with the platform."""
    logs, counted = var / "log", var / "metrics"
    shutil.rmtree(counted, ignore_errors=True)
    counted.mkdir(mode=0o700, exist_ok=True)
    common = {
        database.SUPERVISED: "1",
        "HOST": host,
        "PORT": str(port),
        "MINZHENG_LOG_DIR": str(logs),
        FOLDER: str(counted),
    }

    def child(name: str, title: str, command: list[str]) -> Child:
        return Child(name, title, command, logs / f"{name}.log", _environment(common, name))

    found = [child("web", "网页", web(host, port, workers, certificate))]
    if COMMANDS["jobs"].exists():
        found.append(child("jobs", "后台任务", [sys.executable, "-m", "minzheng", "jobs", "work"]))
    plain = os.environ.get(tls.REDIRECT)
    if certificate and plain:
        found.append(child("redirect", "http 转 https", redirect(host, int(plain))))
    return found


def _environment(common: Mapping[str, str], name: str) -> dict[str, str]:
    return os.environ | common | {"MINZHENG_PROCESS": name}


def web(host: str, port: int, workers: int, certificate: Pair | None) -> list[str]:
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port),
        "--workers", str(workers), "--blocking-threads", "4", "--backpressure", "128", "--backlog", "512",
        "--no-ws", "--respawn-failed-workers", "--workers-kill-timeout", "8", "--log-level", "warning",
    ]  # fmt: skip
    if certificate:
        command += ["--ssl-certificate", str(certificate.certificate), "--ssl-keyfile", str(certificate.key)]
        command += ["--ssl-protocol-min", "tls1.2"]
    return [*command, "minzheng.site.wsgi:application"]


def redirect(host: str, port: int) -> list[str]:
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port), "--workers", "1",
        "--no-ws", "--respawn-failed-workers", "--log-level", "warning", "minzheng.site.redirect:application",
    ]  # fmt: skip
