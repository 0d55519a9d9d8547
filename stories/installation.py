"""A whole installation of its own: an empty database, an empty folder, this checkout's program. For stories that begin
before there is anything."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

READY_SECONDS = 240.0


class Installation:
    """``folder`` holds everything it writes. Nothing of the tests' own database is touched."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            key: value for key, value in os.environ.items() if not key.startswith(("MINZHENG_", "DJANGO_"))
        } | {"MINZHENG_VAR": str(folder / "var"), "MINZHENG_DEMO": "0", "PORT": str(self.port), "HOST": "127.0.0.1"}
        self.process: subprocess.Popen[str] | None = None

    def run(self, *arguments: str) -> Any:
        """One command; its JSON."""
        done = subprocess.run(
            [sys.executable, "-m", "minzheng", *arguments, "--json"],
            env=self.environment, capture_output=True, text=True, timeout=READY_SECONDS, check=False,
        )  # fmt: skip
        assert done.returncode in (0, 1), done.stderr[-3000:]
        return json.loads(done.stdout)

    def start(self) -> None:
        """Serve until told to stop."""
        log = open(self.folder / "serve.log", "a")  # noqa: SIM115  closed with the process
        self.process = subprocess.Popen(
            [sys.executable, "-m", "minzheng", "serve", "--workers", "1"],
            env=self.environment, stdout=subprocess.PIPE, stderr=log, text=True,
        )  # fmt: skip
        assert self.process.stdout is not None
        deadline = time.monotonic() + READY_SECONDS
        for line in self.process.stdout:
            if line.startswith("就绪 "):
                return
            assert time.monotonic() < deadline
        raise AssertionError((self.folder / "serve.log").read_text(encoding="utf-8")[-3000:])

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(60)

    def remove(self) -> None:
        """Its database too: run by root, the embedded server keeps its files outside the folder."""
        self.stop()
        data = (self.folder / "var" / "pg").resolve()
        if data.is_dir() and self.process is not None:
            shutil.rmtree(data, ignore_errors=True)

    def message(self, words: str) -> str:
        """The newest message of the mock gateway with these words; waits for the background jobs to send it."""
        deadline = time.monotonic() + 40
        while time.monotonic() < deadline:
            for path in sorted((self.folder / "var" / "outbox").glob("20*.jsonl"), reverse=True):
                bodies = [json.loads(line)["body"] for line in path.read_text(encoding="utf-8").splitlines() if line]
                found = [body for body in bodies if words in body]
                if found:
                    return str(found[-1])
            time.sleep(0.5)
        raise AssertionError(f"没有收到含“{words}”的短信")
