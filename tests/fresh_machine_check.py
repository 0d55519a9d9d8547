"""The checks run on the “new machine” (standard library only): ``python3 fresh_machine_check.py CHECKOUT PORT``; the
result is one line of JSON.

``make run`` as the README says, timing the first and the second start; then kill -9 database, web and supervisor in
turn, to see that they recover and that no child process is left after stopping.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

FIRST_SECONDS = 420.0


class Machine:
    def __init__(self, checkout: Path, port: int) -> None:
        self.checkout, self.port = checkout, port
        self.var = checkout / "var"
        self.process: subprocess.Popen[str] | None = None
        self.ready_lines: list[str] = []

    def start(self) -> float:
        """``make run`` until “就绪”; returns seconds."""
        begun = time.monotonic()
        log = open(self.checkout / "run.log", "a")  # noqa: SIM115
        self.process = subprocess.Popen(
            ["make", "run"], cwd=self.checkout, env=os.environ | {"PORT": str(self.port)}, text=True,
            stdout=subprocess.PIPE, stderr=log,
        )  # fmt: skip
        assert self.process.stdout is not None
        timer = time.monotonic() + FIRST_SECONDS
        for line in self.process.stdout:
            self.ready_lines.append(line.rstrip())
            if line.startswith("就绪 "):
                return round(time.monotonic() - begun, 1)
            if time.monotonic() > timer:
                break
        raise SystemExit("没有就绪：\n" + (self.checkout / "run.log").read_text()[-4000:])

    def health(self) -> tuple[int, dict[str, Any]]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, {}
        except OSError:
            return 0, {}

    def healthy_within(self, seconds: float) -> float:
        begun = time.monotonic()
        time.sleep(0.3)
        while time.monotonic() - begun < seconds:
            if self.health()[0] == 200:
                return round(time.monotonic() - begun, 1)
            time.sleep(0.2)
        return -1.0

    def stop(self) -> float:
        assert self.process is not None
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)
        return round(time.monotonic() - begun, 1)

    def leftovers(self) -> list[str]:
        """Processes whose command line or working folder points at this checkout (or its database folder), this check
        excepted.
        """
        marks = {str(self.checkout), str((self.var / "pg").resolve())}
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            try:
                text = (entry / "cmdline").read_bytes().decode(errors="replace") + os.readlink(entry / "cwd")
            except OSError:
                continue
            if any(mark in text for mark in marks) and "fresh_machine_check" not in text:
                found.append(text.replace("\0", " ")[:150])
        return found

    def gone_within(self, seconds: float) -> list[str]:
        deadline = time.monotonic() + seconds
        while (found := self.leftovers()) and time.monotonic() < deadline:
            time.sleep(0.2)
        return found

    def kill(self, what: str) -> None:
        if what == "database":
            pid = int((self.var / "pg" / "data" / "postmaster.pid").read_text().split()[0])
        elif what == "web":
            pid = min(map(int, json.loads((self.var / "children.json").read_text())))
        else:
            pid = json.loads((self.var / "serve.lock").read_text())["pid"]
        os.kill(pid, signal.SIGKILL)


def main(checkout: Path, port: int) -> dict[str, Any]:
    machine = Machine(checkout, port)
    found: dict[str, Any] = {"first": machine.start(), "ready": machine.ready_lines[-1], "health": machine.health()}
    twice = subprocess.run(
        ["make", "run"], cwd=checkout, env=os.environ | {"PORT": str(port)}, capture_output=True, text=True, check=False
    )
    found["twice"] = [twice.returncode, twice.stderr[-300:]]
    found["stop"] = machine.stop()
    found["left_after_stop"] = machine.gone_within(1)
    found["second"] = machine.start()
    for what in ("web", "database"):
        machine.kill(what)
        found[f"{what}_back"] = machine.healthy_within(40)
    machine.kill("supervisor")
    found["left_after_supervisor"] = machine.gone_within(20)
    found["third"] = machine.start()
    machine.kill("supervisor")
    machine.kill("web")
    machine.kill("database")
    found["fourth"] = machine.start()
    found["health_at_end"] = machine.health()
    found["stop_at_end"] = machine.stop()
    found["left_at_end"] = machine.gone_within(1)
    return found


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2])), ensure_ascii=False))
