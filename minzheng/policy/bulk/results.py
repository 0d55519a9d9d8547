"""Results as Parquet: ids and output words, money as int64 分 with ``_分`` behind the word, null where not computable."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from minzheng.policy.bulk.blocks import Block
from minzheng.policy.bulk.columns import HOUSEHOLD, PERSON
from minzheng.policy.compile import Output, Plan
from minzheng.policy.errors import InputError
from minzheng.policy.whole import NOTHING

FILES = {"户": "households.parquet", "人": "persons.parquet"}


def schema(plan: Plan, entity: str) -> pa.Schema:
    """Schema of a result file."""
    keys = (HOUSEHOLD,) if entity == "户" else (HOUSEHOLD, PERSON)
    ids = [pa.field(name, pa.int64(), nullable=False) for name in keys]
    kinds = {"是否": pa.bool_(), "日期": pa.date32()}
    return pa.schema(
        [*ids, *(pa.field(o.column, kinds.get(o.kind, pa.int64())) for o in plan.outputs if o.entity == entity)]
    )


def to_arrow(output: Output, values: Any, region: Any) -> pa.Array:
    """One result column; ``region`` is each row's row of the region table."""
    if values is None or all(output.missing):
        kind = {"是否": pa.bool_(), "日期": pa.date32()}.get(output.kind, pa.int64())
        return pa.nulls(len(region), kind)
    mask = None
    if any(output.missing):
        mask = np.array(output.missing)[region]
    if output.may_be_nothing:
        nothing = values == NOTHING
        mask = nothing if mask is None else mask | nothing
    if output.kind == "日期":
        text = values.astype(np.int64)
        days = np.array([f"{d // 10000:04}-{d // 100 % 100:02}-{d % 100:02}" for d in text], "datetime64[D]")
        return pa.array(days, mask=mask)
    return pa.array(values, mask=mask)


def block_tables(plan: Plan, block: Block, results: dict[str, Any], of_group: Any) -> dict[str, pa.Table]:
    """Both result tables of one block; ``of_group`` gives each region's row of the region table."""
    region = of_group[block.groups]
    people = region[np.searchsorted(block.household_ids, block.person_households)]
    rows = {
        "户": ([block.household_ids], region),
        "人": ([block.person_households, block.person_ids], people),
    }
    tables = {}
    for entity, (ids, regions) in rows.items():
        mine = [o for o in plan.outputs if o.entity == entity]
        arrays = [*(pa.array(v) for v in ids), *(to_arrow(o, results.get(o.step), regions) for o in mine)]
        tables[entity] = pa.Table.from_arrays(arrays, schema=schema(plan, entity))
    return tables


class Writer:
    """Two files being written; they appear under their names only when everything went well."""

    def __init__(self, plan: Plan, out: Path):
        self.plan, self.out = plan, out
        try:
            out.mkdir(parents=True, exist_ok=True)
            self._drafts = {e: out / f".{name}.{os.getpid()}" for e, name in FILES.items()}
            self._writers = {e: pq.ParquetWriter(d, schema(plan, e)) for e, d in self._drafts.items()}
        except OSError as error:
            raise InputError(f"不能写到 {out}（{error.strerror}）", field="--out") from None

    def write(self, tables: dict[str, pa.Table]) -> None:
        """Append one block."""
        for entity, table in tables.items():
            self._writers[entity].write_table(table)

    def close(self, *, keep: bool) -> None:
        """Finish; without ``keep`` nothing remains."""
        for entity, writer in self._writers.items():
            writer.close()
            if keep:
                os.replace(self._drafts[entity], self.out / FILES[entity])
            else:
                self._drafts[entity].unlink(missing_ok=True)


@contextmanager
def writing(plan: Plan, out: Path) -> Iterator[Writer]:
    """A Writer that keeps its files only when the block ends without an error."""
    writer = Writer(plan, out)
    try:
        yield writer
    except BaseException:
        writer.close(keep=False)
        raise
    writer.close(keep=True)
