"""Clean files of the lake for a run: what the manifest says is in force."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from pathlib import Path

from minzheng.datacenter.lake import reading, writing
from minzheng.datacenter.lake.models import LakeBatch
from minzheng.datacenter.matching.bulk.material import Material, Part
from minzheng.datacenter.sources import registry


def materials(
    on: datetime.date | None = None, region: str | None = None, sources: Sequence[str] = ()
) -> Callable[[Path], list[Material]]:
    """``sources``: these codes, () for all. ``on``, ``region``: as ``lake.reading.batches``."""

    def held(work: Path) -> list[Material]:
        found = reading.in_force(list(sources) or list(registry.all()), on, region)
        return [material_of(code, rows) for code, rows in found.items() if rows]

    return held


def material_of(source: str, batches: Sequence[LakeBatch]) -> Material:
    """The files of some batches of one source, with the rows that the manifest says each has."""
    return Material(registry.get(source), [_part(batch) for batch in batches])


def _part(batch: LakeBatch) -> Part:
    folder = writing.folder_of(batch.source, batch.period, batch.no)
    rows = {one["name"]: int(one["rows"]) for one in batch.files}
    near = folder / writing.REPAIRED
    return Part(folder / writing.PART, rows[writing.PART], near if rows.get(writing.REPAIRED) else None)
