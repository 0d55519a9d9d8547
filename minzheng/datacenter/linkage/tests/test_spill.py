"""DuckDB must return every row when the build side of a join spills to disk (its issue 25702: some versions silently
did not). A permanent check of the engine that is installed, in the shapes the lake and the linker use it."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

ROWS = 400_000


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Persons and records in Parquet, keys all different, in no order; the records carry a payload."""
    folder = tmp_path_factory.mktemp("spill")
    con = duckdb.connect()
    con.execute(
        f"COPY (SELECT i::BIGINT * 7919 % 1000003 AS k, lpad((i * 7919 % 1000003)::VARCHAR, 18, '0') AS id FROM range({ROWS}) t(i)) "
        f"TO '{folder}/persons.parquet'"
    )
    con.execute(
        f"COPY (SELECT k, id, repeat('x', 100) || k AS pay FROM '{folder}/persons.parquet' ORDER BY hash(k)) "
        f"TO '{folder}/records.parquet'"
    )
    return folder


def spilled_and_found(folder: Path, join: str, *, memory: str) -> tuple[int, tuple[object, ...]]:
    """Bytes spilled while the join ran, and what it found (rows, sum of keys, payloads)."""
    spill = folder / f"spill-{abs(hash((join, memory)))}"
    con = duckdb.connect(
        config={
            "memory_limit": memory, "threads": 2, "temp_directory": str(spill), "temp_file_encryption": True,
            "preserve_insertion_order": False,
        }
    )  # fmt: skip
    con.execute("PRAGMA enable_profiling = 'no_output'")
    found = con.execute(join.format(folder=folder)).fetchall()[0]
    written = con.execute("SELECT peak FROM (SELECT max(size) AS peak FROM duckdb_temporary_files())").fetchall()[0][0]
    return written or 0, found
