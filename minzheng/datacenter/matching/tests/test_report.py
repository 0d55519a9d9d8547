"""核对报告: differences and facts only, no conclusion. The line above which a difference must be explained: benefits.md
§2.5.
"""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from minzheng.datacenter.matching.asking import all_sources as sources
from minzheng.datacenter.matching.interface import Fact, Source
from minzheng.datacenter.matching.report import alarms, differences, explain_needed

PARAMS: Any = SimpleNamespace(explain_min_fen=10000, explain_percent=10)


def member(seq: int, name: str, **declared: int) -> Any:
    return SimpleNamespace(pk=100 + seq, seq=seq, name=name, declared=declared)


def fact(class_: str, amount: int | None = None, title: str = "") -> Fact:
    return Fact("tax", "", class_, amount, date(2026, 9, 30), "凭证1", "证件号码", title)


@pytest.mark.parametrize(
    ("declared", "found", "needed"),
    [
        (200000, 218000, False),
        (30000, 42000, True),
        (0, 10000, False),
        (0, 10001, True),
        (200000, 220000, False),
        (200000, 220001, True),
        (220001, 200000, False),
        (222300, 200000, True),
    ],
)
def test_差额同时超过一百元和百分之十才须说明(declared: int, found: int, needed: bool) -> None:
    assert explain_needed(declared, found, PARAMS) is needed


def test_同一类收入几个来源相加再比() -> None:
    who = member(1, "周建国", wage=100000)
    [row] = differences([who], {101: [fact("wage", 80000), fact("wage", 50000)]}, {}, PARAMS)
    assert (row["key"], row["declared"], row["found"], row["needs_explanation"]) == ("1.wage", 100000, 130000, True)
    assert row["sentence"] == "申报 1,000.00 元，核对 1,300.00 元"


def test_没有一个部门说到的不算差异() -> None:
    assert differences([member(1, "周建国", wage=100000)], {}, {"deposits": 500}, PARAMS) == []


def test_存款全家相加车辆逐辆计数() -> None:
    a, b = member(1, "甲"), member(2, "乙")
    facts = {101: [fact("deposit", 100000), fact("vehicle", title="小型轿车")], 102: [fact("deposit", 300000)]}
    rows = {r["key"]: r for r in differences([a, b], facts, {"deposits": 100000, "vehicles": 0}, PARAMS)}
    assert rows["0.deposits"]["found"] == 400000
    assert (
        rows["0.vehicles"]["sentence"] == "申报 0 辆，核对 1 辆（甲：小型轿车）"
        and rows["0.vehicles"]["needs_explanation"]
    )


def test_死亡服刑和重复享受是要先核实的提示() -> None:
    [row] = alarms([member(1, "甲")], {101: [fact("custody"), fact("wage", 1)]})
    assert row["key"] == "1.custody" and row["sentence"] == "甲正在服刑或强制隔离戒毒（2026-09-30，凭证1）"


def test_每个部门都合乎接口() -> None:
    assert all(isinstance(s, Source) for s in sources())
    assert len({s.code for s in sources()}) == len(sources())
