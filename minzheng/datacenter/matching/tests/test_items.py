"""逐人逐项: PASS, EXCEED, UNKNOWN; 联名账户; 余额为零流水很大; 待遇的限额正好等于的不算超出（benefits.md §2.5、§2.8）."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

from minzheng.datacenter.matching import hits, items, report, scopes
from minzheng.datacenter.matching.interface import Fact

PARAMS: Any = SimpleNamespace(explain_min_fen=10000, explain_percent=10)


def member(seq: int, name: str, **declared: int) -> Any:
    return SimpleNamespace(pk=100 + seq, seq=seq, name=name, declared=declared)


def fact(class_: str, amount: int | None = None, **more: Any) -> Fact:
    given = {"source": "tax", "kind": "", "on": date(2026, 9, 30), "reference": "凭证", "matched_by": ""} | more
    return Fact(class_=class_, amount_fen=amount, **given)


def one(facts: list[Fact], household: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    rows = items.table([member(1, "甲")], {101: facts}, household or {}, PARAMS, **more)
    return rows[-1]


def test_存款正好等于限额的没有超出_多一分就超出() -> None:
    """§2.5 Ex.1、Ex.2: 61,000 + 证券 1,568 = 62,568 = 24×869×3."""
    both = [fact("deposit", 6_100_000), fact("deposit", 156_800, source="securities")]
    row = one(both, {"deposits": 6_256_800}, limits={"deposit": 6_256_800})
    assert (row["value"], row["limit"], row["difference"], row["result"]) == (6_256_800, 6_256_800, 0, "PASS")
    assert one([*both, fact("deposit", 1)], limits={"deposit": 6_256_800})["result"] == "EXCEED"
    assert one(both, {"deposits": 100_000})["result"] == "EXCEED", "没有限额的与申报比"


def test_联名账户写明只计一份_余额为零流水很大的要人工核实() -> None:
    joint = one([fact("deposit", 33_333, holders=3)], {"deposits": 33_333})
    assert (joint["value"], joint["result"]) == (33_333, "PASS") and joint["notes"] == [
        "3 人联名的账户按人数平分，只计本人一份（有份额证明的另行核定）"
    ]
    older = one([fact("deposit", 100_001, share=50)], {"deposits": 50_000})
    assert older["value"] == 50_000 and "联名账户按 50% 计" in older["notes"][0], "以前出的报告照旧"
    emptied = one([fact("deposit", 0, turnover_fen=80_000_000)])
    assert emptied["result"] == "UNKNOWN" and "流水 800,000.00 元" in emptied["notes"][0]
    assert one([fact("deposit", 0, turnover_fen=900_000)])["result"] == "PASS"


def test_缺项的来源和待复核的记录使结果待核实() -> None:
    [row] = items.table([member(1, "甲", wage=1)], {}, {}, PARAMS, missing=["income_tax"])[:1]
    assert (row["title"], row["result"], row["value"]) == ("工资性收入", "UNKNOWN", None)
    doubtful = one([fact("vehicle", code="R1", review=True)])
    assert (doubtful["value"], doubtful["result"]) == (0, "UNKNOWN") and "1 条待复核" in doubtful["notes"][0]


def test_养老金与申报的转移收入比_只显示的不比() -> None:
    facts = {101: [fact("pension", 12_000), fact("transfer", 3_000), fact("fiscal_pay", 400_000)]}
    rows = items.table([member(1, "甲", transfer=15_000)], facts, {}, PARAMS)
    assert [(r["title"], r["value"], r["difference"], r["result"]) for r in rows] == [
        ("转移净收入", 15_000, 0, "PASS"), ("财政供养", 400_000, None, ""),
    ]  # fmt: skip
    assert report.differences([member(1, "甲", transfer=15_000)], facts, {}, PARAMS) == []


def test_疑似记录接受以后才计入_拒绝的不再出现() -> None:
    who = member(1, "甲")
    facts = {101: [fact("vehicle", code="R1", review=True, batch="v-1", row_no=7), fact("vehicle", row_no=8)]}
    [hit] = hits.rows([who], facts, {"tax": "车管"})
    assert hit["code"] == "R1" and "证件号码改正一处后一致" in hit["label"] and hit["source_title"] == "车管"
    assert len(report.accepted(facts)[101]) == 1
    counted = hits.with_reviews([who], facts, {hit["key"]: {"take": "accept"}})
    assert len(report.accepted(counted)[101]) == 2
    assert [f.row_no for f in hits.with_reviews([who], facts, {hit["key"]: {"take": "refuse"}})[101]] == [8]


def test_授权书的每一项都有着落_超出授权的来源不问() -> None:
    assert scopes.uncovered() == [], "每一类数据都要在授权书的某一项里，否则永远不能查"
    assert scopes.covered("vehicle", ["vehicle"]) and not scopes.covered("vehicle", ["civil", "money"])


def test_更正后的数代替查到的数_与申报一致的不再是差异() -> None:
    who = [member(1, "甲")]
    rows = report.differences(who, {101: [fact("vehicle"), fact("wage", 200_000)]}, {}, PARAMS)
    told = [
        {"key": "0.vehicles", "found": 0, "receipt": "车管函8号"},
        {"key": "1.wage", "found": 5_000, "receipt": "税函1号"},
    ]
    [wage] = report.corrected(rows, told, PARAMS)
    assert (wage["key"], wage["found"], wage["needs_explanation"]) == ("1.wage", 5_000, False)
    assert "来源部门更正为 50.00 元（回执 税函1号）" in wage["sentence"]
