"""Canaries: invented people planted among those asked about, and invented rows planted in every source, all of which have
to be found in exactly the way foreseen. They never reach the outputs.

A join that silently drops rows is the worst that can happen to a check of this kind, because nobody sees it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from minzheng.datacenter.matching.bulk.material import Material, Part

#: Of each source: how many are to be found as E1, E2 and R1.
PLANTED = {1: 24, 2: 6, 3: 6}
EACH = sum(PLANTED.values())
BATCH = "canary"
_MARKS = ("pinyin_token", "surname_token")


@dataclass(frozen=True)
class Canaries:
    """``keys``: Parquet in the shape of the people's keys, ``pid`` from ``first`` on; ``parts``: one a source."""

    keys: Path
    first: int
    parts: dict[str, Part]

    def expected(self, code: str) -> list[tuple[int, int]]:
        """(row_no, code) of one source, ordered. Rows are numbered backwards from -1."""
        if code not in self.parts:
            return []
        kinds = [kind for kind, count in PLANTED.items() for _ in range(count)]
        return sorted((-(at + 1), kind) for at, kind in enumerate(kinds))


def plant(materials: list[Material], first: int, work: Path) -> Canaries:
    """Make people numbered from ``first`` and their rows, as files inside ``work``."""
    count = EACH * len(materials)
    people = {name: _random(count) for name in ("key", *_MARKS)}
    keys = work / "canary-keys.parquet"
    pids = np.arange(first, first + count)
    pq.write_table(pa.table({"key": people["key"], "pid": pids, "exact": np.ones(count, bool)} | {m: people[m] for m in _MARKS}), keys)  # fmt: skip
    parts = {}
    for at, material in enumerate(materials):
        mine = slice(at * EACH, (at + 1) * EACH)
        parts[material.spec.code] = _rows(material, {name: values[mine] for name, values in people.items()}, work)
    return Canaries(keys, first, parts)


def _rows(material: Material, people: dict[str, np.ndarray], work: Path) -> Part:
    """The rows of one source: E1 as they are, E2 under other names, R1 without a token but with a candidate beside it."""
    folder = work / f"source={material.spec.code}" / "period=000000" / f"batch={BATCH}"
    folder.mkdir(parents=True)
    same, other = PLANTED[1], PLANTED[1] + PLANTED[2]
    row_no = -np.arange(1, EACH + 1)
    marks = {name: np.where(_between(same, other), _random(EACH), people[name]) for name in _MARKS}
    tokens = pa.array(people["key"], mask=np.arange(EACH) >= other)
    known = {
        "id_token": tokens,
        "row_no": pa.array(row_no),
        **{name: pa.array(values) for name, values in marks.items()},
    }
    schema = material.schema()
    columns = [known.get(field.name, pa.nulls(EACH, field.type)).cast(field.type) for field in schema]
    path, repairs = folder / "part-0.parquet", folder / "repairs.parquet"
    pq.write_table(pa.Table.from_arrays(columns, schema=_nullable(schema)), path)
    near = {"row_no": row_no[other:], "id_token": people["key"][other:]} | {m: people[m][other:] for m in _MARKS}
    pq.write_table(pa.table(near), repairs)
    return Part(path, EACH, repairs)


def _between(low: int, high: int) -> np.ndarray:
    places = np.arange(EACH)
    return (places >= low) & (places < high)


def _nullable(schema: pa.Schema) -> pa.Schema:
    return pa.schema([field.with_nullable(True) for field in schema])


def _random(count: int) -> np.ndarray:
    """Tokens over the whole range, so that every key range has some."""
    return np.frombuffer(secrets.token_bytes(8 * count), np.int64)
