"""The embedded database: its place, stale lock files, an initialisation cut off half-way."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from minzheng.site import database
from minzheng.site.errors import DatabaseUnavailable
from minzheng.site.postgres import layout as places
from minzheng.site.postgres import server
from minzheng.site.postgres.layout import SOCKET_NAME, Layout

pytestmark = pytest.mark.skipif(database.external(), reason="使用外部数据库")
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="要 root 才会换账号运行")


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Layout]:
    """A layout of its own; as root, where the system account can reach it."""
    normal = places.layout()
    home = Path(f"/var/lib/minzheng/test-{os.getpid()}") if normal.account else tmp_path_factory.mktemp("pg")
    home.mkdir(mode=0o700, exist_ok=True)
    monkeypatch.setenv("MINZHENG_VAR", str(tmp_path_factory.mktemp("var")))
    for folder in (home, home / "log", home / "run"):
        folder.mkdir(mode=0o700, exist_ok=True)
        if normal.account:
            os.chown(folder, normal.account.pw_uid, normal.account.pw_gid)
    yield replace(normal, home=home, socket_dir=home / "run")
    server.stop(replace(normal, home=home, socket_dir=home / "run"))
    shutil.rmtree(home, ignore_errors=True)


def test_锁文件指向别的进程时不误认也不挡启动(place: Layout) -> None:
    place.data.mkdir()
    (place.data / "postmaster.pid").write_text(f"{os.getpid()}\n{place.data}\n")
    (place.socket_dir / f"{SOCKET_NAME}.lock").write_text(f"{os.getpid()}\n")
    assert server.running_pid(place) is None
    server.clear_stale_files(place)
    assert not (place.data / "postmaster.pid").exists()
    assert not (place.socket_dir / f"{SOCKET_NAME}.lock").exists()


def test_初始化被打断后重来并能经受强行结束(place: Layout) -> None:
    place.data.mkdir()
    (place.data / "PG_VERSION").write_text("18\n")
    (place.data / "半个文件").touch()
    (place.home / "initdb.running").touch()
    if place.account:
        os.chown(place.data, place.account.pw_uid, place.account.pw_gid)
    assert server.initialise(place)
    assert not (place.home / "initdb.password").exists()
    assert not server.initialise(place)
    assert place.data.stat().st_mode & 0o777 == 0o700

    process = server.launch(place, die_with=None)
    with server.superuser_connection(place, "postgres") as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        connection.execute("CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)")
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    server.launch(place, die_with=None)
    with server.superuser_connection(place, "postgres") as connection:
        assert connection.execute("SELECT id FROM kept").fetchone() == (7,)

    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(host=str(place.socket_dir), user=server.SUPERUSER, password="wrong", dbname="postgres")


@needs_root
def test_上级目录不放行时数据搬到系统目录且不改上级权限(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = tmp_path / "closed"
    (closed / "var").mkdir(parents=True)
    closed.chmod(0o700)
    account = pwd.getpwnam(places.ACCOUNT)
    home = places._home(closed / "var" / "pg", account)
    try:
        assert home.is_relative_to(places.SYSTEM_HOME)
        assert (closed / "var" / "pg").resolve() == home
        assert closed.stat().st_mode & 0o777 == 0o700
        assert places._home(closed / "var" / "pg", account) == home
    finally:
        home.rmdir()


@needs_root
def test_已有的数据走不到时说明原因而不另建空库(tmp_path: Path) -> None:
    (tmp_path / "var" / "pg").mkdir(parents=True)
    tmp_path.chmod(0o700)
    with pytest.raises(DatabaseUnavailable, match="不允许账号"):
        places._home(tmp_path / "var" / "pg", pwd.getpwnam(places.ACCOUNT))


def test_路径太长时套接字放到临时目录(tmp_path: Path) -> None:
    home = tmp_path / ("很长的目录名" * 8)
    home.mkdir()
    folder = places._socket_dir(home, None)
    try:
        assert len(os.fsencode(folder / SOCKET_NAME)) < 107
        assert folder.stat().st_mode & 0o777 == 0o700
    finally:
        folder.rmdir()
