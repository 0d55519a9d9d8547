"""`pg_dump` and `pg_restore` as streams, and a fingerprint of every table taken in the same snapshot."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import psycopg
from psycopg import sql

from minzheng.site.safekeeping.errors import SafekeepingError
from minzheng.site.safekeeping.places import Server, program

#: Their rows are of the moment and the machine: sessions must not come alive elsewhere, beats are no longer true.
LEFT_OUT = ("django_session", "kernel_workerbeat")
_READ = 1 << 18
#: Row texts must not depend on a server's or a role's settings.
_PLAIN = (
    "SET DateStyle = 'ISO, YMD'; SET TimeZone = 'UTC'; SET IntervalStyle = 'postgres'; "
    "SET extra_float_digits = 1; SET bytea_output = 'hex'; SET search_path = public"
)


@dataclass(frozen=True)
class Print:
    """What a table holds: number of rows and the sum of their hashes (the order does not matter)."""

    rows: int
    hash: str


def fingerprints(connection: psycopg.Connection[Any]) -> dict[str, Print]:
    """Of every table whose rows are backed up, in the connection's snapshot."""
    connection.execute(_PLAIN)
    found = {}
    for table in tables(connection):
        query = sql.SQL("SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)), 0)::text FROM {} t").format(
            sql.Identifier(table)
        )
        row = connection.execute(query).fetchone()
        assert row is not None
        found[table] = Print(int(row[0]), str(row[1]))
    return found


def tables(connection: psycopg.Connection[Any]) -> list[str]:
    """Ordinary tables of the schema `public`, except those left out."""
    rows = connection.execute(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    return sorted(name for (name,) in rows.fetchall() if name not in LEFT_OUT)


class Counting(threading.Thread):
    """Takes the fingerprints beside the dump, on a connection of its own, in the snapshot of that name."""

    def __init__(self, server: Server, snapshot: str) -> None:
        super().__init__(name="fingerprints", daemon=True)
        self._server, self._snapshot = server, snapshot
        self._found: dict[str, Print] = {}
        self._error: Exception | None = None

    def run(self) -> None:
        try:
            with self._server.connect() as connection, connection.transaction():
                connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                connection.execute(sql.SQL("SET TRANSACTION SNAPSHOT {}").format(sql.Literal(self._snapshot)))
                self._found = fingerprints(connection)
        except Exception as error:
            self._error = error

    def result(self) -> dict[str, dict[str, Any]]:
        """As it stands in the manifest; waits for the end."""
        self.join()
        if self._error is not None:
            raise self._error
        return {name: asdict(one) for name, one in self._found.items()}


def dumped(server: Server, snapshot: str) -> Iterator[bytes]:
    """What `pg_dump` writes (its own compressed format). Raises SafekeepingError when it fails."""
    command = [program("pg_dump"), "--format=custom", "--compress=gzip:1", "--no-owner", "--no-privileges",
               f"--snapshot={snapshot}", f"--dbname={server.name}"]  # fmt: skip
    command += [f"--exclude-table-data=public.{name}" for name in LEFT_OUT]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=server.environment()
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        complaint = _Drain(process.stderr)
        try:
            while data := process.stdout.read(_READ):
                yield data
        except BaseException:
            process.kill()
            raise
        if process.wait() != 0:
            raise SafekeepingError(f"导出数据库失败（pg_dump）：{complaint.text()}。没有写出备份，请排除原因后重试。")


def load(server: Server, name: str, content: Iterable[bytes]) -> None:
    """Restore such a dump into the empty database `name`, all of it or nothing."""
    command = [program("pg_restore"), "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error",
               f"--dbname={name}"]  # fmt: skip
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=server.environment()
    ) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        complaint = _Drain(process.stderr)
        try:
            for data in content:
                process.stdin.write(data)
            process.stdin.close()
        except BrokenPipeError:
            pass  # it says on its way out why
        except BaseException:
            process.kill()
            raise
        if process.wait() != 0:
            raise SafekeepingError(f"导入数据库失败（pg_restore）：{complaint.text()}。原有数据没有改动。")


class _Drain(threading.Thread):
    """Reads a pipe to its end beside the main stream, so that neither side waits for ever; keeps the last words."""

    def __init__(self, pipe: Any) -> None:
        super().__init__(daemon=True)
        self._pipe, self._kept = pipe, b""
        self.start()

    def run(self) -> None:
        while data := self._pipe.read1(4096):
            self._kept = (self._kept + data)[-4096:]

    def text(self) -> str:
        self.join(5)
        lines = [line for line in self._kept.decode(errors="replace").splitlines() if ": error:" in line]
        return (lines or ["没有说明原因"])[-1].rpartition(": error:")[2].strip()[:300]
