"""动态监测 from the department's file to the re-check of the case, through the real lake."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.db import transaction

from minzheng.business.assistance.tests.test_changes import paid
from minzheng.business.assistance.tests.world import VILLAGE, Kin, World, couple
from minzheng.datacenter.lake.ingest import ingest
from minzheng.datacenter.monitoring import (
    acting,
    escalating,
    handling,
    leads,
    places,
    running,
    selectors,
    switches,
    watched,
)
from minzheng.datacenter.monitoring.errors import MonitorRefused
from minzheng.datacenter.monitoring.measuring import precision
from minzheng.datacenter.monitoring.models import Alert, MonitorRun
from minzheng.datacenter.people.models import LowIncomeEntry
from minzheng.datacenter.sources import registry
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import ANONYMOUS, SYSTEM
from minzheng.kernel.cases.models import Case
from minzheng.kernel.ids import new_id
from minzheng.kernel.subjects.models import Person
from minzheng.kernel.subjects.services import add_member, open_household

DAY = datetime.date(2027, 2, 10)


def deliver(folder: Path, source: str, rows: list[dict[str, str]], name: str = "a") -> None:
    """A department's CSV, with its own headers, into the lake."""
    spec = registry.get(source)
    path = folder / f"{source}-{name}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [one.label for one in spec.columns])
        writer.writeheader()
        for row in rows:
            writer.writerow({one.label: row.get(one.name, "") for one in spec.columns})
    done = ingest(SYSTEM, source, path, f"{clock.today():%Y-%m}", region="990101000000")
    assert done.state == "held", done.message


def run(mode: str = MonitorRun.DELTA, **more: Any) -> MonitorRun:
    asked = running.ask(actor=SYSTEM, mode=mode, queue=False, **more)
    return running.carry_out(pk=asked.pk)


def vehicle(kin: Kin, plate: str = "示A00001", day: str = "2027-01-20") -> dict[str, str]:
    return {
        "id_no": kin.number,
        "name": kin.name,
        "plate": plate,
        "kind": "小型轿车",
        "register_date": day,
        "state": "正常",
    }


def died(kin: Kin, **more: str) -> dict[str, str]:
    return {
        "id_no": kin.number, "name": kin.name, "death_date": "2027-02-06", "record_kind": "死亡注销户口",
        "record_no": "99-2027-000001", "record_date": "2027-02-07", "state": "有效", **more,
    }  # fmt: skip


def treated(kin: Kin, yuan: int) -> dict[str, str]:
    return {
        "id_no": kin.number,
        "name": kin.name,
        "visit": "住院",
        "settled": "2027-02-03",
        "total": str(yuan * 3),
        "own": str(yuan),
    }


class Watching:
    """A family of three in payment, watched by a first run."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.folder = world, folder
        self.family = couple()
        self.case = paid(world, self.family)
        self.village = world.staff("grid", "网格员小马", "village_worker", VILLAGE)
        self.first = run(MonitorRun.FULL)

    def alert(self, code: str) -> Alert:
        return Alert.objects.get(monitor=code)

    def to_judged(self, alert: Alert, code: str, verdict: str = "true", **more: Any) -> Alert:
        acting.assign(actor=self.world.clerk, pk=alert.pk)
        acting.visit(
            actor=self.village,
            pk=alert.pk,
            data={"visited_on": clock.today(), "way": "home", "met": "self", "findings": "属实", "person_right": True},
        )
        return acting.judge(actor=self.world.clerk, pk=alert.pk, data={"code": code, "verdict": verdict, **more})


@pytest.fixture
def watching(world: World, tmp_path: Path) -> Iterator[Watching]:
    for path in places.folder().glob("*"):
        path.unlink()
    with clock.at(DAY):
        yield Watching(world, tmp_path)


def test_新车_从部门文件到启动复核_再跑一遍什么也不多(watching: Watching) -> None:
    husband = watching.family[1]
    assert (watching.first.watched, watching.first.new) == (3, 0)
    deliver(watching.folder, "vehicle", [vehicle(husband)])
    done = run()
    assert (done.rows, done.hits, done.new) == (1, 1, 1)
    alert = watching.alert("assistance.vehicle")
    assert (alert.level, alert.state, alert.person_name, alert.region_code) == ("blue", "NEW", husband.name, VILLAGE)
    assert alert.case == watching.case and alert.household == watching.case.household
    assert alert.due_on == datetime.date(2027, 2, 24)  # 10 个工作日，2027 年的放假安排还没有公布
    assert (
        alert.content["facts"][0]["source_title"] == "公安·机动车登记"
        and "示A00001" in alert.content["facts"][0]["reference"]
    )
    assert (run().rows, Alert.objects.count()) == (0, 1)
    again = run(since=DAY)
    assert (again.rows, again.new, again.repeated, Alert.objects.count()) == (1, 0, 1, 1)

    judged = watching.to_judged(alert, "F13")
    assert judged.state == "JUDGED"
    with pytest.raises(MonitorRefused, match="不能办理这一步"):
        acting.close(actor=watching.world.clerk, pk=alert.pk)
    handled = handling.open_recheck(actor=watching.world.clerk, pk=alert.pk)
    watching.case.refresh_from_db()
    assert (handled.state, watching.case.state) == ("ACTED", "RECHECK")
    assert watching.case.acts.last().data["why"] == "alert" and alert.no in watching.case.acts.last().opinion
    with pytest.raises(MonitorRefused, match="停发、减发"):
        acting.close(actor=watching.world.clerk, pk=alert.pk)
    assert [one.code for one in alert.acts.all()] == ["found", "assign", "visit", "judge", "handle"]


def test_低收入数据库里的人_没有待遇也监测_全家一起_撤回以后不再(watching: Watching) -> None:
    kin = [Kin("郭长山", "户主", datetime.date(1970, 5, 1)), Kin("郭小满", "子女", datetime.date(2012, 5, 1))]
    head, child = (
        Person.objects.create(
            id=new_id(), name=one.name, id_no=one.number, birth_date=one.born, sex="1", region_code=VILLAGE
        )
        for one in kin
    )  # fmt: skip
    home = open_household(actor=SYSTEM, head=head, region_code=VILLAGE, is_urban=False, valid_from=DAY, address="四组")
    add_member(actor=SYSTEM, household=home, person=child, relation="子女", valid_from=DAY)
    given = {"by": "manual", "region_code": VILLAGE, "recorded_at": clock.now(), "main": True}
    entry = LowIncomeEntry.objects.create(
        person=head, class_code="poverty_watch", since=datetime.date(2027, 1, 1), **given
    )
    ill, rich = treated(kin[0], 16_000), vehicle(kin[0], "示A00009")
    deliver(watching.folder, "medical_expense", [ill])
    deliver(watching.folder, "vehicle", [rich])
    done = run()
    assert (done.watched, done.new) == (5, 1)  # a vehicle matters to who draws a benefit by means
    alert = watching.alert("assistance.medical")
    assert (alert.person, alert.level, alert.item_code, alert.household) == (head, "orange", "", home)
    rows = pq.read_table(watched.snapshot()).to_pylist()
    mine = {one["person_id"]: one for one in rows if one["role"] == "self"}
    assert mine[head.pk]["low_income"] == ["poverty_watch"] and mine[child.pk]["low_income"] == []
    assert mine[head.pk]["decided_on"] == datetime.date(2027, 1, 1)
    LowIncomeEntry.objects.filter(pk=entry.pk).update(until=datetime.date(2027, 1, 31))
    assert pq.read_table(watched.snapshot()).num_rows == len(rows)  # left lately: still looked at, in no class
    LowIncomeEntry.objects.filter(pk=entry.pk).update(withdrawn_at=clock.now())
    assert run().watched == 3


def test_死亡_两样印证又有人确认_才停(watching: Watching) -> None:
    wife = watching.family[0]
    deliver(
        watching.folder,
        "death",
        [died(wife, id_no=""), died(watching.family[1], id_no="990101197807010000", record_no="7")],
    )
    assert run().new >= 1
    alert = watching.alert("common.death")
    assert alert.in_doubt and alert.content["facts"][0]["code"] == "Q2"
    assert Case.objects.get(pk=watching.case.pk).state == "IN_PAYMENT"
    acting.assign(actor=watching.world.clerk, pk=alert.pk)
    acting.visit(
        actor=watching.village,
        pk=alert.pk,
        data={"visited_on": DAY, "way": "home", "met": "kin", "findings": "家属说在外地"},
    )
    with pytest.raises(MonitorRefused, match="身份还没有核实"):
        acting.judge(actor=watching.world.clerk, pk=alert.pk, data={"code": "F14", "verdict": "true"})
    deliver(watching.folder, "death", [died(wife)], "b")
    # 母亲的死亡，孩子的那条预警也补了依据
    assert (run().repeated, Alert.objects.filter(monitor="common.death").count()) == (2, 1)
    alert.refresh_from_db()
    assert not alert.in_doubt and len(alert.content["facts"]) == 2
    acting.judge(actor=watching.world.clerk, pk=alert.pk, data={"code": "F14", "verdict": "true"})
    handling.enter_death(actor=watching.world.clerk, pk=alert.pk, died_on="2027-02-06", opinion="派出所注销证明")
    watching.case.refresh_from_db()
    assert watching.case.state == "RECHECK"
    assert acting.close(actor=watching.world.clerk, pk=alert.pk).state == "CLOSED"


def test_两条橙色升红_逾期报县_停用的不再报(watching: Watching) -> None:
    deliver(watching.folder, "medical_expense", [treated(watching.family[k], 16_000) for k in (0, 1)])
    done = run()
    assert (done.new, done.upgraded) == (2, 1)
    levels = sorted(one.level for one in Alert.objects.all())
    assert levels == ["orange", "red"]
    red = Alert.objects.get(level="red")
    assert red.raised_from == "orange" and red.due_at - clock.now() <= datetime.timedelta(hours=24)
    with clock.at(DAY + datetime.timedelta(days=3)):
        assert escalating.run(nullcontext) == {"escalated": 1}
        assert escalating.run(nullcontext) == {"escalated": 0}
    red.refresh_from_db()
    assert red.acts.last().data["told"] == ["赵科长"]
    switches.switch_off(
        actor=watching.world.reviewer,
        monitor="assistance.medical",
        region_code="990101000000",
        since=DAY,
        reason="来源数据有误",
    )
    deliver(watching.folder, "medical_expense", [treated(watching.family[2], 90_000)], "b")
    assert run().new == 0


def test_运行到一半被杀_什么也没有写_重来一遍正好一次(watching: Watching, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker dies right before its result is committed: the lease was lost, so the next one does the work again."""
    from minzheng.kernel.jobs.context import LeaseLost

    deliver(watching.folder, "vehicle", [vehicle(watching.family[1])])
    asked = running.ask(actor=SYSTEM, queue=False)

    @contextmanager
    def killed() -> Iterator[None]:
        with transaction.atomic():
            yield
            raise LeaseLost

    with pytest.raises(LeaseLost):
        running.carry_out(pk=asked.pk, fence=killed)
    left = MonitorRun.objects.get(pk=asked.pk)
    assert (Alert.objects.count(), left.state, left.state_file) == (0, "running", "")
    assert running.newest() == watching.first
    again = running.carry_out(pk=asked.pk)
    assert (again.state, again.new, Alert.objects.count()) == ("done", 1, 1)
    assert running.carry_out(pk=asked.pk).new == 1 and Alert.objects.count() == 1
    # Another run that ended meanwhile is noticed: nothing is written twice.
    late = running.ask(actor=SYSTEM, queue=False, since=DAY)
    monkeypatch.setattr(running, "newest", iter([watching.first, again]).__next__)
    with pytest.raises(MonitorRefused, match="另一次监测刚刚完成"):
        running.carry_out(pk=late.pk)
    assert Alert.objects.count() == 1


def test_群众反映_只给回执号_网格员只能登记自己的村(watching: Watching) -> None:
    told = leads.Told(VILLAGE, ("child",), "两个孩子没人管", where="村口第二家", phone="13900001111")
    lead = leads.report(actor=ANONYMOUS, told=told, channel=Alert.PUBLIC)
    assert leads.report(actor=ANONYMOUS, told=told, channel=Alert.PUBLIC).pk == lead.pk
    assert (lead.alert.level, lead.alert.channel, lead.alert.town_code) == ("red", "public", "990101001000")
    assert leads.answer(lead.number.lower()) == "已经收到，正在安排人去看。" and leads.answer("ZD-0000-0000") == ""
    assert "13900001111" not in str(leads.told(lead, watching.world.clerk))
    with pytest.raises(MonitorRefused) as refused:
        leads.report(
            actor=watching.village, told=leads.Told("990101002000", ("ill",), where="某处"), channel=Alert.GRID
        )
    assert "责任区" in refused.value.fields["region"]
    own = leads.report(
        actor=watching.village, told=leads.Told(VILLAGE, ("ill",), who=watching.family[1].name), channel=Alert.GRID
    )
    assert own.alert.person is not None and own.alert.household == watching.case.household
    assert {one.pk for one in selectors.mine(watching.village)} == {lead.alert_id, own.alert_id}
    assert not selectors.visible_to(watching.world.stranger).exists()
    alert = watching.to_judged(lead.alert, "F11", "later")
    assert (alert.state, alert.revisit_on, alert.due_on) == (
        "ASSIGNED",
        datetime.date(2027, 3, 12),
        datetime.date(2027, 3, 12),
    )
    assert not selectors.mine(watching.village).filter(pk=alert.pk).exists()
    for code, missing in (("F09", "reason"), ("F10", "signed"), ("F06", "refer_to"), ("F12", "wrong")):
        Alert.objects.filter(pk=own.alert_id).update(state="VISITED")
        verdict = "false" if code == "F12" else "true"
        with pytest.raises(MonitorRefused) as lacking:
            acting.judge(actor=watching.world.clerk, pk=own.alert_id, data={"code": code, "verdict": verdict})
        assert missing in lacking.value.fields


def test_准确率的区间_少的时候宽_不出零到一() -> None:
    assert precision(0, 0).share is None and precision(0, 0).text() == "还没有认定"
    some = precision(8, 2)
    assert (round(some.low, 3), round(some.high, 3)) == (0.490, 0.943)
    assert precision(5, 0).high == 1.0 and 0.56 < precision(5, 0).low < 0.57
