"""DuckDB as a stateless engine: state lives in PostgreSQL, data in Parquet, and there is never a ``.duckdb`` file.

One connection per job, closed by the job (``with connect() as con``). Rules for the statements run here: one join per
statement, write the hits, then aggregate, because DuckDB spills per operator.
"""

from __future__ import annotations

import contextlib
import os
import re

import duckdb

from minzheng.datacenter.lake import places
from minzheng.datacenter.lake.errors import LakeRefused

#: Memory of one engine unless the site or the caller says otherwise.
DEFAULT_MEMORY = "1GB"
_MEMORY = re.compile(r"[1-9][0-9]{0,5}(MB|GB)")


def connect(memory: str | None = None, threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """A fresh in-memory engine that reads and writes Parquet.

    ``memory``: "512MB", "2GB"; by default ``MINZHENG_LAKE_MEMORY``, else 1 GB. ``threads``: by default
    ``MINZHENG_LAKE_THREADS``, else every core. Raises LakeRefused when one of them is not understood.
    """
    limit = (memory or os.environ.get("MINZHENG_LAKE_MEMORY") or DEFAULT_MEMORY).replace(" ", "").upper()
    if not _MEMORY.fullmatch(limit):
        raise LakeRefused(f"引擎内存上限“{limit}”看不懂：请在 MINZHENG_LAKE_MEMORY 写成 1GB 或 512MB 的样子。")
    spill = places.spill()
    con = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": limit,
            "threads": threads or _threads(),
            "preserve_insertion_order": False,
            # Not encrypted by the engine: DuckDB encrypts files only with a module that has to be loaded from elsewhere,
            # and without it every join that spills fails. What spills here are tokens and sealed fields.
            "temp_directory": os.fspath(spill),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            "allow_persistent_secrets": False,
        },
    )
    con.execute("SET enable_progress_bar = false")
    # Timestamps with a zone would otherwise depend on the machine
    con.execute("SET TimeZone = 'Asia/Shanghai'")
    return con


def _threads() -> int:
    """From the environment, else the cores this process may use."""
    named = os.environ.get("MINZHENG_LAKE_THREADS", "").strip()
    if named:
        with contextlib.suppress(ValueError):
            if 1 <= int(named) <= 256:
                return int(named)
        raise LakeRefused(f"引擎线程数“{named}”看不懂：请在 MINZHENG_LAKE_THREADS 写 1 到 256 之间的整数。")
    return max(1, len(os.sched_getaffinity(0)))


def quoted(text: str | os.PathLike[str]) -> str:
    """A text or path as an SQL literal, for statements that take no parameters (COPY … TO, read_parquet lists)."""
    return "'" + os.fspath(text).replace("'", "''") + "'"
