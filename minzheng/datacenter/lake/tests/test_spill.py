"""The engine returns every row when the build side of a join does not fit into memory and spills to disk.

Some versions of DuckDB silently returned fewer (its issue 25702), and an engine that may not write what it spills fails
outright: so the installed version and our settings are both checked, in the shapes the lake uses.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from minzheng.datacenter.lake import places
from minzheng.datacenter.lake.engine import connect, quoted

ROWS = 400_000
#: Some of these are too little for the build side but enough to spill it; which ones depends on machine and version.
MEMORIES = ("56MB", "64MB", "72MB", "80MB", "96MB", "112MB")


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Rows with keys all different in no order, and a payload, as a table expression."""
    path = tmp_path_factory.mktemp("spill") / "records.parquet"
    duckdb.connect().execute(
        "COPY (SELECT i::BIGINT * 7919 % 1000003 AS k, lpad((i * 7919 % 1000003)::VARCHAR, 18, '0') AS id, "
        f"hash(i)::VARCHAR || hash(i + 1)::VARCHAR || hash(i + 2)::VARCHAR AS pay FROM range({ROWS}) t(i)) "
        f"TO {quoted(path)}"
    )
    return f"read_parquet({quoted(path)})"


JOINS = {
    "整数键": "SELECT count(*), sum(a.k)::BIGINT, count_if(a.pay = b.pay) FROM {0} a JOIN {0} b ON a.k = b.k",
    "文字键": "SELECT count(*), sum(a.k)::BIGINT, count_if(a.pay = b.pay) FROM {0} a JOIN {0} b ON a.id = b.id",
    "半连接": "SELECT count(*), sum(k)::BIGINT, count(pay) FROM {0} WHERE pay IN (SELECT pay FROM {0})",
}


@pytest.mark.parametrize("shape", JOINS)
def test_连接的一侧放不进内存时_一行也不少(records: str, shape: str) -> None:
    join = JOINS[shape].format(records)
    with connect("4GB") as con:
        whole = con.execute(join).fetchall()[0]
    assert whole[0] == whole[2] == ROWS
    answers = {memory: (_answer(join, memory, spills=False), _answer(join, memory, spills=True)) for memory in MEMORIES}
    given = {answer for both in answers.values() for answer in both if answer is not None}
    assert given == {whole}
    assert any(within is None and spilled for within, spilled in answers.values()), "没有一种内存逼出溢写"
    assert not [path for path in Path(places.spill()).rglob("*") if path.is_file()], "用完即清"


def _answer(join: str, memory: str, *, spills: bool) -> tuple[int, ...] | None:
    """None where the memory does not suffice."""
    with connect(memory, threads=2) as con:
        if not spills:
            con.execute("SET temp_directory = ''")
        try:
            return con.execute(join).fetchall()[0]
        except duckdb.OutOfMemoryException:
            return None
