"""Deadlines follow from acts alone: the worked examples of benefits.md §0.5, stopped clocks, extensions, days put off
by publicity.
"""

from __future__ import annotations

from datetime import date

from minzheng.kernel.calendar.days import Calendar
from minzheng.kernel.cases.deadlines.clocks import Fold, Step, fold
from minzheng.kernel.cases.flow import Clock, Flow
from minzheng.kernel.cases.states import STATES

WEEKS = Calendar(years=frozenset({2026, 2027}), off=frozenset(), on=frozenset())


class Params:
    """Only what the clocks below read."""

    total = 30
    stops = False
    yellow_percent = 20
    review_notice_days = 10


def flow(stops: bool = False) -> Flow:
    params = type("P", (Params,), {"stops": stops})()
    clocks = (
        Clock("start", "启动", starts=("accept",), states=("ACCEPTED",), days=lambda p: 3),
        Clock(
            "opinion",
            "初审",
            starts=("accept", "return_case"),
            states=("ACCEPTED", "INVESTIGATING", "INITIAL_OPINION"),
            days=lambda p: 15,
        ),
        Clock("forward", "上报", starts=("post",), states=("PUBLICITY",), days=lambda p: 3, anchor="ends_on"),
        Clock("objection", "复查", starts=("objection",), states=("OBJECTION", "INITIAL_OPINION"), days=lambda p: 20),
        Clock(
            "review",
            "下次复核",
            starts=("start_payment",),
            states=("IN_PAYMENT",),
            days=lambda p: 0,
            anchor="next_review_on",
        ),
        Clock("none", "没有规定", starts=("submit",), states=("SUBMITTED",), days=lambda p: 0),
        Clock(
            "total",
            "办结",
            starts=("accept",),
            states=("ACCEPTED", "INVESTIGATING", "INITIAL_OPINION", "PUBLICITY", "OBJECTION", "REVIEW"),
            days=lambda p: p.total,
            pauses=lambda p: ("OBJECTION", "PUBLICITY") if p.stops else ("OBJECTION",),
            total=True,
            extended_by="extend",
            extended_days=lambda p: 45,
        ),
    )
    return Flow(STATES, (), clocks, lambda region, on: params)


ACCEPT = Step("accept", "SUBMITTED", "ACCEPTED", date(2026, 11, 2))
START = Step("start", "ACCEPTED", "INVESTIGATING", date(2026, 11, 4))
OPINION = Step("opinion", "INVESTIGATING", "INITIAL_OPINION", date(2026, 11, 9))
POST = Step("post", "INITIAL_OPINION", "PUBLICITY", date(2026, 11, 9), {"ends_on": "2026-11-16"})


def run(*steps: Step, stops: bool = False) -> Fold:
    return fold(flow(stops), steps, "990101000000", WEEKS)


def test_受理后三个和三十个工作日() -> None:
    found = run(ACCEPT)
    assert (found.due_on, found.total_due_on) == (date(2026, 11, 5), date(2026, 12, 14))


def test_启动后看初审的期限() -> None:
    assert run(ACCEPT, START).due_on == date(2026, 11, 23)


def test_公示期满以后才起算上报() -> None:
    assert run(ACCEPT, START, OPINION, POST).due_on == date(2026, 11, 19)


def test_公示停表的地方办结顺延公示的工作日() -> None:
    """11-10 to 11-16 has 5 working days: 12-14 → 12-21; a clerk's dawdling stops the clock no longer."""
    assert run(ACCEPT, START, OPINION, POST).total_due_on == date(2026, 12, 14)
    assert run(ACCEPT, START, OPINION, POST, stops=True).total_due_on == date(2026, 12, 21)
    late = Step("publicity_end", "PUBLICITY", "REVIEW", date(2026, 11, 20))
    assert run(ACCEPT, START, OPINION, POST, late, stops=True).total_due_on == date(2026, 12, 21)


def test_公示被异议打断只停到异议那天() -> None:
    objection = Step("objection", "PUBLICITY", "OBJECTION", date(2026, 11, 12))
    done = Step("finish_objection", "OBJECTION", "INITIAL_OPINION", date(2026, 11, 19))
    found = run(ACCEPT, START, OPINION, POST, objection, done, stops=True)
    # Publicity 11-10..11-12, three days; objection 11-13..11-19, five: put off by 8 working days
    assert found.total_due_on == date(2026, 12, 24)
    assert [s.reason for s in found.segments if s.paused] == ["公示", "异议复查"]


def test_异议没有完就按复查期限预计() -> None:
    objection = Step("objection", "PUBLICITY", "OBJECTION", date(2026, 11, 12))
    found = run(ACCEPT, START, OPINION, POST, objection)
    assert found.paused and found.due_on == date(2026, 12, 10)
    assert found.total_due_on == date(2027, 1, 11), "20 个工作日都算停表"


def test_延长到四十五个工作日() -> None:
    extend = Step("extend", "INVESTIGATING", "INVESTIGATING", date(2026, 11, 10))
    assert run(ACCEPT, START, extend).total_due_on == date(2027, 1, 4)


def test_退回以后重新起算初审() -> None:
    back = Step("return_case", "REVIEW", "INVESTIGATING", date(2026, 11, 23))
    assert run(
        ACCEPT, START, OPINION, POST, Step("publicity_end", "PUBLICITY", "REVIEW", date(2026, 11, 17)), back
    ).due_on == date(2026, 12, 14)


def test_没有规定期限的不显示期限() -> None:
    assert run(Step("submit", "DRAFT", "SUBMITTED", date(2026, 11, 2))).due_on is None


def test_下次复核日就是期限() -> None:
    paid = Step("start_payment", "APPROVED", "IN_PAYMENT", date(2026, 12, 1), {"next_review_on": "2027-02-12"})
    assert run(paid).due_on == date(2027, 2, 12)


def test_日历没公布的年份是暂定的() -> None:
    late = Step("accept", "SUBMITTED", "ACCEPTED", date(2027, 12, 20))
    assert run(late).provisional and not run(ACCEPT).provisional


def test_结束的时限留下结束日() -> None:
    [start] = [s for s in run(ACCEPT, START).segments if s.clock == "start"]
    assert (start.due_on, start.ended_on) == (date(2026, 11, 5), date(2026, 11, 4))
