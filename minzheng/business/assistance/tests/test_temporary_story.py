"""临时救助：急难先给后补、小额乡镇批、支出型公示、一事一议、同一原因一年一次、发生地救助。

990101: 农村低保标准 730 元/月，按人数 × 月数，每户封顶 10 倍（7300），小额 2 倍（1460），先行救助最多 1000 元，四舍五入到元。
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

import pytest

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM, actor_of
from minzheng.kernel.accounts.models import User
from minzheng.kernel.awards.models import Award
from minzheng.kernel.awards.proof import recompute
from minzheng.kernel.cases import services
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.cases.models import Case
from minzheng.kernel.cases.tests.place import APPLIED, PHOTO, VILLAGE, Kin, Place
from minzheng.kernel.documents.models import IssuedDocument
from minzheng.kernel.notices.models import OutboxMessage

CODE = "assistance.temporary"
FIRE = {
    "kind": "急难型", "cause": "火灾", "happened_on": "2026-11-01", "here": "yes", "urgent": "no",
    "story": "昨晚厨房起火，烧了两间屋。", "urban": "农村",
}  # fmt: skip
BILLS = {
    "kind": "支出型", "cause": "医疗支出", "happened_on": "2026-10-01", "story": "住院花了很多钱。", "urban": "农村",
    "spent": "30000", "income": "2000", "deposits": "5000", "houses": "1", "vehicles": "0",
}  # fmt: skip


def man(name: str = "周大山") -> Kin:
    return Kin(name, "本人", datetime.date(1980, 3, 5))


def home(*names: str) -> list[Kin]:
    others = [Kin(name, "其他", datetime.date(1982 + n, 4, 6)) for n, name in enumerate(names)]
    return [man(), *others]


class Relief(Place):
    def draft(self, family: list[Kin], need: dict[str, Any], *, sign: bool = True, **applicant: Any) -> Case:
        who = family[0]
        citizen = self.citizen(who)
        case = services.start_draft(item_code=CODE, actor=citizen)
        person = {
            "name": who.name, "id_no": who.number, "phone": "13800000001", "region": VILLAGE,
            "address": "李家村 3 组 12 号", "hukou": "here",
        }  # fmt: skip
        rows = [{"name": k.name, "relation": k.relation, "id_no": k.number, "situation": k.situation} for k in family]
        answers: dict[str, Any] = {
            "applicant": person | applicant, "need": need, "members": rows,
            "account": {"holder": who.name, "number": "6217000010001234567", "bank": "示范农商行"},
        }  # fmt: skip
        for step, raw in answers.items():
            result = services.save_step(case_id=case.pk, step=step, raw=raw, actor=citizen)
            assert not result.errors, result.errors
        case.refresh_from_db()
        if sign:
            self.sign_all(case, citizen)
        return case

    def accepted(self, family: list[Kin], need: dict[str, Any], **more: Any) -> Case:
        case = self.draft(family, need, **more)
        services.submit(case_id=case.pk, actor=self.citizen(family[0]), data={"promise": "yes"})
        case.refresh_from_db()
        self.do(case, "accept", self.clerk)
        return case

    def verify(self, case: Case, **found: Any) -> None:
        told = {"source": ["visit"], "checked_on": clock.today().isoformat(), "findings": "上门看过，与申报一致。"}
        self.do(case, "verify_facts", self.clerk, **told, **found)

    def agreed(self, case: Case) -> None:
        self.do(case, "opinion", self.leader, conclusion="agree", opinion="属实，拟同意。")

    def forwarded(self, family: list[Kin], need: dict[str, Any], **found: Any) -> Case:
        case = self.accepted(family, need)
        self.verify(case, **found)
        self.agreed(case)
        self.do(case, "forward", self.leader)
        return case


@pytest.fixture
def relief(db: None) -> Iterator[Relief]:
    with clock.at(APPLIED):
        yield Relief()


def amounts(case: Case) -> list[tuple[int, str]]:
    return [(a.amount_fen, a.cycle) for a in case.awards.order_by("pk")]


def test_急难型从手机申请到一次发给(relief: Relief) -> None:
    """Three people, two months: 730 × 3 × 2 = 4380."""
    case = relief.forwarded(home("周二河", "周小溪"), FIRE, months="2")
    assert case.no.startswith("990101-LSJZ-2026-") and case.state == "REVIEW"
    relief.do(case, "approve", relief.reviewer, opinion="同意")
    award = case.awards.get()
    assert (award.amount_fen, award.cycle, award.persons) == (438000, "once", 3)
    assert award.first_month == award.last_month == datetime.date(2026, 11, 1)
    line = award.lines.get()
    assert (line.amount_fen, line.due_on) == (438000, datetime.date(2026, 11, 10))
    assert recompute(award).ok
    assert IssuedDocument.objects.filter(case=case, code="N06").count() == 1
    assert any("一次性发给4,380.00元" in m.body for m in OutboxMessage.objects.filter(case=case))
    relief.do(case, "start_payment", SYSTEM)
    assert case.state == "CLOSED"
    assert services.replay(case).ok


def test_决定晚于当月发放日的决定当天就该发(relief: Relief) -> None:
    case = relief.forwarded(home(), FIRE, months="1")
    with clock.at(datetime.date(2026, 11, 13)):
        relief.do(case, "approve", relief.leader, opinion="同意")
    assert case.awards.get().lines.get().due_on == datetime.date(2026, 11, 13)


def test_小额由乡镇直接审批_县里不能批(relief: Relief) -> None:
    """730 × 1 × 2 = 1460 is exactly twice the standard."""
    case = relief.forwarded(home(), FIRE, months="2")
    assert case.state == "TOWN_CONFIRM"
    with pytest.raises(Refused, match="由乡镇（街道）直接审批"):
        relief.do(case, "approve", relief.reviewer, opinion="同意")
    relief.do(case, "approve", relief.leader, opinion="同意")
    assert amounts(case) == [(146000, "once")]


def test_超过小额的乡镇不能批(relief: Relief) -> None:
    case = relief.forwarded(home(), FIRE, months="3")
    assert case.state == "REVIEW"
    with pytest.raises(Refused, match="应由县级民政部门审批"):
        relief.do(case, "approve", relief.leader, opinion="同意")


def test_急难型不公示(relief: Relief) -> None:
    case = relief.accepted(home(), FIRE)
    relief.verify(case)
    relief.agreed(case)
    with pytest.raises(Refused, match="不公示，请直接上报"):
        relief.do(case, "post", relief.clerk, place="公开栏", photo=PHOTO)


def test_支出型先公示再审批(relief: Relief) -> None:
    """Income 2000 for two people is under twice the standard (2920); 30 000 is more than 40 % of 24 000 a year."""
    case = relief.accepted(home("周二河"), BILLS)
    relief.verify(case, months="3")
    relief.agreed(case)
    with pytest.raises(Refused, match="请先公示"):
        relief.do(case, "forward", relief.leader)
    relief.do(case, "post", relief.clerk, place="村务公开栏", photo=PHOTO)
    posted = case.publicities.get()
    assert posted.ends_on == datetime.date(2026, 11, 5) and posted.public_row["amount_fen"] == 438000
    assert IssuedDocument.objects.get(case=case, code="N05").fields["amount_title"] == "拟救助金额（元，一次发给）"
    with clock.at(datetime.date(2026, 11, 6)):
        relief.do(case, "publicity_end", relief.clerk, photo=PHOTO)
        assert case.state == "REVIEW"
        relief.do(case, "approve", relief.reviewer, opinion="同意")
    assert amounts(case) == [(438000, "once")]


def test_核定后收入超过收入线的不予确认并告知(relief: Relief) -> None:
    case = relief.accepted(home("周二河"), BILLS)
    relief.verify(case, income="2920")
    with pytest.raises(Refused, match="不低于支出型临时救助的收入线"):
        relief.do(case, "opinion", relief.leader, conclusion="agree", opinion="拟同意")
    relief.do(case, "opinion", relief.leader, conclusion="disagree", reason_code="R01", opinion="收入超过。")
    relief.do(case, "forward", relief.leader)
    relief.do(case, "reject", relief.reviewer, reason_code="R01", opinion="收入超过。")
    assert case.state == "REJECTED" and IssuedDocument.objects.filter(case=case, code="N07").exists()
    changed = case.evidence.filter(kind="facts").latest("pk").data["changed"]
    assert "全家每月收入合计：2,920.00" in changed


class Test先行救助:
    urgent = FIRE | {"urgent": "yes"}

    def advanced(self, relief: Relief, amount: str = "800", **more: Any) -> Case:
        case = relief.accepted(home("周二河", "周小溪"), self.urgent, **more)
        relief.do(case, "advance", relief.leader, amount=amount, how="转账", opinion="没有地方住。")
        return case

    def test_没有签授权也能先给_手续以后补(self, relief: Relief) -> None:
        case = self.advanced(relief, sign=False)
        award = case.awards.get()
        assert (award.amount_fen, award.lines.get().amount_fen) == (80000, 80000)
        assert recompute(award).ok
        assert case.state == "INVESTIGATING"
        assert any("已先行救助800.00元" in m.body for m in OutboxMessage.objects.filter(case=case))
        relief.verify(case, months="2")
        relief.agreed(case)
        relief.do(case, "forward", relief.leader)
        with pytest.raises(Refused, match="核对授权"):
            relief.do(case, "approve", relief.reviewer, opinion="同意")
        relief.sign_all(case, actor_of(User.objects.get(person_id=case.applicant_id)))
        relief.do(case, "approve", relief.reviewer, opinion="同意")
        assert case.state == "APPROVED"

    def test_批准后只给其余的部分(self, relief: Relief) -> None:
        case = self.advanced(relief)
        relief.verify(case, months="2")
        relief.agreed(case)
        relief.do(case, "forward", relief.leader)
        relief.do(case, "approve", relief.reviewer, opinion="同意")
        assert amounts(case) == [(80000, "once"), (438000 - 80000, "once")]
        assert all(recompute(award).ok for award in case.awards.all())
        relief.do(case, "start_payment", SYSTEM)
        assert case.state == "CLOSED"

    def test_不能超过当地上限_也不能先给两次(self, relief: Relief) -> None:
        case = relief.accepted(home(), self.urgent)
        with pytest.raises(Refused, match=r"最多 1,000\.00 元"):
            relief.do(case, "advance", relief.leader, amount="1000.01", how="现金", opinion="急用")
        relief.do(case, "advance", relief.leader, amount="1000", how="现金", opinion="急用")
        with pytest.raises(Refused, match="已经先行救助过"):
            relief.do(case, "advance", relief.leader, amount="1", how="现金", opinion="急用")

    def test_不紧急的和支出型的不能先给(self, relief: Relief) -> None:
        for need in (FIRE, BILLS):
            case = relief.accepted([man("甲" + str(need["kind"]))], need)
            with pytest.raises(Refused, match="不能先给"):
                relief.do(case, "advance", relief.leader, amount="100", how="现金", opinion="急用")

    def test_补办手续有期限_逾期报警(self, relief: Relief) -> None:
        """Ten working days from Monday 2 November; the fifteen of the whole procedure run beside them."""
        from minzheng.kernel.cases.deadlines.colours import colour
        from minzheng.kernel.cases.deadlines.timing import fold_of
        from minzheng.kernel.items import registry

        case = self.advanced(relief)
        segments = fold_of(case, registry.get(CODE).flow).segments
        running = {s.clock: s.due_on for s in segments if s.ended_on is None}
        assert running["formalities"] == datetime.date(2026, 11, 16)
        relief.verify(case, months="2")
        with clock.at(datetime.date(2026, 11, 18)):
            assert colour(case) == "red"


def test_发生在本地的急难外地户口也受理_发生在外地的不受理(relief: Relief) -> None:
    case = relief.forwarded(home(), FIRE, months="1")
    assert case.state == "TOWN_CONFIRM"
    away = relief.accepted([man("外乡人")], FIRE, hukou="away")
    assert away.state == "ACCEPTED"
    with pytest.raises(Refused, match="不属于本地受理范围"):
        relief.accepted([man("远方人")], FIRE | {"here": "no"}, hukou="away")


def test_同一原因一年一次_换一个原因可以再申请(relief: Relief) -> None:
    family = home()
    first = relief.forwarded(family, FIRE, months="1")
    relief.do(first, "approve", relief.leader, opinion="同意")
    relief.do(first, "start_payment", SYSTEM)
    again = relief.accepted(family, FIRE)
    relief.verify(again, months="1")
    with pytest.raises(Refused, match="今年已经因为同一原因救助过"):
        relief.agreed(again)
    relief.do(again, "opinion", relief.leader, conclusion="disagree", reason_code="R07", opinion="本年已救助。")
    relief.do(again, "forward", relief.leader)
    relief.do(again, "reject", relief.reviewer, reason_code="R07", opinion="本年已救助。")
    other = relief.forwarded(family, FIRE | {"cause": "交通事故"}, months="1")
    relief.do(other, "approve", relief.leader, opinion="同意")
    assert amounts(other) == [(73000, "once")]


class Test一事一议:
    def at_county(self, relief: Relief) -> Case:
        """Four people, six months: 17 520, cut to the ceiling of 7300."""
        return relief.forwarded(home("乙", "丙", "丁"), FIRE, months="6")

    def minutes(self, **more: Any) -> dict[str, Any]:
        told = {"met_on": "2026-11-02", "attendees": "民政、财政、卫健", "content": "确有重大困难", "minutes": PHOTO}
        return told | more

    def test_封顶以后的救助(self, relief: Relief) -> None:
        case = self.at_county(relief)
        relief.do(case, "approve", relief.reviewer, opinion="同意")
        award = case.awards.get()
        assert award.amount_fen == 730000
        assert ["超过封顶线减少", "10,220.00 元"] in award.frozen["sheet"]

    def test_有会议纪要的可以提高到应救金额以内(self, relief: Relief) -> None:
        case = self.at_county(relief)
        for wrong in ("7300", "17520.01"):
            with pytest.raises(Refused, match="议定的总额要高于封顶线"):
                relief.do(case, "case_by_case", relief.reviewer, **self.minutes(amount=wrong))
        relief.do(case, "case_by_case", relief.reviewer, **self.minutes(amount="12000"))
        relief.do(case, "approve", relief.reviewer, opinion="同意")
        award = case.awards.get()
        assert award.amount_fen == 1200000 and recompute(award).ok

    def test_没有会议纪要照片的登记不了(self, relief: Relief) -> None:
        case = self.at_county(relief)
        with pytest.raises(Refused):
            relief.do(case, "case_by_case", relief.reviewer, **self.minutes(amount="12000", minutes=[]))

    def test_没有超过封顶线的不用一事一议(self, relief: Relief) -> None:
        case = relief.forwarded(home(), FIRE, months="3")
        with pytest.raises(Refused, match="不用一事一议"):
            relief.do(case, "case_by_case", relief.reviewer, **self.minutes(amount="3000"))


def test_没有核定困难情况的不能提出意见(relief: Relief) -> None:
    case = relief.accepted(home(), FIRE | {"urgent": "yes"})
    relief.do(case, "advance", relief.leader, amount="500", how="现金", opinion="没有地方住。")
    with pytest.raises(Refused, match="核定困难情况"):
        relief.agreed(case)


def test_原因要和困难的种类相配(relief: Relief) -> None:
    citizen = relief.citizen(man())
    case = services.start_draft(item_code=CODE, actor=citizen)
    result = services.save_step(case_id=case.pk, step="need", raw=FIRE | {"cause": "教育支出"}, actor=citizen)
    assert "花钱太多" in result.errors["cause"]


def test_到期办件的任务不碰乡镇审批的小额(relief: Relief) -> None:
    from minzheng.kernel.cases.jobs import _each

    case = relief.forwarded(home(), FIRE, months="1")

    class Ctx:
        @staticmethod
        def atomic() -> Any:
            from django.db import transaction

            return transaction.atomic()

    assert _each(Ctx, "recall_delegation", [case.pk], {}) == 0  # type: ignore[arg-type]
    case.refresh_from_db()
    assert case.state == "TOWN_CONFIRM"
    assert not Award.objects.filter(case=case).exists()


def test_办件页写明遇到的困难_申报和核定并列(relief: Relief) -> None:
    from minzheng.kernel.items import registry
    from minzheng.kernel.pages.casework.person_facts import home_rows

    case = relief.accepted(home(), FIRE)
    item = registry.get(CODE)

    def rows() -> dict[str, Any]:
        ((title, facts),) = home_rows(case, item, list(case.members.all()), list(case.evidence.all()))
        assert title == "遇到的困难"
        return {f.label: (f.declared, f.found, f.changed) for f in facts}

    assert rows()["说说情况"] == ("昨晚厨房起火，烧了两间屋。", "", False)
    relief.verify(case, cause="交通事故", months="2")
    assert rows()["因为什么"] == ("火灾", "交通事故", True)
    assert rows()["困难要持续几个月"] == ("", "2 个月", True)
    assert rows()["家住城市还是农村"] == ("农村", "与申报一致", False)
