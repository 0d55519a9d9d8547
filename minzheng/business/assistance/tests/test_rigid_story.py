"""刚性支出困难家庭：从手机申请到认定、到期；低保不予确认以后直接转办。"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from minzheng.business.assistance.tests.test_jobs import CTX
from minzheng.business.assistance.tests.world import APPLIED, Kin, World, couple
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.awards.models import Award
from minzheng.kernel.awards.proof import recompute
from minzheng.kernel.cases import jobs, services
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.cases.models import Case
from minzheng.kernel.documents.models import IssuedDocument
from minzheng.kernel.notices.models import OutboxMessage


class RigidWorld(World):
    item = "assistance.rigid_expense"

    def answers(
        self, family: Sequence[Kin], region: str, home: dict[str, Any], applicant: dict[str, Any]
    ) -> dict[str, Any]:
        spent = {"medical_annual": "30000", "education_annual": "6000"}
        return {**super().answers(family, region, home, applicant), "expenses": spent}

    def to_expenses(self, family: Sequence[Kin], medical: str = "30000") -> Case:
        case = self.to_checked(family)
        self.do(
            case,
            "verify_expenses",
            self.clerk,
            checked_on=clock.today().isoformat(),
            medical_annual=medical,
            education_annual="6000",
            aid_annual="2000",
            findings="看了 12 张结算单，与医保结算数据一致。",
        )
        return case


@pytest.fixture
def rigid(db: None) -> Iterator[RigidWorld]:
    with clock.at(APPLIED):
        yield RigidWorld()


def earning() -> list[Kin]:
    """4,000 元 a month for three people in the country: over one and a half times the standard, under last year's mean."""
    return couple(wage="4000")


def test_从申请到认定有效(rigid: RigidWorld) -> None:
    case = rigid.to_expenses(earning())
    rigid.do(case, "opinion", rigid.leader, conclusion="agree", opinion="看病支出大，拟同意。")
    sheet = dict(case.evidence.get(kind="assessment").data["sheet"])
    # 730 × 12 × 3 + 30000 + 6000 − 2000; income (4000 − 730 × 30%) × 12
    assert sheet["12 个月的刚性支出"] == "60,280.00 元" and sheet["家庭年收入"] == "45,372.00 元"
    rigid.do(case, "forward", rigid.clerk)
    assert case.state == "REVIEW" and not case.publicities.exists(), "只认定、不发钱的不公示"
    rigid.do(case, "approve", rigid.reviewer, opinion="同意")
    award = Award.objects.get(case=case)
    assert (award.amount_fen, award.persons, award.lines.count()) == (0, 3, 0)
    assert award.next_review_on == datetime.date(2027, 11, 2), "有效期 12 个月"
    assert recompute(award).ok
    said = IssuedDocument.objects.get(case=case, code="N06").fields
    assert "专项救助" in said["recognised"] and not said.get("account") and "每月合计" not in str(said["calculation"])
    assert "已认定" in OutboxMessage.objects.filter(case=case, channel="inapp").latest("pk").body

    with clock.at(datetime.date(2026, 12, 1)):
        rigid.do(case, "start_payment", SYSTEM)
    assert case.state == "IN_PAYMENT"
    with clock.at(datetime.date(2027, 11, 1)), pytest.raises(Refused, match="才到期"):
        rigid.do(case, "expire", SYSTEM)
    with clock.at(datetime.date(2027, 11, 2)):
        assert jobs.due(CTX)["expire"] == 1
    case.refresh_from_db()
    award.refresh_from_db()
    assert (case.state, award.state) == ("TERMINATED", "ended")
    assert services.replay(case).ok


def test_没有核定刚性支出不能提出初审意见(rigid: RigidWorld) -> None:
    case = rigid.to_checked(earning())
    with pytest.raises(Refused, match="还没有核定刚性支出"):
        rigid.do(case, "opinion", rigid.leader, conclusion="agree", opinion="拟同意")


def test_核定的数低于比例就不能拟同意(rigid: RigidWorld) -> None:
    case = rigid.to_expenses(couple(wage="7000"), medical="3000")
    with pytest.raises(Refused, match="没有超过当地规定的比例线"):
        rigid.do(case, "opinion", rigid.leader, conclusion="agree", opinion="拟同意")


def test_一项支出都没填的不能提交(rigid: RigidWorld) -> None:
    citizen = rigid.citizen(earning()[0])
    case = services.start_draft(item_code=rigid.item, actor=citizen)
    result = services.save_step(case_id=case.pk, step="expenses", raw={}, actor=citizen)
    assert "至少填写一项支出" in result.errors["medical_annual"]


def test_低保不予确认以后建议并转办刚性支出(world: World) -> None:
    """Income over 低保 and 低保边缘, and much paid for illness: the township's form of 低保 is enough."""
    family = earning()
    case = world.to_checked(family, home={"rigid_annual": "36000"})
    clerk, leader = world.town(case)
    world.do(case, "opinion", leader, conclusion="disagree", reason_code="R01", opinion="收入超过标准。")
    world.do(case, "forward", clerk)
    world.do(case, "reject", world.reviewer, reason_code="R01", opinion="收入超过标准。")
    said = {e.data["item_code"]: e.data for e in case.evidence.filter(kind="proposal")}
    assert not said["assistance.dibao_edge"]["eligible"] and said["assistance.rigid_expense"]["eligible"]

    citizen = world.citizen(family[0])
    new = services.accept_proposal(case_id=case.pk, item_code="assistance.rigid_expense", actor=citizen)
    assert (new.state, new.item_code) == ("SUBMITTED", "assistance.rigid_expense")
    assert {e.kind for e in new.evidence.all()} >= {"match_report", "visit"}
    world.do(new, "accept", clerk)
    world.do(new, "start", clerk)
    world.do(
        new, "verify_expenses", clerk, checked_on=clock.today().isoformat(), medical_annual="36000", findings="与票据一致",
    )  # fmt: skip
    world.do(new, "opinion", leader, conclusion="agree", opinion="拟同意。")
    assert new.evidence.get(kind="assessment").data["eligible"]
