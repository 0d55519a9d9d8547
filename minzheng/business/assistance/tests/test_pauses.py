"""暂停与恢复、死亡追回、渐退、拒绝就业: 哪个月发、发多少，一分一月都说得清."""

from __future__ import annotations

import datetime

import pytest

from minzheng.business.assistance.tests.test_changes import paid
from minzheng.business.assistance.tests.world import World, couple
from minzheng.kernel import clock
from minzheng.kernel.awards.models import Award, PaymentLine
from minzheng.kernel.awards.proof import recompute
from minzheng.kernel.awards.services import monthly_lines
from minzheng.kernel.cases import services
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.cases.models import Case

ITEM = "assistance.dibao"


def day(year: int, month: int, number: int = 10) -> datetime.date:
    return datetime.date(year, month, number)


def months(case: Case, **only: str) -> list[tuple[int, str, int]]:
    rows = PaymentLine.objects.filter(award__case=case, **only).order_by("month", "line_type")
    return [(line.month.month, line.line_type, line.amount_fen) for line in rows]


def suspended(world: World) -> tuple[Case, int]:
    """Paid since December, suspended on 10 January."""
    case = paid(world, couple())
    monthly_lines(day(2026, 12), item_code=ITEM)
    with clock.at(day(2027, 1)):
        world.do(case, "suspend", world.reviewer, opinion="联系不上家庭")
    return case, Award.objects.get(case=case).amount_fen


def test_暂停从次月起_当月照发(world: World) -> None:
    case, amount = suspended(world)
    for month in (1, 2, 3):
        monthly_lines(day(2027, month), item_code=ITEM)
    assert months(case) == [(1, "regular", amount), (12, "regular", amount)] or months(case) == [
        (12, "regular", amount),
        (1, "regular", amount),
    ]


def test_恢复并补发_按封存的金额一月一笔(world: World) -> None:
    case, amount = suspended(world)
    for month in (2, 3):
        monthly_lines(day(2027, month), item_code=ITEM)
    with clock.at(day(2027, 4)):
        act = world.do(case, "resume", world.reviewer, back_pay="yes", opinion="家庭住院，情况未变")
        for _ in range(2):
            monthly_lines(day(2027, 4), item_code=ITEM)
    assert months(case, line_type="back_pay") == [(2, "back_pay", amount), (3, "back_pay", amount)]
    assert act.data["back_pay_fen"] == 2 * amount
    regular = [m for m, _, _ in months(case, line_type="regular")]
    assert sorted(regular) == [1, 4, 12] and services.replay(case).ok


def test_恢复不补发_下月起发放(world: World) -> None:
    case, _ = suspended(world)
    with clock.at(day(2027, 4)):
        world.do(case, "resume", world.reviewer, back_pay="no", opinion="暂停期间确有收入")
        for month in (4, 5):
            monthly_lines(day(2027, month), item_code=ITEM)
    assert sorted(m for m, _, _ in months(case)) == [1, 5, 12]


def test_封存的依据被改过_不能补发(world: World) -> None:
    case, _ = suspended(world)
    award = Award.objects.get(case=case)
    award.frozen = {**award.frozen, "amount_fen": 999_999}
    award.save(update_fields=["frozen"])
    with clock.at(day(2027, 4)), pytest.raises(Refused, match="SM3 不符，不能据此补发"):
        world.do(case, "resume", world.reviewer, back_pay="yes", opinion="恢复")


def test_迟报死亡_次月起多发的列为待决定的追回(world: World) -> None:
    case = paid(world, couple())
    before = Award.objects.get(case=case)
    for year, month in ((2026, 12), (2027, 1), (2027, 2), (2027, 3)):
        monthly_lines(day(year, month), item_code=ITEM)
    PaymentLine.objects.filter(award=before).update(state="paid")
    with clock.at(day(2027, 3, 20)):
        world.do(
            case, "member_died_in_pay", world.clerk, member_name="周小雨", died_on="2027-01-15", opinion="医院证明"
        )
        world.do(case, "run_match", world.clerk)
        world.do(case, "adjust", world.reviewer, opinion="人口减少")
    after = Award.objects.get(case=case, state="active")
    less = before.amount_fen - after.amount_fen
    claimed = PaymentLine.objects.filter(award=before, line_type="clawback").order_by("month")
    assert [(c.month.month, c.amount_fen, c.state) for c in claimed] == [(2, -less, "proposed"), (3, -less, "proposed")]


def test_唯一成员死亡后发出的整月列为追回(world: World) -> None:
    from minzheng.business.assistance.tests.world import Kin

    case = paid(world, [Kin("孙大爷", "本人", datetime.date(1958, 1, 1), extra={"no_labour": "yes"})])
    for year, month in ((2026, 12), (2027, 1), (2027, 2)):
        monthly_lines(day(year, month), item_code=ITEM)
    PaymentLine.objects.filter(award__case=case).update(state="paid")
    amount = Award.objects.get(case=case).amount_fen
    with clock.at(day(2027, 2, 20)):
        world.do(
            case, "member_died_in_pay", world.clerk, member_name="孙大爷", died_on="2026-12-15", opinion="火化证明"
        )
    assert months(case, line_type="clawback") == [(1, "clawback", -amount), (2, "clawback", -amount)]
    assert case.state == "TERMINATED"


def offer(world: World, case: Case, number: int, result: str = "refused") -> None:
    world.do(
        case,
        "work_offer",
        world.clerk,
        member_name="周建国",
        offered_on=f"2027-01-{number:02d}",
        record_no=f"RS-{number}",
        work="镇上超市理货",
        result=result,
    )


def test_连续三次拒绝就业只减本人一份(world: World) -> None:
    case = paid(world, couple())
    before = Award.objects.get(case=case)
    with clock.at(day(2027, 1, 20)):
        for number in (2, 3):
            offer(world, case, number)
        with pytest.raises(Refused, match="一次介绍只登记一次"):
            offer(world, case, 3)
        world.do(case, "open_recheck", world.clerk, why="change")
        world.do(case, "run_match", world.clerk)
        with pytest.raises(Refused, match="连续无正当理由拒绝就业 2 次，满 3 次"):
            world.do(case, "stop_share", world.reviewer, member_name="周建国", opinion="拒绝就业")
        offer(world, case, 4)
        world.do(case, "stop_share", world.reviewer, member_name="周建国", opinion="三次拒绝")
        with pytest.raises(Refused, match="请办理调整"):
            world.do(case, "keep", world.reviewer)
        world.do(case, "adjust", world.reviewer, opinion="减去本人份额")
    after = Award.objects.get(case=case, state="active")
    tops = sum(before.members.values_list("top_up_fen", flat=True))
    own = before.members.get(name="周建国").top_up_fen
    share = (2 * (before.amount_fen - tops) + 3) // 6 + own
    assert before.amount_fen - after.amount_fen == share and after.persons == 3
    assert recompute(after).ok and services.replay(case).ok


def test_中间接受过一次就重新计数(world: World) -> None:
    case = paid(world, couple())
    with clock.at(day(2027, 1, 20)):
        offer(world, case, 2)
        offer(world, case, 3)
        offer(world, case, 4, "accepted")
        offer(world, case, 5)
        world.do(case, "open_recheck", world.clerk, why="change")
        with pytest.raises(Refused, match="拒绝就业 1 次"):
            world.do(case, "stop_share", world.reviewer, member_name="周建国", opinion="拒绝")


def test_复核顺延只在规定的日子里(world: World) -> None:
    from unittest import mock

    from minzheng.business.assistance.tests.test_jobs import CTX
    from minzheng.kernel.cases import jobs
    from minzheng.kernel.items import registry

    case = paid(world, couple())
    due = case.due_on
    assert due is not None
    flow = registry.get(ITEM).flow
    usual = flow.params

    def emergency(region: str, on: datetime.date) -> object:
        from dataclasses import replace

        return replace(usual(region, on), review_extension_months=3)

    with clock.at(due):
        with mock.patch.object(type(flow), "params", create=True, new=staticmethod(emergency)):
            object.__setattr__(flow, "params", emergency)
            try:
                assert jobs.due(CTX)["defer_recheck"] == 1
            finally:
                object.__setattr__(flow, "params", usual)
        case.refresh_from_db()
        assert case.state == "IN_PAYMENT" and case.due_on == datetime.date(2027, 5, 12)
        assert jobs.due(CTX)["open_recheck"] == 0
    with clock.at(case.due_on):
        assert jobs.due(CTX)["open_recheck"] == 1
    assert services.replay(Case.objects.get(pk=case.pk)).ok


def test_报告变化自动启动复核_写明责任人和期限(world: World) -> None:
    from minzheng.business.assistance.tests.test_jobs import CTX
    from minzheng.kernel.cases import jobs

    family = couple()
    case = paid(world, family)
    with clock.at(day(2027, 1, 20)):
        act = world.do(case, "report_change", world.citizen(family[0]), content="丈夫上班了", happened_on="2026-12-01")
        assert case.state == "IN_PAYMENT" and act.code == "report_change"
        assert case.evidence.get(kind="change").data["late_days"] == 20
        assert jobs.due(CTX)["open_recheck"] == 1
    case.refresh_from_db()
    assert (case.state, case.assignee_id, case.due_on) == ("RECHECK", world.clerk.id, datetime.date(2027, 2, 17))
