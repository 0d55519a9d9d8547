"""Clean files of the lake for a run: what the manifest says is in force."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from pathlib import Path

from minzheng.datacenter.lake import reading, writing
from minzheng.datacenter.lake.engine import connect, quoted
from minzheng.datacenter.lake.models import LakeBatch
from minzheng.datacenter.matching.bulk import doubtful
from minzheng.datacenter.matching.bulk.material import Material, Opened, Opener, Part
from minzheng.datacenter.sources import registry
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.audit import services as audit

#: The line of the log: rows without a valid number were opened to be compared with a caseload.
READ = "read.match_doubtful"


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


def _opener(batch: LakeBatch, path: Path) -> Opener:
    """Rows without a valid number in plain, to be compared with the people asked about; the opening is logged."""

    def opened(rows: Sequence[int]) -> Opened:
        wanted = ", ".join(str(int(one)) for one in rows)
        with connect() as con:
            found = dict(con.execute(f"SELECT row_no, sealed FROM read_parquet({quoted(path)}) WHERE id_token IS NULL AND row_no IN ({wanted})").fetchall())  # fmt: skip
        audit.record_listing(
            actor=SYSTEM, page="matching.batch", rows=len(rows), action=READ, region_code=batch.region_code, detail={"batch": batch.no}
        )  # fmt: skip
        plain = reading.people(batch, [found[one] for one in rows])
        return Opened([number for number, _ in plain], [name for _, name in plain], [""] * len(plain))

    return opened


def _part(batch: LakeBatch) -> Part:
    folder = writing.folder_of(batch.source, batch.period, batch.no)
    rows = {one["name"]: int(one["rows"]) for one in batch.files}
    near = folder / writing.REPAIRED
    path = folder / writing.PART
    place = doubtful.place(batch.region_code)
    return Part(path, rows[writing.PART], near if rows.get(writing.REPAIRED) else None, place, _opener(batch, path))
