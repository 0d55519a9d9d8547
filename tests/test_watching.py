"""Watching the platform: figures, who may read them, logs, the health page, the clock."""

from __future__ import annotations

import datetime
import gzip
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError
from django.test import Client, RequestFactory
from django.utils import timezone

from minzheng.kernel.accounts.addresses import client_address
from minzheng.site import jobs, logfiles, logs, middleware, outages
from minzheng.site.doctor import data
from minzheng.site.doctor.result import FAIL, OK, WARN
from minzheng.site.environment.network import AddressSet
from minzheng.site.health import components, measures, pages
from minzheng.site.metrics import counting, endpoint

OUTSIDE = "203.0.113.9"


def samples(text: str) -> dict[str, float]:
    lines = (line.rpartition(" ") for line in text.splitlines() if line and not line.startswith("#"))
    return {name: float(value) for name, _, value in lines}


class Test谁能读指标:
    @pytest.mark.django_db
    def test_本机可以_外人看到的是没有这个页面(self, client: Client) -> None:
        assert client.get("/metrics").status_code == 200
        stranger = client.get("/metrics", REMOTE_ADDR=OUTSIDE)
        assert stranger.status_code == 404 and b"minzheng_" not in stranger.content

    @pytest.mark.django_db
    def test_凭令牌可以_令牌不对不行(self, client: Client, settings: Any) -> None:
        settings.METRICS_TOKEN = "a-long-enough-token"
        good = {"Authorization": "Bearer a-long-enough-token"}
        assert client.get("/metrics", REMOTE_ADDR=OUTSIDE, headers=good).status_code == 200
        for wrong in ("Bearer other", "a-long-enough-token", "Bearer "):
            assert client.get("/metrics", REMOTE_ADDR=OUTSIDE, headers={"Authorization": wrong}).status_code == 404
        settings.METRICS_TOKEN = ""
        assert client.get("/metrics", REMOTE_ADDR=OUTSIDE, headers={"Authorization": "Bearer "}).status_code == 404

    @pytest.mark.django_db
    def test_本机上没有登记的代理转来的请求算外人(self, client: Client, settings: Any) -> None:
        settings.TRUSTED_PROXIES = AddressSet([])
        forwarded = {"X-Forwarded-For": "127.0.0.1"}
        assert client.get("/metrics", headers=forwarded).status_code == 404
        settings.TRUSTED_PROXIES = AddressSet(["127.0.0.1"])
        assert client.get("/metrics", headers={"X-Forwarded-For": OUTSIDE}).status_code == 404

    @pytest.mark.django_db
    def test_健康检查_外人只知道好坏_监控才看得到明细(self, client: Client) -> None:
        assert set(client.get("/healthz?all=1", REMOTE_ADDR=OUTSIDE).json()) == {"status", "database", "jobs"}
        found = client.get("/healthz?all=1").json()
        assert {"version", "components"} <= set(found)
        assert {"数据库", "磁盘", "备份", "审计链"} <= {row["name"] for row in found["components"]}


class Test转发的来源地址:
    @staticmethod
    def seen(rf: RequestFactory, settings: Any, proxies: list[str], peer: str, **headers: str) -> tuple[str, bool]:
        settings.TRUSTED_PROXIES = AddressSet(proxies)
        settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
        request = rf.get("/", REMOTE_ADDR=peer, headers=headers)
        found: list[Any] = []
        middleware.ForwardedHeaders(lambda given: found.append(given))(request)  # type: ignore[arg-type, func-returns-value]
        return client_address(found[0]), found[0].is_secure()

    def test_外人写的来源地址和协议都不信(self, rf: RequestFactory, settings: Any) -> None:
        forged = {"X-Forwarded-For": "10.0.0.5", "X-Forwarded-Proto": "https"}
        assert self.seen(rf, settings, ["10.0.0.1"], OUTSIDE, **forged) == (OUTSIDE, False)
        assert self.seen(rf, settings, [], "127.0.0.1", **forged) == ("127.0.0.1", False)

    def test_可信代理写的才信_取最靠近代理的一跳(self, rf: RequestFactory, settings: Any) -> None:
        hops = {"X-Forwarded-For": f"1.2.3.4, {OUTSIDE}, 10.0.0.2", "X-Forwarded-Proto": "https"}
        assert self.seen(rf, settings, ["10.0.0.0/24"], "10.0.0.1", **hops) == (OUTSIDE, True)


class Test指标:
    @pytest.mark.django_db
    def test_请求按页面代码计_从不按网址_再多网址也不多一条线(self, client: Client) -> None:
        client.get("/login/?next=/console/persons/382687666832344064/")
        for n in range(60):
            client.get(f"/没有这一页/{n}/99010119900307{n:04d}")
            client.get(f"/console/cases/{10**17 + n}/")
        text = endpoint.text().decode()
        names = {name for name in samples(text) if name.startswith("minzheng_requests_total")}
        assert any('page="accounts.sign_in",status="200"' in name for name in names)
        assert 'minzheng_requests_total{page="(none)",status="404"}' in names
        assert not re.search(r"/|\d{6,}", "".join(names))
        # One line a page, method and status, whatever other tests of this process have opened; not one an address.
        assert 1 <= sum("cases.detail" in name for name in names) <= 6

    @pytest.mark.django_db
    def test_只有总数_没有一个人的信息(self) -> None:
        labels = set(re.findall(r'[{,](\w+)="', endpoint.text().decode()))
        assert labels <= {"page", "status", "state", "kind", "outcome", "le", "version", "implementation", "major", "minor",
                          "patchlevel", "generation"}  # fmt: skip

    @pytest.mark.django_db
    def test_任务_消息_审计_备份都量得出(self, settings: Any, tmp_path: Path) -> None:
        from minzheng.kernel.jobs.models import JobRun

        settings.VAR_DIR = tmp_path
        (tmp_path / "backups").mkdir()
        made = timezone.now() - datetime.timedelta(hours=3)
        note = {"at": made.isoformat(), "file": "x", "bytes": 5, "verified_at": None, "ok": True, "rows": 1}
        (tmp_path / "backups" / "last.json").write_text(json.dumps(note))
        before = samples(endpoint.text().decode())
        JobRun.objects.create(name="x", key="watching", run_after=timezone.now() - datetime.timedelta(seconds=90))
        found = samples(endpoint.text().decode())
        assert found['minzheng_jobs{state="queued"}'] == before['minzheng_jobs{state="queued"}'] + 1
        assert found["minzheng_jobs_oldest_seconds"] > 60
        assert 3 * 3600 - 5 < found["minzheng_backup_age_seconds"] < 3 * 3600 + 60
        assert found["minzheng_database_up"] == 1 and found["minzheng_cases_overdue"] >= 0
        assert {"minzheng_audit_unsealed_lines", "minzheng_disk_free_bytes", "minzheng_clock_drift_seconds"} <= set(
            found
        )

    @pytest.mark.django_db
    def test_数据库断了_磁盘和备份仍说得出(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("minzheng.site.health.endpoint.database_state", lambda: "down")
        found = samples(endpoint.text().decode())
        assert found["minzheng_database_up"] == 0
        assert "minzheng_disk_free_bytes" in found and "minzheng_cases_overdue" not in found

    @pytest.mark.django_db
    def test_几个线程同时数第一次也不出错(self) -> None:
        from concurrent.futures import ThreadPoolExecutor

        counting._counters.cache_clear()
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: counting.request_served("cases.list", 200, 0.01), range(64)))


class Test出故障时:
    @pytest.mark.parametrize(
        "error", [OperationalError("x"), InterfaceError("x"), OSError(28, "full"), OSError(122, "quota")]
    )
    def test_认得出故障(self, error: Exception) -> None:
        assert outages.outage_of(error) is not None

    def test_包在里面的故障也认得_别的错误不算(self) -> None:
        outer = ValueError("x")
        outer.__cause__ = OperationalError("x")
        assert outages.outage_of(outer) is outages.DATABASE
        assert outages.outage_of(ValueError("x")) is None
        assert outages.outage_of(OSError(2, "no such file")) is None

    @pytest.mark.django_db
    def test_出错页给出可以报给管理员的编号_与响应头一致(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        client.raise_request_exception = False
        monkeypatch.setattr("minzheng.site.health.endpoint.report", lambda: 1 / 0)
        answer = client.get("/healthz")
        assert answer.status_code == 500
        assert "问题编号" in answer.content.decode() and answer["X-Request-ID"] in answer.content.decode()
        missing = client.get("/没有/")
        assert missing["X-Request-ID"] in missing.content.decode()


class Test日志:
    @pytest.fixture
    def folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
        root, requests = logging.getLogger(), logging.getLogger("minzheng.request")
        kept = (root.handlers, root.level, requests.handlers, requests.propagate, requests.level)
        monkeypatch.setenv("MINZHENG_LOG_DIR", str(tmp_path))
        monkeypatch.setenv("MINZHENG_PROCESS", "web")
        logs.configure("INFO")
        yield tmp_path
        root.handlers, requests.handlers, requests.propagate = kept[0], kept[2], kept[3]
        root.setLevel(kept[1])
        requests.setLevel(kept[4])

    @staticmethod
    def lines(folder: Path, stream: str) -> list[dict[str, Any]]:
        found = list(folder.glob(f"{stream}-*.jsonl"))
        return [json.loads(line) for path in found for line in path.read_text(encoding="utf-8").splitlines()]

    @pytest.mark.django_db
    def test_一次请求一行_有编号页面用时_没有网址里的词(self, folder: Path, client: Client) -> None:
        answer = client.get("/login/?q=周桂兰&phone=13800001111", HTTP_REFERER="http://x/990101199003070011")
        (line,) = self.lines(folder, "access")
        assert line["request"] == answer["X-Request-ID"]
        assert (line["page"], line["method"], line["status"]) == ("accounts.sign_in", "GET", 200)
        assert line["ms"] > 0 and line["user"] is None
        text = json.dumps(line, ensure_ascii=False)
        assert "周桂兰" not in text and "138" not in text and "9901" not in text and "127.0.0.1" not in text

    @pytest.mark.django_db
    def test_出错时的程序日志也不带网址(self, folder: Path, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        client.raise_request_exception = False
        monkeypatch.setattr("minzheng.site.health.endpoint.report", lambda: 1 / 0)
        client.get("/healthz?name=周桂兰")
        text = next(folder.glob("web-*.jsonl")).read_text(encoding="utf-8")
        assert "ZeroDivisionError" in text and "Internal Server Error: healthz" in text and "周桂兰" not in text

    def test_磁盘满时丢行不出错(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        handler = logfiles.DailyFile(tmp_path, "web")

        def full(handle: int, line: bytes) -> int:
            raise OSError(28, "full")

        monkeypatch.setattr("minzheng.site.logfiles.os.write", full)
        handler.emit(logging.makeLogRecord({"msg": "x"}))
        assert handler.dropped == 1
        handler.close()

    def test_到期的删_隔天的压缩_访问日志留得更久(self, tmp_path: Path) -> None:
        today = datetime.date(2026, 11, 21)
        for stream, days in (("access", 199), ("access", 201), ("web", 29), ("web", 31), ("web", 0), ("web", 1)):
            (tmp_path / f"{stream}-{today - datetime.timedelta(days=days)}.jsonl").write_text('{"n": 1}\n')
        (tmp_path / "web.log").write_text("x")
        assert logfiles.sweep(tmp_path, today, access_days=200, other_days=30) == (2, 2)
        left = sorted(path.name for path in tmp_path.iterdir())
        assert left == ["access-2026-05-06.jsonl.gz", "web-2026-10-23.jsonl.gz", "web-2026-11-20.jsonl",
                        "web-2026-11-21.jsonl", "web.log"]  # fmt: skip
        assert gzip.decompress((tmp_path / left[0]).read_bytes()) == b'{"n": 1}\n'
        assert logfiles.oldest_access_day(tmp_path) == datetime.date(2026, 5, 6)


class Test时钟:
    @pytest.mark.django_db
    @pytest.mark.parametrize(("drift", "state"), [(0.2, OK), (1.5, FAIL), (-3.0, FAIL)])
    def test_与数据库相差一秒以上就说(self, drift: float, state: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(measures, "clock_drift", lambda: drift)
        (row,) = data.clock()
        assert row.state == state
        assert state == OK or f"{abs(drift)}" in row.sentence

    @pytest.mark.django_db
    def test_真的量_同一台机器没有差(self) -> None:
        assert abs(measures.clock_drift()) < 0.5

    @pytest.mark.django_db
    def test_定时任务发现相差时记一行(self, monkeypatch: pytest.MonkeyPatch) -> None:
        said: list[str] = []
        monkeypatch.setattr(measures, "clock_drift", lambda: 2.0)
        monkeypatch.setattr(jobs.log, "warning", lambda event, **more: said.append(event))
        assert jobs.check_clock(None) == {"seconds": 2.0}  # type: ignore[arg-type]
        assert said == ["clock drift"]


class Test运行情况:
    @pytest.mark.django_db
    def test_每一项都有状态和一句话(self) -> None:
        rows = components.examine()
        assert len(rows) >= 13
        assert all(row.state in (OK, WARN, FAIL) and row.sentence for row in rows)
        assert not any("出错" in row.sentence for row in rows), rows
        assert {row.name for row in rows} >= {
            "进程",
            "后台任务",
            "消息",
            "审计链",
            "时钟",
            "工作日历",
            "备份",
            "证书",
            "版本",
        }

    @pytest.mark.django_db
    def test_数据库断了_其余仍看得到(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("minzheng.site.health.endpoint.database_state", lambda: "down")
        rows = {row.name: row.state for row in components.examine()}
        assert rows["数据库"] == FAIL and "磁盘" in rows and "后台任务" not in rows

    @pytest.mark.parametrize(
        ("hours", "good", "rehearsed", "state"),
        [
            (5, True, 24, OK),
            (40, True, 24, FAIL),
            (5, False, 24, FAIL),
            (5, True, 24 * 60, WARN),
            (5, True, None, WARN),
        ],
    )
    def test_备份的旧新与演练(
        self, hours: int, good: bool, rehearsed: int | None, state: str, settings: Any, tmp_path: Path
    ) -> None:
        settings.VAR_DIR = tmp_path
        (tmp_path / "backups").mkdir()
        now = timezone.now()
        verified = (now - datetime.timedelta(hours=rehearsed)).isoformat() if rehearsed else None
        note = {
            "at": (now - datetime.timedelta(hours=hours)).isoformat(),
            "bytes": 9,
            "ok": good,
            "verified_at": verified,
        }
        (tmp_path / "backups" / "last.json").write_text(json.dumps(note))
        assert components.backups()[0].state == state

    def test_没有备份过是红的(self, settings: Any, tmp_path: Path) -> None:
        settings.VAR_DIR = tmp_path
        assert components.backups()[0].state == FAIL

    @pytest.mark.django_db
    def test_审计校验没有通过是红的_太久没校验是黄的(self) -> None:
        from minzheng.kernel.jobs.models import JobRun

        assert components.audit_chain()[0].state == WARN
        run = JobRun.objects.create(
            name="site.verify_audit", key="v", state="failed", run_after=timezone.now(), finished_at=timezone.now()
        )
        assert components.audit_chain()[0].state == FAIL
        JobRun.objects.filter(pk=run.pk).update(state="done")
        assert components.audit_chain()[0].state == OK

    def test_最坏的一项定全局(self) -> None:
        assert set(pages.SENTENCES) == set(pages.NAMES) == set(pages.TONES) == {OK, WARN, FAIL}
        assert components.worst([*_rows(OK), *_rows(WARN)]) == WARN
        assert components.worst([*_rows(OK), *_rows(FAIL), *_rows(WARN)]) == FAIL
        assert components.worst(_rows(OK)) == OK


def _rows(state: str) -> list[Any]:
    from minzheng.site.doctor.result import Result

    return [Result("x", state, "x")]
