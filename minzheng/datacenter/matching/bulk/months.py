"""Which twelve months count: the newest the source has delivered, and none after the day asked about.

Departments deliver months late. Counting back from today would divide ten delivered months by twelve; counting back from
the newest month of one person's rows would take wages that ended long ago for present ones."""

from __future__ import annotations

import datetime

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from minzheng.datacenter.matching.bulk.material import Material
from minzheng.kernel.months import month_after


def asked_about(material: Material, on: datetime.date) -> datetime.date:
    """The day to hand to ``facts_sql``: the first of the month after the newest whole month delivered, at most ``on``."""
    names = {rule.monthly.column for rule in material.spec.facts if rule.monthly}
    newest = [found for name in names if (found := _newest(material, name, on.replace(day=1))) is not None]
    return min(on, month_after(max(newest))) if newest else on


def _newest(material: Material, name: str, before: datetime.date) -> datetime.date | None:
    """The newest value of a month column before a day: from the statistics of the files, else by reading the column."""
    found = []
    for part in material.parts:
        metadata = pq.read_metadata(part.path)
        place = metadata.schema.names.index(name) if name in metadata.schema.names else None
        for group in range(metadata.num_row_groups if place is not None else 0):
            known = metadata.row_group(group).column(place).statistics
            if known is not None and known.has_min_max and known.max < before:
                found.append(known.max)
            elif known is None or not known.has_min_max or known.min < before:
                found += _read(part.path, group, name, before)
    return max(found, default=None)


def _read(path: object, group: int, name: str, before: datetime.date) -> list[datetime.date]:
    """Where a row group also holds later months (a slip of the pen, or the running month)."""
    column = pq.ParquetFile(path).read_row_group(group, columns=[name], use_threads=False)[name]
    newest = pc.max(column.filter(pc.less(column, pa.scalar(before, pa.date32())))).as_py()
    return [] if newest is None else [newest]
