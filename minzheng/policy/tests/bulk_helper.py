"""Families as Parquet tables, and one population through every engine, for the comparison to the fen."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from minzheng.policy.bulk.blocks import Population
from minzheng.policy.bulk.columns import file_column
from minzheng.policy.bulk.engine import LoopEngine
from minzheng.policy.bulk.sql import SqlEngine
from minzheng.policy.params import Row
from minzheng.policy.targets import loop
from minzheng.policy.whole import NOTHING

KINDS = {
    "元": pa.int64(),
    "比例": pa.int64(),
    "整数": pa.int32(),
    "是否": pa.bool_(),
    "日期": pa.date32(),
    "选项": pa.string(),
    "文字": pa.string(),
}


def columns(words, rows, said, random):
    """Rows of converted values → Arrow columns in the file's units. With ``random`` what nobody said may be left out."""
    made = {}
    for word in words:
        values = [row[word.name] for row in rows]
        if word.type == "元":
            values = [None if v is None else int(v * 100) for v in values]
        if word.type == "比例":
            values = [None if v is None else int(v * 10_000) for v in values]
        if random is not None and random.random() < 0.6:  # say as little as may be said
            values = [v if word.name in given else None for v, given in zip(values, said, strict=True)]
            if not any(word.name in given for given in said) and random.random() < 0.7:
                continue
        made[file_column(word)] = _kind(pa.array(values, KINDS[word.type]), random)
    return made


def _kind(column, random):
    """The same values in one of the types that a file may hold them in."""
    if random is None:
        return column
    if pa.types.is_string(column.type):
        text = random.choice([lambda c: c, pa.Array.dictionary_encode, lambda c: c.cast(pa.large_string())])
        return text(column)
    if column.type == pa.int32():
        return column.cast(random.choice([pa.int16(), pa.int32(), pa.int64()]))
    return column


def write(ruleset, on, families, folder: Path, random=None):
    """``families``: [(region, family mapping)] → paths of the persons and the households file.

    With ``random`` columns are written in different types, and left empty or out where a default says the same.
    """
    homes, people, regions, of = [], [], [], []
    said = {"户": [f.get("家庭") or {} for _, f in families], "人": [p for _, f in families for p in f["成员"]]}
    for number, (region, family) in enumerate(families):
        household, rows = ruleset.vocabulary.read_family(family, on)
        homes.append(household)
        people += rows["人"]
        of += [number] * len(rows["人"])
        regions.append(region)
    words = list(ruleset.vocabulary.words.values())
    home = {"household_id": pa.array(range(len(homes)), pa.int64()), "地区": regions}
    home |= columns([w for w in words if w.entity == "户"], homes, said["户"], random)
    person = {"household_id": pa.array(of, pa.int64()), "person_id": pa.array(range(len(people)), pa.int64())}
    person |= columns([w for w in words if w.entity == "人"], people, said["人"], random)
    paths = folder / "persons.parquet", folder / "households.parquet"
    pq.write_table(pa.table(person), paths[0], row_group_size=97)
    pq.write_table(pa.table(home), paths[1], row_group_size=31)
    return paths


def scalar(ruleset, on, families):
    """Output column → values in the order of the rows, as whole numbers, None where not applicable."""
    found: dict[str, list] = {}
    for region, family in families:
        outcome = ruleset.program(region, on).run(family)
        for listed in ([outcome.household], outcome.members):
            for one in listed:
                for word, value in one.items():
                    if word != "姓名":
                        found.setdefault(word, []).append(whole(value))
    return found


def whole(value):
    if value is None:
        return None
    if isinstance(value, datetime.date):
        return value.year * 10000 + value.month * 100 + value.day
    return int(value * 100) if isinstance(value, Decimal) else int(value)


def _listed(output, values, region):
    missing = output.missing
    if values is None:
        return [None] * len(region)
    return [None if missing[r] or v == NOTHING else int(v) for v, r in zip(values, region, strict=True)]


def by_loop(ruleset, on, paths, *, compiled):
    """The same by the loop, compiled or run by Python."""
    engine = _engine(ruleset, on, paths, compiled)
    found: dict[str, list] = {}
    for block, results in engine.each(engine.run):
        region = engine.rows.of_group[block.groups]
        people = region[np.searchsorted(block.household_ids, block.person_households)]
        for output in engine.plan.outputs:
            rows = _listed(output, results.get(output.step), region if output.entity == "户" else people)
            found.setdefault(output.word, []).extend(rows)
    return found


def _engine(ruleset, on, paths, compiled):
    population = Population(*paths, ruleset.vocabulary)
    if compiled:
        return LoopEngine(ruleset, population, on)
    original = loop.build
    try:
        from minzheng.policy.bulk import engine as module

        module.build = lambda plan: original(plan, compiled=False)
        return LoopEngine(ruleset, population, on)
    finally:
        module.build = original


def by_duckdb(ruleset, on, paths):
    """The same by SQL."""
    engine = SqlEngine(ruleset, *paths, on)
    engine.run()
    found: dict[str, list] = {}
    for entity, keys in (("户", "household_id"), ("人", "household_id, person_id")):
        rows = engine.connection.sql(f"{engine.sql.result(entity)} ORDER BY {keys}").to_arrow_table()
        for output in engine.plan.outputs:
            if output.entity == entity:
                values = rows[output.column].to_pylist()
                found[output.word] = [None if v is None else int(v) for v in values]
    return found


def place(ruleset, number, region, on, supposed):
    """An invented county with everything in force in a region on a day, some of it supposed: (code, its value rows)."""
    code = f"98{number:04}"
    program = ruleset.program(region, on, None, supposed)
    rows = [
        Row(**{**found.row.__dict__, "region": code, "since": on, "until": on, "file": ""})
        for found in program.found.values()
    ]
    return code, rows


def differences(expected, got):
    """Words whose values differ, with the first difference."""
    assert expected.keys() == got.keys()
    return [
        (word, i, one, other)
        for word in expected
        for i, (one, other) in enumerate(zip(expected[word], got[word], strict=True))
        if one != other
    ]
