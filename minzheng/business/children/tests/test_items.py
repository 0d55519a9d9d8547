"""孤儿、事实无人抚养、困境儿童: from the application to the award, and to the refusal; nothing is posted."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.awards.models import Award, AwardMember
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.cases.models import Case
from minzheng.kernel.cases.tests.place import APPLIED, PHOTO, Kin, Place
from minzheng.kernel.items import registry
from minzheng.kernel.subjects.services import ensure_person

pytestmark = pytest.mark.django_db
BORN = datetime.date(2014, 3, 4)
ALIVE = {"father_state": "无特殊情形"}, {"mother_state": "无特殊情形"}
DEAD = {"father_state": "死亡"}, {"mother_state": "死亡"}
GUARDED = {"agrees": "yes", "guardian": "祖母王氏", "guardian_relation": "grandparent", "guardian_phone": "13800000002"}
SCHOOL = GUARDED | {"school": "basic"}
PLAIN = SCHOOL | {"has_certificate": "no"}
CARED = GUARDED | {"care": "正常", "illness": "no", "has_certificate": "no"}


def child() -> Kin:
    return Kin("小明", "本人", BORN)


def steps(father: dict[str, Any], mother: dict[str, Any]) -> dict[str, Any]:
    return {"father": [father], "mother": [mother]}


def forwarded(
    place: Place, item: str, facts: dict[str, Any], parents: Any, who: Kin | None = None, **extra: Any
) -> Case:
    return place.personal_forwarded(item, who or child(), facts, steps=steps(*parents), **extra)


def refused(place: Place, item: str, facts: dict[str, Any], parents: Any) -> Case:
    case = place.personal_verified(item, child(), facts, steps=steps(*parents))
    place.do(case, "opinion", place.leader, conclusion="disagree", reason_code="R10", opinion="不符合条件。")
    place.do(case, "forward", place.leader)
    place.do(case, "reject", place.reviewer, reason_code="R10", opinion="不符合条件。")
    return case


def agreed(place: Place, case: Case) -> None:
    place.do(
        case, "raising_agreement", place.clerk, guardian="祖母王氏", relation="祖母",
        signed_on=clock.today().isoformat(), duties="照顾生活、上学、看病。", agreement=PHOTO,
    )  # fmt: skip


def dibao_award(who: Kin, amount_fen: int, persons: int, top_fen: int = 0) -> Award:
    """A 低保 award in force that covers this child, as an import would leave it."""
    person = ensure_person(actor=SYSTEM, name=who.name, id_no=who.number, region_code="990101001001", phone="")
    award = Award.objects.create(
        no="990101-DBZ-2026-900001", item_code="assistance.dibao", region_code="990101001001", payee=person,
        payee_name=who.name, persons=persons, amount_fen=amount_fen, category="A", cycle="monthly",
        first_month=datetime.date(2026, 1, 1), decided_on=datetime.date(2025, 12, 20), frozen={}, frozen_sha="",
    )  # fmt: skip
    AwardMember.objects.create(award=award, person=person, name=who.name, relation="本人", top_up_fen=top_fen)
    return award


# ---- 孤儿


def test_父母双亡的孩子从申请到按月发放() -> None:
    with clock.at(APPLIED):
        place = Place()
        case = forwarded(place, "children.orphan", SCHOOL, DEAD)
        agreed(place, case)
        place.do(case, "approve", place.reviewer)
    award = case.awards.get()
    assert (award.amount_fen, award.first_month) == (175000, datetime.date(2026, 12, 1))
    assert case.documents.filter(code="N06").exists()


def test_孤儿不公示() -> None:
    with clock.at(APPLIED):
        place = Place()
        case = forwarded(place, "children.orphan", SCHOOL, DEAD)
    flow = registry.get("children.orphan").flow
    assert case.state == "REVIEW" and not case.publicities.exists()
    assert "PUBLICITY" not in {s.code for s in flow.states} and flow.act("post") is None
    assert not case.documents.filter(code="N05").exists()


def test_没有养育协议不能确认() -> None:
    with clock.at(APPLIED):
        place = Place()
        case = forwarded(place, "children.orphan", SCHOOL, DEAD)
        with pytest.raises(Refused, match="养育协议"):
            place.do(case, "approve", place.reviewer)


def test_福利机构集中养育的不用养育协议按集中标准() -> None:
    with clock.at(APPLIED):
        place = Place()
        facts = SCHOOL | {"guardian_relation": "institution", "guardian": "县儿童福利院"}
        case = forwarded(place, "children.orphan", facts, ({"father_state": "查找不到"}, {"mother_state": "查找不到"}))
        place.do(case, "approve", place.reviewer)
    assert case.awards.get().amount_fen == 225000


def test_父亲健在的不是孤儿不予确认() -> None:
    with clock.at(APPLIED):
        place = Place()
        case = refused(place, "children.orphan", SCHOOL, (ALIVE[0], DEAD[1]))
    assert case.state == "REJECTED" and not case.awards.exists()
    assert "不是孤儿" in str(case.evidence.filter(kind="assessment").last().data["reasons"])


def test_满十八周岁读复读班的不予确认在大学的继续() -> None:
    with clock.at(APPLIED):
        place = Place()
        grown = Kin("大明", "本人", datetime.date(2007, 3, 4))
        case = place.personal_verified("children.orphan", grown, SCHOOL | {"school": "part"}, steps=steps(*DEAD))
        with pytest.raises(Refused):
            place.do(case, "opinion", place.leader, conclusion="agree", opinion="拟同意。")
        student = Kin("二明", "本人", datetime.date(2007, 4, 4))
        case = place.personal_verified("children.orphan", student, SCHOOL | {"school": "college"}, steps=steps(*DEAD))
        place.do(case, "opinion", place.leader, conclusion="agree", opinion="拟同意。")
    assert case.state == "INITIAL_OPINION"


def test_时限是乡镇十天县里十天() -> None:
    with clock.at(APPLIED):
        place = Place()
        case = place.personal_submitted("children.orphan", child(), SCHOOL, steps=steps(*DEAD))
        place.do(case, "accept", place.clerk)
    params = registry.get("children.orphan").flow.params(case.region_code, APPLIED)
    assert (params.opinion_days, params.confirm_days, params.total_days) == (10, 10, 20)
    assert case.total_due_on == datetime.date(2026, 11, 30)


# ---- 事实无人抚养


def test_父亲判刑母亲失联的按散居孤儿标准() -> None:
    with clock.at(APPLIED):
        place = Place()
        parents = (
            {"father_state": "服刑在押", "father_months": "8"},
            {"mother_state": "失去联系", "mother_months": "7"},
        )
        case = forwarded(place, "children.unattended", PLAIN, parents)
        place.do(case, "approve", place.reviewer)
    assert case.awards.get().amount_fen == 175000


def test_低保金里本人的一份从补贴里减() -> None:
    """Taken from the family's award in force: 1 200 元 for three, with 90 元 paid to the child on top."""
    with clock.at(APPLIED):
        place = Place()
        who = child()
        dibao_award(who, 129000, 3, top_fen=9000)
        case = forwarded(place, "children.unattended", PLAIN, ({"father_state": "死亡"}, {"mother_state": "重病"}), who)
        place.do(case, "approve", place.reviewer)
    award = case.awards.get()
    assert award.amount_fen == 175000 - 40000
    assert dict(award.frozen["sheet"])["全家低保金"] == "1,200.00"


def test_残疾孩子的生活补贴从补贴里减() -> None:
    with clock.at(APPLIED):
        place = Place()
        facts = PLAIN | {"has_certificate": "yes", "disability_kind": "智力", "disability_level": "1"}
        case = forwarded(
            place, "children.unattended", facts, ({"father_state": "死亡"}, {"mother_state": "重病"}),
            found={"poor": "yes"},
        )  # fmt: skip
        place.do(case, "approve", place.reviewer)
    assert case.awards.get().amount_fen == 175000 - 24000


def test_查明强制戒毒只有五个月的不予确认() -> None:
    with clock.at(APPLIED):
        place = Place()
        parents = ({"father_state": "强制隔离戒毒", "father_months": "5"}, {"mother_state": "重病"})
        case = refused(place, "children.unattended", PLAIN, parents)
    reasons = str(case.evidence.filter(kind="assessment").last().data["reasons"])
    assert case.state == "REJECTED" and "5 个月" in reasons
    assert case.documents.filter(code="N07").exists()


def test_父母双亡的转告申请孤儿() -> None:
    with clock.at(APPLIED):
        place = Place()
        case = refused(place, "children.unattended", PLAIN, DEAD)
    assert "请申请孤儿基本生活费" in str(case.evidence.filter(kind="assessment").last().data["reasons"])


def test_经办员核实出与申报不同的按核实的算() -> None:
    with clock.at(APPLIED):
        place = Place()
        parents = ({"father_state": "死亡"}, {"mother_state": "重病"})
        case = place.personal_verified(
            "children.unattended", child(), PLAIN, steps=steps(*parents), found={"mother_state": "无特殊情形"}
        )
        with pytest.raises(Refused):
            place.do(case, "opinion", place.leader, conclusion="agree", opinion="拟同意。")


# ---- 困境儿童


def test_两类困难的认定为重点困境并按月发() -> None:
    with clock.at(APPLIED):
        place = Place()
        facts = CARED | {"care": "监护缺失", "illness": "yes"}
        case = forwarded(place, "children.difficult", facts, ALIVE)
        place.do(case, "approve", place.reviewer)
    assert case.awards.get().amount_fen == 131000


def test_补差为零的也认定只是不发钱() -> None:
    with clock.at(APPLIED):
        place = Place()
        who = child()
        dibao_award(who, 70000, 1)
        case = forwarded(place, "children.difficult", CARED, ALIVE, who)
        place.do(case, "approve", place.reviewer)
    award = case.awards.get()
    assert award.amount_fen == 0 and not award.lines.exists()


def test_没有困难的不予认定() -> None:
    with clock.at(APPLIED):
        place = Place()
        case = refused(place, "children.difficult", CARED, ALIVE)
    assert case.state == "REJECTED"


def test_已领孤儿基本生活费的不再认定困境() -> None:
    with clock.at(APPLIED):
        place = Place()
        who = child()
        orphan = forwarded(place, "children.orphan", SCHOOL, DEAD, who)
        agreed(place, orphan)
        place.do(orphan, "approve", place.reviewer)
        case = place.personal_verified("children.difficult", who, CARED | {"care": "监护缺失"}, steps=steps(*DEAD))
        with pytest.raises(Refused):
            place.do(case, "opinion", place.leader, conclusion="agree", opinion="拟同意。")


def test_照顾孩子的人不同意查询的不能提交() -> None:
    with clock.at(APPLIED):
        place = Place()
        with pytest.raises(AssertionError, match="同意"):
            place.personal_draft("children.unattended", child(), PLAIN | {"agrees": ""}, steps=steps(*DEAD))
