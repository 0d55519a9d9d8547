"""The database goes away while people work: plain words, nothing acknowledged lost, and it comes back by itself."""

from __future__ import annotations

import json
import re
import signal
import urllib.request
from collections.abc import Callable, Iterator

import pytest

from bench.faults.clerks import Browser
from bench.faults.platform import Platform
from bench.faults.rounds import inside
from minzheng import __version__

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("machine")]
PLAIN = "暂时"


@pytest.fixture(scope="module")
def platform(platforms: Callable[..., Platform]) -> Platform:
    return platforms("database")


@pytest.fixture
def clerk(platform: Platform, cases: list[dict[str, str]]) -> Browser:
    browser = Browser(platform.port)
    browser.sign_in(cases[0]["username"])
    return browser


@pytest.fixture
def without_database(platform: Platform, clerk: Browser) -> Iterator[None]:
    """The supervisor sleeps, so that nobody starts the killed database again; when it wakes, everything must be well
    without anybody's help.
    """
    web = platform.pid_of("web")
    platform.kill("supervisor", signal.SIGSTOP)
    assert platform.kill_database()
    yield
    platform.kill("supervisor", signal.SIGCONT)
    assert platform.healthy_within(60)
    assert platform.pid_of("web") == web, "网页进程不该重启"


def accept(clerk: Browser, case: dict[str, str]) -> tuple[int, str]:
    form = {"version": case["version"], "near_relative": "no", "opinion": f"第 {case['case']} 号"}
    status, _, body = clerk.request("POST", f"/console/cases/{case['case']}/acts/accept/", form)
    return status, body


@pytest.mark.usefixtures("without_database")
@pytest.mark.parametrize(
    ("path", "headers", "kind"),
    [
        ("/console/cases/", {}, "page"),
        ("/console/", {}, "page"),
        ("/m/mine/", {}, "page"),
        ("/gongshi/", {}, "any"),
        ("/console/cases/", {"HX-Request": "true", "HX-Target": "div#list"}, "fragment"),
        ("/console/cases/", {"Accept": "application/json"}, "json"),
    ],
)
def test_读的页面_各用各的样子说明白(clerk: Browser, path: str, headers: dict[str, str], kind: str) -> None:
    status, _, body = clerk.request("GET", path, headers=headers)
    if kind == "any" and status == 404:
        pytest.skip("没有这个公开页面")
    assert status == 503
    assert PLAIN in body and "Traceback" not in body and "psycopg" not in body
    if kind == "page":
        assert "<html" in body and "再试一次" in body and "问题编号" in body
    if kind == "fragment":
        assert "<html" not in body and 'role="alert"' in body
    if kind == "json":
        assert set(json.loads(body)) == {"error", "request"}


def test_断开时提交_没有收下_恢复后再交一次正好一次(
    platform: Platform, clerk: Browser, cases: list[dict[str, str]]
) -> None:
    before, during = [case for case in cases if case["username"] == cases[0]["username"]][:2]
    assert accept(clerk, before)[0] == 302
    platform.kill("supervisor", signal.SIGSTOP)
    assert platform.kill_database()
    try:
        status, body = accept(clerk, during)
        assert status == 503 and "再提交一次" in body
        assert platform.health() == (
            503,
            {"status": "error", "database": "down", "jobs": "down", "version": __version__},
        )
        style = re.findall(r'href="(/static/[^"]+frame[^"]*\.css)"', body)[0]
        assert clerk.request("GET", style)[0] == 200  # the page keeps its looks
    finally:
        platform.kill("supervisor", signal.SIGCONT)
    assert platform.healthy_within(60)
    assert accept(clerk, during)[0] == 302
    done = {case["case"]: f"第 {case['case']} 号" for case in (before, during)}
    found = inside(platform, "verify", {"done": done})
    assert found["drained"] and found["audit_errors"] == []
    assert {found[name] for name in ("lost", "doubled", "altered", "documents_doubled", "messages_doubled")} == {0}


def test_日志里有断开的记录_没有一行个人信息_指标数得出(platform: Platform) -> None:
    logs = {
        path.name.partition("-")[0]: path.read_text(encoding="utf-8") for path in (platform.var / "log").glob("*.jsonl")
    }
    assert '"outage"' in logs["web"] and '"kind": "database"' in logs["web"]
    lines = [json.loads(line) for line in logs["access"].splitlines()]
    assert {"request", "page", "status", "ms", "user", "method"} <= set(lines[0])
    assert any(line["page"] == "cases.act" and line["status"] == 503 for line in lines)
    assert any(line["user"] and line["user"].isdecimal() for line in lines)
    for text in logs.values():
        text = re.sub(r'"(user|id|request)": "\w+"', "", text)  # numbers of accounts and runs are no one's ID number
        assert not re.search(r"\b\d{17}[0-9Xx]\b|\b1[3-9]\d{9}\b|/console/|\?q=", text)
    with urllib.request.urlopen(f"{platform.url}/metrics", timeout=10) as answer:  # our own
        told = answer.read().decode()
    assert re.search(r'minzheng_database_errors_total\{kind="OperationalError"\} [1-9]', told)
    assert re.search(r'minzheng_requests_total\{page="cases.act",status="503"\} [1-9]', told)
