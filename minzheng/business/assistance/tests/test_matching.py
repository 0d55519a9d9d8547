"""核对在办件里: 没有授权一个部门也不问；查不到的部门写明缺项；证据改动能发现."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import pytest

from minzheng.business.assistance.tests.world import World, couple
from minzheng.datacenter.matching import services as matching
from minzheng.datacenter.matching.interface import Asked, Fact, SourceUnavailable
from minzheng.kernel import clock
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.cases.models import Case
from minzheng.kernel.cases.running import evidence


class Bank:
    """A live adapter that remembers whom it was asked about."""

    code, title = "bank", "银行、证券、保险"
    asked: list[Asked] = []
    down = False

    def facts(self, people: Sequence[Asked], on: datetime.date) -> dict[int, list[Fact]]:
        if self.down:
            raise SourceUnavailable
        type(self).asked = list(people)
        return {people[0].member_id: [Fact("bank", "balance", "deposit", 900000, on, "尾号 1234", "证件号码", "活期")]}


@pytest.fixture
def bank(monkeypatch: pytest.MonkeyPatch) -> type[Bank]:
    monkeypatch.setitem(matching.SOURCES, "bank", Bank)
    monkeypatch.setattr(Bank, "down", False)
    Bank.asked = []
    return Bank


def started(world: World) -> Case:
    case = world.to_accepted(couple())
    world.do(case, "start", world.clerk)
    return case


def test_报告逐人逐项有来源日期和凭证(world: World, bank: type[Bank]) -> None:
    case = started(world)
    matching.run_match(case=case, actor=world.clerk)
    report = case.evidence.get(kind="match_report")
    [fact] = report.data["members"][0]["facts"]
    assert (fact["source_title"], fact["on"], fact["reference"], fact["matched_by"]) == (
        "银行、证券、保险",
        "2026-11-02",
        "尾号 1234",
        "证件号码",
    )
    assert report.data["no"] == "990101-HD-2026-000001" and report.data["period"] == ["2025-11-01", "2026-10-31"]
    assert "不作为唯一依据" in report.data["notice"] and not {"verdict", "conclusion", "result"} & set(report.data)
    assert [d["key"] for d in report.data["differences"]] == ["0.deposits"]


def test_传给部门的只有摘要(world: World, bank: type[Bank]) -> None:
    case = started(world)
    matching.run_match(case=case, actor=world.clerk)
    numbers = {m.id_no for m in case.members.all()}
    assert len(bank.asked) == 3 and not any(n in str(bank.asked) for n in numbers)


def test_没有授权一个部门也不问(world: World, bank: type[Bank]) -> None:
    case = started(world)
    case.consents.filter(name="周建国").update(valid_until=datetime.date(2026, 11, 1))
    with pytest.raises(Refused, match="还缺成年家庭成员周建国"):
        matching.run_match(case=case, actor=world.clerk)
    assert bank.asked == []


def test_查询函数自己也核授权(world: World) -> None:
    """Behind the guard stands a second check: no caller can reach a source without it."""
    from minzheng.kernel.cases.running.context import Ctx
    from minzheng.kernel.items import registry

    case = started(world)
    case.consents.all().delete()
    item = registry.get(case.item_code)
    ctx = Ctx(case, item, item.flow.acts[0], world.clerk)
    with pytest.raises(matching.NoConsent, match="没有刘桂芳、周建国的有效授权"):
        matching.check_consents(ctx, ctx.counted)


def test_查不到的部门写明缺项(world: World, bank: type[Bank], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Bank, "down", True)
    case = started(world)
    matching.run_match(case=case, actor=world.clerk)
    assert case.evidence.get(kind="match_report").data["missing_sources"] == ["银行、证券、保险"]


def test_认定差异写明理由并成为核定数(world: World) -> None:
    family = couple()
    world.fact(family[1], "tax", "wage", 150000)
    case = world.to_accepted(family)
    world.do(case, "start", world.clerk)
    world.do(case, "run_match", world.clerk)
    with pytest.raises(Refused) as refused:
        world.do(case, "judge", world.clerk, key="2.wage", take="found")
    assert "reason" in refused.value.fields
    with pytest.raises(Refused, match="没有这一项差异"):
        world.do(case, "judge", world.clerk, key="9.wage", take="found", reason="以税务为准")
    world.do(case, "judge", world.clerk, key="2.wage", take="other", amount="1350.50", reason="上月起减薪，凭工资条")
    assert case.members.get(name="周建国").verified == {"wage": 135050}
    judged = case.evidence.get(kind="judgement").data
    assert (judged["take"], judged["value"], judged["reason"]) == ("other", 135050, "上月起减薪，凭工资条")


def test_核定数进入测算申报数不变(world: World) -> None:
    from minzheng.business.assistance.means_test.family import policy_family

    family = couple()
    world.fact(family[1], "tax", "wage", 150000)
    case = world.to_checked(family)
    words, notes = policy_family(case)
    assert str(words["成员"][1]["工资性收入"]) == "1500" and "周建国的wage：按核定数 150000" in notes
    assert case.members.get(name="周建国").declared["wage"] == 120000


def test_证据被改动能发现(world: World) -> None:
    case = world.to_checked(couple())
    row = case.evidence.get(kind="match_report")
    assert evidence.intact(row)
    row.data = {**row.data, "differences": []} | {"as_of": "2026-01-01"}
    assert not evidence.intact(row)


def test_报告有效期九十天(world: World) -> None:
    """§2.5: 2026-08-25 出具，有效到 2026-11-23."""
    with clock.at(datetime.date(2026, 8, 25)):
        case = started(world)
        world.do(case, "run_match", world.clerk)
    assert case.evidence.get(kind="match_report").valid_until == datetime.date(2026, 11, 23)
