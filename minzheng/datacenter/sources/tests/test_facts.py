"""Facts made of clean rows: averages, conditions, titles, newest answers; each against figures worked out by hand."""

from __future__ import annotations

import datetime
from typing import Any

import duckdb
import pytest

from minzheng.datacenter.sources import registry
from minzheng.datacenter.sources.checks import checks_sql
from minzheng.datacenter.sources.facts import COLUMNS, facts_sql
from minzheng.datacenter.sources.spec import SourceSpec


def _rows(spec: SourceSpec, rows: list[dict[str, Any]]) -> str:
    """A relation of clean rows as the lake writes them; what a row does not name is empty."""
    own = [column for column in spec.columns if column.name not in ("id_no", "name")]
    kinds = {"id_token": "BIGINT", "row_no": "BIGINT"} | {c.name: "BLOB" if c.personal else c.clean_type for c in own}

    def cell(name: str, row: dict[str, Any], at: int) -> str:
        value = row.get(name, at if name == "row_no" else None)
        text = "NULL" if value is None else f"'{value}'"
        return f'CAST({text} AS {kinds[name]}) AS "{name}"'

    return " UNION ALL ".join(
        "SELECT " + ", ".join(cell(name, row, at) for name in kinds) for at, row in enumerate(rows, start=1)
    )


def _facts(code: str, rows: list[dict[str, Any]], **asked: Any) -> list[dict[str, Any]]:
    spec = registry.get(code)
    con = duckdb.connect()
    found = con.execute(facts_sql(spec, _rows(spec, rows), **asked) + " ORDER BY ALL")
    names = [one[0] for one in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _months(token: int | None, months: dict[str, int], **more: Any) -> list[dict[str, Any]]:
    return [{"id_token": token, "month": f"{month}-01", "amount": fen, **more} for month, fen in months.items()]


def test_工资是近十二个月之和除以十二_只四舍五入一次() -> None:
    salary = {"id_token": 7, "item": "工资薪金所得", "payer": "示范县远山商贸有限公司"}
    months = [f"2025-{m:02}" for m in range(10, 13)] + [f"2026-{m:02}" for m in range(1, 11)]
    rows = [{**salary, "month": f"{m}-01", "income": 100_000, "social": 10_000, "tax": 3} for m in months]
    (fact,) = _facts("income_tax", rows)
    # 十三个月里只有最近十二个月算：12 × (1000.00 − 100.00 − 0.03) ÷ 12
    assert fact["amount_fen"] == 89_997
    assert (fact["class"], fact["on_date"]) == ("wage", datetime.date(2026, 10, 31))
    assert fact["title"] == "工资薪金所得，近 12 个月月均，最近所属 2026-10，示范县远山商贸有限公司"


@pytest.mark.parametrize(
    ("fen", "expected"),
    [(5, 0), (6, 1), (17, 1), (18, 2), (1_000_006, 83_334)],
)
def test_除不尽的_半分进一分(fen: int, expected: int) -> None:
    rows = _months(1, {"2026-10": fen}, kind="城乡居民养老金")
    assert _facts("pension", rows)[0]["amount_fen"] == expected


def test_一个人两个单位的工资加在一起_退税的负数冲减_亏损按零() -> None:
    rows = [
        {"id_token": 1, "month": "2026-10-01", "item": "工资薪金所得", "income": 600_000},
        {"id_token": 1, "month": "2026-09-01", "item": "劳务报酬所得", "income": 120_000},
        {"id_token": 1, "month": "2026-09-01", "item": "劳务报酬所得", "income": -60_000},
        {"id_token": 2, "month": "2026-10-01", "item": "经营所得", "income": 100_000, "cost": 400_000},
        {"id_token": 3, "month": "2026-10-01", "item": "偶然所得", "income": 999_999},
    ]
    found = {(f["id_token"], f["class"]): f["amount_fen"] for f in _facts("income_tax", rows)}
    assert found == {(1, "wage"): 55_000, (2, "business"): 0}


def test_问到某一天的_算那个月以前的十二个月() -> None:
    rows = _months(1, {"2025-10": 1200, "2025-11": 1200, "2026-10": 1200, "2026-11": 1200}, kind="企业职工养老金")
    asked = datetime.date(2026, 11, 20)
    assert [f["amount_fen"] for f in _facts("pension", rows, on=asked)] == [200]
    assert [f["amount_fen"] for f in _facts("pension", rows, on=datetime.date(2025, 12, 1))] == [200]
    assert _facts("pension", rows, on=datetime.date(2024, 1, 1)) == []


def test_没有号码的行各成一条_不和别人加在一起() -> None:
    rows = _months(None, {"2026-10": 1200}, kind="遗属待遇") + _months(None, {"2026-10": 2400}, kind="遗属待遇")
    found = _facts("pension", rows)
    assert [(f["id_token"], f["amount_fen"], f["row_no"]) for f in found] == [(None, 100, 1), (None, 200, 2)]


def test_医疗个人负担是合计_不除以十二() -> None:
    rows = [
        {"id_token": 1, "settled": "2026-03-02", "own": 186_000, "visit": "住院"},
        {"id_token": 1, "settled": "2026-10-08", "own": 14_050, "visit": "普通门诊", "hospital": "示范县中医医院"},
    ]
    (fact,) = _facts("medical_expense", rows)
    assert fact["amount_fen"] == 200_050
    assert fact["title"] == "近 12 个月个人负担合计，最近一次 2026-10-08 普通门诊，示范县中医医院"


def test_同一家银行以最近的回复为准_后来查无的以前余额不算() -> None:
    def answer(token: int, bank: str, day: str, fen: int | None) -> dict[str, Any]:
        return {
            "id_token": token,
            "bank": bank,
            "cut_off": day,
            "balance": fen,
            "answer": "无" if fen is None else "有",
        }

    rows = [
        answer(1, "甲银行", "2026-05-31", 100), answer(1, "甲银行", "2026-10-31", 300), answer(1, "甲银行", "2026-10-31", 50),
        answer(1, "乙银行", "2026-05-31", 700), answer(2, "甲银行", "2026-05-31", 900), answer(2, "甲银行", "2026-10-31", None),
    ]  # fmt: skip
    assert sorted((f["id_token"], f["amount_fen"]) for f in _facts("deposit", rows)) == [(1, 50), (1, 300), (1, 700)]


def test_注销的车和车库不算_空着的状态按在用算() -> None:
    cars = [
        {"id_token": 1, "kind": "小型轿车", "plate": "示A1", "register_date": "2020-01-02", "state": "正常"},
        {"id_token": 1, "kind": "小型轿车", "plate": "示A2", "register_date": "2020-01-02", "state": "报废"},
        {"id_token": 1, "kind": "摩托车", "plate": "示A3", "register_date": "2020-01-02"},
    ]
    assert [(f["title"], f["reference"]) for f in _facts("vehicle", cars)] == [
        ("小型轿车，2020-01-02 初次登记", "车牌 示A1，正常"), ("摩托车，2020-01-02 初次登记", "车牌 示A3"),
    ]  # fmt: skip
    homes = [
        {"id_token": 1, "usage": usage, "cert_no": usage, "register_date": "2020-01-02", "state": "现势"}
        for usage in ("住宅", "车库车位")
    ]
    assert [f["reference"] for f in _facts("real_estate", homes)] == ["住宅"]


def test_土地流转收入一年的折成月_成员不重复计() -> None:
    land = {"since": "2019-01-01", "until": "2028-12-31", "contract_no": "J1", "rent": 100_000}
    rows = [{"id_token": 1, "role": "承包方代表", **land}, {"id_token": 2, "role": "家庭成员", **land}]
    found = {(f["id_token"], f["class"]): (f["amount_fen"], f["valid_to"]) for f in _facts("land_contract", rows)}
    until = datetime.date(2028, 12, 31)
    assert found == {(1, "land"): (None, until), (2, "land"): (None, until), (1, "property_income"): (8333, until)}


def test_关系上带的列可以一路带出来_类别可以只要几种() -> None:
    spec = registry.get("pension")
    rows = _rows(spec, _months(1, {"2026-09": 1200, "2026-10": 1200}, kind="遗属待遇"))
    joined = f"SELECT *, 42 AS person_id, 'b1' AS batch FROM ({rows})"
    asked = facts_sql(spec, joined, keep=("person_id", "batch"))
    assert duckdb.connect().execute(f"SELECT amount_fen, person_id, batch FROM ({asked})").fetchall() == [
        (200, 42, "b1")
    ]
    nothing = duckdb.connect().execute(facts_sql(spec, rows, classes=("wage",)))
    assert [one[0] for one in nothing.description] == [name for name, _ in COLUMNS]
    assert nothing.fetchall() == []


def test_检查是计数_坏行留着() -> None:
    spec = registry.get("death")
    day = datetime.date(2026, 11, 2)
    rows = _rows(spec, [
        {"id_token": 1, "death_date": "2026-11-03", "record_no": "A", "record_date": "2026-11-03"},
        {"id_token": 2, "death_date": "2026-11-01", "record_no": "A", "record_date": "2026-10-30"},
    ])  # fmt: skip
    found = duckdb.connect().execute(checks_sql(spec, f"({rows})", day)).fetchall()
    assert {code: (bad, total) for code, _, bad, total, _ in found} == {
        "death_future": (1, 2), "recorded_before": (1, 2), "same_number": (1, 2),
    }  # fmt: skip


@pytest.mark.parametrize(("holders", "own"), [(None, 100_001), (0, 100_001), (1, 100_001), (2, 50_000), (3, 33_333)])
def test_联名账户按人数平分_分以下舍去(holders: int | None, own: int) -> None:
    row = {
        "id_token": 1,
        "answer": "有",
        "bank": "示范银行",
        "cut_off": "2026-10-31",
        "balance": 100_001,
        "holders": holders,
    }
    (fact,) = _facts("deposit", [row])
    assert (fact["amount_fen"], fact["class"]) == (own, "deposit")
    assert ("全部余额 1000.01 元" in fact["title"]) == (holders is not None)
