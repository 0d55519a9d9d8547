"""到期自动办理的任务: 到了时候才办，重复执行不多办."""

from __future__ import annotations

import datetime
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

from minzheng.business.assistance.tests.world import World, couple
from minzheng.kernel import clock
from minzheng.kernel.awards.models import PaymentLine
from minzheng.kernel.cases import jobs, services
from minzheng.kernel.cases.models import Case, PublicTry
from minzheng.kernel.notices.models import OutboxMessage

CTX: Any = SimpleNamespace(atomic=nullcontext)


def test_首次发放到期复核各在当天办一次(world: World) -> None:
    case = world.to_review(couple())
    with clock.at(datetime.date(2026, 11, 12)):
        world.do(case, "approve", world.reviewer)
        assert jobs.due(CTX)["start_payment"] == 0
    with clock.at(datetime.date(2026, 12, 1)):
        assert jobs.due(CTX)["start_payment"] == 1
        assert jobs.due(CTX)["start_payment"] == 0
        assert jobs.lines(CTX)["assistance.dibao"] == 1
    case.refresh_from_db()
    with clock.at(case.due_on):
        assert jobs.due(CTX)["open_recheck"] == 1
    case.refresh_from_db()
    assert case.state == "RECHECK" and services.replay(case).ok
    assert PaymentLine.objects.filter(award__case=case).count() == 1


def test_补正期满前提醒一次(world: World) -> None:
    family = couple()
    case = world.draft(family)
    services.submit(case_id=case.pk, actor=world.citizen(family[0]), data={"promise": "yes"})
    world.do(case, "ask_supplement", world.clerk, papers=["income"])
    assert jobs.remind(CTX) == {"reminded": 0}, "离 11-16 还有十个工作日"
    with clock.at(datetime.date(2026, 11, 11)):
        assert jobs.remind(CTX) == {"reminded": 1}
        assert jobs.remind(CTX) == {"reminded": 0}
    assert any("请在11月16日前补齐材料" in m.body for m in OutboxMessage.objects.filter(case=case))


def test_日历公布后暂定的期限重算(world: World) -> None:
    with clock.at(datetime.date(2026, 12, 21)):
        case = world.to_accepted(couple())
    assert case.due_provisional and case.total_due_on == datetime.date(2027, 2, 1), "2027 年按周末推算"
    from minzheng.kernel.calendar import selectors as calendar
    from minzheng.kernel.calendar.models import CalendarDay, CalendarYear

    CalendarYear.objects.create(year=2027, source="测试", notice_no="测试")
    CalendarDay.objects.create(date=datetime.date(2027, 1, 1), is_workday=False, name="元旦")
    calendar.forget()
    try:
        assert jobs.recount(CTX) == {"changed": 1}
        case.refresh_from_db()
        assert (case.due_provisional, case.total_due_on) == (False, datetime.date(2027, 2, 2))
        assert services.replay(case).ok
    finally:
        calendar.forget()


def test_公开查询记录只留一天(world: World) -> None:
    for days in (0, 2):
        PublicTry.objects.create(address=b"a" * 16, at=clock.now() - datetime.timedelta(days=days), found=False)
    assert jobs.prune_tries(CTX) == {"removed": 1}
    assert Case.objects.count() == 0
