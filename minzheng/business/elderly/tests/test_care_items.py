"""养老服务补贴和居家养老上门服务：先有能力评估，再发现金或给额度。"""

from __future__ import annotations

import datetime

import pytest

from minzheng.kernel import clock
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.cases.tests.place import APPLIED, Kin, Place

pytestmark = pytest.mark.django_db
SUBSIDY, HOME = "elderly.care_subsidy", "elderly.home_care"
ASSESSED = {"ability": "中度失能", "assessed_on": "2026-06-01"}
FACTS = {**ASSESSED, "living": "family", "contact_name": "何小明", "contact_phone": "13800000009"}
AT_HOME = {**FACTS, "in_hospital": "no"}


def grandpa(born: datetime.date = datetime.date(1944, 3, 5)) -> Kin:
    return Kin("马有田", "本人", born)


def poor(**more: str) -> dict[str, str]:
    """What the clerk found in the register."""
    return {"is_dibao": "yes", **more}


def refused(place: Place, case, reason: str):
    place.do(case, "opinion", place.leader, conclusion="disagree", reason_code=reason, opinion="不符合。")
    place.do(case, "forward", place.leader)
    place.do(case, "reject", place.reviewer, reason_code=reason, opinion="不符合。")
    return case


def test_低保家庭的中度失能老人_每月发一百五十元():
    with clock.at(APPLIED):
        place = Place()
        case = place.personal_forwarded(SUBSIDY, grandpa(), FACTS, found=poor())
        place.do(case, "approve", place.reviewer)
    award = case.awards.get()
    assert (award.amount_fen, award.cycle) == (15000, "monthly")
    assert award.lines.count() == 1


def test_当地给服务的_得到的是每月额度_不生成发放明细(monkeypatch):
    from minzheng.kernel.items import reckoning

    real = reckoning.run

    def as_services(family, region, on, targets, *, explain):
        return reckoning.load_ruleset().evaluate(
            family,
            region=region,
            on=on,
            targets=list(targets),
            explain=explain,
            params_overrides={"养老补贴_发放方式": "SERVICE"},
        )

    monkeypatch.setattr(reckoning, "run", as_services)
    assert real is not as_services
    with clock.at(APPLIED):
        place = Place()
        case = place.personal_forwarded(SUBSIDY, grandpa(), FACTS, found=poor())
        place.do(case, "approve", place.reviewer)
    award = case.awards.get()
    assert (award.amount_fen, award.cycle) == (15000, "quota")
    assert not award.lines.exists()


def test_不是困难家庭的_不予确认并写明理由():
    with clock.at(APPLIED):
        place = Place()
        case = refused(place, place.personal_verified(SUBSIDY, grandpa(), FACTS), "R01")
    assert case.state == "REJECTED"
    reasons = case.evidence.filter(kind="assessment").latest("pk").data["reasons"]
    assert [code for code, _ in reasons] == ["R01"]


def test_没有评估过的可以申请_没有评估结论不能提出意见_评估回来登记后照办():
    with clock.at(APPLIED):
        place = Place()
        case = place.personal_verified(SUBSIDY, grandpa(), {**FACTS, "ability": "none"}, found=poor())
        with pytest.raises(Refused, match="还没有能力评估的等级和日期"):
            place.do(case, "opinion", place.leader, conclusion="agree", opinion="拟同意。")
        place.do(
            case, "verify_facts", place.clerk, source=["papers"], checked_on="2026-11-02", findings="评估报告原件",
            fact_ability="重度失能", fact_assessed_on="2026-11-01",
        )  # fmt: skip
        place.do(case, "opinion", place.leader, conclusion="agree", opinion="拟同意。")
        place.do(case, "forward", place.leader)
        place.do(case, "approve", place.reviewer)
    assert case.awards.get().amount_fen == 20000


def test_评估过期的_要重新评估():
    with clock.at(APPLIED):
        place = Place()
        old = {**FACTS, "assessed_on": "2025-10-31"}
        case = refused(place, place.personal_verified(SUBSIDY, grandpa(), old, found=poor()), "R06")
    reasons = case.evidence.filter(kind="assessment").latest("pk").data["reasons"]
    assert reasons == [["R06", "最近一次能力评估在 2025-10-31，已经超过有效期，请先申请重新评估"]]


def test_居家养老给每月服务额度_不问账户_不发钱():
    from minzheng.kernel.items import registry

    assert "account" not in {step.code for step in registry.get(HOME).form.steps}
    with clock.at(APPLIED):
        place = Place()
        case = place.personal_forwarded(HOME, grandpa(), AT_HOME)
        place.do(case, "approve", place.reviewer)
    award = case.awards.get()
    assert (award.amount_fen, award.cycle, award.account_no) == (28000, "quota", "")
    assert not award.lines.exists()


def test_住在养老机构的_不给上门服务额度():
    with clock.at(APPLIED):
        place = Place()
        case = place.personal_verified(HOME, grandpa(), {**AT_HOME, "living": "institution"})
        case = refused(place, case, "R08")
    assert case.state == "REJECTED"


def test_享受中住院的_暂停_出院恢复():
    from minzheng.kernel.accounts.actors import SYSTEM

    with clock.at(APPLIED):
        place = Place()
        case = place.personal_forwarded(HOME, grandpa(), AT_HOME)
        place.do(case, "approve", place.reviewer)
    with clock.at(datetime.date(2026, 12, 5)):
        place.do(case, "start_payment", SYSTEM)
        place.do(case, "suspend", place.reviewer, opinion="住院。")
        assert case.awards.get().state == "suspended"
    with clock.at(datetime.date(2027, 1, 8)):
        place.do(case, "resume", place.reviewer, opinion="已出院回家。")
    assert case.awards.get().state == "active" and not case.awards.get().lines.exists()


def test_独居的年轻老人_因为独居进入服务对象():
    with clock.at(APPLIED):
        place = Place()
        who = grandpa(datetime.date(1960, 1, 1))
        case = place.personal_forwarded(HOME, who, {**AT_HOME, "ability": "能力完好", "living": "alone"})
        place.do(case, "approve", place.reviewer)
    assert case.awards.get().amount_fen == 20000


def test_给额度的事项_群众看到的不说打钱():
    from minzheng.kernel.items import registry

    states = {state.code: state for state in registry.get(HOME).flow.states}
    assert "服务额度" in states["IN_PAYMENT"].public and "账户" not in states["IN_PAYMENT"].next
    assert "账户" in {s.code: s for s in registry.get(SUBSIDY).flow.states}["IN_PAYMENT"].next
