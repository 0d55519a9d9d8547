"""Every monitor with somebody whom it concerns and somebody whom it does not, through the engine's own conditions."""

from __future__ import annotations

import datetime
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from minzheng.datacenter.lake import engine
from minzheng.datacenter.monitoring import asking, declare, joining
from minzheng.datacenter.monitoring.entries import BLUE, ORANGE, PARENTS, RED, YELLOW, Fact, Watched
from minzheng.datacenter.monitoring.tests.lakeside import insert, watched_table
from minzheng.datacenter.sources.classes import CLASSES
from minzheng.kernel.standards import sets

TODAY = datetime.date(2026, 11, 20)
DECIDED = datetime.date(2026, 3, 10)
VILLAGE = "990101001001"
DIBAO = "assistance.dibao"


def on(month: int, day: int = 15, year: int = 2026) -> datetime.date:
    return datetime.date(year, month, day)


def fact(class_: str, when: datetime.date, fen: int | None = None, title: str = "记录", **more: object) -> Fact:
    return Fact(more.pop("source", "x"), class_, when, title, fen, reference=f"{class_}-{when}", **more)  # type: ignore[arg-type]


def draws(*items: str, **more: object) -> dict[str, object]:
    return {"benefits": items, "household_benefits": items, "payee_of": items, "decided_on": DECIDED, **more}


#: (monitor, level expected or None, the person, news, known before).
CASES: list[tuple[str, str | None, dict[str, object], list[Fact], list[Fact]]] = [
    ("common.death", BLUE, draws(DIBAO), [fact("death", on(11))], []),
    ("common.death", BLUE, draws(DIBAO), [fact("cremation", on(11), code="Q2")], []),
    ("common.death", None, draws(DIBAO, dead=True), [fact("death", on(11))], []),
    ("common.cremation", BLUE, draws(DIBAO, housemates=3), [fact("cremation", on(11))], []),
    ("common.cremation", None, draws(DIBAO, housemates=1), [fact("cremation", on(11))], []),
    ("common.custody", BLUE, draws(DIBAO), [fact("custody", on(10), valid_to=on(1, year=2029))], []),
    ("common.custody", None, draws(DIBAO), [fact("custody", on(10), valid_to=on(11, 1))], []),
    ("common.fiscal_pay", BLUE, draws(DIBAO), [fact("fiscal_pay", on(10), 420_000)], []),
    ("common.fiscal_pay", None, {}, [fact("fiscal_pay", on(10), 420_000)], []),
    ("common.card_holder", BLUE, draws(DIBAO, holder="钱有余"), [], []),
    ("common.card_holder", None, draws(DIBAO), [], []),
    ("assistance.vehicle", BLUE, draws(DIBAO), [fact("vehicle", on(10))], []),
    ("assistance.vehicle", None, draws("elderly.old_age"), [fact("vehicle", on(10))], []),
    ("assistance.house", BLUE, draws("assistance.tekun"), [fact("presale", on(10))], []),
    ("assistance.house", None, {}, [fact("house", on(10))], []),
    ("assistance.company", BLUE, draws("assistance.dibao_edge"), [fact("market_entity", on(10))], []),
    ("assistance.company", None, draws("disability.living"), [fact("market_entity", on(10))], []),
    ("assistance.wage_start", BLUE, draws(DIBAO), [fact("wage", on(10), 210_000)], []),
    ("assistance.wage_start", None, draws(DIBAO), [fact("wage", on(10), 210_000)], [fact("wage", on(9), 200_000)]),
    ("assistance.pension_start", BLUE, draws(DIBAO), [fact("pension", on(10), 145_000)], []),
    ("assistance.pension_start", None, draws(DIBAO), [fact("pension", on(10), 9_900)], []),
    ("assistance.medical", ORANGE, draws(DIBAO), [fact("medical_own", on(10), 1_860_000)], [fact("medical_own", on(9), 700_000)]),
    ("assistance.medical", YELLOW, draws(DIBAO), [fact("medical_own", on(10), 700_000)], []),
    ("assistance.medical", RED, draws(DIBAO), [fact("medical_own", on(10), 2_544_000)], []),
    ("assistance.medical", None, draws(DIBAO), [fact("medical_own", on(10), 508_700)], []),
    ("assistance.medical", None, draws(DIBAO), [fact("medical_own", on(10), 800_000)], [fact("medical_own", on(9), 700_000)]),
    ("assistance.income_drop", YELLOW, draws(DIBAO), [fact("wage", on(10), 80_000)], [fact("wage", on(9), 240_000)]),
    ("assistance.income_drop", None, draws(DIBAO), [fact("wage", on(10), 200_000)], [fact("wage", on(9), 240_000)]),
    ("assistance.unemployed", ORANGE, draws(DIBAO, age=45), [fact("jobless", on(7))], []),
    ("assistance.unemployed", YELLOW, draws(DIBAO, age=45), [fact("unemployment", on(11), 150_000)], []),
    ("assistance.unemployed", None, draws(DIBAO, age=70), [fact("jobless", on(7))], []),
    ("assistance.dibao.stopped", YELLOW, {"ended": (DIBAO,), "ended_on": on(9, 1)}, [], []),
    ("assistance.dibao.stopped", None, {"ended": (DIBAO,), "ended_on": on(7, 1)}, [], []),
    ("assistance.dibao.elsewhere", BLUE, draws(DIBAO), [fact("dibao", on(9), title="邻县低保")], []),
    ("assistance.dibao.elsewhere", None, draws(DIBAO), [fact("dibao", on(1), valid_to=on(9))], []),
    ("assistance.conflict", BLUE, draws(DIBAO, "assistance.tekun"), [], []),
    ("assistance.conflict", BLUE, draws(DIBAO, DIBAO), [], []),
    ("assistance.conflict", None, draws(DIBAO, "disability.living"), [], []),
    ("assistance.temporary.rescued", ORANGE, draws(DIBAO), [fact("rescue", on(11))], []),
    ("assistance.temporary.rescued", None, draws(DIBAO), [], [fact("rescue", on(9))]),
    ("disability.certificate", ORANGE, draws(DIBAO), [fact("disability", on(11), title="肢体 二级")], []),
    ("disability.certificate", None, draws(DIBAO), [fact("disability", on(11), title="肢体 三级")], []),
    ("disability.certificate", None, draws(DIBAO), [fact("disability", on(11), title="肢体 二级")], [fact("disability", on(1), title="肢体 一级")]),
    ("disability.certificate.lapsed", BLUE, draws("disability.two_subsidies"), [fact("disability_lapsed", on(1), valid_to=on(10), title="肢体二级，过期")],
     [fact("disability", on(1), valid_to=on(10))]),
    ("disability.certificate.lapsed", BLUE, draws("disability.two_subsidies"), [fact("disability", on(1), valid_to=on(10))], []),
    ("disability.certificate.lapsed", None, draws("disability.two_subsidies"),
     [fact("disability", on(11), valid_to=on(11, year=2036))], [fact("disability_lapsed", on(1), valid_to=on(10))]),
    ("disability.certificate.lapsed", None, draws(DIBAO), [fact("disability_lapsed", on(1), valid_to=on(10))], []),
    ("children.parents", RED, {"age": 9, "parents": 2}, [fact("custody", on(11), role="parent1")], [fact("death", on(3), role="parent2")]),
    ("children.parents", ORANGE, {"age": 9, "parents": 2}, [fact("missing", on(11), role="parent1")], []),
    ("children.parents", None, {"age": 19, "parents": 2}, [fact("death", on(11), role="parent1")], []),
    ("elderly.alone", YELLOW, {"age": 95, "housemates": 1}, [], []),
    ("elderly.alone", None, {"age": 95, "housemates": 2}, [], []),
    ("elderly.alone", None, {"age": 92, "housemates": 1}, [], []),
]  # fmt: skip


@pytest.fixture
def found(db: None, tmp_path: Path) -> list[asking.Found]:
    """Everybody of the table at once, as one run sees them."""
    people = [Watched(pk, VILLAGE, **who) for pk, (_, _, who, _, _) in enumerate(CASES, start=1)]  # type: ignore[arg-type]
    roles = {one.person_id: PARENTS[: one.parents] for one in people if one.parents}
    pq.write_table(watched_table(people, roles), tmp_path / "watched.parquet")
    with engine.connect(memory="256MB", threads=1) as con:
        joining.begin(con, tmp_path / "watched.parquet", None)
        con.execute("DELETE FROM newcomers")  # all of them were watched before
        for pk, (_, _, _, news, before) in enumerate(CASES, start=1):
            insert(con, "hits", pk, news)
            insert(con, "known", pk, before)
        joining.compare(con, again=False)
        return list(asking.ask(con, declare.declared().values(), TODAY, lambda code, place: False, Counter()))


def test_每个监测项_该报的报_不该报的不报(found: list[asking.Found]) -> None:
    told = {(one.person.person_id, one.monitor.code): one.finding.level or one.monitor.level for one in found}
    wrong = [
        (pk, code, level, told.get((pk, code)))
        for pk, (code, level, *_) in enumerate(CASES, start=1)
        if told.get((pk, code)) != level
    ]
    assert wrong == []
    assert {code for code, level, *_ in CASES if level} == set(declare.declared())
    assert {code for code, level, *_ in CASES if level is None} == set(declare.declared())


def test_每条预警_一句话说清_有据可查(found: list[asking.Found]) -> None:
    for one in found:
        assert one.finding.sentence.endswith("。") and "None" not in one.finding.sentence
        assert one.monitor.law and one.monitor.advice
        assert bool(one.finding.facts) != one.monitor.by_state


def test_阈值都在参数里_都待当地确认() -> None:
    shown = [
        one
        for code in declare.declared().values()
        if code.thresholds
        for one in code.thresholds.load().declarations.values()
    ]
    assert len({one.name for one in shown}) >= 9
    assert all(one.default is not None and one.default.evidence == "needs_confirmation" for one in shown)
    assert all(sets.find(one.name) is not None for one in shown)
    assert all(one in CLASSES for code in declare.declared().values() for one in code.classes)
