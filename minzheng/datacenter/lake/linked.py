"""Reading another bureau's database: a READ ONLY transaction, a cursor on the server's side, rows into a sealed Parquet file.

Nothing is ever joined live with another bureau's tables: what was read is a delivered file like any other, with its SM3.
PostgreSQL through psycopg; MySQL and MariaDB through pymysql, which is an extra of the installation.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq

from minzheng.datacenter.lake.errors import LakeRefused
from minzheng.datacenter.lake.models import LakeLink

#: Rows fetched at a time.
ROWS = 20_000
_SECONDS = 10
#: The other side gives up a statement after this long.
_MOST_MINUTES = 60
_SELECT = re.compile(r"\s*(select|with)\b[^;]*\Z", re.IGNORECASE | re.DOTALL)
_TABLE = re.compile(r"\s*[A-Za-z_\u4e00-\u9fff][\w\u4e00-\u9fff]*(\.[A-Za-z_\u4e00-\u9fff][\w\u4e00-\u9fff]*)?\s*\Z")


def statement(query: str) -> str:
    """What is sent: the query as it is, or all of a table named alone. Raises LakeRefused for anything else."""
    if _TABLE.match(query):
        return f"SELECT * FROM {query.strip()}"
    if _SELECT.match(query):
        return query.strip()
    raise LakeRefused([], {"query": "请写一个表名，或一条以 SELECT 开头、不带分号的查询。"})


@contextmanager
def opened(link: LakeLink) -> Iterator[tuple[list[str], Iterator[Sequence[tuple[Any, ...]]]]]:
    """(column names, portions of rows) of a link's query. Raises LakeRefused with what the other side said."""
    errors: tuple[type[Exception], ...] = (psycopg.Error, *_mysql_errors())
    reading = _postgresql(link) if link.kind == "postgresql" else _mysql(link)
    try:
        with reading as found:
            yield found
    except errors as error:
        raise LakeRefused(f"数据库链接“{link.title}”读不下去：{_said(error, link)}") from None


def columns(link: LakeLink) -> list[str]:
    """The columns of the query: one try of the connection. Raises LakeRefused."""
    with opened(link) as (names, _):
        return names


def write_parquet(link: LakeLink, out: Any, progress: Any) -> int:
    """All rows as text columns of a Parquet file into `out` (a binary file); how many. Raises LakeRefused."""
    count = 0
    with opened(link) as (names, portions):
        schema = pa.schema([(name, pa.string()) for name in _distinct(names)])
        with pq.ParquetWriter(pa.PythonFile(out, mode="w"), schema, compression="zstd") as writer:
            for rows in portions:
                columns = [
                    pa.array([_text(value) for value in column], pa.string()) for column in zip(*rows, strict=True)
                ]
                writer.write_table(pa.Table.from_arrays(columns, schema=schema))
                count += len(rows)
                progress(count, f"已从“{link.title}”读取 {count:,} 行")
    return count


def _distinct(names: Sequence[str]) -> list[str]:
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise LakeRefused(f"查询里有重名的列：{'、'.join(sorted(twice))}。请用 AS 给它们不同的名字。")
    return list(names)


def _text(value: Any) -> str | None:
    """A value as a delivered file would carry it."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).decode("utf-8", "replace")
    return str(value)


@contextmanager
def _postgresql(link: LakeLink) -> Iterator[tuple[list[str], Iterator[Any]]]:
    given = {
        "host": link.host,
        "port": link.port,
        "dbname": link.database,
        "user": link.username,
        "password": link.password,
    }
    options = f"-c default_transaction_read_only=on -c statement_timeout={_MOST_MINUTES * 60_000}"
    with psycopg.connect(**given, connect_timeout=_SECONDS, options=options) as connection:
        connection.read_only = True
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        with connection.cursor(name="lake") as cursor:
            cursor.execute(statement(link.query).encode())
            yield [one.name for one in cursor.description or ()], _portions(cursor)
        connection.rollback()


@contextmanager
def _mysql(link: LakeLink) -> Iterator[tuple[list[str], Iterator[Any]]]:
    try:
        import pymysql
        from pymysql.cursors import SSCursor
    except ImportError:
        raise LakeRefused(
            "这台服务器没有装 MySQL 的驱动：请安装附加组件 mysql（pip install 'minzheng[mysql]'）。"
        ) from None
    where: dict[str, Any] = (
        {"unix_socket": link.host} if link.host.startswith("/") else {"host": link.host, "port": link.port}
    )
    connection = pymysql.connect(
        **where, user=link.username, password=link.password, database=link.database, charset="utf8mb4",
        cursorclass=SSCursor, connect_timeout=_SECONDS, read_timeout=_MOST_MINUTES * 60, local_infile=False,
    )  # fmt: skip
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
            cursor.execute(statement(link.query))
            yield [one[0] for one in cursor.description or ()], _portions(cursor)
    finally:
        # closing without COMMIT ends the transaction; what was not fetched is not sent any more
        connection._force_close()


def _portions(cursor: Any) -> Iterator[Any]:
    while rows := cursor.fetchmany(ROWS):
        yield rows


def _mysql_errors() -> tuple[type[Exception], ...]:
    try:
        import pymysql
    except ImportError:
        return ()
    return (pymysql.MySQLError,)


def _said(error: Exception, link: LakeLink) -> str:
    """The other side's own words in one line, never with the password."""
    words = " ".join(str(error).split())[:200]
    if link.password and link.password in words:
        words = type(error).__name__
    return f"{words}。请核对主机、端口、库名、只读账号和查询，或请对方的数据库管理员检查权限。"
