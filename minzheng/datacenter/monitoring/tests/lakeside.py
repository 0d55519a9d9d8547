"""A small lake for tests: watched people and deliveries as the engine sees them, without a database of people."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from minzheng.datacenter.monitoring.entries import Fact, Watched
from minzheng.datacenter.monitoring.joining import NAMES, Delivery, Reading
from minzheng.datacenter.monitoring.watched import SCHEMA
from minzheng.datacenter.sources import registry


def watched_table(people: Iterable[Watched], roles: dict[int, tuple[str, ...]] | None = None) -> pa.Table:
    """Rows of the snapshot: each person under "self", and under every further role given; tokens are the person's id
    (times ten, plus the role's number)."""
    rows = []
    for one in people:
        for number, role in enumerate(("self", *(roles or {}).get(one.person_id, ()))):
            token = one.person_id * 10 + number
            rows.append(
                asdict(one)
                | {"role": role, "id_token": token, "name_token": token, "pinyin_token": token, "digest": None}
            )
    return pa.Table.from_pylist(
        [{k: list(v) if isinstance(v, tuple) else v for k, v in row.items()} for row in rows], SCHEMA
    )


def insert(con: Any, table: str, person: int, facts: Iterable[Fact]) -> None:
    """Facts straight into `hits` or `known`."""
    for number, one in enumerate(facts):
        key = hash((person, table, number, one.class_, one.on, one.reference)) >> 2
        values = (
            person, one.role, one.source, one.class_, one.amount_fen, one.on, one.valid_to, one.title, one.reference, one.code,
            one.batch, key,
        )  # fmt: skip
        con.execute(f"INSERT INTO {table} ({NAMES}) VALUES ({', '.join('?' * len(values))})", values)


_TYPES = {"VARCHAR": pa.string(), "BIGINT": pa.int64(), "DATE": pa.date32(), "BOOLEAN": pa.bool_()}


def clean_schema(source: str) -> pa.Schema:
    """The columns of clean rows, as the lake's contract names them."""
    tokens = [(f"{name}_token", pa.int64()) for name in ("id", "name", "pinyin", "surname")]
    own = [
        (one.name, pa.binary() if one.personal else _TYPES[one.clean_type])
        for one in registry.get(source).columns
        if one.type not in ("id_no", "name")
    ]
    return pa.schema([*tokens, ("id_state", pa.string()), ("row_no", pa.int64()), ("sealed", pa.binary()), *own])


def delivery(
    folder: Path, source: str, batch: str, rows: list[dict[str, Any]], repairs: list[dict[str, int]] = ()
) -> Delivery:  # type: ignore[assignment]
    """One batch of clean rows as the lake keeps them: `rows` name the columns that matter, the others are empty."""
    place = folder / source / batch
    place.mkdir(parents=True)
    schema = clean_schema(source)
    full = [{name: row.get(name) for name in schema.names} | {"row_no": n} for n, row in enumerate(rows, start=1)]
    pq.write_table(pa.Table.from_pylist(full, schema), place / "part-0.parquet")
    names = ("row_no", "id_token", "name_token", "pinyin_token", "surname_token")
    more = pa.schema([(name, pa.int64()) for name in names])
    pq.write_table(
        pa.Table.from_pylist([{n: one.get(n) for n in names} for one in repairs], more), place / "repairs.parquet"
    )
    files = (str(place / "part-0.parquet"),)
    return Delivery(source, batch, files, len(rows), "990101000000", (str(place / "repairs.parquet"),))


def reading(fresh: list[Delivery], older: Iterable[Delivery] = (), *, again: bool = False) -> Reading:
    """A reading of these deliveries; the older ones are in force as well."""
    in_force: dict[str, list[Delivery]] = {}
    for one in (*older, *fresh):
        in_force.setdefault(one.source, []).append(one)
    return Reading({code: registry.get(code) for code in in_force}, fresh, in_force, again)


def aged(person: Watched, years: int, today: datetime.date) -> Watched:
    return replace(person, age=years, birth_date=datetime.date(today.year - years, 1, 1))
