"""家庭变化: 十八岁生日、新生儿、死亡、刑满回家，何时算、怎样算."""

from __future__ import annotations

import datetime

import pytest

from minzheng.business.assistance.tests.world import Kin, World, couple, id_no
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.awards.models import Award
from minzheng.kernel.awards.proof import recompute
from minzheng.kernel.cases import services
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.cases.models import Case

DECIDED, CHECKED = datetime.date(2026, 11, 12), datetime.date(2027, 1, 20)


def paid(world: World, family: list[Kin]) -> Case:
    case = world.to_review(family)
    with clock.at(DECIDED):
        world.do(case, "approve", world.reviewer)
    with clock.at(datetime.date(2026, 12, 1)):
        world.do(case, "start_payment", SYSTEM)
    return case


def test_办理期间满十八岁仍按受理日的人口(world: World) -> None:
    """§1.14 第 9 例: 11-05 满十八岁、不在读，受理日 11-02 的人口不变."""
    family = couple()
    family[2] = Kin("周小雨", "子女", datetime.date(2008, 11, 5), extra={})
    case = paid(world, family)
    award = Award.objects.get(case=case)
    assert award.persons == 3 and recompute(award).ok


def test_新生儿复核时加入下月起增发(world: World) -> None:
    """§1.14 第 10 例."""
    family = couple()
    case = paid(world, family)
    before = Award.objects.get(case=case)
    baby = id_no(datetime.date(2026, 11, 20))
    with clock.at(CHECKED):
        world.do(case, "open_recheck", world.clerk, why="change")
        world.do(case, "add_member", world.clerk, name="周小宝", relation="子女", id_no=baby, opinion="出生医学证明")
        with pytest.raises(Refused) as refused:
            world.do(case, "add_member", world.clerk, name="周小宝", relation="子女", id_no=baby, opinion="重复")
        assert "已经是计入的家庭成员" in refused.value.fields["id_no"]
        with pytest.raises(Refused, match="核对报告没有包括周小宝"):
            world.do(case, "adjust", world.reviewer, opinion="添丁")
        world.do(case, "run_match", world.clerk)
        world.do(case, "adjust", world.reviewer, opinion="添丁，增发")
    after = Award.objects.get(case=case, state="active")
    assert (after.persons, after.first_month) == (4, datetime.date(2027, 2, 1))
    assert after.amount_fen > before.amount_fen and services.replay(case).ok


def test_刑满回家的丈夫从下月起计入(world: World) -> None:
    """§1.14 第 5 例."""
    family = couple()
    family[1].situation = "prison"
    family[1].extra = {}
    case = paid(world, family)
    assert Award.objects.get(case=case).persons == 2
    with clock.at(CHECKED):
        world.do(case, "open_recheck", world.clerk, why="change")
        world.do(
            case, "add_member", world.clerk, name="周建国", relation="配偶", id_no=family[1].number, opinion="刑满释放"
        )
        with pytest.raises(Refused, match="还缺成年家庭成员周建国的核对授权"):
            world.do(case, "run_match", world.clerk)
        member = case.members.get(name="周建国")
        services.sign_consent(case_id=case.pk, member_id=member.pk, method="own_phone", actor=world.citizen(family[1]))
        world.do(case, "run_match", world.clerk)
        world.do(case, "adjust", world.reviewer, opinion="人口增加")
    assert Award.objects.get(case=case, state="active").persons == 3


def test_唯一成员死亡当月仍发次月停发(world: World) -> None:
    case = paid(world, [Kin("孙大爷", "本人", datetime.date(1958, 1, 1), extra={"no_labour": "yes"})])
    with clock.at(datetime.date(2027, 1, 20)):
        world.do(
            case, "member_died_in_pay", world.clerk, member_name="孙大爷", died_on="2027-01-15", opinion="火化证明"
        )
    award = Award.objects.get(case=case)
    assert (case.state, award.state, award.last_month) == ("TERMINATED", "ended", datetime.date(2027, 1, 1))
    from minzheng.kernel.awards.services import monthly_lines

    assert monthly_lines(datetime.date(2027, 1, 1), item_code=award.item_code) == 1
    assert monthly_lines(datetime.date(2027, 2, 1), item_code=award.item_code) == 0
    assert services.replay(case).ok


def test_享受期间一人死亡进入复核按余下人口减发(world: World) -> None:
    case = paid(world, couple())
    before = Award.objects.get(case=case)
    with clock.at(CHECKED):
        world.do(
            case, "member_died_in_pay", world.clerk, member_name="周小雨", died_on="2027-01-15", opinion="医院证明"
        )
        assert case.state == "RECHECK"
        world.do(case, "adjust", world.reviewer, opinion="人口减少")
    after = Award.objects.get(case=case, state="active")
    assert (after.persons, before.persons) == (2, 3) and after.amount_fen < before.amount_fen


def test_死亡日期不能在今天以后(world: World) -> None:
    case = paid(world, couple())
    with pytest.raises(Refused) as refused:
        world.do(case, "member_died_in_pay", world.clerk, member_name="周小雨", died_on="2030-01-01", opinion="误填")
    assert "died_on" in refused.value.fields
