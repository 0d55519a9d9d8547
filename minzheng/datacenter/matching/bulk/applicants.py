"""The people of a run: read once, their numbers turned into tokens on the way, kept as one small Parquet file.

Inside a run a person is ``pid``, the row of the file; family_id and person_id keep their values and types to the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from minzheng.datacenter.lake import tokens
from minzheng.datacenter.lake.engine import quoted
from minzheng.datacenter.linkage import normalise, repair
from minzheng.datacenter.matching.bulk import parquet
from minzheng.datacenter.matching.bulk.errors import MatchRefused

COLUMNS = ("family_id", "person_id", "id_no", "name", "county")
LABEL = "--applicants"
#: What is looked for, and the names to compare; then pid, family_id and person_id.
_KEY = [("key", pa.int64()), ("exact", pa.bool_()), ("mended", pa.bool_())] + [
    (f"{name}_token", pa.int64()) for name in ("pinyin", "surname")
]
#: What is kept of everybody in plain, in memory alone: to grade names and to compare wrong numbers.
PLAIN = ("id_no", "name", "county")


@dataclass(frozen=True)
class People:
    """``persons``: Parquet of pid, family_id, person_id. ``keys``: Parquet of every token to look for (``_KEY``), with whose it
    is: one of a valid number, every neighbour at one error of an invalid one. ``without_id``: people who have neither.
    ``plain``: id_no, name and county of each, by ``pid``; never written."""

    persons: Path
    keys: Path
    rows: int
    without_id: int
    plain: pa.Table


def read(path: Path, work: Path) -> People:
    """Check and tokenise the applicants. Raises MatchRefused; no plain number is written anywhere."""
    file = parquet.File(path, LABEL)
    file.require(COLUMNS)
    file.refuse_empty("人员")
    for name in ("id_no", "name"):
        _want_text(file, name)
    for name in ("family_id", "person_id"):
        _want_key(file, name)
    if not pa.types.is_null(file.schema.field("county").type):
        _want_key(file, "county")
    who = pa.schema([("pid", pa.int64()), *(file.schema.field(name) for name in ("family_id", "person_id"))])
    people = collect(_checked(file), who, work)
    _no_double(people.persons, file)
    return people


def _checked(file: parquet.File) -> Iterator[pa.RecordBatch]:
    start = 0
    for batch in file.batches(COLUMNS):
        _no_blank(batch, start, file)
        yield batch
        start += len(batch)


def known(rows: Iterable[tuple[int, int, str, str, str]], work: Path) -> People:
    """People who are on file already: (family, person, ID number, name, place). The numbers stay in memory."""
    who = pa.schema([(name, pa.int64()) for name in ("pid", "family_id", "person_id")])
    columns = list(zip(*rows, strict=True)) or [(), (), (), (), ()]
    kinds = (pa.int64(), pa.int64(), pa.string(), pa.string(), pa.string())
    arrays = [pa.array(values, kind) for values, kind in zip(columns, kinds, strict=True)]
    table = pa.table(arrays, names=["family_id", "person_id", "id_no", "name", "county"])
    return collect(iter(table.to_batches(parquet.BATCH)), who, work)


def collect(batches: Iterator[pa.RecordBatch], who: pa.Schema, work: Path) -> People:
    """Rows of family_id, person_id, id_no, name and county as ``People``."""
    persons, keys = work / "persons.parquet", work / "keys.parquet"
    start = without = 0
    kept = []
    with pq.ParquetWriter(persons, who) as out, pq.ParquetWriter(keys, pa.schema([*_fields(_KEY), *who])) as looked_for:
        for batch in batches:
            pids = pa.array(np.arange(start, start + len(batch)), pa.int64())
            people = pa.table([pids, batch["family_id"], batch["person_id"]], schema=who)
            out.write_table(people)
            kept.append(pa.table({name: parquet.as_text(batch[name]) for name in PLAIN}))
            table, blank = _keys(batch, people)
            looked_for.write_table(table)
            start, without = start + len(batch), without + blank
    plain = (
        pa.concat_tables(kept).combine_chunks()
        if kept
        else pa.table({name: pa.array([], pa.string()) for name in PLAIN})
    )
    return People(persons, keys, start, without, plain)


def _fields(pairs: list[tuple[str, pa.DataType]]) -> list[pa.Field]:
    return [pa.field(name, kind) for name, kind in pairs]


def _want_text(file: parquet.File, name: str) -> None:
    kind = file.schema.field(name).type
    if not parquet.is_text(kind):
        raise MatchRefused(
            f"{LABEL}：{file.path.name} 的列“{name}”应当是文字，现在是 {kind}；"
            "证件号码存成数字会丢掉末尾几位，请按文字重新导出。"
        )


def _want_key(file: parquet.File, name: str) -> None:
    kind = file.schema.field(name).type
    if not (pa.types.is_integer(kind) or (parquet.is_text(kind) and not pa.types.is_null(kind))):
        raise MatchRefused(f"{LABEL}：{file.path.name} 的列“{name}”应当是整数或文字，现在是 {kind}，请改正后重新导出。")


def _no_blank(batch: pa.RecordBatch, start: int, file: parquet.File) -> None:
    for name in ("family_id", "person_id"):
        column = batch[name]
        if column.null_count:
            row = start + int(np.argmax(column.is_null().to_numpy(zero_copy_only=False))) + 1
            raise MatchRefused(f"{LABEL}：{file.path.name} 第 {row} 行的“{name}”是空的，请补上。")


def _keys(batch: pa.RecordBatch, people: pa.Table) -> tuple[pa.Table, int]:
    """The keys of one batch, and how many people have neither a usable number nor a neighbour."""
    ids, names = (parquet.as_text(batch[name]) for name in ("id_no", "name"))
    read = normalise.numbers(ids)
    own = tokens.column(normalise.id18s(read.keys))
    valid = own.is_valid()
    marks = [tokens.pinyins(names), tokens.surnames(names)]
    mended = pa.array(read.states == normalise.FIXED)
    everybody = pa.table([own, valid, mended, *marks], schema=pa.schema(_KEY))
    for field, column in zip(people.schema, people.columns, strict=True):
        everybody = everybody.append_column(field, column)
    rows, near = repair.candidate_keys(read)
    repaired = everybody.take(pa.array(rows)).set_column(0, "key", tokens.column(normalise.id18s(near)))
    without = own.null_count - len(np.unique(rows))
    return pa.concat_tables([everybody.filter(valid), repaired]), without


def _no_double(persons: Path, file: parquet.File) -> None:
    """A person listed twice would be counted twice in his family."""
    with duckdb.connect(":memory:") as con:
        twice = con.execute(
            f"SELECT person_id, list_sort(list(pid + 1))[:3] FROM read_parquet({quoted(persons)}) "
            "GROUP BY person_id HAVING count(*) > 1 ORDER BY min(pid) LIMIT 1"
        ).fetchall()
    if twice:
        rows = "、".join(str(row) for row in twice[0][1])
        raise MatchRefused(
            f"{LABEL}：{file.path.name} 里 person_id“{twice[0][0]}”出现了不止一次（第 {rows} 行），每人只能一行，请去掉重复的。"
        )
