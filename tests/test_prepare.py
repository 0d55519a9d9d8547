"""Preparation before start: one at a time per database, and a wrong address is bad input."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.db import connection

from minzheng.site import prepare


@pytest.mark.django_db
def test_同一数据库上的两次准备一先一后(capsys: pytest.CaptureFixture[str]) -> None:
    """Two first starts at once, or the rest of a killed one, used to create the same tables side by side."""
    order: list[str] = []
    entered = threading.Event()

    def second() -> None:
        entered.set()
        with prepare.one_at_a_time():
            order.append("second")
        connection.close()

    with prepare.one_at_a_time():
        other = threading.Thread(target=second)
        other.start()
        entered.wait(5)
        other.join(0.5)
        assert other.is_alive()
        order.append("first")
    other.join(10)
    assert order == ["first", "second"]
    assert "等待同一数据库上的另一次准备完成" in capsys.readouterr().err


@pytest.mark.parametrize("url", ["mysql://x/y", "postgresql://a@[::1/db", "postgresql://a@127.0.0.1:abc/db"])
def test_数据库地址写错时启动即以退出码二说明(url: str, tmp_path: Path) -> None:
    environment = os.environ | {"MINZHENG_DATABASE_URL": url, "MINZHENG_VAR": str(tmp_path), "PORT": "18931"}
    done = subprocess.run(
        [sys.executable, "-m", "minzheng", "serve"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "MINZHENG_DATABASE_URL" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("place", ["/proc/nowhere/var", __file__, f"{__file__}/var"])
@pytest.mark.parametrize("command", [["serve"], ["audit", "verify", "--json"]])
def test_数据目录建不起来时一句话说明(place: str, command: list[str]) -> None:
    environment = os.environ | {"MINZHENG_VAR": place, "PORT": "18931"}
    environment.pop("MINZHENG_DATABASE_URL", None)
    done = subprocess.run(
        [sys.executable, "-m", "minzheng", *command], env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("错误：运行数据目录") and len(done.stderr.splitlines()) == 1
