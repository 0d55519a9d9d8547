"""Links to real databases: the embedded PostgreSQL, and a MariaDB of its own where Debian's server is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from minzheng.datacenter.lake import links, reading, tokens
from minzheng.datacenter.lake.errors import LakeRefused
from minzheng.datacenter.lake.models import LakeBatch, LakeLink
from minzheng.datacenter.lake.tests.conftest import COUNTY, NAMES, PERIOD, SOURCE, number
from minzheng.kernel.accounts.actors import SYSTEM

TABLE = """CREATE TABLE vehicles_of_police (id_no varchar(20), name varchar(40), plate varchar(20), kind varchar(20),
 register_date date, state varchar(10), value decimal(12, 2), kept timestamp NULL)"""
SHARE = Path("/usr/share/mysql")
MARIADB = shutil.which("mariadbd") or shutil.which("mysqld")


def rows(count: int) -> list[tuple[Any, ...]]:
    return [
        (number(n), NAMES[n % len(NAMES)], f"示A{n:05d}", "小型轿车", "2020-05-06", "正常", f"{n}.25", None)
        for n in range(count)
    ]


def entered(**changes: Any) -> LakeLink:
    given = {"title": "车管库", "source": SOURCE, "kind": "postgresql", "query": "SELECT * FROM vehicles_of_police"}
    return links.save(actor=SYSTEM, region_code=COUNTY, given=given | changes)


@pytest.fixture
def police(transactional_db: None) -> Iterator[dict[str, Any]]:
    """A table that another connection sees, and how to reach it."""
    with connection.cursor() as cursor:
        cursor.execute(TABLE)
        cursor.executemany(f"INSERT INTO vehicles_of_police VALUES ({', '.join(['%s'] * 8)})", rows(50))
    told = connection.settings_dict
    yield {
        "host": told["HOST"], "port": str(told["PORT"] or 5432), "database": told["NAME"], "username": told["USER"],
        "password": told["PASSWORD"],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE vehicles_of_police")


def test_从PostgreSQL只读取数入湖(police: dict[str, Any]) -> None:
    link = entered(**police)
    names, mapping = links.trial(actor=SYSTEM, pk=link.pk)
    assert names[0] == "id_no" and mapping.unused == ["kept"]
    batch = links.read(actor=SYSTEM, pk=link.pk, period=PERIOD)
    assert (batch.state, batch.kind, batch.accepted, batch.via_id) == ("held", "link", 50, link.pk)
    found = reading.rows_of(batch, [8])[0]
    assert found["id_token"] == tokens.of(number(7)) and found["value"] == 725
    assert links.read(actor=SYSTEM, pk=link.pk, period=PERIOD).pk == batch.pk and LakeBatch.objects.count() == 1
    link.refresh_from_db()
    assert link.message.startswith(f"批次 {batch.no}：50 行合格")
    with connection.cursor() as cursor:
        cursor.execute("SELECT password FROM datacenter_lakelink")
        assert police["password"].encode() not in bytes(cursor.fetchone()[0] or b"") or not police["password"]
    evil = "WITH gone AS (DELETE FROM vehicles_of_police RETURNING *) SELECT * FROM gone"
    links.save(actor=SYSTEM, region_code=COUNTY, given=police | _shape() | {"query": evil}, pk=link.pk)
    with pytest.raises(LakeRefused, match="读不下去"):
        links.read(actor=SYSTEM, pk=link.pk, period=PERIOD)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM vehicles_of_police")
        assert cursor.fetchone() == (50,)
    for query in ("DELETE FROM x", "SELECT 1; DROP TABLE x", ""):
        with pytest.raises(LakeRefused):
            links.save(actor=SYSTEM, region_code=COUNTY, given=police | _shape() | {"query": query})
    gone = entered(**police | {"password": "wrong" * 4, "host": "127.0.0.1", "port": "1"})
    with pytest.raises(LakeRefused, match="请核对主机") as told:
        links.trial(actor=SYSTEM, pk=gone.pk)
    assert "wrongwrong" not in str(told.value)


def _shape() -> dict[str, Any]:
    return {"title": "车管库", "source": SOURCE, "kind": "postgresql"}


@pytest.fixture
def mariadb() -> Iterator[str]:
    """The socket of a MariaDB server of this test's own."""
    if MARIADB is None:
        pytest.skip("没有 mariadbd：Debian 上请执行 apt-get install mariadb-server-core")
    folder = Path(tempfile.mkdtemp(prefix="minzheng-mariadb-"))
    data, socket = folder / "data", folder / "s"
    user = ["--user=root"] if os.geteuid() == 0 else []
    given = [
        "--no-defaults",
        f"--datadir={data}",
        "--innodb-buffer-pool-size=16M",
        "--innodb-flush-log-at-trx-commit=0",
        *user,
    ]
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    data.mkdir()
    # what mariadb-install-db does, without the client programs it asks for
    subprocess.run([MARIADB, *given, "--bootstrap"], input=_system_tables(), check=True, **quiet)
    server = subprocess.Popen(
        [MARIADB, *given, f"--socket={socket}", "--skip-networking", f"--pid-file={folder}/pid"], **quiet
    )
    try:
        yield _answering(str(socket), server)
    finally:
        server.kill()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _system_tables() -> bytes:
    names = ("mysql_system_tables.sql", "mysql_system_tables_data.sql")
    head = b"create database mysql;\nuse mysql;\nset @skip_auth_anonymous=1;\nset @current_hostname='localhost';\n"
    return head + b"".join((SHARE / name).read_bytes() for name in names)


def _answering(socket: str, server: subprocess.Popen[bytes]) -> str:
    import pymysql

    until = time.monotonic() + 60
    while time.monotonic() < until and server.poll() is None:
        try:
            pymysql.connect(unix_socket=socket, user="root").close()
        except pymysql.MySQLError:
            time.sleep(0.05)
            continue
        return socket
    raise RuntimeError("mariadbd did not come up")


@pytest.mark.django_db(transaction=True)
def test_从MariaDB只读取数入湖(mariadb: str) -> None:
    import pymysql

    with (
        pymysql.connect(unix_socket=mariadb, user="root", charset="utf8mb4", autocommit=True) as maker,
        maker.cursor() as cursor,
    ):
        cursor.execute("CREATE DATABASE police CHARACTER SET utf8mb4")
        cursor.execute("USE police")
        cursor.execute(TABLE)
        cursor.executemany(f"INSERT INTO vehicles_of_police VALUES ({', '.join(['%s'] * 8)})", rows(30))
        cursor.execute("CREATE USER 'writer'@'localhost' IDENTIFIED BY 'pw'")
        cursor.execute("GRANT ALL ON police.* TO 'writer'@'localhost'")
    reach = {"kind": "mysql", "host": mariadb, "database": "police", "username": "writer", "password": "pw"}
    link = entered(**reach, query="vehicles_of_police")
    batch = links.read(actor=SYSTEM, pk=link.pk, period=PERIOD)
    assert (batch.accepted, batch.rejected) == (30, 0)
    assert reading.rows_of(batch, [5])[0]["name_token"] == tokens.name(NAMES[4])
    bad = entered(**reach | {"password": "other"})
    with pytest.raises(LakeRefused, match="Access denied"):
        links.trial(actor=SYSTEM, pk=bad.pk)
