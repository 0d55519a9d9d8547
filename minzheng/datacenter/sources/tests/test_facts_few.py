"""The two readings of the rules, SQL and Python, give the same facts: every source, many random rows with gaps in them."""

from __future__ import annotations

import datetime
import random
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from minzheng.datacenter.sources import registry
from minzheng.datacenter.sources.facts import facts_sql
from minzheng.datacenter.sources.facts_few import facts_of
from minzheng.datacenter.sources.spec import Column, SourceSpec

ON = datetime.date(2026, 11, 22)
KINDS = {"VARCHAR": pa.string(), "BIGINT": pa.int64(), "DATE": pa.date32(), "BOOLEAN": pa.bool_()}


def _value(column: Column, spec: SourceSpec, chance: random.Random) -> Any:
    if chance.random() < 0.15:
        return None
    if column.clean_type == "DATE":
        day = ON - datetime.timedelta(days=chance.choice([0, 1, 30, 200, 365, 800, -20, -400]))
        return day.replace(day=1) if column.type == "month" else day
    if column.clean_type == "BOOLEAN":
        return chance.random() < 0.5
    if column.clean_type == "BIGINT":
        return chance.choice([-250, -1, 0, 1, 2, 3, 5, 6, 99, 100, 123_456_789])
    words = [word for rule in spec.facts for one in rule.where.get(column.name, {}).values() if isinstance(one, tuple) for word in one]  # fmt: skip
    return chance.choice([*words, *column.values, "示范", ""])


@pytest.mark.parametrize("code", sorted(registry.all()))
def test_一户的读法与成批的读法给出同样的事实(code: str) -> None:
    spec, chance = registry.get(code), random.Random(code)
    own = [column for column in spec.columns if not column.personal and column.name not in ("id_no", "name")]
    rows = [
        {"id_token": chance.choice([None, 1, 2, 3, 4]), "row_no": at, "batch": chance.choice(["8", "9"])}
        | {column.name: _value(column, spec, chance) for column in own}
        for at in range(1, 301)
    ]
    schema = pa.schema(
        [("id_token", pa.int64()), ("row_no", pa.int64()), ("batch", pa.string())]
        + [(column.name, KINDS[column.clean_type]) for column in own]
    )
    con = duckdb.connect()
    con.register("few", pa.Table.from_pylist(rows, schema=schema))
    expected = con.execute(facts_sql(spec, "few", on=ON, keep=("batch",))).fetchall()
    assert expected or not spec.facts
    assert sorted(map(repr, facts_of(spec, rows, on=ON, keep=("batch",)))) == sorted(map(repr, expected))
