"""mart: small tables that indicators read instead of the lake. Made anew from the manifest, never from single rows.

``batches.parquet``: source, period, region_code, batch, rows, accepted, rejected, persons, invalid_ids, no_ids, duplicates.
``facts.parquet``: source, period, region_code, batch, class, facts, persons (facts as the batch alone gives them).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from minzheng.datacenter.lake import places
from minzheng.datacenter.lake.models import LakeBatch

BATCHES = pa.schema(
    [(name, pa.string()) for name in ("source", "period", "region_code", "batch")]
    + [
        (name, pa.int64())
        for name in ("rows", "accepted", "rejected", "persons", "invalid_ids", "no_ids", "duplicates")
    ]
)
FACTS = pa.schema(
    [(name, pa.string()) for name in ("source", "period", "region_code", "batch", "class")]
    + [(name, pa.int64()) for name in ("facts", "persons")]
)


def refresh() -> None:
    """Write both tables; each is replaced in one step."""
    held = LakeBatch.objects.filter(state=LakeBatch.HELD).defer("key").order_by("source", "period", "no")
    batches: list[dict[str, Any]] = []
    facts: list[dict[str, Any]] = []
    for one in held.iterator(chunk_size=500):
        head = {"source": one.source, "period": one.period, "region_code": one.region_code, "batch": one.no}
        ids = one.report.get("ids", {})
        batches.append(
            head | {
                "rows": one.rows, "accepted": one.accepted, "rejected": one.rejected,
                "persons": one.report.get("persons", 0), "invalid_ids": ids.get("invalid", 0),
                "no_ids": ids.get("none", 0), "duplicates": one.report.get("duplicates", 0),
            }
        )  # fmt: skip
        facts += [head | {"class": name} | counts for name, counts in one.report.get("facts", {}).items()]
    _replace("batches.parquet", pa.Table.from_pylist(batches, BATCHES))
    _replace("facts.parquet", pa.Table.from_pylist(facts, FACTS))


def path(name: str) -> Path:
    """Where a table lies: "batches" or "facts"."""
    return places.mart() / f"{name}.parquet"


def _replace(name: str, table: pa.Table) -> None:
    target = places.mart() / name
    draft = target.with_name(f".{name}.{os.getpid()}")
    pq.write_table(table, draft, compression="zstd")
    draft.chmod(0o600)
    os.replace(draft, target)
