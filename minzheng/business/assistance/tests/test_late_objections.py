"""期满后的异议、投诉、民主评议: 期内改变走向，期外由县里权衡，享受期间启动复核."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from minzheng.business.assistance.tests.test_changes import CHECKED, DECIDED, paid
from minzheng.business.assistance.tests.world import PHOTO, World, couple
from minzheng.kernel import clock
from minzheng.kernel.cases import services
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.cases.models import Case

SAID = {"content": "儿子在外打工，收入没有算", "objector_name": "钱大伯", "objector_phone": "13900000009"}
LATE = datetime.date(2026, 11, 11)
COUNCIL: dict[str, Any] = {
    "held_on": "2026-11-03",
    "people": 13,
    "villagers": 7,
    "committee": 4,
    "votes_for": 9,
    "attendees": "村民代表七人、村委四人、其他二人",
    "findings": "多数认为符合",
    "records": PHOTO,
}


def test_期满后决定前的异议由县里决定是否退回(world: World) -> None:
    case = world.to_review(couple())
    with clock.at(LATE):
        world.do(case, "late_objection", world.clerk, **SAID)
        assert case.state == "REVIEW" and case.needs_county_visit
        with pytest.raises(Refused, match="还没有处理"):
            world.do(case, "approve", world.reviewer)
        with pytest.raises(Refused, match="县级两人以上入户"):
            world.do(case, "approve", world.reviewer)
        world.do(
            case, "county_visit", world.reviewer, visited_on="2026-11-11", second_name="孙科员", findings="所说不实"
        )
        world.do(
            case, "settle_objection", world.reviewer, opinion="所反映的收入早已核定。", answer="已核实，不影响结论。"
        )
        world.do(case, "approve", world.reviewer)
    assert case.state == "APPROVED" and services.replay(case).ok


def test_县里认为有理的退回重新调查并重新公示(world: World) -> None:
    case = world.to_review(couple())
    with clock.at(LATE):
        world.do(case, "late_objection", world.clerk, **SAID)
        world.do(case, "return_case", world.reviewer, opinion="按群众反映重新核实收入。")
    assert case.state == "INVESTIGATING"
    assert all(e.closed_at for e in case.evidence.filter(kind="late_objection"))


def test_期满后的异议不留反映人的姓名(world: World) -> None:
    case = world.to_review(couple())
    with clock.at(LATE):
        act = world.do(case, "late_objection", world.clerk, **SAID)
    assert "钱大伯" not in str(act.data) and "钱大伯" not in str([e.data for e in case.evidence.all()])


def test_公示没有满的不能按期满后登记(world: World) -> None:
    case = world.to_posted(couple())
    with pytest.raises(Refused, match="期内的异议请办理"):
        world.do(case, "late_objection", world.clerk, **SAID)


def test_享受期间的投诉启动复核_县里入户后才能定(world: World) -> None:
    case = paid(world, couple())
    with clock.at(CHECKED):
        world.do(case, "complaint", world.clerk, **SAID)
        assert case.state == "RECHECK" and case.due_on == datetime.date(2027, 2, 17)
        world.do(case, "run_match", world.clerk)
        with pytest.raises(Refused, match="投诉举报，须先由县级两人以上入户核实"):
            world.do(case, "keep", world.reviewer)
        world.do(case, "county_visit", world.reviewer, visited_on="2027-01-20", second_name="孙科员", findings="属实")
        world.do(case, "keep", world.reviewer)
    assert case.state == "IN_PAYMENT" and services.replay(case).ok
    assert all(e.closed_at for e in case.evidence.filter(kind="complaint"))


def test_决定后发放前的投诉_发放后先复核(world: World) -> None:
    from minzheng.business.assistance.tests.test_jobs import CTX
    from minzheng.kernel.cases import jobs

    case = world.to_review(couple())
    with clock.at(DECIDED):
        world.do(case, "approve", world.reviewer)
        world.do(case, "complaint_noted", world.clerk, **SAID)
    assert case.state == "APPROVED"
    with clock.at(datetime.date(2026, 12, 1)):
        done = jobs.due(CTX)
    assert (done["start_payment"], done["open_recheck"]) == (1, 1)
    case.refresh_from_db()
    assert case.state == "RECHECK"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"people": 11, "villagers": 6, "committee": 3}, "不少于 13 人"),
        ({"people": 14}, "单数"),
        ({"villagers": 4}, "居民代表应不少于"),
        ({"committee": 5}, "成员应不超过"),
        ({"votes_for": 14}, "赞成人数不能超过"),
    ],
)
def test_民主评议的人数按参数检查(world: World, change: dict[str, int], sentence: str) -> None:
    case = world.to_checked(couple())
    with clock.at(datetime.date(2026, 11, 3)), pytest.raises(Refused, match=sentence):
        world.do(case, "council", world.clerk, **(COUNCIL | change))


def test_民主评议单独成证据_异议复查可以引用(world: World) -> None:
    case = world.to_posted(couple())
    with clock.at(datetime.date(2026, 11, 3)):
        world.do(case, "objection", world.clerk, **SAID)
        done = {"method": "held", "findings": "评议后认为符合", "records": PHOTO}
        with pytest.raises(Refused, match="还没有登记过民主评议"):
            world.do(case, "finish_objection", world.clerk, **done)
        world.do(case, "council", world.clerk, **COUNCIL)
        world.do(case, "finish_objection", world.clerk, **done)
    council = case.evidence.get(kind="council")
    assert council.data["passed"] is True and council.data["people"] == 13
    assert case.state == "INITIAL_OPINION" and services.replay(case).ok


def test_异议复查改变结果(world: World) -> None:
    """公示有异议 → 复查查出收入 → 新的初审意见是“拟不同意” → 县里不予确认."""
    family = couple()
    case = world.to_posted(family)
    with clock.at(datetime.date(2026, 11, 3)):
        world.do(case, "objection", world.clerk, **SAID)
    world.fact(family[1], "tax", "wage", 900_000, "工资薪金")
    with clock.at(datetime.date(2026, 11, 5)):
        world.do(case, "run_match", world.clerk)
        report = case.evidence.filter(kind="match_report").latest("at").data
        for row in report["differences"]:
            if row["needs_explanation"]:
                world.do(case, "judge", world.clerk, key=row["key"], take="other", amount="9000", reason="工资表")
        if report["differences"]:
            world.do(case, "notify_mismatch", world.clerk)
        world.do(
            case, "finish_objection", world.clerk, method="reinvestigation", findings="丈夫在厂里上班", records=PHOTO
        )
    with clock.at(datetime.date(2026, 11, 20)):
        code = "R01"
        world.do(case, "opinion", world.leader, conclusion="disagree", reason_code=code, opinion="收入超过标准")
        world.do(case, "forward", world.clerk)
        world.do(case, "reject", world.reviewer, reason_code=code, opinion="收入超过标准，不予确认")
    assert Case.objects.get(pk=case.pk).state == "REJECTED" and services.replay(case).ok
