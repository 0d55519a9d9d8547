"""Who carries out the steps of a pay batch: the command line, each step in a process that can be killed, or a person at
the console. Both say how the step ended and can be asked again."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.faults.clerks import Browser
from bench.faults.platform import Platform

#: A step that has not ended by then never will.
PATIENCE = 90.0


@dataclass
class Ended:
    """How a step ended: ``done``; or not, with what was said."""

    done: bool
    told: dict[str, Any] = field(default_factory=dict)
    said: str = ""
    cut_off: bool = False


class Shell:
    """`minzheng …` as an administrator types it, without loading the platform anew for each command."""

    def __init__(self, platform: Platform, folder: Path) -> None:
        self.out = folder / "said"
        self.pid: int | None = None
        with open(folder / "forks.log", "a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bench.faults.forks"], env=platform.environment, text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, cwd=Path(__file__).resolve().parents[2],
            )  # fmt: skip
        self._answer()

    def _answer(self) -> dict[str, int]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("运行命令的进程没有了。")
        return dict(json.loads(line))

    def run(self, *arguments: str) -> Ended:
        """One command to its end, or until somebody kills it."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"arguments": arguments, "out": str(self.out)}) + "\n")
        self.process.stdin.flush()
        self.pid = self._answer()["pid"]
        guard = threading.Timer(PATIENCE, self.kill)
        guard.start()
        code = self._answer()["code"]
        guard.cancel()
        self.pid = None
        said = Path(f"{self.out}.err").read_text().strip()[-600:]
        try:
            told = json.loads(self.out.read_text() or "{}")
        except ValueError:  # killed in the middle of a line
            told = {}
        return Ended(code == 0, told, said, cut_off=code < 0 or code == 3)

    def kill(self) -> bool:
        """kill -9 of the command that runs just now."""
        pid = self.pid
        if pid is None:
            return False
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(30)


class Console:
    """The same steps by the buttons of the console, each in the name of whoever has the post."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.browsers: dict[str, Browser] = {}

    def act(self, username: str, path: str, form: dict[str, str], file: Path | None = None) -> Ended:
        """Post a form of the console. Signed in freshly: whatever moves money asks for a fresh proof."""
        try:
            browser = self._signed_in(username)
            photo = ("file", file.read_bytes()) if file else None
            status, location, body = browser.request("POST", path, form, photo=photo)
        except (OSError, http.client.HTTPException) as error:
            return Ended(False, said=f"{type(error).__name__}: {error}", cut_off=True)
        if status == 302 and "/console/payruns/" in location:
            return Ended(True)
        if status == 302 or status == 403:  # the session's own write was cut off, or the proof is old
            self.browsers.pop(username, None)
            return Ended(False, said=f"{status} {location}", cut_off=True)
        text = " ".join(re.sub("<[^>]+>", " ", body).split())
        return Ended(False, said=f"{status} {text[:400]}", cut_off=status == 503)

    def _signed_in(self, username: str) -> Browser:
        browser = self.browsers.get(username)
        if browser is None:
            browser = Browser(self.platform.port)
            browser.sign_in(username)
            self.browsers[username] = browser
        return browser


def until(seconds: float, act: Any) -> bool:
    """Whether `act` came true within so many seconds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if act():
            return True
        time.sleep(0.1)
    return False
