"""A platform started as an administrator starts it, in a run-time folder of its own, whose processes can be killed."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

READY_SECONDS = 240.0
#: What may be killed: how the process is recognised below the supervisor, and whether its main process is meant.
TARGETS = ("web", "web_worker", "jobs", "database")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Platform:
    """``var`` is its run-time folder. Extra environment variables as in the handbook's table of settings."""

    def __init__(
        self,
        var: Path,
        *,
        workers: int = 2,
        environment: Mapping[str, str] | None = None,
        python: str = sys.executable,
    ) -> None:
        self.python = python
        self.var, self.port, self.workers = var, free_port(), workers
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("MINZHENG_", "DJANGO_"))
        } | {"MINZHENG_VAR": str(var), "HOST": "127.0.0.1", "PORT": str(self.port), **(environment or {})}
        self.scheme = "https" if "MINZHENG_TLS_CERT" in self.environment else "http"
        self.process: subprocess.Popen[str] | None = None
        self.said: list[str] = []

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def start(self, prefix: tuple[str, ...] = ()) -> float:
        """Until “就绪”; returns seconds. ``prefix`` goes before the command (``runuser -u somebody --``)."""
        begun = time.monotonic()
        with open(self.var.parent / f"{self.var.name}.log", "a") as log:
            self.process = subprocess.Popen(
                [*prefix, self.python, "-m", "minzheng", "serve", "--workers", str(self.workers)],
                env=self.environment, cwd=self.var.parent, stdout=subprocess.PIPE, stderr=log, text=True,
                preexec_fn=_end_with_me if not prefix else None,
            )  # fmt: skip
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line.rstrip())
            if line.startswith("就绪 "):
                return time.monotonic() - begun
            if time.monotonic() - begun > READY_SECONDS:
                break
        raise RuntimeError("平台没有就绪：\n" + self.log()[-3000:])

    def log(self) -> str:
        return (self.var.parent / f"{self.var.name}.log").read_text()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(60)
        if self.process is not None and self.process.stdout is not None:
            self.process.stdout.close()

    def health(self) -> tuple[int, dict[str, str]]:
        """Status and body of /healthz; (0, {}) when nobody answers."""
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=5) as answer:  # noqa: S310  # our own
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"{}")
        except OSError:
            return 0, {}

    def healthy_within(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.health()[0] == 200:
                return True
            time.sleep(0.1)
        return False

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """``python -m …`` beside the running platform."""
        return subprocess.run(
            [sys.executable, "-m", *arguments], env=self.environment, capture_output=True, text=True, check=False
        )

    def kill(self, target: str, signum: signal.Signals = signal.SIGKILL) -> bool:
        """Send a signal to one process; False when it is not there just now."""
        pid = self.pid_of(target)
        if pid is None:
            return False
        try:
            os.kill(pid, signum)
        except ProcessLookupError:
            return False
        return True

    def kill_database(self, seconds: float = 30) -> bool:
        """Kill the database and see its sessions gone, too: they outlive their parent for a moment and would still answer.
        False when it was not there or a session stayed.
        """
        sessions = set(_below(self.pid_of("database") or -1))
        if not self.kill("database"):
            return False
        until = time.monotonic() + seconds
        while any(_runs(pid) for pid in sessions):
            if time.monotonic() > until:
                return False
            time.sleep(0.05)
        return True

    def pid_of(self, target: str) -> int | None:
        if target == "supervisor":
            return int(json.loads((self.var / "serve.lock").read_text())["pid"])
        if target == "database":
            try:
                return int((self.var / "pg" / "data" / "postmaster.pid").read_text().split()[0])
            except (OSError, IndexError):
                return None
        mains = self._children()
        main = next((pid for pid, said in mains.items() if ("granian" if "web" in target else "jobs") in said), None)
        if main is None or target != "web_worker":
            return main
        workers = [pid for pid, said in _below(main).items() if "resource_tracker" not in said]
        return workers[0] if workers else None

    def _children(self) -> dict[int, str]:
        return _below(self.pid_of("supervisor") or -1)


def _below(parent: int) -> dict[int, str]:
    """pid → command line of the living children of a process."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            if int(fields[1]) == parent and fields[0] != "Z":
                found[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
    return found


def _runs(pid: int) -> bool:
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _end_with_me() -> None:
    import ctypes

    ctypes.CDLL(None).prctl(1, signal.SIGTERM, 0, 0, 0)  # PR_SET_PDEATHSIG
