"""A delivery left by a kill is finished or put away by whoever brings data in; deliveries kept long enough are listed for
destruction, and destroyed only by hand."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client

from minzheng.datacenter.lake import announcing, raw, reading, retention, terms
from minzheng.datacenter.lake.cli import lake as command
from minzheng.datacenter.lake.errors import LakeRefused
from minzheng.datacenter.lake.ingest import ingest
from minzheng.datacenter.lake.models import LakeBatch
from minzheng.datacenter.lake.tests.conftest import COUNTY, PERIOD, SOURCE, row, text
from minzheng.datacenter.sources import registry
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.months import same_day_after
from minzheng.kernel.pages.tests.conftest import browse, bureau, places, staff  # noqa: F401

pytestmark = pytest.mark.django_db


def left_stored(tmp_path: Path, rows: list[Any]) -> LakeBatch:
    """What a kill between storing and trying leaves behind."""
    path = tmp_path / "车辆.csv"
    path.write_text(text(rows), encoding="utf-8")
    batch = announcing.announce(actor=SYSTEM, source=SOURCE, period=PERIOD, name=path.name, region_code=COUNTY)
    with path.open("rb") as content:
        return announcing.store(actor=SYSTEM, batch=batch, content=content)


def told(*arguments: str) -> Any:
    ran = CliRunner().invoke(command, [*arguments, "--json"])
    if ran.exception is not None and not isinstance(ran.exception, SystemExit):
        raise ran.exception
    return json.loads(ran.stdout)


def test_收好了没试读的一批_页面上接着试读入湖或者不要了(
    browse: Callable[..., Client],  # noqa: F811
    tmp_path: Path,
) -> None:
    batch = left_stored(tmp_path, [row(1), row(2, c4="昨天")])
    officer, auditor = browse("data_officer"), browse("auditor")
    url = f"/console/lake/{batch.pk}/"
    page = officer.get(url).content.decode()
    assert "处理时中断了" in page and f"{url}resume/" in page and f"{url}discard/" in page
    assert f"{url}resume/" not in auditor.get(url).content.decode()
    assert auditor.post(f"{url}resume/").status_code == auditor.post(f"{url}discard/").status_code == 403
    assert officer.post(f"{url}resume/").status_code == 302
    batch.refresh_from_db()
    assert (batch.state, batch.rows, batch.rejected) == ("checked", 2, 1)
    assert officer.get(f"{url}resume/").status_code == 404
    assert officer.post(f"{url}discard/", {"reason": "部门说发错了"}).status_code == 302
    batch.refresh_from_db()
    assert (batch.state, batch.key, batch.ended_reason) == ("dropped", "", "部门说发错了")
    assert AuditEntry.objects.filter(action="lake.discard", object_id=batch.pk, reason="部门说发错了").exists()
    assert officer.get(f"{url}discard/").status_code == 404


def test_命令行列出没有办完的_接着入湖或清除原件(tmp_path: Path, django_capture_on_commit_callbacks: Any) -> None:
    first, second = left_stored(tmp_path, [row(1), row(2)]), left_stored(tmp_path, [row(3)])
    assert [one["batch"] for one in told("finish")["batches"]] == [first.no, second.no]
    assert told("finish", first.no)["accepted"] == 2 and reading.newest(SOURCE) == first
    with django_capture_on_commit_callbacks(execute=True):
        assert told("finish", second.no, "--discard", "--reason", "重复") == {"batch": second.no, "state": "dropped"}
    with pytest.raises(LakeRefused, match="打不开"):
        raw.get(second.pk, 0)
    assert told("finish") == {"batches": []}
    with pytest.raises(LakeRefused, match="不能删除"):  # in force: only whoever may destroy data ends it
        told("finish", first.no, "--discard")
    empty = announcing.announce(actor=SYSTEM, source=SOURCE, period=PERIOD, name="x.csv", region_code=COUNTY)
    with pytest.raises(LakeRefused, match="没有收完"):
        told("finish", empty.no)


def test_满了保留期的列出来_由局领导核对后销毁_另定日期的不列(
    browse: Callable[..., Client],  # noqa: F811
    tmp_path: Path,
    delivered: Callable[..., Path],
) -> None:
    months = terms.keep_of(SOURCE)
    assert (months.value, months.evidence) == (24, "needs_confirmation")
    long_ago = clock.today() - datetime.timedelta(days=800)
    with clock.at(long_ago):
        old = ingest(SYSTEM, SOURCE, delivered([row(1)], name="旧.csv"), f"{long_ago:%Y-%m}", region=COUNTY)
        kept = ingest(SYSTEM, SOURCE, delivered([row(2)], name="留.csv"), f"{long_ago:%Y-%m}", region=COUNTY)
    young = ingest(SYSTEM, SOURCE, delivered([row(3)], name="新.csv"), PERIOD, region=COUNTY)
    LakeBatch.objects.filter(pk=kept.pk).update(keep_until=clock.today() + datetime.timedelta(days=30))
    assert [(one.no, one.newest) for one in retention.due(SYSTEM)] == [(old.no, False)]
    assert told("due")["batches"][0]["keep_until"] == str(same_day_after(long_ago, 24))
    head, officer = browse("bureau_head"), browse("data_officer")
    listed = officer.get("/console/lake/due/").content.decode()
    assert old.no in listed and kept.no not in listed and young.no not in listed
    assert "另行规定" in officer.get(f"/console/lake/{kept.pk}/").content.decode()
    assert "入湖后 24 个月，待本单位确认" in officer.get(f"/console/lake/{young.pk}/").content.decode()
    chosen = {"row": str(old.pk), "reason": "核对过，办件都已冻结", "sent": "1"}
    assert officer.post("/console/lake/due/destroy/", chosen).status_code == 403
    head.post("/console/lake/due/destroy/", chosen)
    old.refresh_from_db()
    assert old.state == "dropped" and old.ended_reason == "保留期已满：核对过，办件都已冻结"
    assert not retention.due(SYSTEM).exists() and "没有到期的批次" in head.get("/console/lake/due/").content.decode()


def test_每个来源都有自己的保留期_月份的加减不跨出月末() -> None:
    assert set(registry.all()) | {"default"} == set(terms.TERMS.history())
    assert all(one.evidence == "needs_confirmation" for one in terms.TERMS.listing())
    assert terms.keep_of("deposit").value == 12 and terms.keep_of("没有的来源").key == "default"
    assert same_day_after(datetime.date(2024, 2, 29), 12) == datetime.date(2025, 2, 28)
    assert same_day_after(datetime.date(2026, 1, 31), -2) == datetime.date(2025, 11, 30)
