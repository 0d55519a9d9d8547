"""红黄绿和督办: 剩两成标黄、到期标红；各程度只提醒一次，写明提醒了谁."""

from __future__ import annotations

import datetime

import pytest

from minzheng.business.assistance.tests.test_jobs import CTX
from minzheng.business.assistance.tests.world import PHOTO, World, couple
from minzheng.kernel import clock
from minzheng.kernel.cases import jobs
from minzheng.kernel.cases.deadlines import colours, escalation
from minzheng.kernel.cases.errors import NotFound, Refused
from minzheng.kernel.cases.models import Escalation

DAY = datetime.date


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (DAY(2026, 11, 17), "green"),
        (DAY(2026, 11, 18), "yellow"),  # 15 working days to 11-23, three left: a fifth
        (DAY(2026, 11, 22), "yellow"),
        (DAY(2026, 11, 23), "red"),
        (DAY(2026, 12, 1), "red"),
    ],
)
def test_初审十五个工作日_剩三个标黄_当日标红(world: World, on: DAY, expected: str) -> None:
    case = world.to_checked(couple())
    assert case.due_on == DAY(2026, 11, 23) and case.yellow_on == DAY(2026, 11, 18)
    assert colours.colour(case, on) == expected


def test_没有时限的没有颜色(world: World) -> None:
    case = world.to_checked(couple())
    case.due_on = case.total_due_on = None
    assert colours.colour(case) == ""


def test_按乡镇计数与逐件一致(world: World) -> None:
    for _ in range(2):
        world.to_checked(couple())
    world.to_accepted(couple())
    with clock.at(DAY(2026, 11, 18)):
        [town] = colours.by_town(world.reviewer)
        assert (town.red, town.yellow, town.green, town.total) == (1, 2, 0, 3)
        assert colours.by_town(world.stranger) == []


def test_黄色提醒经办人_红色报告负责人_逾期三日县里督办_各一次(world: World) -> None:
    case = world.to_checked(couple())
    told = {}
    for on in (DAY(2026, 11, 17), DAY(2026, 11, 18), DAY(2026, 11, 19), DAY(2026, 11, 23), DAY(2026, 11, 26)):
        with clock.at(on):
            jobs.escalate(CTX)
            told[on] = list(Escalation.objects.filter(case=case).values_list("degree", flat=True).order_by("told_at"))
    assert [len(v) for v in told.values()] == [0, 1, 1, 2, 3]
    assert told[DAY(2026, 11, 26)] == ["yellow", "red", "county"]
    names = {e.degree: [p["name"] for p in e.told_to] for e in Escalation.objects.filter(case=case)}
    assert names == {"yellow": ["林经办"], "red": ["王镇长"], "county": ["赵科长"]}


def test_换了环节重新计_旧的不再提醒(world: World) -> None:
    case = world.to_checked(couple())
    with clock.at(DAY(2026, 11, 18)):
        jobs.escalate(CTX)
        world.do(case, "opinion", world.leader, conclusion="agree", opinion="同意")
        world.do(case, "post", world.clerk, place="公示栏", photo=PHOTO)
        assert jobs.escalate(CTX) == {"yellow": 0, "red": 0, "county": 0}


def test_答复一次_写进记录(world: World) -> None:
    world.to_checked(couple())
    with clock.at(DAY(2026, 11, 23)):
        jobs.escalate(CTX)
        row = Escalation.objects.get(degree="red")
        with pytest.raises(NotFound):
            escalation.answer(actor=world.stranger, pk=row.pk, text="与我无关")
        with pytest.raises(Refused, match="写明原因"):
            escalation.answer(actor=world.leader, pk=row.pk, text=" ")
        done = escalation.answer(actor=world.leader, pk=row.pk, text="调查人住院，周五前办完")
        assert done.answered_by_id == world.leader.id
        with pytest.raises(Refused, match="已经答复"):
            escalation.answer(actor=world.leader, pk=row.pk, text="再答")


def test_按截止日排序走索引() -> None:
    from minzheng.kernel.cases.models import Case

    names = {index.name for index in Case._meta.indexes}
    assert {"case_region_state_due", "case_region_due"} <= names
