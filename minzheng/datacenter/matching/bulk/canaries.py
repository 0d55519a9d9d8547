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

from minzheng.datacenter.lake import tokens
from minzheng.datacenter.matching.bulk import join
from minzheng.datacenter.matching.bulk.material import Material, Part

#: What everybody planted is called, and of each source: under which name so many rows stand and how they are to be found.
NAME = "司徒安宁"
PLANTED = (
    (22, NAME, join.SAME), (2, "司徒*宁", join.SAME), (3, "司徒平宁", join.SLIP), (3, "白石", join.OTHER), (6, NAME, join.REPAIRED),
)  # fmt: skip
EACH = sum(count for count, _, _ in PLANTED)
BATCH = "canary"
_MARKS = ("pinyin_token", "surname_token")


@dataclass(frozen=True)
class Canaries:
    """``keys``: Parquet in the shape of the people's keys, ``pid`` from ``first`` on; ``parts``: one a source; ``names``: of
    those people, in the order of ``pid``."""

    keys: Path
    first: int
    parts: dict[str, Part]
    names: pa.Array

    def expected(self, code: str) -> list[tuple[int, int]]:
        """(row_no, code) of one source, ordered. Rows are numbered backwards from -1."""
        if code not in self.parts:
            return []
        kinds = [way for count, _, way in PLANTED for _ in range(count)]
        return sorted((-(at + 1), kind) for at, kind in enumerate(kinds))


def plant(materials: list[Material], first: int, work: Path) -> Canaries:
    """Make people numbered from ``first`` and their rows, as files inside ``work``."""
    count = EACH * len(materials)
    own = _random(count)
    marks = {mark: np.repeat(values, count) for mark, values in _marks([NAME]).items()}
    keys = work / "canary-keys.parquet"
    pids, yes = np.arange(first, first + count), np.ones(count, bool)
    pq.write_table(pa.table({"key": own, "pid": pids, "exact": yes, "mended": ~yes} | marks), keys)
    parts = {}
    for at, material in enumerate(materials):
        parts[material.spec.code] = _rows(material, own[at * EACH : (at + 1) * EACH], work)
    return Canaries(keys, first, parts, pa.array([NAME] * count))


def _rows(material: Material, keys: np.ndarray, work: Path) -> Part:
    """The rows of one source; those to be repaired stand without a token but with a candidate beside them."""
    folder = work / f"source={material.spec.code}" / "period=000000" / f"batch={BATCH}"
    folder.mkdir(parents=True)
    near = np.array([way == join.REPAIRED for count, _, way in PLANTED for _ in range(count)])
    row_no = -np.arange(1, EACH + 1)
    marks = _marks([name for count, name, _ in PLANTED for _ in range(count)])
    known = {
        "id_token": pa.array(keys, mask=near),
        "id_state": pa.array(np.where(near, "invalid", "ok")),
        "row_no": pa.array(row_no),
        **{name: pa.array(values) for name, values in marks.items()},
    }
    schema = material.schema()
    columns = [known.get(field.name, pa.nulls(EACH, field.type)).cast(field.type) for field in schema]
    path, repairs = folder / "part-0.parquet", folder / "repairs.parquet"
    pq.write_table(pa.Table.from_arrays(columns, schema=_nullable(schema)), path)
    beside = {"row_no": row_no[near], "id_token": keys[near]} | {mark: values[near] for mark, values in marks.items()}
    pq.write_table(pa.table(beside), repairs)
    return Part(path, EACH, repairs)


def _marks(names: list[str]) -> dict[str, np.ndarray]:
    column = pa.array(names)
    return dict(zip(_MARKS, (tokens.pinyins(column).to_numpy(), tokens.surnames(column).to_numpy()), strict=True))


def _nullable(schema: pa.Schema) -> pa.Schema:
    return pa.schema([field.with_nullable(True) for field in schema])


def _random(count: int) -> np.ndarray:
    """Tokens over the whole range, so that every key range has some."""
    return np.frombuffer(secrets.token_bytes(8 * count), np.int64)
