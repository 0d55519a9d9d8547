"""Colours, scores and the fold: the examples of the handbook, and the law of days. No database but for the calendar."""

from __future__ import annotations

import datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from minzheng.business.bureau.supervision import colours, scoring
from minzheng.business.bureau.supervision.folding import LIVE, TABLE, Standing, WrongState, fold, step
from minzheng.business.bureau.supervision.models import STATES, SupervisedTask

pytestmark = pytest.mark.django_db
D = datetime.date
TODAY = D(2026, 11, 21)


def task(**more: Any) -> SupervisedTask:
    values: dict[str, Any] = {
        "state": "handling", "progress": 0, "start": D(2026, 1, 1), "end": D(2026, 12, 31), "assigned_on": D(2026, 1, 1),
        "signed_on": D(2026, 1, 1), "last_feedback_on": D(2026, 11, 10), "cycle": "monthly", "weight": Decimal(1),
    }  # fmt: skip
    return SupervisedTask(**(values | more))


@pytest.mark.parametrize(
    ("values", "code", "words"),
    [
        ({"progress": 80}, "yellow", "时间过了 89.0%，进度 80%，落后 9.0 个百分点。"),
        ({"progress": 60}, "red", "落后 29.0 个百分点"),
        ({"progress": 85}, "green", "89.0%"),
        ({"progress": 84}, "green", "89.0%"),
        ({"progress": 69}, "yellow", "落后 20.0"),
        ({"progress": 68}, "red", "落后 21.0"),
        ({"progress": 89, "end": D(2026, 11, 28), "start": D(2026, 11, 20)}, "green", "12.5%"),
        ({"progress": 89, "end": D(2026, 11, 27), "start": D(2026, 11, 20)}, "yellow", "还剩 6 天"),
        ({"progress": 90, "end": D(2026, 11, 27), "start": D(2026, 11, 20)}, "green", "进度 90%"),
        ({"progress": 99, "end": D(2026, 11, 19)}, "red", "已逾期 2 天"),
        ({"progress": 95, "last_feedback_on": D(2026, 9, 20)}, "red", "连续 2 个周期没有反馈"),
        ({"progress": 95, "last_feedback_on": D(2026, 9, 21)}, "green", "95%"),
        ({"progress": 95, "cycle": "weekly", "last_feedback_on": D(2026, 11, 6)}, "red", "连续 2 个周期"),
        ({"progress": 95, "cycle": "quarterly", "last_feedback_on": D(2026, 6, 1)}, "green", "95%"),
        ({"start": D(2026, 12, 1), "signed_on": None, "last_feedback_on": None, "state": "assigned"}, "grey", "12月01日 开始"),
        ({"state": "proposed"}, "grey", "还没有交办"),
        ({"state": "paused", "end": D(2026, 1, 31)}, "grey", "已中止"),
        ({"state": "checking", "progress": 100, "finished_on": D(2026, 11, 20)}, "green", "等核查"),
        ({"state": "checking", "progress": 100, "end": D(2026, 11, 18), "finished_on": D(2026, 11, 20)}, "red", "逾期 2 天报完成"),
        ({"state": "closed", "finished_on": D(2026, 11, 20), "closed_on": TODAY}, "blue", "按期办结"),
        ({"state": "archived", "end": D(2026, 11, 18), "finished_on": D(2026, 11, 20)}, "blue", "逾期 2 天办结"),
        ({"state": "assigned", "start": D(2026, 11, 18), "assigned_on": D(2026, 11, 18), "signed_on": None,
          "last_feedback_on": None}, "yellow", "过了签收期限"),
    ],
)  # fmt: skip
def test_红黄绿灰蓝_照手册的例子(values: dict[str, Any], code: str, words: str) -> None:
    light = colours.of(task(**values), TODAY)
    assert light.code == code, light
    assert words in light.reason, light.reason


def test_期限在休息日_顺延到节后的第一个工作日_时间进度仍按写明的日期() -> None:
    festival = task(end=D(2026, 10, 1), progress=95, last_feedback_on=D(2026, 9, 28))
    assert colours.due_day(D(2026, 10, 1)) == D(2026, 10, 8)
    assert colours.due_day(D(2026, 10, 10)) == D(2026, 10, 10)  # 调休上班
    assert colours.of(festival, D(2026, 10, 8)).code == "green"
    assert colours.of(festival, D(2026, 10, 9)).code == "red"
    assert colours.time_share(D(2026, 1, 1), D(2026, 12, 31), TODAY) == Decimal("89.0")
    assert [colours.time_share(TODAY, TODAY, day) for day in (D(2026, 11, 20), TODAY)] == [0, 100]


def test_得分和完成率_照手册的例子() -> None:
    due = D(2026, 6, 30)
    done = {"state": "closed", "end": due, "closed_on": D(2026, 9, 1)}
    some = [
        task(weight=Decimal(50), finished_on=due, **done),
        task(weight=Decimal(30), finished_on=D(2026, 7, 15), **done),
        task(weight=Decimal(20), end=due),
    ]
    found = scoring.score(some, TODAY)
    assert (found.score, found.due, found.on_time, found.late, found.open) == (Decimal("74.0"), 3, 1, 1, 1)
    ten = [task(finished_on=due, **done) for _ in range(8)] + [task(finished_on=D(2026, 7, 16), **done), task(end=due)]
    found = scoring.score(ten, TODAY)
    assert (found.rate, found.score) == (Decimal("80.0"), Decimal("85.0"))  # 8 + .5 + 0 of 10
    nothing = scoring.score([task(), task(state="paused", end=due), task(state="merged", end=due)], D(2026, 6, 1))
    assert (nothing.due, nothing.rate, nothing.score) == (0, None, None)
    early = task(state="closed", closed_on=D(2026, 5, 1), finished_on=D(2026, 4, 30))
    assert scoring.is_due(early, D(2026, 5, 1)) and not scoring.is_due(early, D(2026, 4, 30))


def _act(act: str, **data: Any) -> Any:
    return SimpleNamespace(act=act, on=TODAY, actor_id=7, principal_id=None, data=data)


def test_状态是动作的折叠_每个动作只从写明的状态开始() -> None:
    lead = {"region": "990101000000", "lead_org": 1, "start": "2026-01-01", "end": "2026-12-31", "responsible": 9}
    acts = [_act("propose", region="990101000000"), _act("divide", **lead), _act("assign"), _act("sign"),
            _act("feedback", progress=40), _act("feedback", progress=100, forced=True), _act("send_back"),
            _act("ask_extension", end="2027-01-31"), _act("grant_extension"), _act("pause"), _act("resume", end="2027-02-28"),
            _act("feedback", progress=100), _act("close"), _act("announce"), _act("archive")]  # fmt: skip
    states = [fold(acts[:n]).state for n in range(1, len(acts) + 1)]
    assert states == ["proposed", "divided", "assigned", "handling", "handling", "checking", "redo", "redo", "redo", "paused",
                      "redo", "checking", "closed", "announced", "archived"]  # fmt: skip
    back = fold(acts[:7])
    assert (back.progress, back.returned, back.finished_on, back.forced) == (40, 1, None, True)
    end = fold(acts)
    assert (end.end, end.extensions, end.pending_end, end.handlers) == (D(2027, 2, 28), 1, None, frozenset({7, 9}))
    known = {code for code, _ in STATES}
    tried = 0
    for act, (_title, starts, to) in TABLE.items():
        assert {*starts, to} - {""} <= known and (set(starts) - {""}) <= {*LIVE, "closed", "announced"}
        for state in known - set(starts):
            with pytest.raises(WrongState):
                step(Standing(state=state), _act(act))
            tried += 1
    assert tried > 180
