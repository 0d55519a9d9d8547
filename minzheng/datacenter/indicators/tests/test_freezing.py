"""Frozen months stay as they are; a restatement has a reason and a diff; reports are confirmed by a second person."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from decimal import Decimal

import pytest
from click.testing import CliRunner
from django.db import DatabaseError, connection, transaction
from django.test import Client

from minzheng.datacenter.indicators import cli, computing, declaring, jobs, reporting, selectors, services
from minzheng.datacenter.indicators.errors import IndicatorRefused
from minzheng.datacenter.indicators.models import IndicatorFreeze, IndicatorMonth, IndicatorValue, ManualFigure
from minzheng.datacenter.indicators.tests.county import COUNTY, MONTH, TODAY, TOWNS, VILLAGES, award, quiet_before
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM, Actor, actor_of
from minzheng.kernel.accounts.models import User
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.awards.models import Award

JUNE, BEDS = "2026-06", "elderly.beds"
NEW = "assistance.dibao.new"


@pytest.fixture
def officer(staff: Callable[[str, str], User]) -> Actor:
    return actor_of(staff("policy_officer", COUNTY))


@pytest.fixture
def head(staff: Callable[[str, str], User]) -> Actor:
    return actor_of(staff("bureau_head", COUNTY))


@pytest.mark.usefixtures("filled")
def test_冻结后不随业务变_更正另成一版_留下差异(officer: Actor) -> None:
    first = services.freeze(actor=officer, region_code=COUNTY, month=MONTH)
    assert first.version == 1 and first.rows > 100 and services.problems(first) == []
    award("late", "assistance.dibao", VILLAGES[0], first_month=MONTH, persons=4)
    computing.compute(COUNTY, MONTH)
    before = selectors.value(NEW, COUNTY, JUNE)
    assert (before.value, before.frozen, before.version) == (2, True, 1)
    with pytest.raises(IndicatorRefused, match="理由"):
        services.restate(actor=officer, region_code=COUNTY, month=MONTH, reason="  ")
    second = services.restate(actor=officer, region_code=COUNTY, month=MONTH, reason="漏录一户，补录")
    changed = {(one["code"], one["region"]): (one["old"], one["new"]) for one in second.diff}
    assert changed[NEW, TOWNS[0]] == ("1.0000", "2.0000")
    assert {region for _, region in changed} == {TOWNS[0]} and all(one["dims"] == {"urban": "0"} for one in second.diff)
    after = selectors.value(NEW, COUNTY, JUNE)
    assert (after.value, after.frozen, after.version) == (3, True, 2)
    assert IndicatorValue.objects.get(code=NEW, region_code=TOWNS[0], month=MONTH, version=1).value == 1, (
        "原来的版本还在"
    )
    with pytest.raises(IndicatorRefused, match="没有要更正的"):
        services.restate(actor=officer, region_code=COUNTY, month=MONTH, reason="再算一遍看看")
    with pytest.raises(IndicatorRefused, match="已经冻结"):
        services.freeze(actor=officer, region_code=COUNTY, month=MONTH)
    with pytest.raises(IndicatorRefused, match="还没有结束"):
        services.freeze(actor=officer, region_code=COUNTY, month=TODAY)
    lines = AuditEntry.objects.filter(action__startswith="indicator.").values_list("action", flat=True)
    assert list(lines.order_by("pk")) == ["indicator.freeze", "indicator.restate"]
    quiet_before(MONTH)
    half = selectors.value(NEW, COUNTY, "2026H1")
    assert not half.frozen, "半年里有没冻结的月份，就不是冻结的数"


def test_数据库不许改冻结的数(places: None) -> None:
    county = "431227000000"
    with transaction.atomic():
        frozen = IndicatorFreeze.objects.create(
            region_code=county, month=MONTH, version=1, rows=1, sha="0" * 64, frozen_name="某人", frozen_at=clock.now()
        )
        row = IndicatorValue.objects.create(code=NEW, region_code=county, month=MONTH, value=5, version=1)
    live = IndicatorValue.objects.create(code=NEW, region_code=county, month=MONTH, value=5)
    live.value = Decimal(6)
    live.save()
    attempts: list[Callable[[], object]] = [
        lambda: IndicatorValue.objects.filter(pk=row.pk).update(value=9),
        lambda: IndicatorValue.objects.filter(pk=row.pk).update(version=0),
        lambda: IndicatorValue.objects.filter(pk=live.pk).update(version=1, code="other"),
        lambda: IndicatorValue.objects.filter(pk=row.pk).delete(),
        lambda: IndicatorFreeze.objects.filter(pk=frozen.pk).update(sha="1" * 64),
        lambda: IndicatorFreeze.objects.filter(pk=frozen.pk).delete(),
        lambda: IndicatorValue.objects.create(code=NEW, region_code=county, month=MONTH, value=5, version=2),
    ]
    for attempt in attempts:
        with pytest.raises(DatabaseError, match="已冻结的指标"), transaction.atomic():
            attempt()
    # A value that comes later than its freeze: another transaction would not have the freeze's number.
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE datacenter_indicatorfreeze DISABLE TRIGGER USER")
        cursor.execute("UPDATE datacenter_indicatorfreeze SET created_xid = 1")
        cursor.execute("ALTER TABLE datacenter_indicatorfreeze ENABLE TRIGGER USER")
    with pytest.raises(DatabaseError, match="不能再添数值"), transaction.atomic():
        IndicatorValue.objects.create(code="other", region_code=county, month=MONTH, value=5, version=1)
    with pytest.raises(DatabaseError), transaction.atomic():
        IndicatorFreeze.objects.create(
            region_code=county, month=MONTH, version=2, rows=1, sha="0", frozen_name="某人", frozen_at=clock.now()
        )
    assert services.problems(frozen) == ["数值与冻结时的校验码不符"]


def test_人工填报由另一个人确认_异常写明原因(officer: Actor, head: Actor, staff: Callable[[str, str], User]) -> None:
    def report(value: object, actor: Actor = officer, note: str = "", **more: object) -> ManualFigure:
        told = {"code": BEDS, "region_code": COUNTY, "month": MONTH, **more}
        return reporting.report_manual(actor=actor, value=value, note=note, **told)  # type: ignore[arg-type]

    first = report("1,000")
    assert selectors.value(BEDS, COUNTY, JUNE).why_missing == "还没有填报", "没有确认的不算数"
    with pytest.raises(IndicatorRefused, match="岗位"):
        reporting.confirm(actor=officer, pk=first.pk)
    reporting.confirm(actor=head, pk=first.pk)
    assert selectors.value(BEDS, COUNTY, JUNE).shown == "1,000 张"
    assert selectors.value(BEDS, COUNTY, "2026-05").value is None
    assert selectors.value(BEDS, COUNTY, "2026").value == 1000, "存量在下一次填报以前有效"
    assert selectors.value(BEDS, TOWNS[0], JUNE).why_missing == "还没有填报", "县里报的数不分到乡镇"
    for value, words in (("很多", "不是数字"), ("-1", "不能小于"), ("1.5", "整数"), ("NaN", "太大")):
        with pytest.raises(IndicatorRefused, match=words):
            report(value)
    with pytest.raises(IndicatorRefused, match="由系统计算"):
        report(1, code=NEW)
    with pytest.raises(IndicatorRefused, match="还没有到"):
        report(1, month=datetime.date(2026, 8, 1))
    with clock.at(datetime.date(2027, 7, 2)):
        with pytest.raises(IndicatorRefused, match="增加 40.0%，超过 30%"):
            report(1400, month=datetime.date(2027, 6, 1))
        assert report(1400, note="新开两家养老院", month=datetime.date(2027, 6, 1)).findings
    twice = report(1001)
    again = report(1002)
    twice.refresh_from_db()
    assert twice.state == ManualFigure.REPLACED
    with pytest.raises(IndicatorRefused, match="原因"):
        reporting.send_back(actor=head, pk=again.pk, reason="")
    assert reporting.send_back(actor=head, pk=again.pk, reason="请核对口径").state == ManualFigure.RETURNED
    with pytest.raises(IndicatorRefused, match="现为“已退回”"):
        reporting.confirm(actor=head, pk=again.pk)
    both = actor_of(staff("town_leader", TOWNS[0]))
    with pytest.raises(IndicatorRefused, match="岗位"):
        report(1, actor=both, region_code=TOWNS[0])


def test_冻结后才报的数直接可用_但不算冻结(officer: Actor, head: Actor) -> None:
    services.freeze(actor=officer, region_code=COUNTY, month=MONTH)
    row = reporting.report_manual(actor=officer, code=BEDS, region_code=COUNTY, month=MONTH, value=900)
    reporting.confirm(actor=head, pk=row.pk)
    late = selectors.value(BEDS, COUNTY, JUNE)
    assert (late.value, late.frozen) == (900, False)
    people = reporting.report_manual(
        actor=officer, code="elderly.population_60", region_code=COUNTY, month=datetime.date(2025, 12, 1), value=30_000
    )
    reporting.confirm(actor=head, pk=people.pk)
    assert selectors.value("elderly.beds_per_thousand", COUNTY, JUNE).shown == "30 张"
    missing = selectors.value("elderly.beds_per_hundred", COUNTY, JUNE)
    assert missing.value is None and missing.why_missing == "缺“社会养老床位”：还没有填报"
    second = services.restate(actor=officer, region_code=COUNTY, month=MONTH, reason="补报养老床位")
    assert [one["code"] for one in second.diff] == [BEDS]
    now = selectors.value(BEDS, COUNTY, JUNE)
    assert (now.value, now.frozen, now.version) == (900, True, 2)
    again = reporting.report_manual(actor=officer, code=BEDS, region_code=COUNTY, month=MONTH, value=950)
    reporting.confirm(actor=head, pk=again.pk)
    assert selectors.value(BEDS, COUNTY, JUNE).value == 900, "已冻结的数要更正冻结后才变"


def test_公式用上年的数_增长写明算法(officer: Actor) -> None:
    def put(code: str, month: datetime.date, value: str) -> None:
        IndicatorValue.objects.create(code=code, region_code=COUNTY, month=month, value=Decimal(value))

    december, years = datetime.date(2020, 12, 1), datetime.date(2015, 12, 1)
    for month, amount in ((december, "770"), (years, "480")):
        IndicatorFreeze.objects.create(
            region_code=COUNTY, month=month, version=1, rows=1, sha="0", frozen_name="某人", frozen_at=clock.now()
        )
        IndicatorValue.objects.create(
            code="assistance.dibao.standard_urban", region_code=COUNTY, month=month, value=Decimal(amount), version=1
        )
    put("population.consumption_urban", datetime.date(2019, 12, 1), "26422")
    told = selectors.values(
        ["assistance.dibao.growth_urban_5", "assistance.dibao.growth_urban_5_mean", "assistance.dibao.share_urban"], COUNTY, "2020"
    )  # fmt: skip
    # 荆门 table 2 row 2: 480 → 770 in five years, compound 9.91, simple mean 12.08.
    assert [one.shown for one in told.values()] == ["9.91%", "12.08%", "34.97%"]


@pytest.mark.usefixtures("filled")
def test_每晚计算_到日子冻结上月_以前的月份一周轮一次(officer: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(computing, "MOST_AT_ONCE", 5)
    begun = clock.now()

    class Quiet:
        atomic = staticmethod(transaction.atomic)

        def progress(self, *said: object) -> None:
            return None

    run = jobs.nightly.run if hasattr(jobs.nightly, "run") else jobs.nightly
    done = run(Quiet())  # type: ignore[operator]
    assert done == {"counties": 1, "months": 5, "frozen": 1}
    assert services.current(COUNTY, MONTH) is not None and IndicatorMonth.objects.count() == 5
    assert run(Quiet()) == {"counties": 1, "months": 0, "frozen": 0}  # type: ignore[operator]
    # July and May every night (June is frozen), April and March after a week; looking at March meanwhile computes nothing.
    for hours, computed in ((24, 2), (6 * 24, 2), (7 * 24 + 1, 4)):
        with clock.at(begun + datetime.timedelta(hours=hours)):
            assert selectors.value(NEW, COUNTY, "2026-03").value is not None
            assert run(Quiet())["months"] == computed  # type: ignore[operator]
    Award.objects.filter(item_code="assistance.dibao").update(first_month=TODAY)
    assert selectors.value(NEW, COUNTY, JUNE).value == 2


@pytest.mark.usefixtures("filled")
def test_页面走一遍(browse: Callable[..., Client], officer: Actor, head: Actor) -> None:
    quiet_before(MONTH)
    clerk, leader = browse("policy_officer", COUNTY), browse("bureau_head", COUNTY)
    page = clerk.get("/console/indicators/?line=assistance&period=2026-06").content.decode()
    assert "低保户数" in page and "6 户" in page
    page = clerk.get("/console/indicators/assistance.dibao.persons/?period=2026-06").content.decode()
    assert (
        "12 人" in page and "in_force.2026-06.990101" in page and "逐月" in page and "各地" in page and "<svg" in page
    )
    page = clerk.get("/console/indicators/cases.on_time_rate/?period=2026-06").content.decode()
    assert "由这些数算出" in page and "50%" in page
    assert clerk.get("/console/indicators/none/").status_code == 404
    for url in (
        "/console/indicators/months/",
        "/console/indicators/due/?line=elderly&period=2026-06",
        "/console/indicators/reports/",
    ):
        assert clerk.get(url).status_code == 200
    assert clerk.post(f"/console/indicators/months/{COUNTY}/2026-06/freeze/").status_code == 302
    award("x", "assistance.dibao", VILLAGES[0], first_month=MONTH)
    refused = clerk.post(f"/console/indicators/months/{COUNTY}/2026-06/restate/", {"reason": ""})
    assert refused.status_code == 422
    done = clerk.post(f"/console/indicators/months/{COUNTY}/2026-06/restate/", {"reason": "补录一户低保"}, follow=True)
    assert "低保新增户数" in done.content.decode() and "2 户" in done.content.decode()
    told = {"region": COUNTY, "value": "120", "note": ""}
    assert clerk.post(f"/console/indicators/report/{BEDS}/2026-06/{COUNTY}/", told).status_code == 302
    row = ManualFigure.objects.get(code=BEDS)
    assert clerk.post(f"/console/indicators/reports/{row.pk}/confirm/").status_code == 403
    assert leader.post(f"/console/indicators/reports/{row.pk}/confirm/").status_code == 302
    assert selectors.value(BEDS, COUNTY, JUNE).value == 120
    assert browse("sys_admin", COUNTY).get("/console/indicators/").status_code == 403


@pytest.mark.usefixtures("filled")
def test_命令(officer: Actor) -> None:
    run = CliRunner().invoke
    listed = json.loads(run(cli.indicators, ["list", "--json"]).output)["indicators"]
    assert len(listed) == len(declaring.all()) and len({one["code"] for one in listed}) == len(listed)
    shown = json.loads(
        run(
            cli.indicators,
            ["show", "assistance.dibao.persons", "--region", "990101", "--period", JUNE, "--by-town", "--json"],
        ).output
    )
    assert shown["value"] == 12 and [one["value"] for one in shown["parts"]] == [6, 6]
    assert (
        json.loads(run(cli.indicators, ["compute", "--region", "990101", "--month", JUNE, "--json"]).output)["values"]
        > 100
    )
    assert (
        json.loads(run(cli.indicators, ["freeze", "--region", "990101", "--month", JUNE, "--json"]).output)["version"]
        == 1
    )
    again = run(cli.indicators, ["restate", "--region", "990101", "--month", JUNE, "--reason", "看看有没有变化"])
    assert again.exit_code == 1 and "没有要更正的" in again.output
    for args in (
        ["show", "no.such", "--region", "990101", "--period", JUNE],
        ["compute", "--region", "99", "--month", "2026"],
    ):
        assert run(cli.indicators, args).exit_code == 2
    assert services.compute(actor=SYSTEM, region_code=COUNTY, month=MONTH).rows > 100
