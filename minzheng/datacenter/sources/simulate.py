"""Simulated deliveries: plausible rows of a source, as many as wanted, with a share of the errors real files have."""

from __future__ import annotations

import datetime
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from minzheng.datacenter.sources import dirt, files, inventing, registry
from minzheng.datacenter.sources.errors import SourceRefused
from minzheng.datacenter.sources.inventing import People
from minzheng.datacenter.sources.making import Making, values
from minzheng.datacenter.sources.spec import SourceSpec
from minzheng.kernel.months import month_after, month_end

#: Most rows of one simulated file: what fits into the memory of a small server.
MOST_ROWS = 50_000_000
ORDER = ("code", "flag", "month", "date", "int", "money_yuan", "money_wan", "money_fen", "text", "id_no", "name")


@dataclass(frozen=True)
class Simulated:
    """What was written: the file, its rows, and how many rows got which error."""

    path: Path
    rows: int
    dirtied: Mapping[str, int] = field(default_factory=dict)


def simulate(
    code: str, rows: int, seed: int, out: str | Path, people: pa.Table | str | Path | None = None, dirty: float = 0.0,
    encoding: str = "utf-8", period: str | None = None,
) -> Simulated:  # fmt: skip
    """Write `rows` invented rows of source `code` to `out` (.csv, .xlsx, .parquet).

    `seed`: the same arguments give the same bytes. `people`: a table or file with `id_no` and `name` to draw from, else
    people are invented in area 990101. `dirty`: share of rows (0–1) with one error each. `encoding`: of CSV, utf-8 or
    gb18030. `period`: "2026-10", the month the data ends with; by default the month before this one.
    Raises SourceRefused, UnknownSource.
    """
    spec = registry.get(code)
    if not 0 <= rows <= MOST_ROWS:
        raise SourceRefused(f"行数要在 0 到 {MOST_ROWS} 之间，写的是 {rows}。")
    if not 0 <= dirty <= 1:
        raise SourceRefused(f"带错误的比例要在 0 到 1 之间，写的是 {dirty}。")
    if encoding.lower() not in ("utf-8", "utf8", "utf-8-sig", "gb18030", "gbk"):
        raise SourceRefused(f"编码可以写 utf-8 或 gb18030，写的是“{encoding}”。")
    path = Path(out)
    rng = np.random.default_rng([zlib.crc32(code.encode()), seed])
    table = made(spec, rows, rng, people, last_day(period))
    counts: Mapping[str, int] = {}
    if dirty or path.suffix.lower() != ".parquet":
        table, counts = dirt.soil(spec, files.as_text(spec, table), dirty, rng)
    else:
        table = files.typed(spec, table)
    files.write(spec, table, path, encoding=encoding)
    return Simulated(path, table.num_rows, counts)


def made(
    spec: SourceSpec, rows: int, rng: np.random.Generator, people: pa.Table | str | Path | None, last: datetime.date,
    most_each: int = 12,
) -> pa.Table:  # fmt: skip
    """The rows as typed columns (money in fen, months as their first day), in the order of the source's columns.
    `most_each`: at most so many rows of one person."""
    hint: Mapping[str, Any] = spec.simulate
    each = min(int(hint.get("each", 1)), most_each)
    count = -(-rows // each)
    if people is None:
        low, high = hint.get("ages", [18, 80])
        who = inventing.invent(count, rng, (int(low), int(high)), last)
    else:
        who = inventing.given_people(people, count, rng)
    return about(spec, who.take(np.arange(rows) // each), rng, last, each=each)


def about(
    spec: SourceSpec, who: People, rng: np.random.Generator, last: datetime.date, *, each: int = 1,
    given: Mapping[str, pa.Array] | None = None,
) -> pa.Table:  # fmt: skip
    """One row for every entry of `who`, as typed columns. `given`: columns that are known already."""
    making = Making(rng, who, last, each, dict(given or {}))
    # Codes and dates first: sums and numbers of documents may be derived from them
    for column in sorted(spec.columns, key=lambda column: ORDER.index(column.type)):
        if column.name not in making.made:
            making.made[column.name] = values(column, making)
    return pa.table({column.name: making.made[column.name] for column in spec.columns})


def last_day(period: str | None) -> datetime.date:
    """Last day of the month `period`; by default of the month before this one."""
    if period is None:
        from minzheng.kernel import clock

        return month_end(month_after(clock.today(), -1))
    try:
        first = datetime.date.fromisoformat(f"{period}-01")
    except ValueError:
        raise SourceRefused(f"月份请写成 2026-10 的样子，写的是“{period}”。") from None
    return month_end(first)
