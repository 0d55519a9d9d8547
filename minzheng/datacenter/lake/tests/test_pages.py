"""The pages of the lake: upload, trial, bringing in, rejected rows, correcting, dropping, links; and the command line."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from minzheng.datacenter.lake import desk, jobs, reading
from minzheng.datacenter.lake.cli import lake as command
from minzheng.datacenter.lake.models import LakeBatch, LakeLink
from minzheng.datacenter.lake.tests.conftest import COUNTY, PERIOD, SOURCE, number, row, text
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.jobs.models import JobRun
from minzheng.kernel.pages.tests.conftest import browse, bureau, places, staff  # noqa: F401

pytestmark = pytest.mark.django_db
Browse = Callable[..., Client]


def sent(client: Client, rows: list[list[Any]], **more: str) -> Any:
    file = SimpleUploadedFile("车辆.csv", text(rows).encode("gb18030"))
    return client.post("/console/lake/upload/", {"source": SOURCE, "period": PERIOD, "file": file} | more)


def test_上传试读入湖更正删除走一遍(browse: Browse) -> None:  # noqa: F811
    officer, head, auditor = browse("data_officer"), browse("bureau_head"), browse("auditor")
    assert "还没有数据" in officer.get("/console/lake/").content.decode()
    assert "数据来源" in officer.get("/console/lake/upload/").content.decode()
    told = sent(officer, [row(1), row(2, c4="昨天")])
    batch = LakeBatch.objects.get()
    url = f"/console/lake/{batch.pk}/"
    assert told.status_code == 302 and told["Location"] == url
    page = officer.get(url).content.decode()
    assert "这是试读的结果" in page and "初次登记日期：不是能认的日期。" in page and number(2) not in page
    assert reading.batches(SOURCE) == []
    assert auditor.get(f"{url}load/").status_code == auditor.get(f"{url}rejects/").status_code == 403
    assert officer.post(f"{url}load/").status_code == 302
    assert [one.pk for one in reading.batches(SOURCE)] == [batch.pk]
    assert officer.post(f"{url}rejects/", {"reason": ""}).status_code == 422
    rejects = officer.post(f"{url}rejects/", {"reason": "退车管所改正"})
    lines = list(csv.DictReader(io.StringIO(rejects.content.decode("utf-8-sig"))))
    assert lines[0]["行号"] == "3" and number(2) not in rejects.content.decode()
    assert AuditEntry.objects.filter(reason="下载退回文件：退车管所改正").exists()
    again = sent(officer, [row(1), row(2, c4="昨天")])
    assert again["Location"] == url and LakeBatch.objects.count() == 1
    assert "更正批次" in officer.get(f"/console/lake/upload/?supersedes={batch.pk}").content.decode()
    sent(officer, [row(1), row(2)], supersedes=str(batch.pk))
    newer = LakeBatch.objects.exclude(pk=batch.pk).get()
    officer.post(f"/console/lake/{newer.pk}/load/")
    batch.refresh_from_db()
    assert batch.state == "superseded" and "看更正后的一批" in officer.get(url).content.decode()
    assert officer.get(f"/console/lake/{newer.pk}/drop/").status_code == 403
    assert head.post(f"/console/lake/{newer.pk}/keep/", {"day": "2030-01-01"}).status_code == 302
    assert head.post(f"/console/lake/{newer.pk}/drop/", {"reason": ""}).status_code == 422
    assert head.post(f"/console/lake/{newer.pk}/drop/", {"reason": "授权到期"}).status_code == 302
    newer.refresh_from_db()
    assert newer.state == "dropped" and reading.batches(SOURCE) == []
    assert "授权到期" in head.get(f"/console/lake/{newer.pk}/").content.decode()
    rows = officer.get("/console/lake/?source=vehicle&state=dropped").content.decode()
    assert newer.no in rows and batch.no not in rows


def test_读不了的文件说明原因_大文件由后台办(browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    officer = browse("data_officer")
    assert "请选择数据来源" in sent(officer, [row(1)], source="").content.decode()
    assert "写得不对" in sent(officer, [row(1)], period="2026").content.decode()
    told = officer.post("/console/lake/upload/", {"source": SOURCE, "period": PERIOD})
    assert told.status_code == 422 and "请选择要收进来的文件" in told.content.decode()
    broken = officer.post(
        "/console/lake/upload/",
        {"source": SOURCE, "period": PERIOD, "file": SimpleUploadedFile("空.csv", b"\n")},
        follow=True,
    )
    assert "文件是空的" in broken.content.decode() and "重新上传" in broken.content.decode()
    monkeypatch.setattr(desk, "AT_ONCE", 10)
    sent(officer, [row(place) for place in range(5)])
    batch = LakeBatch.objects.get(state="checking")
    assert officer.get(f"/console/lake/{batch.pk}/")["Refresh"] == "3"
    assert done(JobRun.objects.get(name=jobs.CHECK)) == {"rows": 5, "accepted": 5, "rejected": 0}
    officer.post(f"/console/lake/{batch.pk}/load/")
    batch.refresh_from_db()
    assert batch.state == "loading"
    assert done(JobRun.objects.get(name=jobs.LOAD))["batch"] == batch.no
    assert reading.newest(SOURCE) == batch


def done(run: JobRun) -> dict[str, Any]:
    """Do a queued job at once, as a worker would."""
    from minzheng.kernel.jobs import registry
    from minzheng.kernel.jobs.context import Context

    class Alone(Context):
        def atomic(self) -> Any:
            from django.db import transaction

            return transaction.atomic()

    return dict(registry.get(run.name).run(Alone(run), **run.args))


def test_数据库链接登记试连停用(browse: Browse) -> None:  # noqa: F811
    officer, auditor = browse("data_officer"), browse("auditor")
    assert "还没有数据库链接" in officer.get("/console/lake/links/").content.decode()
    given = {
        "title": "车管库", "source": SOURCE, "region": COUNTY, "kind": "postgresql", "host": "127.0.0.1", "port": "1",
        "database": "police", "username": "reader", "password": "secret-words", "query": "vehicles", "basis": "",
    }  # fmt: skip
    assert officer.post("/console/lake/links/new/", given | {"query": "DROP TABLE x"}).status_code == 422
    assert officer.post("/console/lake/links/new/", given).status_code == 302
    link = LakeLink.objects.get()
    url = f"/console/lake/links/{link.pk}/"
    page = officer.get(url).content.decode()
    assert "试连一次" in page and "secret-words" not in page and link.password == "secret-words"
    tried = officer.post(url)
    assert tried.status_code == 422 and "请核对主机" in tried.content.decode()
    assert auditor.get(url).status_code == 200 and auditor.post(url).status_code == 404
    assert auditor.get(f"{url}edit/").status_code == 403
    assert officer.post(f"{url}edit/", given | {"password": "", "title": "车管库视图"}).status_code == 302
    link.refresh_from_db()
    assert link.title == "车管库视图" and link.password == "secret-words"
    assert officer.post(f"{url}read/", {"period": "2026-10"}).status_code == 302
    assert JobRun.objects.get(name=jobs.READ).args["period"] == "2026-10"
    assert officer.post(f"{url}switch/", {"reason": "对方停服"}).status_code == 302
    assert officer.get(f"{url}read/").status_code == 404


def told(*arguments: str) -> tuple[int, Any]:
    ran = CliRunner().invoke(command, [*arguments, "--json"])
    if ran.exception is not None and not isinstance(ran.exception, SystemExit):
        raise ran.exception
    return ran.exit_code, json.loads(ran.stdout)


def test_命令行只输出约定的JSON(tmp_path: Path) -> None:
    code, listed = told("sources")
    assert code == 0 and {"code", "title", "columns", "batch"} <= set(listed["sources"][0])
    file = tmp_path / "某月.csv"
    assert (
        told("simulate", SOURCE, "--rows", "200", "--seed", "3", "--out", str(file), "--dirty", "0.2")[1]["rows"] == 200
    )
    code, brought = told("ingest", SOURCE, str(file), "--period", PERIOD)
    assert code == 0 and set(brought) == {"batch", "rows", "accepted", "rejected", "reject_file"}
    assert brought["rows"] == 200 == brought["accepted"] + brought["rejected"] and brought["rejected"] > 0
    lines = list(csv.DictReader(io.StringIO(Path(brought["reject_file"]).read_text(encoding="utf-8-sig"))))
    assert len(lines) == brought["rejected"] and all(line["行号"] and line["原因"] for line in lines)
    assert Path(brought["reject_file"]).stat().st_mode & 0o077 == 0
    assert told("ingest", SOURCE, str(file), "--period", PERIOD)[1] == brought
    assert told("batches", SOURCE)[1]["batches"][0]["batch"] == brought["batch"]
    assert told("verify")[1]["ok"] is True
    bad = tmp_path / "全坏.csv"
    bad.write_text(text([row(1, c4="x")]), encoding="utf-8")
    code, none = told("ingest", SOURCE, str(bad), "--period", PERIOD)
    assert code == 2 and (none["accepted"], none["rejected"]) == (0, 1)
    assert told("link")[1] == {"links": []}
    assert told("template", SOURCE, "--out", str(tmp_path / "模板.xlsx"))[0] == 0
