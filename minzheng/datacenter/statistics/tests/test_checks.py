"""Every kind of check with its example: what it catches, what it lets pass, at which cell, in which words."""

from __future__ import annotations

from decimal import Decimal

import pytest

from minzheng.datacenter.statistics import expressions, hiding, periods, reading, reckoning, terms
from minzheng.datacenter.statistics.errors import BadPeriod, BadShell
from minzheng.datacenter.statistics.tests.sheets import form, found, only

ORGS = form(
    "- {code: start, title: 社会组织期初, cells: manual}\n- {code: new, title: 新增, cells: manual}\n"
    "- {code: gone, title: 注销, cells: manual}\n- {code: end, title: 社会组织期末, cells: manual}",
    "- {kind: balance, cell: end.n, equals: start.n + new.n - gone.n}\n- {kind: balance, cell: start.n, equals: prev(end.n)}",
)
GOOD = {"start.n": "198", "new.n": "9", "gone.n": "4", "end.n": "203"}
MARRIED = form(
    "- {code: married, title: 结婚登记, unit: 对, cells: manual}",
    "- {kind: cross, cell: married.n, equals: 'indicator(\"marriage.registered\")'}",
)
SUMS = form(
    "- {code: all, title: 低保合计, unit: 户, cells: manual}\n- {code: urban, title: 城市, unit: 户, cells: manual}\n- {code: rural, title: 农村, unit: 户, cells: manual}",
    "- {kind: sum, cell: all.n, equals: urban.n + rural.n}\n- {kind: year, cell: all.n}\n- {kind: range, cell: urban.n, at_most: all.n}",
)


def test_勾稽_期末等于期初加新增减注销_期初等于上期期末() -> None:
    assert [one for one in found(ORGS, GOOD, previous={"end.n": "198"}) if one.level != "hint"] == []
    wrong = only(found(ORGS, GOOD | {"end.n": "204"}, previous={"end.n": "198"}))
    assert (wrong.kind, wrong.cell, wrong.level, wrong.difference) == ("balance", "end.n", "error", Decimal(-1))
    assert "204，应等于社会组织期初 + 新增 − 注销，即 203，相差 −1 个" in wrong.sentence
    start = only(found(ORGS, GOOD, previous={"end.n": "197"}))
    assert start.cell == "start.n" and "应等于上期社会组织期末，即 197" in start.sentence
    assert "还没有数" in only(found(ORGS, GOOD)).sentence  # 没有上期：只提示，不拦
    assert not only(found(ORGS, GOOD)).stops


def test_跨表_填报310对_登记系统308对_退回_相差负2() -> None:
    wrong = only(
        found(
            MARRIED,
            {"married.n": "310"},
            indicators={"marriage.registered": Decimal(308)},
            names={"marriage.registered": "结婚登记对数"},
        )
    )
    assert (wrong.kind, wrong.stops, wrong.difference) == ("cross", True, Decimal(-2))
    assert wrong.sentence.startswith("结婚登记填报 310，应等于系统“结婚登记对数”，即 308，相差 −2 对。")
    assert found(MARRIED, {"married.n": "308"}, indicators={"marriage.registered": Decimal(308)}) == []


def test_合计_范围_空值不是0_负数_小数() -> None:
    assert found(SUMS, {"all.n": "120", "urban.n": "70", "rural.n": "50"}) == []
    wrong = only(found(SUMS, {"all.n": "120", "urban.n": "70", "rural.n": "49"}))
    assert wrong.kind == "sum" and "120，应等于城市 + 农村，即 119，相差 −1 户。请核对合计" in wrong.sentence
    empty = only(found(SUMS, {"all.n": "120", "urban.n": "120"}))
    assert (empty.kind, empty.cell, empty.stops) == ("empty", "rural.n", True) and "没有发生的请填 0" in empty.sentence
    assert found(SUMS, {"all.n": "120", "urban.n": "120", "rural.n": "0"}) == []
    kinds = {one.kind: one for one in found(SUMS, {"all.n": "120", "urban.n": "121", "rural.n": "-1"})}
    assert set(kinds) == {"range"}
    assert [one.cell for one in found(SUMS, {"all.n": "120", "urban.n": "121", "rural.n": "-1"})] == [
        "urban.n",
        "rural.n",
    ]
    assert only(found(SUMS, {"all.n": "1.5", "urban.n": "1", "rural.n": "0.5"})[:1]).kind == "unit"


def test_同比_超过三成要说明_刚好三成不用_写了说明就放行() -> None:
    base = {"all.n": "100"}
    for now, asks in (("130", False), ("131", True), ("70", False), ("69", True)):
        told = found(SUMS, {"all.n": now, "urban.n": now, "rural.n": "0"}, year_ago=base)
        assert [one.kind for one in told] == (["year"] if asks else [])
    values = {"all.n": "144", "urban.n": "144", "rural.n": "0"}
    asked = only(found(SUMS, values, year_ago=base))
    assert asked.stops and "本期 144，去年同期 100，增长 44.0%，超过 30%" in asked.sentence
    assert not only(found(SUMS, values, {"all.n": "新划入两个村，户数增加"}, year_ago=base)).stops
    assert only(found(SUMS, values, {"all.n": "无"}, year_ago=base)).stops  # 两个字不算说明
    assert "没有可比的增幅" in only(found(SUMS, values, year_ago={"all.n": "0"})).sentence


def test_单位_元写成万元能看出来_系统的数对不上写原因() -> None:
    values = {"all.n": "1200000", "urban.n": "1200000", "rural.n": "0"}
    told = {one.cell: one for one in found(SUMS, values, previous={"all.n": "120"})}
    assert told["all.n"].kind == "unit" and "多了 10,000 倍" in told["all.n"].sentence and told["all.n"].stops
    own = form(
        "- {code: all, title: 合计, cells: a.all}\n- {code: urban, title: 城市, cells: a.all urban=1}",
        "- {kind: sum, cell: all.n, equals: urban.n}",
    )
    sources = {one: {"how": "indicator"} for one in ("all.n", "urban.n")}
    soft = only(found(own, {"all.n": "5", "urban.n": "4"}, sources=sources))
    assert soft.level == "note" and "都取自系统" in soft.sentence
    sources["urban.n"] = {"how": "manual"}
    assert only(found(own, {"all.n": "5", "urban.n": "4"}, sources=sources)).level == "error"


def test_汇总数要等于下级现在的合计_与系统全域取数不同要写明() -> None:
    values = {"all.n": "10", "urban.n": "6", "rural.n": "4"}
    stale = only(found(SUMS, values, below=values | {"all.n": "11"}))
    assert stale.kind == "below" and "下级现在合计 11：汇总以后下级改过数，请重新汇总" in stale.sentence
    assert only(found(SUMS, values, below=values, direct={"all.n": "12"})).level == "note"
    assert found(SUMS, values, below=values, direct={"all.n": "10"}) == []


def test_算式_空格不算0_除数为0没有值_只认许可的写法() -> None:
    numbers = {"a.n": Decimal(6), "b.n": Decimal(0), "c.n": Decimal(4)}
    value = lambda text: expressions.evaluate(text, lambda kind, *names: numbers.get(names[0]))  # noqa: E731
    assert (value("(a.n + c.n) * 2 - 1"), value("a.n / b.n"), value("a.n + missing.n"), value("a.n / c.n")) == (
        Decimal(19), None, None, Decimal("1.5"),
    )  # fmt: skip
    for bad in ("__import__('os')", "a.n ** 2", "a.b.c", "a +", "prev(1)", "table('x')", "a.n if a.n else 1"):
        with pytest.raises(expressions.BadExpression):
            expressions.operands(bad)
    assert expressions.words("a.n - (b.n + c.n)", {"a.n": "甲", "b.n": "乙", "c.n": "丙"}) == "甲 − （乙 + 丙）"


@pytest.mark.django_db
def test_截止日期_月报次月5日_季报8日_年报1月20日_遇放假顺延() -> None:
    told = {
        text: terms.due(periods.parse(text)).date.isoformat()
        for text in ("2026-10", "2026-09", "2026-11", "2026Q3", "2026Q2")
    }
    assert told["2026-10"] == "2026-11-05"
    # 国庆长假里到期的，顺延到假后第一个工作日
    assert told["2026-09"] == "2026-10-08"
    assert told["2026-11"] == "2026-12-07"  # 12 月 5 日是星期六
    assert (told["2026Q2"], told["2026Q3"]) == ("2026-07-08", "2026-10-08")
    year = terms.due(periods.parse("2026"))
    assert year.date.isoformat() == "2027-01-20" and year.provisional  # 2027 年的放假通知还没有
    for bad in ("2026-13", "2026H1", "26", "", "2026Q5"):
        with pytest.raises(BadPeriod):
            periods.parse(bad)
    with pytest.raises(BadPeriod, match="不是季报"):
        periods.parse("2026-06", "quarter")


def test_公开的表_小于3的隐去_能减出来的和同行的金额一起隐去() -> None:
    shell = reading.shells()["relief"]
    version = shell.versions[0]
    values = dict.fromkeys(version.cells, Decimal(50)) | {
        "dibao_urban.persons": Decimal(2), "dibao_rural.persons": Decimal(40), "dibao.persons": Decimal(42),
    }  # fmt: skip
    gone = hiding.of_report(version, values, 3)
    assert {"dibao_urban.persons", "dibao_rural.persons", "dibao_urban.paid", "dibao_rural.paid"} <= gone
    assert "dibao.persons" not in gone and "temporary.times" not in gone
    assert hiding.of_report(version, dict.fromkeys(version.cells, Decimal(0)), 3) == set()  # 0 不用隐
    places = {
        (p, a): (Decimal(n) if a == "temporary.times" else Decimal(9))
        for p, n in (("县", 21), ("甲", 1), ("乙", 8), ("丙", 12))
        for a in version.cells
    }
    hidden = {key for key in hiding.of_places(version, places, "县", 3) if key[1] == "temporary.times"}
    assert hidden == {("甲", "temporary.times"), ("乙", "temporary.times")}  # 只隐一个，用合计一减就出来


def test_表式写错_说清哪个文件哪里错() -> None:
    for rows, checks, words in (
        ("- {code: a, title: 甲, cells: = b.n}", "", "“b.n”不是"),
        ("- {code: a, title: 甲, cells: = c.n}\n- {code: c, title: 丙, cells: = a.n}", "", "互相引用"),
        ("- {code: A, title: 甲, cells: manual}", "", "代码“A”"),
        ("- {code: a, title: 甲, cells: manual, color: red}", "", "不认识 color"),
        ("- {code: a, title: 甲, cells: {m: manual}}", "", "没有的列 m"),
        ("- {code: a, title: 甲, cells: manual}", "- {kind: guess, cell: a.n}", "“guess”不认识"),
        ("- {code: a, title: 甲, cells: manual}", "- {kind: sum, cell: a.n, equals: z.n}", "“z.n”不在表里"),
        ("- {code: a, title: 甲, cells: manual}\n- {code: a, title: 乙, cells: manual}", "", "出现了两次"),
    ):
        with pytest.raises(BadShell, match=words):
            form(rows, checks)


def test_该有的表都在_格格取自已有的指标_打字规矩() -> None:
    from minzheng.datacenter.indicators import declaring as indicators

    shells = reading.shells()
    assert set(shells) >= {"relief", "disability", "children", "elderly", "affairs", "casework", "year"}
    known = {one.code: one for one in indicators.all()}
    for shell in shells.values():
        version = shell.versions[-1]
        assert version.checks and shell.basis
        for cell in version.cells.values():
            assert cell.kind != "indicator" or (
                cell.code in known and set(cell.dims) <= set(known[cell.code].dimensions)
            ), cell
        for check in version.checks:
            for kind, *names in (one for text in check.formulas for one in expressions.operands(text)):
                assert kind != "table" or names[1] in shells[names[0]].versions[-1].cells
    paid = shells["relief"].versions[0].cells["dibao.paid"]
    people = shells["relief"].versions[0].cells["dibao.persons"]
    assert (reckoning.typed("１,234.5", paid), reckoning.typed("", paid), reckoning.shown("1234.5", paid)) == (
        "1234.50",
        None,
        "1,234.50",
    )
    for text, words in (
        ("12.5", "应是整数"),
        ("十二", "要填数字"),
        ("1e99", "太大"),
        ("NaN", "太大"),
        ("1.234", "应是整数"),
    ):
        with pytest.raises(ValueError, match=words):
            reckoning.typed(text, people)
