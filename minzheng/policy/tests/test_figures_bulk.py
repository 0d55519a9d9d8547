"""测算的合计：成批计算的与逐户计算的一样；合计之间对得上。"""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest

from minzheng.policy import load_ruleset
from minzheng.policy.figures import FIELDS, Figures, Frame, Home, comparison_month, months_from
from minzheng.policy.measuring import Measure, carried, exact, results_of
from minzheng.policy.simulate import parse_change, simulate, supposed_rows

pytest.importorskip("numba")

from minzheng.policy.bulk.columns import HOUSEHOLD, PERSON, SUFFIX
from minzheng.policy.figures_bulk import DIMENSIONS, figures_of
from minzheng.policy.population import generate

START = datetime.date(2026, 11, 1)
CHANGES = ("保障标准_城市@990101=950@2026-12-01", "保障标准_农村@990101=600@2027-01-01")
#: Only sums that both ways of adding up must give to the last 分.
EXACT = ("compared", "total", "months", "places", "groups", "benefits", "deciles", "received")


def families(persons: Path, households: Path) -> list[tuple[int, str, dict[str, Any]]]:
    """(household, place, family) of a population file, in the words of a family file."""
    import pyarrow.parquet as pq

    def words(row: dict[str, Any]) -> dict[str, Any]:
        told = {}
        for name, value in row.items():
            if name in (HOUSEHOLD, PERSON, "地区") or value is None:
                continue
            told[name.removesuffix(SUFFIX)] = f"{value / 100:.2f}" if name.endswith(SUFFIX) else value
        return told

    people: dict[int, list[dict[str, Any]]] = {}
    for row in pq.read_table(persons).to_pylist():
        people.setdefault(row[HOUSEHOLD], []).append(words(row))
    return [
        (row[HOUSEHOLD], row["地区"], {"家庭": words(row), "成员": people[row[HOUSEHOLD]]})
        for row in pq.read_table(households).to_pylist()
    ]


def one_by_one(ruleset: Any, reform: Any, rows: list[tuple[int, str, dict[str, Any]]], frame: Frame) -> dict[str, Any]:
    """The slow way: the exact engine, one family after the other."""
    measure, sums = Measure(ruleset, reform, frame), Figures(frame)
    for key, place, raw in rows:
        family = exact(ruleset.vocabulary, raw)
        home, members = family["家庭"], family["成员"]
        known = frozenset({"assistance.dibao"})
        receives = {"assistance.dibao": round(home["原月保障金"] * 100)} if home["在保"] else {}
        sums.add(
            Home(key, place.ljust(12, "0"), len(members), groups(family, frame.months[frame.compare]),
                 measure.income(family, place), measure.sides(family, place), receives, known)
        )  # fmt: skip
    return sums.report()


def groups(family: dict[str, Any], on: datetime.date) -> tuple[str, ...]:
    members = family["成员"]
    births = [row.get("出生日期", datetime.date(1980, 1, 1)) for row in members]
    ages = [on.year - d.year - ((on.month, on.day) < (d.month, d.day)) for d in births]
    size = len(members)
    return (
        family["家庭"]["城乡"], f"{size} 人" if size < 6 else "6 人及以上",
        *(f"{'有' if yes else '没有'}{name}" for name, yes in (
            ("未成年人", any(a < 18 for a in ages)), ("老年人", any(a >= 60 for a in ages)),
            ("残疾人", any(row.get("残疾等级") for row in members)), ("重病患者", any(row.get("重病") for row in members)))),
    )  # fmt: skip


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """(by the compiled loop, one by one, what the command's contract says) of the same invented population."""
    persons, households = generate(2_000, tmp_path_factory.mktemp("people"), seed=5, on=START)
    months = months_from(START, 4)
    base = load_ruleset()
    base = base.with_params(carried(base, months))
    changes = [parse_change(text) for text in CHANGES]
    reform = base.with_params(supposed_rows(base, changes))
    at = comparison_month(months, [c.since for c in changes if c.since])
    frame = Frame(months, at, results_of(base), DIMENSIONS)
    quick = figures_of(base, reform, persons, households, frame)
    slow = one_by_one(base, reform, families(persons, households), frame)
    return quick, slow, simulate(base, persons, households, months[at], changes)


def test_成批的合计与逐户的合计_一分不差(both: tuple[dict[str, Any], ...]) -> None:
    quick, slow, _ = both
    for key in EXACT:
        assert quick[key] == slow[key], key
    assert quick["total"]["entered"] and quick["total"]["left"] and quick["total"]["raised"]


def test_临界家庭_成批与逐户只差舍入(both: tuple[dict[str, Any], ...]) -> None:
    quick, slow, _ = both
    assert slow["near"]["base"] > 0
    for key in ("base", "base_only", "reform", "reform_only"):
        assert abs(quick["near"][key] - slow["near"][key]) <= 1


def test_与测算命令的合计一致(both: tuple[dict[str, Any], ...]) -> None:
    quick, _, contract = both
    total = quick["total"]
    for side, name in (("baseline", "base"), ("reform", "reform")):
        told = contract[side]
        assert (told["households"], told["persons"]) == (total[f"{name}_households"], total[f"{name}_persons"])
        assert told["cost_fen"] == total[f"{name}_fen"]
    assert (contract["entered"], contract["left"]) == (total["entered"], total["left"])


@pytest.mark.parametrize("which", [0, 1])
def test_各表的合计都等于总数(both: tuple[dict[str, Any], ...], which: int) -> None:
    report = both[which]
    total = report["total"]
    for rows in (report["places"], report["deciles"], *(one["rows"] for one in report["groups"])):
        for name in FIELDS:
            assert sum(row[name] for row in rows) == total[name], name
    assert sum(row["base_fen"] for row in report["months"]) == total["base_horizon_fen"]
    assert sum(row["reform_fen"] for row in report["months"]) == total["reform_horizon_fen"]
    at = next(row for row in report["months"] if row["compared"])
    assert at["more_fen"] - at["less_fen"] == at["reform_fen"] - at["base_fen"]
    assert at["reform_persons"] == at["base_persons"] + at["entered_persons"] - at["left_persons"]
    assert at["reform_households"] == at["base_households"] + at["entered"] - at["left"]
    cash = [row for row in report["benefits"] if row["kind"] == "cash"]
    assert sum(row["base_fen"] for row in cash) == total["base_fen"]
    assert sum(row["reform_horizon_fen"] for row in cash) == total["reform_horizon_fen"]
