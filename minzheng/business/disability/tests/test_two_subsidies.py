"""残疾人两项补贴: one application, two answers; the month of the hand-in; the federation's word; handed in elsewhere."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from minzheng.kernel import clock
from minzheng.kernel.cases import services
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.cases.models import Case
from minzheng.kernel.cases.tests.place import APPLIED, Kin, Place

pytestmark = pytest.mark.django_db
ITEM = "disability.two_subsidies"
BORN = datetime.date(1970, 5, 6)
FACTS: dict[str, Any] = {
    "disability_kind": "肢体",
    "disability_level": "1",
    "needs_care": "yes",
    "standing": ["dibao"],
    "elsewhere": ["none"],
}


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def before_the_county(place: Place, facts: dict[str, Any] | None = None, **extra: Any) -> Case:
    """Everything done, the federation's answer too, up to the county's decision."""
    case = place.personal_forwarded(ITEM, Kin("何秋生", "本人", BORN), {**FACTS, **(facts or {})}, **extra)
    certificate(place, case)
    return case


def certificate(place: Place, case: Case, **found: Any) -> None:
    place.do(
        case, "certificate", place.clerk, source="online", answered_on=clock.today().isoformat(),
        **{f"fact_{name}": value for name, value in found.items()},
    )  # fmt: skip


def test_一次申请两项都给并分别列明金额() -> None:
    with clock.at(APPLIED):
        place = Place()
        case = before_the_county(place)
        place.do(case, "approve", place.reviewer)
    award = case.awards.get()
    assert award.amount_fen == 39000 and award.cycle == "monthly"
    assert award.frozen["amounts"] == {"困难残疾人生活补贴": 24000, "重度残疾人护理补贴": 15000}
    sheet = dict(award.frozen["sheet"])
    assert sheet["困难残疾人生活补贴"] == "240.00 元" and sheet["重度残疾人护理补贴"] == "150.00 元"
    assert case.state == "APPROVED"


def test_只符合一项的只发一项并写明另一项为什么不发() -> None:
    with clock.at(APPLIED):
        place = Place()
        case = before_the_county(place, {"standing": ["none"], "disability_level": "2"})
        place.do(case, "approve", place.reviewer)
    award = case.awards.get()
    assert award.amount_fen == 14000
    sheet = dict(award.frozen["sheet"])
    assert "困难残疾人生活补贴" in sheet and sheet["困难残疾人生活补贴"].startswith("不发：不是低保对象")


def test_两项都不符合的不予确认并写明两项各自的理由() -> None:
    with clock.at(APPLIED):
        place = Place()
        who = Kin("何秋生", "本人", BORN)
        case = place.personal_verified(ITEM, who, {**FACTS, "standing": ["none"], "disability_level": "4"})
        place.do(case, "opinion", place.leader, conclusion="disagree", reason_code="R10", opinion="不符合条件。")
        place.do(case, "forward", place.leader)
        certificate(place, case)
        place.do(case, "reject", place.reviewer, reason_code="R10", opinion="不符合条件。")
    assert case.state == "REJECTED" and not case.awards.exists()
    texts = [text for _, text in case.evidence.filter(kind="assessment").last().data["reasons"]]
    assert any("残疾等级" in t for t in texts) and any("不是低保对象" in t for t in texts)
    notice = case.documents.get(code="N07")
    assert "国发〔2015〕52号" in str(notice.fields)


def test_残联没有审核不能确认() -> None:
    with clock.at(APPLIED):
        place = Place()
        case = place.personal_forwarded(ITEM, Kin("何秋生", "本人", BORN), FACTS)
        with pytest.raises(Refused, match="残联"):
            place.do(case, "approve", place.reviewer)
        certificate(place, case)
        place.do(case, "approve", place.reviewer)
    assert case.state == "APPROVED"


def test_残联查出等级不同的按残联的算() -> None:
    with clock.at(APPLIED):
        place = Place()
        case = place.personal_forwarded(ITEM, Kin("何秋生", "本人", BORN), FACTS)
        certificate(place, case, disability_level="2")
        place.do(case, "approve", place.reviewer)
    assert case.awards.get().amount_fen == 18000 + 14000
    assert "由“一级”改为“二级”" in case.evidence.get(kind="certificate").data["changed"]


def test_残疾人证冻结的不能确认同意() -> None:
    with clock.at(APPLIED):
        place = Place()
        case = place.personal_forwarded(ITEM, Kin("何秋生", "本人", BORN), FACTS)
        certificate(place, case, certificate_state="冻结")
        with pytest.raises(Refused):
            place.do(case, "approve", place.reviewer)


def test_自递交当月起发并补发到决定的月份() -> None:
    """Reference §4.4 Ex.1: handed in on 2026-10-30, decided in November, paid from October."""
    with clock.at(day("2026-10-30")):
        place = Place()
        case = place.personal_submitted(ITEM, Kin("何秋生", "本人", BORN), FACTS)
    with clock.at(day("2026-11-03")):
        place.do(case, "accept", place.clerk)
        place.do(
            case, "verify_facts", place.clerk, source=["data"], checked_on="2026-11-03", findings="一致",
        )  # fmt: skip
        place.do(case, "opinion", place.leader, conclusion="agree", opinion="拟同意。")
        place.do(case, "forward", place.leader)
        certificate(place, case)
    with clock.at(day("2026-11-16")):
        place.do(case, "approve", place.reviewer)
    award = case.awards.get()
    assert award.first_month == day("2026-10-01")
    lines = {line.month: line.amount_fen for line in award.lines.all()}
    assert lines == {day("2026-10-01"): 39000, day("2026-11-01"): 39000}
    assert "补发" in dict(award.frozen["sheet"])
    assert award.lines.get(month=day("2026-10-01")).due_on == day("2026-12-10")


def test_外地递交的按在外地递交的月份起发并要反馈受理地() -> None:
    with clock.at(APPLIED):
        place = Place()
        case = place.personal_verified(ITEM, Kin("何秋生", "本人", BORN), FACTS)
        place.do(
            case, "remote", place.clerk, office="外省某街道", handed_in_on="2026-09-29", received_on="2026-10-09",
        )  # fmt: skip
        place.do(case, "opinion", place.leader, conclusion="agree", opinion="拟同意。")
        place.do(case, "forward", place.leader)
        certificate(place, case)
        place.do(case, "approve", place.reviewer)
        place.do(case, "feedback", place.clerk, told_on="2026-11-02", how="系统回传")
    award = case.awards.get()
    assert award.first_month == day("2026-09-01")
    assert award.lines.count() == 3 and case.evidence.filter(kind="feedback").exists()


def test_户口在外地的不退回而是转送户籍地再告知结果() -> None:
    """Reference §4.4 Ex.1: sent on within 3 working days, decided there within 10, told within 3."""
    with clock.at(day("2026-10-30")):
        place = Place()
        case = place.personal_submitted(ITEM, Kin("何秋生", "本人", BORN), FACTS, hukou="away")
        assert case.due_on == day("2026-11-04")
        with pytest.raises(Refused, match="户口"):
            place.do(case, "accept", place.clerk)
    with clock.at(day("2026-11-04")):
        place.do(case, "send_home", place.clerk, home_region="外省某县", home_office="外省某县民政局")
        assert (case.state, case.due_on) == ("SENT_HOME", day("2026-11-18"))
    with clock.at(day("2026-11-05")):
        place.do(case, "send_on", place.clerk, home_region="外省新县", home_office="新县民政局", opinion="户口已迁")
        assert (case.state, case.due_on) == ("SENT_HOME", day("2026-11-19"))
    with clock.at(day("2026-11-18")):
        place.do(case, "home_answer", place.clerk, result="agree", answered_on="2026-11-18")
        assert (case.state, case.due_on) == ("HOME_ANSWERED", day("2026-11-23"))
        place.do(case, "tell_home", place.clerk, opinion="已电话告知。")
    assert case.state == "HANDED_BACK" and not case.awards.exists()


def test_户口在本地的没有转送户籍地这一步() -> None:
    with clock.at(APPLIED):
        place = Place()
        case = place.personal_submitted(ITEM, Kin("何秋生", "本人", BORN), FACTS)
        with pytest.raises(Refused, match="由本地办理"):
            services.perform(
                case_id=case.pk, act="send_home", actor=place.clerk, data={"home_region": "甲", "home_office": "乙"}
            )


def test_领长护险的在择高的地方按金额比较() -> None:
    with clock.at(APPLIED):
        place = Place()
        case = before_the_county(place, {"elsewhere": ["insurance"], "insurance_fen": "300"})
        place.do(case, "approve", place.reviewer)
    award = case.awards.get()
    assert award.amount_fen == 24000
    assert "长期护理保险" in dict(award.frozen["sheet"])["重度残疾人护理补贴"]


def test_领工伤护理费的两项都不给() -> None:
    with clock.at(APPLIED):
        place = Place()
        case = place.personal_verified(ITEM, Kin("何秋生", "本人", BORN), {**FACTS, "elsewhere": ["injury"]})
        with pytest.raises(Refused):
            place.do(case, "opinion", place.leader, conclusion="agree", opinion="拟同意。")


def test_封存的依据重算金额相同() -> None:
    from minzheng.kernel.items import registry

    with clock.at(APPLIED):
        place = Place()
        case = before_the_county(place)
        place.do(case, "approve", place.reviewer)
        award = case.awards.get()
        again = registry.get(ITEM).recompute(award.frozen)
    assert again.amount_fen == award.amount_fen and again.eligible
