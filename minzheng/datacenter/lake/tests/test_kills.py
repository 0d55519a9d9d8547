"""The process killed with -9 at every named point of an ingest: readers see the old state or the new one, nothing between,
and the next run puts everything away."""

from __future__ import annotations

import datetime
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from minzheng.datacenter.lake import ending, places, points, reading, sweeping, verifying
from minzheng.datacenter.lake.ingest import ingest
from minzheng.datacenter.lake.models import LakeBatch
from minzheng.datacenter.lake.tests.conftest import COUNTY, PERIOD, SOURCE, row
from minzheng.kernel.accounts.actors import SYSTEM

Deliver = Callable[..., Path]


def killed_at(point: str, work: Callable[[], object]) -> None:
    """Do the work in a child that kills itself at this point, by the real signal."""
    connection.close()
    child = os.fork()
    if child == 0:

        def watch(reached: str) -> None:
            if reached == point:
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            points.watcher = watch
            work()
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, point


@pytest.mark.django_db(transaction=True)
def test_在每一步被杀_读者看到的是旧的或新的_下一次收拾干净(delivered: Deliver, tmp_path: Path) -> None:
    old = ingest(SYSTEM, SOURCE, delivered([row(1), row(2)]), PERIOD, region=COUNTY)
    for at, point in enumerate(points.POINTS):
        rows = [row(place) for place in range(10 + at)]
        file = delivered(rows, name=f"{point}.csv")
        killed_at(point, lambda file=file: ingest(SYSTEM, SOURCE, file, PERIOD, region=COUNTY, supersedes=old.no))  # type: ignore[misc]
        held = reading.batches(SOURCE)
        if point == "held":
            assert held[0].accepted == len(rows) and held[0].supersedes_id == old.pk
        else:
            assert held == [old], point
        assert verifying.verify().problems == []
    sweeping.sweep()
    new = reading.batches(SOURCE)[0]
    old.refresh_from_db()
    assert old.state == LakeBatch.SUPERSEDED
    assert (
        LakeBatch.objects.filter(state="failed", message__contains="处理到一半中断").count() == len(points.POINTS) - 2
    )
    stored = LakeBatch.objects.get(state="uploaded")  # its file is whole: it waits to be tried or brought in
    assert list(places.drafts().iterdir()) == []
    assert {one.name for one in places.clean().glob("*/*/*")} == {f"batch={old.no}", f"batch={new.no}"}
    sealed = [one for one in (tmp_path / "files").rglob("*") if one.is_file()]
    assert len(sealed) == old.raw_parts + new.raw_parts + stored.raw_parts == 3
    assert not any(one.name != str(os.getpid()) for one in places.spills())
    again = ingest(SYSTEM, SOURCE, tmp_path / "sorted.csv", PERIOD, region=COUNTY)
    assert again.state == LakeBatch.HELD and again.accepted == 13


@pytest.mark.django_db
def test_删除一批_钥匙当即销毁_文件随后清除(
    delivered: Deliver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = ingest(SYSTEM, SOURCE, delivered([row(1), row(2, c4="x")]), PERIOD, region=COUNTY)
    folder = Path(reading.files(SOURCE)[0]).parent
    ending.keep_until(actor=SYSTEM, pk=batch.pk, day="2020-01-01")
    assert ending.drop_expired() == 1 and ending.drop_expired() == 0
    batch.refresh_from_db()
    assert (batch.state, batch.key, batch.ended_reason) == ("dropped", "", "保留期已满")
    assert reading.batches(SOURCE) == [] and folder.exists()  # a job that began before may still read it
    assert sweeping.sweep().folders == 0
    monkeypatch.setattr(sweeping, "GRACE", datetime.timedelta(0))
    assert (folder / "part-0.rows").exists()
    assert sweeping.sweep().folders == 1 and not folder.exists()
    again = ingest(SYSTEM, SOURCE, tmp_path / "车辆.csv", PERIOD, region=COUNTY)
    assert again.pk != batch.pk and again.state == "held"
