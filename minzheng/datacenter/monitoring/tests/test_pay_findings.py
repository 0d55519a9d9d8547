"""What the monitors know stops or marks a payment: custody is not a few days of detention (reference §3.10, case 14), and a
certificate that has lapsed matters to the subsidies that rest on it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import pytest

from minzheng.datacenter.monitoring.models import Alert
from minzheng.datacenter.sources import registry
from minzheng.datacenter.sources.facts_few import facts_of
from minzheng.kernel import clock
from minzheng.kernel.awards.models import Award
from minzheng.kernel.payruns.tests.world import DIBAO, World

SUBSIDY = "disability.two_subsidies"


@pytest.fixture(autouse=True)
def _april() -> Iterator[None]:
    with clock.at(datetime.date(2026, 4, 20)):
        yield


def alert(monitor: str, award: Award, item: str = "", **more: object) -> Alert:
    now = clock.now()
    return Alert.objects.create(
        no=f"YJ{Alert.objects.count()}", monitor=monitor, title="数据监测", level="blue", item_code=item, person=award.payee,
        region_code=award.region_code, period=datetime.date(2026, 4, 1), content={"sentence": "", "facts": []},
        town_code="990101001000", created_at=now, due_at=now, due_on=now.date(), **more,
    )  # fmt: skip


@pytest.mark.django_db
def test_14_行政拘留几天照发_服刑强戒拦住_不属实的不拦() -> None:
    world = World()
    clean, jailed, cleared = world.award("行拘"), world.award("强戒"), world.award("已查否")
    spec = registry.get("custody_detox")
    days = {"since": datetime.date(2026, 3, 1), "until": datetime.date(2026, 3, 6), "facility": "", "state": "在所"}
    rows = [
        {"id_token": n, "row_no": n, "kind": kind, **days}
        for n, kind in enumerate(("行政拘留", "社区戒毒", "强制隔离戒毒"))
    ]
    told = facts_of(spec, rows, on=datetime.date(2026, 3, 5), keep=("row_no",))
    assert [one[-1] for one in told] == [2]  # detention of five days makes no fact, so nobody is asked about it
    alert("common.custody", jailed)
    alert("common.custody", cleared, verdict="false")
    batch = world.build()
    found = {one.line.award_id: one.severity for one in batch.checks.filter(code="C02").select_related("line")}
    assert found == {jailed.pk: "block"}
    assert batch.pay_lines.get(award=clean).state == "ready"


@pytest.mark.django_db
def test_残疾人证失效_只在两项补贴的批次里提示_低保照发() -> None:
    world = World()
    subsidy = world.award("持证人", item=SUBSIDY)
    same = world.award(payee=subsidy.payee, number=subsidy.account_no)
    alert("disability.certificate.lapsed", subsidy, SUBSIDY)
    found = world.build(item=SUBSIDY).checks.filter(code="C07").get()
    assert found.severity == "warn" and found.clearable and found.line.award_id == subsidy.pk
    batch = world.build(item=DIBAO)
    assert not batch.checks.filter(code="C07").exists() and batch.pay_lines.get().award_id == same.pk
