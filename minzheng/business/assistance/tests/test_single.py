"""单人户 (57号第8条, §1.2.3, §1.14 第 7、8 例): 只问可能符合的人；全家证明低保边缘，一个人享受。"""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from minzheng.business.assistance.means_test.form import MEANS_TEST_FORM, may_apply_alone
from minzheng.business.assistance.tests.world import PHOTO, Kin, World
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.awards.models import Award
from minzheng.kernel.awards.proof import recompute
from minzheng.kernel.cases import services
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.documents.models import IssuedDocument
from minzheng.kernel.items import registry

MENTAL = {"disability_kind": "精神", "disability_level": "2", "no_labour": "yes"}
URBAN = {"urban": "城市"}


def zheng(father: str = "1800", single: str = "yes", **son: Any) -> list[Kin]:
    """郑秋生家: 退休金 1800 + 1300 = 3100 元，城市三人：低保线 2640，低保边缘线 3960；儿子精神二级。"""
    return [
        Kin("郑秋生", "本人", datetime.date(1992, 10, 3), extra={**MENTAL, **son, "single": single}),
        Kin("郑有福", "父母", datetime.date(1963, 2, 8), extra={"transfer": father}),
        Kin("刘玉珍", "父母", datetime.date(1965, 7, 19), extra={"transfer": "1300"}),
    ]


def test_郑秋生单独申请_一直办到发放明细704元(world: World) -> None:
    case = world.to_posted(zheng(), home=URBAN)
    assert case.publicities.get().public_row == {"applicant_name": "郑*生", "persons": 1, "amount_fen": 70400}
    with clock.at(datetime.date(2026, 11, 10)):
        world.do(case, "publicity_end", world.clerk, photo=PHOTO)
        world.do(case, "approve", world.reviewer, opinion="同意")
    award = Award.objects.get(case=case)
    assert (award.amount_fen, award.persons, award.category) == (70400, 1, "A")
    assert [(m.name, m.top_up_fen) for m in award.members.all()] == [("郑秋生", 17600)]
    assert award.lines.get().amount_fen == 70400 and award.lines.get().month == datetime.date(2026, 12, 1)
    assert recompute(award).ok and recompute(award).computed_fen == 70400
    with clock.at(datetime.date(2026, 12, 1)):
        world.do(case, "start_payment", SYSTEM)
    assert case.state == "IN_PAYMENT" and services.replay(case).ok

    notice = IssuedDocument.objects.get(case=case, code="N06").fields
    assert (notice["persons"], notice["amount_fen"]) == (1, 70400)
    assert [m["name"] for m in notice["members"]] == ["郑秋生"]
    sheet = {row["label"]: row["value"] for row in notice["calculation"]}
    assert sheet["申请方式"] == "郑秋生单独申请（单人户）"
    assert sheet["家庭情况"] == "3 人，月收入 3,100.00 元，低保线 2,640.00 元，低保边缘线 3,960.00 元"
    assert (sheet["单人户低保金"], sheet["分类施保金"], sheet["每月合计"]) == ("528.00 元", "176.00 元", "704.00 元")
    assert "单独申请" in notice["facts"]


def test_父母代填_公示和证上都是本人(world: World) -> None:
    family = zheng()
    son, father, mother = family
    father.relation, son.relation, mother.relation = "本人", "子女", "配偶"
    case = world.to_posted([father, son, mother], home=URBAN)
    assert case.applicant_name == "郑有福" and case.publicities.get().public_row["applicant_name"] == "郑*生"


def test_家庭收入低于标准的_驳回R04并说应以家庭名义申请(world: World) -> None:
    """§1.14 第 7 例: 人均 800 元，低于 880 元。"""
    case = world.to_checked(zheng(father="1100"), home=URBAN)
    with pytest.raises(Refused, match="应以家庭名义申请"):
        world.do(case, "opinion", world.leader, conclusion="agree", opinion="同意")
    world.do(case, "opinion", world.leader, conclusion="disagree", reason_code="R04", opinion="应随家庭申请。")
    world.do(case, "forward", world.clerk)
    with pytest.raises(Refused, match="没有经过“拟同意”的公示"):
        world.do(case, "approve", world.reviewer)
    world.do(case, "reject", world.reviewer, reason_code="R04", opinion="请全家一起申请。")
    assert case.state == "REJECTED" and not Award.objects.filter(case=case).exists()
    reasons = IssuedDocument.objects.get(case=case, code="N07").fields["reasons"]
    sentence = "家庭月收入 2400.00 元，低于保障标准 × 3 人 = 2640.00 元，符合低保条件，应以家庭名义申请，不能单独申请"
    assert {"code": "R04", "sentence": sentence} in reasons


def test_家庭超过低保边缘线的_说清为什么不是低保边缘(world: World) -> None:
    case = world.to_checked(zheng(father="3000"), home=URBAN)
    item = registry.get(case.item_code)
    assert item.assess is not None
    answer = item.assess(case, clock.today())
    assert not answer.eligible and answer.amount_fen == 0 and answer.proof == ""
    assert [code for code, _ in answer.reasons] == ["R04", "R01"]
    assert "不低于低保边缘线 3960.00 元" in answer.reasons[1][1]


def test_确认时家庭必须仍是低保边缘(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """§1.5: the guard itself, with every other condition met."""
    from minzheng.kernel.cases.lifecycle.guards_decide import single_person_proven

    case = world.to_review(zheng(), home=URBAN)
    father = case.members.get(name="郑有福")
    father.verified = {"transfer": 300000}
    father.save()
    from minzheng.kernel.cases.running.context import Ctx

    item = registry.get(case.item_code)
    act = item.flow.act("approve")
    assert act is not None and single_person_proven in act.guards
    sentence = single_person_proven.check(Ctx(case, item, act, world.reviewer))
    assert "要先证明家庭是低保边缘家庭" in sentence and "不低于低保边缘线" in sentence
    with clock.at(datetime.date(2026, 11, 10)), pytest.raises(Refused, match="要先证明家庭是低保边缘家庭"):
        world.do(case, "approve", world.reviewer)


@pytest.mark.parametrize(
    ("row", "asked"),
    [
        ({"disability_kind": "肢体", "disability_level": "1"}, True),
        ({"disability_kind": "听力", "disability_level": "2"}, True),
        ({"disability_kind": "精神", "disability_level": "3"}, True),
        ({"disability_kind": "智力", "disability_level": "3"}, True),
        ({"serious_illness": "yes"}, True),
        ({"serious_illness": True}, True),
        ({"disability_kind": "肢体", "disability_level": "3"}, False),
        ({"disability_kind": "精神", "disability_level": "4"}, False),
        ({"serious_illness": "no", "disability_level": "1"}, False),
        ({}, False),
    ],
)
def test_只问可能符合的人(row: dict[str, Any], asked: bool) -> None:
    """§1.14 第 8 例: 三级肢体不行，三级精神可以。"""
    assert may_apply_alone(row) is asked
    form = {"members": [row]}
    cleaned = MEANS_TEST_FORM.clean_step("income", [{"wage": "0", "single": "yes"}], form)
    assert cleaned.values[0].get("single") is (True if asked else None)


def test_改掉残疾等级以后不再按单人户算(world: World) -> None:
    """The question is not asked again, so its old answer must not count."""
    family = zheng()
    case = world.draft(family, home=URBAN)
    family[0].extra["disability_level"] = "4"
    rows = world.answers(family, case.region_code, URBAN, {})["members"]
    services.save_step(case_id=case.pk, step="members", raw=rows, actor=world.citizen(family[0]))
    case.refresh_from_db()
    assert case.form["members"][0]["single"] is True
    item = registry.get(case.item_code)
    assert item.assess is not None and item.assess(case, clock.today()).covered is None


def test_一份申请只为一个人(world: World) -> None:
    form = {"members": [{"serious_illness": True}, {"serious_illness": True}]}
    cleaned = MEANS_TEST_FORM.clean_step("income", [{"single": "yes"}, {"single": "yes"}], form)
    assert "只能为一位家人单独申请" in cleaned.errors["1.single"]


def test_一家两人各自单独申请互不妨碍_同一人不能重复(world: World) -> None:
    family = zheng()
    family[2].extra |= {"serious_illness": "yes"}
    world.to_accepted(family, home=URBAN)
    son, father, mother = family
    again = [
        Kin("刘玉珍", "本人", mother.born, number=mother.number, extra={**mother.extra, "single": "yes"}),
        Kin("郑有福", "配偶", father.born, number=father.number, extra=father.extra),
        Kin("郑秋生", "子女", son.born, number=son.number, extra={**son.extra, "single": "no"}),
    ]
    assert world.to_accepted(again, home=URBAN).state == "ACCEPTED"
    third = [
        Kin("郑有福", "本人", father.born, number=father.number, extra=father.extra),
        Kin("郑秋生", "子女", son.born, number=son.number, extra=son.extra),
    ]
    case = world.draft(third, home=URBAN)
    with pytest.raises(Refused, match="郑秋生已在"):
        services.submit(case_id=case.pk, actor=world.citizen(third[0]), data={"promise": "yes"})


def test_单独申请的人死亡_办件终止(world: World) -> None:
    case = world.to_review(zheng(), home=URBAN)
    with clock.at(datetime.date(2026, 11, 12)):
        world.do(
            case, "member_died", world.reviewer, member_name="郑秋生", died_on="2026-11-11", opinion="医院死亡证明"
        )
    assert case.state == "ABORTED"


def test_单独申请的人不计入家庭的_不能提交(world: World) -> None:
    family = zheng()
    family[1].relation, family[0].relation = "本人", "子女"
    family[0].situation = "prison"
    case = world.draft([family[1], family[0], family[2]], home=URBAN)
    with pytest.raises(Refused, match="单独申请的那一位不计入"):
        services.submit(case_id=case.pk, actor=world.citizen(family[1]), data={"promise": "yes"})


def test_已认定低保边缘的写明认定编号(world: World) -> None:
    from minzheng.kernel.awards.models import AwardMember

    case = world.to_checked(zheng(), home=URBAN)
    edge = Award.objects.create(
        no="990101-DBBYZ-2026-000009", item_code="assistance.dibao_edge", region_code=case.region_code,
        household_id=case.household_id, payee_id=case.applicant_id, payee_name="郑有福", persons=3, amount_fen=0,
        category="A", first_month=datetime.date(2026, 9, 1), decided_on=datetime.date(2026, 8, 20), frozen={},
        frozen_sha="", ruleset_sha="",
    )  # fmt: skip
    father = case.members.get(name="郑有福")
    AwardMember.objects.create(award=edge, person_id=father.person_id, name=father.name, relation=father.relation)
    item = registry.get(case.item_code)
    assert item.assess is not None
    assert "已认定（990101-DBBYZ-2026-000009）" in dict(item.assess(case, clock.today()).sheet)["低保边缘家庭"]
