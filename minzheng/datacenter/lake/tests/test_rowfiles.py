"""The files of rows say what the Parquet files say, of every source; whatever is wrong with one costs time, never an answer."""

from __future__ import annotations

import datetime
import random
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from minzheng.datacenter.lake import checking, looking, reading, rowfiles, tokens, writing
from minzheng.datacenter.lake.ingest import ingest
from minzheng.datacenter.lake.models import LakeBatch
from minzheng.datacenter.lake.tests.conftest import COUNTY, PERIOD, SOURCE, number, row
from minzheng.datacenter.sources import registry
from minzheng.datacenter.sources.facts_few import columns_looked_up
from minzheng.kernel.accounts.actors import SYSTEM

ON = datetime.date(2026, 11, 22)


def _value(field: pa.Field, at: int, chance: random.Random) -> Any:
    if field.name == "id_token":
        return chance.choice([None, *(place * (1 << 40) - (1 << 45) for place in range(90))])
    if field.name == "row_no":
        return at
    if chance.random() < 0.1:
        return None
    if pa.types.is_date(field.type):
        return ON - datetime.timedelta(days=chance.randrange(4000))
    if pa.types.is_boolean(field.type):
        return chance.random() < 0.5
    if pa.types.is_integer(field.type):
        return chance.choice([-1, 0, 127, 128, 1 << 15, 1 << 31, -(1 << 62)])
    if pa.types.is_binary(field.type):
        return b"\x01sealed"
    return chance.choice(["", "示范", "甲", f"第{at}户"])


def _sorted(schema: pa.Schema, rows: int, chance: random.Random) -> pa.Table:
    made = [{field.name: _value(field, at, chance) for field in schema} for at in range(rows)]
    return pa.Table.from_pylist(made, schema).sort_by([("id_token", "ascending"), ("row_no", "ascending")])


@pytest.mark.parametrize("code", sorted(registry.all()))
def test_逐行的文件与原文件给出同样的行(code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rowfiles, "BLOCK", 8)
    chance, path, columns = random.Random(code), tmp_path / "part-0.parquet", columns_looked_up(code)
    table = _sorted(checking.schema(registry.get(code)), 400, chance)
    pq.write_table(table, path, row_group_size=150)
    made = rowfiles.write(path, "f" * 64, columns)
    assert rowfiles.count(made) == len(table) - table["id_token"].null_count
    assert b"sealed" not in made.read_bytes()
    tokens = sorted({one for one in table["id_token"].to_pylist() if one is not None})
    for wanted in (
        tokens,
        tokens[:1],
        tokens[-1:],
        chance.sample(tokens, 4),
        [tokens[0] - 1, tokens[0] + 1, 1 << 62],
        [],
    ):
        found = rowfiles.look_up(str(path), "f" * 64, wanted, columns)
        listed = ", ".join(map(str, wanted)) or "NULL"
        asked = ", ".join(f'"{name}"' for name in columns)
        with duckdb.connect() as con:
            rows = con.execute(
                f"SELECT {asked} FROM read_parquet('{path}') WHERE id_token IN ({listed}) ORDER BY id_token, row_no"
            ).fetchall()
        assert found == [dict(zip(columns, one, strict=True)) for one in rows]
    assert rowfiles.look_up(str(path), "f" * 64, tokens, (*columns, "sealed")) is None
    stream = pa.ipc.open_stream(made.read_bytes()).read_all()  # any Arrow reader opens it
    assert stream["id_token"].to_pylist() == [one for one in table["id_token"].to_pylist() if one is not None]


def test_词越来越多的一栏照原样存_没有排序的不收(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "part-0.parquet"
    words = ["同"] * 200 + [f"第{at}个" for at in range(400)]
    table = pa.table({"id_token": range(600), "word": words, "row_no": pa.nulls(600, pa.int64())})
    pq.write_table(table, path, row_group_size=200)
    rowfiles.write(path, "", table.column_names)
    found = rowfiles.look_up(str(path), "", [0, 199, 200, 599], ["word", "row_no"])
    assert found == [{"word": word, "row_no": None} for word in ("同", "同", "第0个", "第399个")]
    assert pa.ipc.open_stream(rowfiles.beside(path).read_bytes()).schema.field("word").type == pa.string()
    pq.write_table(table.sort_by([("id_token", "descending")]), path)
    with pytest.raises(ValueError, match="not sorted"):
        rowfiles.write(path, "", table.column_names)
    pq.write_table(table.slice(0, 0), path)
    rowfiles.write(path, "", table.column_names)
    assert rowfiles.look_up(str(path), "", [1], ["word"]) == []


@pytest.mark.django_db
def test_逐行的文件缺了坏了换了_都改读原文件_答案不变(delivered: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = number(7)[:-1] + ("0" if number(7)[-1] != "0" else "1")
    batch = ingest(SYSTEM, SOURCE, delivered([*(row(at) for at in range(40)), row(7, c0=wrong)]), PERIOD, region=COUNTY)
    assert [one["name"] for one in batch.files] == ["part-0.parquet", "repairs.parquet", "part-0.rows", "repairs.rows"]
    folder, columns = writing.folder_of(batch.source, batch.period, batch.no), columns_looked_up(SOURCE)
    people = [tokens.of(number(at)) for at in (3, 7, 39, 70)]
    right, near = looking.rows([batch], people, columns), looking.repairs([batch], people, checking.REPAIRS_LOOKED_UP)
    assert [one["row_no"] for one in sorted(right, key=lambda one: one["row_no"])] == [5, 9, 41]
    assert [one["row_no"] for one in near] == [42] and right[0]["batch"] == batch.no
    reads: list[str] = []
    real = looking.in_file
    monkeypatch.setattr(looking, "in_file", lambda path, *more: reads.append(path) or real(path, *more))

    def same() -> bool:
        reads.clear()
        again = looking.rows([batch], people, columns), looking.repairs([batch], people, checking.REPAIRS_LOOKED_UP)
        return again == (right, near)

    assert same() and not reads
    for name in ("part-0.rows", "repairs.rows"):
        path = folder / name
        whole = path.read_bytes()
        begins = rowfiles._index(str(path), (path.stat().st_ino, path.stat().st_mtime_ns, path.stat().st_size)).places[
            0
        ]
        bent = whole[: begins + 200] + bytes([whole[begins + 200] ^ 1]) + whole[begins + 201 :]
        for damaged in (bent, whole[:-1], whole[: len(whole) // 2], b"", whole[:-8] + b"\xff" * 8):
            path.write_bytes(damaged)
            assert same() and len(reads) == 1, (name, len(damaged))
        path.unlink()
        assert same() and len(reads) == 1
        path.write_bytes(whole)
        assert same() and not reads
    other = LakeBatch(
        source=batch.source, period=batch.period, no=batch.no, files=[{"name": "part-0.parquet", "sm3": "0" * 64}]
    )
    reads.clear()
    assert looking.rows([other], people, columns) == right and reads  # made from another delivery
    reading_path = reading.files_of([batch])[0]
    Path(reading_path).unlink()
    with pytest.raises(FileNotFoundError):  # what is gone is gone, whatever still lies beside it
        looking.rows([batch], people, columns)
