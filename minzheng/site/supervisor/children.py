"""Child processes: start, end by group, restart with back-off, clear what the last kill -9 left behind.

Each child is a process group of its own, because the web server has workers; were its main process killed with -9, they
would keep the port.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from minzheng.site.postgres.server import die_with_parent

FIRST_DELAY = 0.5
LONGEST_DELAY = 30.0
STABLE_SECONDS = 60.0
_LOG_LIMIT = 20 * 1024 * 1024


class Child:
    """One supervised command. ``pid`` is None while it is not running."""

    def __init__(self, name: str, title: str, command: list[str], log: Path, environment: Mapping[str, str]) -> None:
        self.name = name
        self.title = title
        self.command = command
        self.log = log
        self.environment = dict(environment)
        self.pid: int | None = None
        self.started = 0.0
        self.retry_at = 0.0
        self._delay = FIRST_DELAY

    def start(self) -> None:
        if self.log.exists() and self.log.stat().st_size > _LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".1.log"))
        with open(self.log, "ab") as out:
            process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=self.environment,
                start_new_session=True, preexec_fn=die_with_parent(signal.SIGTERM),
            )  # fmt: skip
        self.pid = process.pid
        # The supervisor waits for all exits in one place; only the pid is needed here
        process.returncode = 0
        self.started = time.monotonic()

    def died(self) -> float:
        """Note the exit, clear the rest of the group; returns the seconds until restart."""
        self.kill(signal.SIGKILL)
        self.pid = None
        if time.monotonic() - self.started > STABLE_SECONDS:
            self._delay = FIRST_DELAY
        delay, self._delay = self._delay, min(self._delay * 2, LONGEST_DELAY)
        self.retry_at = time.monotonic() + delay
        return delay

    def terminate(self) -> None:
        """Asks only the main process to finish; it ends its own workers."""
        if self.pid is not None:
            _signal(self.pid, signal.SIGTERM)

    def kill(self, signum: signal.Signals) -> None:
        if self.pid is not None:
            _signal_group(self.pid, signum)


class Register:
    """``var/children.json``: the running process groups, for the next start after a kill -9 to clear."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, pids: list[int]) -> None:
        found = {str(pid): begun for pid in pids if (begun := start_time(pid)) is not None}
        draft = self.path.with_suffix(".draft")
        draft.write_text(json.dumps(found))
        draft.replace(self.path)

    def sweep(self) -> int:
        """End process groups left over, return how many. Recognised by session id and start time, so a reused pid is
        never hit.
        """
        try:
            found: dict[str, int] = json.loads(self.path.read_text())
        except (OSError, ValueError):
            return 0
        swept = 0
        for text, begun in found.items():
            members = [pid for pid in group_members(int(text)) if (start_time(pid) or 0) >= begun]
            if members:
                _signal_group(int(text), signal.SIGKILL)
                swept += 1
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline and any(group_members(int(text)) for text in found):
            time.sleep(0.05)
        self.path.unlink(missing_ok=True)
        return swept


def start_time(pid: int) -> int | None:
    """When the process started (kernel clock ticks); None for a zombie or none at all."""
    fields = _stat(pid)
    return None if fields is None or fields[0] == "Z" else int(fields[19])


def group_members(group: int) -> list[int]:
    """Processes of the group still alive."""
    found = []
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            fields = _stat(int(entry.name))
            if fields is not None and int(fields[2]) == group and not _gone(fields):
                found.append(int(entry.name))
    return found


def _gone(fields: list[str]) -> bool:
    """While the main thread is a zombie and others are still leaving, the port is held: that is not gone."""
    return fields[0] == "Z" and int(fields[17]) <= 1


def _stat(pid: int) -> list[str] | None:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def _signal(pid: int, signum: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signum)


def _signal_group(group: int, signum: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, signum)
