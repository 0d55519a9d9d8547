"""高龄津贴：从申请到按月发放，到不予确认，到停发。"""

from __future__ import annotations

import datetime

import pytest

from minzheng.kernel import clock
from minzheng.kernel.cases.tests.place import APPLIED, Kin, Place

pytestmark = pytest.mark.django_db
CODE = "elderly.old_age"
FACTS = {"elsewhere": "no", "living": "family", "contact_name": "何小明", "contact_phone": "13800000009"}


def grandma(born: datetime.date = datetime.date(1940, 3, 5)) -> Kin:
    return Kin("何秋生", "本人", born)


def granted(place: Place, who: Kin, **facts: str):
    case = place.personal_forwarded(CODE, who, {**FACTS, **facts})
    place.do(case, "approve", place.reviewer)
    return case


def test_八十六岁老人申请_当月起按月发三十元():
    with clock.at(APPLIED):
        case = granted(Place(), grandma())
    award = case.awards.get()
    assert (award.amount_fen, award.cycle, award.first_month) == (3000, "monthly", datetime.date(2026, 11, 1))
    assert list(award.lines.values_list("month", "amount_fen")) == [(datetime.date(2026, 11, 1), 3000)]
    assert award.payee_name == "何秋生"


def test_跨月才批下来_申请当月的一并补发():
    with clock.at(APPLIED):
        place = Place()
        case = place.personal_forwarded(CODE, grandma(), FACTS)
    with clock.at(datetime.date(2026, 12, 3)):
        place.do(case, "approve", place.reviewer)
    lines = case.awards.get().lines.order_by("month").values_list("month", "amount_fen")
    assert list(lines) == [(datetime.date(2026, 11, 1), 3000), (datetime.date(2026, 12, 1), 3000)]


def test_生日在下个月的_到龄以后批_只从到龄的月份发():
    with clock.at(APPLIED):
        place = Place()
        case = place.personal_verified(CODE, grandma(datetime.date(1946, 12, 9)), FACTS)
    with clock.at(datetime.date(2026, 12, 3)):
        place.do(case, "opinion", place.leader, conclusion="agree", opinion="本月满八十周岁。")
        place.do(case, "forward", place.leader)
        place.do(case, "approve", place.reviewer)
    lines = case.awards.get().lines.values_list("month", "amount_fen")
    assert list(lines) == [(datetime.date(2026, 12, 1), 3000)]


def test_年龄不到的_不予确认_告知书写明差几岁():
    with clock.at(APPLIED):
        place = Place()
        case = place.personal_verified(CODE, grandma(datetime.date(1950, 3, 5)), FACTS)
        place.do(case, "opinion", place.leader, conclusion="disagree", reason_code="R05", opinion="年龄不够。")
        place.do(case, "forward", place.leader)
        place.do(case, "reject", place.reviewer, reason_code="R05", opinion="年龄不够。")
    assert case.state == "REJECTED" and not case.awards.exists()
    reasons = case.evidence.filter(kind="assessment").latest("pk").data["reasons"]
    assert reasons == [["R05", "现在 76 周岁，当地从满 80 周岁起发给高龄津贴，到了再申请"]]


def test_经核实已在外地领取的_不能确认同意():
    with clock.at(APPLIED):
        place = Place()
        case = place.personal_verified(CODE, grandma(), FACTS, found={"elsewhere": "yes"})
        place.do(case, "opinion", place.leader, conclusion="disagree", reason_code="R07", opinion="已在外县领取。")
        place.do(case, "forward", place.leader)
        place.do(case, "reject", place.reviewer, reason_code="R07", opinion="已在外县领取。")
    assert case.state == "REJECTED"
    assert case.evidence.filter(kind="facts").get().data["changed"].endswith("由“否”改为“是”")


def test_没有登记核实情况的_不能提出初审意见():
    from minzheng.kernel.cases.errors import Refused

    with clock.at(APPLIED):
        place = Place()
        case = place.personal_submitted(CODE, grandma(), FACTS)
        place.do(case, "accept", place.clerk)
        with pytest.raises(Refused):
            place.do(case, "opinion", place.leader, conclusion="agree", opinion="拟同意。")


def test_同一位老人不能有两件在办或享受的():
    from minzheng.kernel.cases.errors import Refused

    with clock.at(APPLIED):
        place, who = Place(), grandma()
        granted(place, who)
        with pytest.raises(Refused, match="不能重复申请"):
            place.personal_submitted(CODE, who, FACTS)


def test_享受中查明逾期没有生存认证的_暂停_核实后恢复并补发():
    with clock.at(APPLIED):
        place = Place()
        case = granted(place, grandma())
    with clock.at(datetime.date(2027, 1, 5)):
        from minzheng.kernel.accounts.actors import SYSTEM

        if case.state == "APPROVED":
            place.do(case, "start_payment", SYSTEM)
        place.do(case, "suspend", place.reviewer, opinion="逾期未认证。")
    assert case.state == "SUSPENDED"
    with clock.at(datetime.date(2027, 2, 8)):
        place.do(case, "resume", place.reviewer, back_pay="yes", opinion="上门核实健在。")
    assert case.state == "IN_PAYMENT"
