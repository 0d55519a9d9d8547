"""审核确认的条件、下放的乡镇、死亡、复核与停发."""

from __future__ import annotations

import datetime

import pytest

from minzheng.business.assistance.tests.world import DELEGATED_VILLAGE, PHOTO, Kin, World, couple
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.accounts.models import Assignment
from minzheng.kernel.awards.models import Award, AwardMember, PaymentLine
from minzheng.kernel.awards.proof import recompute
from minzheng.kernel.cases import services
from minzheng.kernel.cases.errors import NotAllowed, Refused
from minzheng.kernel.cases.models import Case
from minzheng.kernel.documents.models import IssuedDocument

DAY = datetime.date(2026, 11, 12)


@pytest.fixture
def review(world: World) -> Case:
    return world.to_review(couple())


def test_调查人不得确认(world: World, review: Case) -> None:
    Assignment.objects.create(
        user=world.clerk.user,
        role="county_reviewer",
        organization=world.bureau,
        region_code="990101000000",
        valid_from=datetime.date(2020, 1, 1),
    )
    from minzheng.kernel.accounts.actors import actor_of

    with clock.at(DAY), pytest.raises(NotAllowed, match="您参加过这一户的调查核对，不能再审核确认"):
        world.do(review, "approve", actor_of(world.clerk.user))


def test_写进入户表的第二调查人也不得确认(world: World) -> None:
    case = world.to_accepted(couple())
    world.do(case, "start", world.clerk)
    world.do(case, "run_match", world.clerk)
    world.visit(case, second_kind="account", second_username="reviewer")
    world.do(case, "cosign_visit", world.reviewer)
    world.do(case, "opinion", world.leader, conclusion="agree", opinion="同意")
    world.do(case, "post", world.clerk, place="公开栏", photo=PHOTO)
    with clock.at(DAY):
        world.do(case, "publicity_end", world.clerk, photo=PHOTO)
        with pytest.raises(NotAllowed, match="不能再审核确认"):
            world.do(case, "approve", world.reviewer)


def test_没有下放的乡镇不能确认(world: World, review: Case) -> None:
    with clock.at(DAY), pytest.raises(Refused, match="没有下放，应由县级民政部门审核确认"):
        world.do(review, "approve", world.leader)


def test_近亲属备案户须县级入户两人(world: World, review: Case) -> None:
    world.do(review, "register_relative", world.reviewer, relative_detail="外甥是村主任")
    seen = {"visited_on": DAY.isoformat(), "findings": "属实"}
    with clock.at(DAY):
        with pytest.raises(Refused, match="须先由县级两人以上入户"):
            world.do(review, "approve", world.reviewer)
        with pytest.raises(Refused, match="第二人不能是您自己"):
            world.do(review, "county_visit", world.reviewer, second_name="赵科长", **seen)
        world.do(review, "county_visit", world.reviewer, second_name="钱干事", **seen)
        world.do(review, "approve", world.reviewer)
    assert review.state == "APPROVED"


def test_退回只能一次并要重新公示(world: World, review: Case) -> None:
    with clock.at(DAY):
        world.do(review, "return_case", world.reviewer, opinion="补充邻里访问")
        assert review.state == "INVESTIGATING" and review.due_on == datetime.date(2026, 12, 3)
        with pytest.raises(Refused, match="还没有入户|两名以上调查人签字"):
            world.do(review, "opinion", world.leader, conclusion="agree", opinion="同意")
        world.visit(review)
        world.do(review, "opinion", world.leader, conclusion="agree", opinion="同意")
        world.do(review, "post", world.clerk, place="公开栏", photo=PHOTO)
    with clock.at(datetime.date(2026, 11, 20)):
        world.do(review, "publicity_end", world.clerk, photo=PHOTO)
        with pytest.raises(Refused, match="已经退回过一次"):
            world.do(review, "return_case", world.reviewer, opinion="再查")
        world.do(review, "approve", world.reviewer)
    assert services.replay(review).ok


def test_公示后核定情况变了要退回(world: World, review: Case) -> None:
    member = review.members.get(name="周建国")
    member.verified = {"wage": 50000}
    member.save()
    with clock.at(DAY), pytest.raises(Refused, match="公示以后核定情况有变化"):
        world.do(review, "approve", world.reviewer)


def test_正在享受特困的不能确认(world: World, review: Case) -> None:
    award = Award.objects.create(
        no="TK-1",
        item_code="assistance.tekun",
        region_code=review.region_code,
        payee_name="周建国",
        persons=1,
        amount_fen=1,
        first_month=DAY,
        decided_on=DAY,
        frozen_sha="",
        ruleset_sha="",
    )
    AwardMember.objects.create(
        award=award, person=review.members.get(name="周建国").person, name="周建国", relation="本人"
    )
    with clock.at(DAY), pytest.raises(Refused, match="周建国正在享受特困供养"):
        world.do(review, "approve", world.reviewer)


def test_核对发现服刑要先核实(world: World) -> None:
    family = couple()
    world.fact(family[1], "justice", "custody", title="服刑")
    case = world.to_review(family)
    with clock.at(DAY), pytest.raises(Refused, match="死亡、服刑等情况还没有核实：周建国正在服刑"):
        world.do(case, "approve", world.reviewer)


def test_单人户申请人公示后死亡办件终止(world: World) -> None:
    """§1.14 第 18 例."""
    case = world.to_review([Kin("孙大爷", "本人", datetime.date(1958, 1, 1), extra={"no_labour": "yes"})])
    with clock.at(DAY):
        world.do(
            case, "member_died", world.reviewer, member_name="孙大爷", died_on="2026-11-10", opinion="医院死亡证明"
        )
    assert case.state == "ABORTED" and IssuedDocument.objects.filter(case=case, code="N14").exists()


def test_家庭成员公示后死亡按余下人口重算(world: World, review: Case) -> None:
    before = review.evidence.get(kind="assessment").data
    with clock.at(DAY):
        review.applicant.death_date = DAY
        review.applicant.save(update_fields=["death_date"])
        with pytest.raises(Refused, match="请先办理“登记成员死亡”"):
            world.do(review, "approve", world.reviewer)
        world.do(
            review, "member_died", world.reviewer, member_name="刘桂芳", died_on=DAY.isoformat(), opinion="死亡证明"
        )
        assert review.applicant_name == "周建国", "申请人死亡的，由另一名成年家人接替"
        with pytest.raises(Refused, match="户名刘桂芳已死亡"):
            world.do(review, "approve", world.reviewer)
        husband = world.citizen(
            Kin("周建国", "本人", datetime.date(1978, 7, 1), number=review.members.get(name="周建国").id_no)
        )
        world.do(
            review, "change_account", husband, holder="周建国", number="6217 0000 1000 7654 321", bank="示范农商行"
        )
        world.do(review, "approve", world.reviewer)
    award = Award.objects.get(case=review)
    assert award.persons == 2 and award.amount_fen < before["amount_fen"]
    assert award.payee_name == "周建国" and award.account_no == "6217000010007654321"
    account = review.acts.get(code="change_account")
    assert account.data == {"holder": "周建国", "bank": "示范农商行", "tail": "4321"}


def test_核对发现的死亡登记后不再拦(world: World) -> None:
    family = couple()
    world.fact(family[1], "police", "death", title="死亡注销户口")
    case = world.to_checked(family)
    report = case.evidence.get(kind="match_report").data
    assert report["alarms"][0]["sentence"].startswith("周建国有死亡登记")


def test_办结时限可以延长一次(world: World, review: Case) -> None:
    with clock.at(DAY):
        world.do(review, "extend", world.reviewer, opinion="人户分离，调查困难")
        assert (review.total_due_on, review.due_provisional) == (datetime.date(2027, 1, 4), True), (
            "2027 年日历未公布，暂按周末推算"
        )
        with pytest.raises(Refused, match="已经延长过一次"):
            world.do(review, "extend", world.reviewer, opinion="再延")


# ---- 下放 ----


def test_下放的乡镇没有会议记录不能确认(world: World) -> None:
    """§1.14 第 21 例."""
    case = world.to_review(couple(), DELEGATED_VILLAGE)
    assert case.state == "TOWN_CONFIRM"
    leader = world.town(case)[1]
    with clock.at(DAY):
        with pytest.raises(Refused, match="先上传联审联批会议记录"):
            world.do(case, "approve", leader)
        with pytest.raises(Refused, match="已下放，应由乡镇"):
            world.do(case, "approve", world.reviewer)
        world.do(
            case,
            "meeting",
            leader,
            met_on=DAY.isoformat(),
            attendees="王镇长、林经办、驻村干部",
            content="一致同意",
            minutes=PHOTO,
        )
        world.do(case, "approve", leader)
    assert case.state == "APPROVED" and services.replay(case).ok


def test_下放是有日期的(world: World) -> None:
    """2026-07-01 起下放: 此前到期的报县级."""
    with clock.at(datetime.date(2026, 6, 1)):
        case = world.to_posted(couple(), DELEGATED_VILLAGE)
    with clock.at(datetime.date(2026, 6, 10)):
        world.do(case, "publicity_end", world.town(case)[0], photo=PHOTO)
    assert case.state == "REVIEW"


# ---- 起发与标准 ----


def test_跨年度调标按起发月的标准(world: World) -> None:
    """§1.14 第 16 例: 6 月决定、7 月起发，用 7 月的新标准."""
    with clock.at(datetime.date(2026, 6, 8)):
        case = world.to_review(couple())
    with clock.at(datetime.date(2026, 6, 30)):
        world.do(case, "approve", world.reviewer)
    award = Award.objects.get(case=case)
    assert award.first_month == datetime.date(2026, 7, 1)
    assert award.frozen["payable_on"] == "2026-07-01" and award.frozen["outcome"]["家庭"]["低保资格"] is True
    old = 70000 * 3 - 120000
    assert award.amount_fen - sum(m.top_up_fen for m in award.members.all()) > old, "730 元的新标准高于 700 元"


def test_决定依据被改动复算能发现(world: World, review: Case) -> None:
    with clock.at(DAY):
        world.do(review, "approve", world.reviewer)
    award = Award.objects.get(case=review)
    award.frozen = {**award.frozen, "persons": 9}
    award.save()
    proof = recompute(Award.objects.get(pk=award.pk))
    assert not proof.ok and "SM3 与登记的不符" in proof.problems[0]
    award.amount_fen += 1
    award.save()
    assert any("复算为" in p for p in recompute(Award.objects.get(pk=award.pk)).problems)


def test_同一月份的发放明细只有一条(world: World, review: Case) -> None:
    from minzheng.kernel.awards.services import ensure_line, monthly_lines

    with clock.at(DAY):
        world.do(review, "approve", world.reviewer)
    award = Award.objects.get(case=review)
    ensure_line(award, award.first_month)
    assert monthly_lines(award.first_month, item_code=award.item_code) == 1
    assert monthly_lines(datetime.date(2027, 1, 1), item_code=award.item_code) == 1
    assert list(award.lines.order_by("month").values_list("month", flat=True)) == [
        datetime.date(2026, 12, 1),
        datetime.date(2027, 1, 1),
    ]


# ---- 动态管理 ----


@pytest.fixture
def paid(world: World, review: Case) -> Case:
    with clock.at(DAY):
        world.do(review, "approve", world.reviewer)
    with clock.at(datetime.date(2026, 12, 1)):
        world.do(review, "start_payment", SYSTEM)
    return review


def rechecked(world: World, case: Case, wage: str) -> None:
    """A re-check that finds this wage (元)."""
    family = couple()
    family[1].number = case.members.get(name="周建国").id_no
    world.fact(family[1], "tax", "wage", int(wage) * 100, on=datetime.date(2027, 1, 5))
    world.do(case, "open_recheck", world.clerk, why="review")
    world.do(case, "run_match", world.clerk)
    for row in case.evidence.filter(kind="match_report").latest("at").data["differences"]:
        world.do(case, "judge", world.clerk, key=row["key"], take="found", reason="以核对为准")


def test_首月没到不能开始发放(world: World, review: Case) -> None:
    with clock.at(DAY):
        world.do(review, "approve", world.reviewer)
        with pytest.raises(Refused, match="2026 年 12 月起发放，还没有到"):
            world.do(review, "start_payment", SYSTEM)


def test_复核没有变化维持并排下次复核(world: World, paid: Case) -> None:
    with clock.at(datetime.date(2027, 1, 20)):
        rechecked(world, paid, "1200")
        with pytest.raises(Refused, match="没有变化，请办理维持"):
            world.do(paid, "adjust", world.reviewer, opinion="调整")
        world.do(paid, "keep", world.reviewer)
    assert (paid.state, paid.due_on) == ("IN_PAYMENT", datetime.date(2027, 4, 20))


def test_收入变化次月起减发旧的待遇止于当月(world: World, paid: Case) -> None:
    with clock.at(datetime.date(2027, 1, 20)):
        rechecked(world, paid, "1500")
        with pytest.raises(Refused, match="请办理调整"):
            world.do(paid, "keep", world.reviewer)
        world.do(paid, "adjust", world.reviewer, opinion="丈夫工资增加")
    old, new = Award.objects.filter(case=paid).order_by("decided_on")
    assert (old.state, old.last_month) == ("ended", datetime.date(2027, 1, 1))
    assert (new.state, new.first_month) == ("active", datetime.date(2027, 2, 1))
    assert old.amount_fen - new.amount_fen == 30000
    with clock.at(datetime.date(2027, 2, 1)):
        world.do(paid, "apply_adjustment", SYSTEM)
    assert paid.state == "IN_PAYMENT" and services.replay(paid).ok


def test_收入超过标准可以渐退只有一次(world: World, paid: Case) -> None:
    with clock.at(datetime.date(2027, 1, 20)):
        rechecked(world, paid, "3000")
        with pytest.raises(Refused, match="已不符合条件"):
            world.do(paid, "keep", world.reviewer)
        world.do(paid, "taper", world.reviewer, opinion="就业后收入增加")
        assert paid.state == "TAPERING" and Award.objects.get(case=paid).state == "tapering"
        assert paid.due_on == datetime.date(2027, 7, 20), "渐退期六个月"
        world.do(paid, "open_recheck", world.clerk, why="review")
        with pytest.raises(Refused, match="已经渐退过一次"):
            world.do(paid, "taper", world.reviewer, opinion="再退")
        world.do(paid, "stop", world.reviewer, reason_code="R01", opinion="收入超标")
    assert paid.state == "TERMINATED"


def test_停发后没发的明细冲销不改旧账(world: World, paid: Case) -> None:
    award = Award.objects.get(case=paid)
    from minzheng.kernel.awards.services import monthly_lines

    with clock.at(datetime.date(2027, 1, 20)):
        rechecked(world, paid, "9000")
        monthly_lines(datetime.date(2027, 2, 1), item_code=award.item_code)
        with pytest.raises(Refused, match="没有出现“户籍居住不符”"):
            world.do(paid, "stop", world.reviewer, reason_code="R04", opinion="迁出")
        world.do(paid, "stop", world.reviewer, reason_code="R01", opinion="收入超标")
    award.refresh_from_db()
    assert (award.state, award.last_month) == ("ended", datetime.date(2027, 1, 1))
    february = PaymentLine.objects.filter(award=award, month=datetime.date(2027, 2, 1))
    assert sorted(february.values_list("line_type", flat=True)) == ["correction", "regular"]
    assert sum(line.amount_fen for line in february) == 0


def test_暂停与恢复(world: World, paid: Case) -> None:
    with clock.at(datetime.date(2027, 1, 5)):
        world.do(paid, "suspend", world.reviewer, opinion="联系不上")
        assert Award.objects.get(case=paid).state == "suspended"
        world.do(paid, "resume", world.reviewer, opinion="已联系上")
    assert paid.state == "IN_PAYMENT" and services.replay(paid).ok


def test_家庭报告变化留在卷里(world: World, paid: Case) -> None:
    world.do(
        paid,
        "report_change",
        world.citizen(Kin("刘桂芳", "本人", datetime.date(1980, 3, 5), number=paid.applicant.id_no)),
        content="女儿考上大学",
    )
    assert paid.state == "IN_PAYMENT" and paid.evidence.get(kind="change").data["content"] == "女儿考上大学"
