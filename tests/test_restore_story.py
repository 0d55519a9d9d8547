"""Story: a backup of yesterday is restored elsewhere and proves itself.

Two installations, each with its own run-time folder and database. Of the first only the backup file and two of the
three sheets of paper are carried over; its key file is lost with the machine.
"""

from __future__ import annotations

import http.cookiejar
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from minzheng.site import database

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("machine"),
    pytest.mark.skipif(database.external(), reason="内置数据库的整机测试"),
]
YESTERDAY, TODAY = "2026-11-20", "2026-11-21"
DOCUMENT = """
import django; django.setup()
from minzheng.kernel.models import IssuedDocument
one = IssuedDocument.objects.exclude(path="").order_by("pk").first()
print(one.verify_code, one.number)
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Machine:
    """One installation, as the administrator sees it: a folder, a port, commands."""

    var: Path
    today: str
    port: int

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("MINZHENG_", "DJANGO_"))}
        return kept | {
            "MINZHENG_VAR": str(self.var), "MINZHENG_TODAY": self.today, "PORT": str(self.port),
            "MINZHENG_DEMO": "0", "DJANGO_SETTINGS_MODULE": "minzheng.site.settings",
        }  # fmt: skip

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "minzheng", *words],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def json(self, *words: str, code: int = 0) -> Any:
        done = self.run(*words, "--json")
        assert done.returncode == code, done.stderr[-3000:] + done.stdout[-2000:]
        return json.loads(done.stdout)

    def python(self, text: str) -> str:
        """A line of Python inside this installation, whose database is running."""
        within = "from minzheng.site import database\nwith database.available():\n" + "".join(
            f"    {line}\n" for line in text.strip().splitlines()
        )
        done = subprocess.run(
            [sys.executable, "-c", within], env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout.strip()

    def clear(self) -> None:
        home = (self.var / "pg").resolve()
        if home.is_relative_to("/var/lib/minzheng"):
            shutil.rmtree(home, ignore_errors=True)


class Server:
    """`minzheng serve` of a machine, and a visitor with a cookie jar."""

    def __init__(self, machine: Machine) -> None:
        self.url = f"http://127.0.0.1:{machine.port}"
        errors = machine.var / "serve.err"
        with errors.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "minzheng", "serve", "--workers", "1"],
                env=machine.environment, text=True, stdout=subprocess.PIPE, stderr=log,
            )  # fmt: skip
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line.startswith("就绪 "), errors.read_text()[-3000:]
        self.visitor = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def get(self, path: str) -> tuple[int, str]:
        try:
            with self.visitor.open(self.url + path, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def sign_in(self, username: str, password: str) -> str:
        """Returns the address one lands on."""
        _, form = self.get("/login/")
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
        assert found
        values = {"csrfmiddlewaretoken": found[1], "username": username, "password": password}
        request = urllib.request.Request(
            f"{self.url}/login/",
            data=urllib.parse.urlencode(values).encode(),
            headers={"Referer": f"{self.url}/login/"},
        )
        with self.visitor.open(request, timeout=30) as answer:
            return str(answer.geturl())

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("story")


@pytest.fixture(scope="module")
def carried(folder: Path) -> dict[str, Any]:
    """Yesterday, on the first machine: a county at work, its keys entrusted to three people, a backup at night."""
    first = Machine(folder / "first", YESTERDAY, free_port())
    first.json("demo", "load", "--persons", "400", "--as-of", YESTERDAY)
    assert first.run("jobs", "work", "--once").returncode == 0
    first.json("crypto", "escrow", "--shares", "3", "--threshold", "2", "--out", str(folder / "sheets"))
    made = first.json("backup", "--out", str(folder / "usb" / "county.mzb"))
    assert made["ok"]
    code, number = first.python(DOCUMENT).split()
    logins = {row["role"]: row for row in first.json("demo", "logins") if row["password"]}
    known = {
        "file": Path(made["file"]), "rows": made["rows"], "verify": code, "number": number, "logins": logins,
        "sheets": sorted((folder / "sheets").glob("*.txt")),
        "awards": first.json("awards", "recompute")["checked"],
    }  # fmt: skip
    first.clear()
    shutil.rmtree(first.var)  # the machine is gone, and its key file with it
    return known


@pytest.fixture(scope="module")
def second(folder: Path) -> Iterator[Machine]:
    """Today, another machine with nothing on it."""
    machine = Machine(folder / "second", TODAY, free_port())
    machine.var.mkdir()
    yield machine
    machine.clear()


def test_昨天的备份在别处恢复_并且自己证明自己(carried: dict[str, Any], second: Machine) -> None:
    file, sheets = str(carried["file"]), [str(path) for path in carried["sheets"]]
    shares = ["--share", sheets[0], "--share", sheets[2]]

    refused = second.run("restore", file)
    assert refused.returncode == 2
    assert "缺密钥" in refused.stderr
    assert "3 份中任意 2 份" in refused.stderr

    tampered = carried["file"].with_name("tampered.mzb")
    content = bytearray(carried["file"].read_bytes())
    content[len(content) // 2] ^= 1
    tampered.write_bytes(content)
    told = second.run("restore", str(tampered), *shares)
    assert told.returncode == 1
    assert "被改动或损坏：未恢复任何数据" in told.stderr
    assert not (second.var / "files").exists()

    report = second.json("restore", file, *shares)
    assert report["ok"], report["checks"]
    assert report["rows"] == carried["rows"]
    assert {"tables", "audit", "cases", "awards", "files", "sealed"} <= {check["name"] for check in report["checks"]}

    again = second.run("restore", file, *shares)
    assert again.returncode == 2
    assert "--replace" in again.stderr

    recomputed = second.json("awards", "recompute")
    assert recomputed["problems"] == []
    assert recomputed["checked"] == carried["awards"] > 0
    assert second.json("audit", "verify")["ok"]


def test_恢复出来的平台照常办公(carried: dict[str, Any], second: Machine) -> None:
    server = Server(second)
    try:
        clerk = carried["logins"]["town_clerk"]
        assert "/login" not in server.sign_in(clerk["username"], clerk["password"])
        assert server.get("/console/cases/")[0] == 200
        status, page = server.get(f"/verify/{carried['verify']}")
        assert status == 200
        assert carried["number"] in page
        assert server.get("/verify/0000-0000-0000-0000")[0] == 404
        busy = second.run("restore", str(carried["file"]), "--replace")
        assert busy.returncode == 2
        assert "请先停止平台" in busy.stderr
        assert second.json("backup", "--out", str(second.var / "tonight.mzb"))["ok"]
        report = second.json("restore", str(second.var / "tonight.mzb"), "--rehearse")
        assert report["ok"], report["checks"]
    finally:
        server.stop()


def test_换掉现有数据时_旧数据改名保留(carried: dict[str, Any], second: Machine) -> None:
    report = second.json("restore", str(carried["file"]), "--replace")
    assert report["ok"], report["checks"]
    assert second.json("audit", "verify")["ok"]
    kept = [path.name for path in second.var.iterdir() if ".before-" in path.name]
    assert {name.partition(".")[0] for name in kept} >= {"files", "audit"}
    names = second.python(
        "import django; django.setup()\n"
        "from minzheng.site.safekeeping import places\n"
        "server = places.server()\n"
        "print(len(server.names(server.name + '_before_')))"
    )
    assert names == "1"
