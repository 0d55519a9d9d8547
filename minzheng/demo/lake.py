"""The demonstration's outside data in the lake: its files are ingested like any department's, and go with it."""

from __future__ import annotations

import csv
import datetime
import tempfile
from collections.abc import Iterable
from pathlib import Path

from minzheng.datacenter.lake import announcing, loading, raw, rejects, sweeping
from minzheng.datacenter.lake.errors import LakeRefused
from minzheng.datacenter.models import LakeBatch
from minzheng.demo.errors import DemoError
from minzheng.demo.facts import Delivered
from minzheng.demo.places import AREA
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM

COUNTY = AREA.ljust(12, "0")
BASIS = "示范数据：虚构的外部门数据"


def deliver(source: str, path: Path, on: datetime.date) -> int:
    """Bring one file in as the delivery of the month of `on`; returns its good rows. Raises DemoError.

    The ingest's sweep is left out: inside the load's transaction it would take away files of the former demonstration,
    which must come back when the load fails."""
    try:
        with clock.at(on), path.open("rb") as content:
            batch = announcing.announce(
                actor=SYSTEM, source=source, period=f"{on:%Y-%m}", name=path.name, region_code=COUNTY, basis=BASIS
            )
            announcing.store(actor=SYSTEM, batch=batch, content=content)
            batch = loading.load(actor=SYSTEM, pk=batch.pk)
    except LakeRefused as error:
        raise DemoError(f"{path}：{error}请用 demo generate 重新生成。") from None
    if batch.rejected:
        raise DemoError(f"{path} 有 {batch.rejected} 行不合 {source} 的规定：请用 demo generate 重新生成。")
    return batch.accepted


def deliver_rows(rows: Iterable[Delivered], on: datetime.date) -> None:
    """A small later delivery of one source, made on the way; of no rows, none."""
    told = list(rows)
    if not told:
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{told[0].source}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(told[0].cells), lineterminator="\n")
            writer.writeheader()
            writer.writerows(one.cells for one in told)
        deliver(told[0].source, path, on)


def stored() -> list[tuple[int, int]]:
    """(batch, parts in the vault) of the demonstration's batches, to be dropped once their rows are gone for good."""
    return list(LakeBatch.objects.filter(region_code__startswith=AREA).values_list("pk", "raw_parts"))


def drop(batches: Iterable[tuple[int, int]]) -> None:
    """The files of batches whose rows a committed removal has taken away."""
    for pk, parts in batches:
        raw.drop(pk, parts)
        rejects.drop(pk)
    sweeping.sweep()
