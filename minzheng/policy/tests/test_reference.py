"""The reference of a benefit says what its rules do: formula in words, values in force, a true example, every change."""

from __future__ import annotations

import datetime

import pytest

from minzheng.policy import Ruleset
from minzheng.policy.reference import describe
from minzheng.policy.reference.markdown import as_markdown
from minzheng.policy.reference.wording import Chosen, lines_of

TODAY = datetime.date(2026, 9, 1)


def words(ruleset: Ruleset, name: str, **values: object) -> list[str]:
    rule = next(r for r in ruleset.versions[name] if r.in_force(TODAY))
    return lines_of(rule, Chosen(values, {}))


def test_公式用话说出来(ruleset: Ruleset) -> None:
    assert words(ruleset, "低保金融资产限额") == ["保障线合计 × 低保_金融资产倍数"]
    assert words(ruleset, "低保_收入符合") == ["保障人口等于0，或者家庭月收入低于保障线合计"]
    assert words(ruleset, "保障人口") == ["成员中“计入保障”的人数"]
    assert words(ruleset, "人均月收入") == ["保障人口等于0的，不适用", "否则：家庭月收入 ÷ 保障人口，四舍五入到分"]


def test_当地没有选的分支不说(ruleset: Ruleset) -> None:
    every = words(ruleset, "低保金")
    chosen = words(ruleset, "低保金", 低保计发方式="补差")
    assert any("分档金额" in line for line in every)
    assert not any("分档" in line or "按标" in line for line in chosen)
    assert "应发 = （保障线合计 − 家庭月收入，不足零的按零）" in chosen


@pytest.mark.parametrize("region", ["990101", "370503", "000000"])
@pytest.mark.parametrize("on", [TODAY, datetime.date(2021, 9, 1), datetime.date(2012, 1, 1)])
def test_每项待遇在哪里哪天都说得出(ruleset: Ruleset, region: str, on: datetime.date) -> None:
    for code in ruleset.benefit_codes():
        told = describe(ruleset, code, region, on)
        assert told.configured == (code not in ruleset.program(region, on).unconfigured)
        assert told.title and told.as_json()["code"] == code
        assert all(rule.lines and rule.law for rule in (*told.results, *told.conditions, *told.steps))
        assert [c.on for c in told.changes] == sorted((c.on for c in told.changes), reverse=True)


def test_算例是真的算出来的(ruleset: Ruleset) -> None:
    told = describe(ruleset, "assistance.dibao", "370503", datetime.date(2021, 9, 1))
    assert told.example is not None and ("低保金", "1419.70") in told.example.result
    assert ("保障线合计", "3476.00") in [(what, value) for what, value, _ in told.example.steps]
    lacking = [c for c in ruleset.benefit_codes() if describe(ruleset, c, "990101", TODAY).example is None]
    assert lacking == []


def test_现行参数写明出自哪一级_变更按日期(ruleset: Ruleset) -> None:
    told = describe(ruleset, "assistance.dibao", "370503", datetime.date(2021, 9, 1))
    standard = next(p for p in told.params if p["name"] == "保障标准_城市")
    assert standard["value"]["shown"] == "869.00 元/月" and standard["value"]["level"] == "县"
    rise = [c for c in told.changes if c.name == "保障标准_城市" and c.region == "370503"]
    assert [(c.on, c.after) for c in rise][-1] == ("2021-01-01", "869.00 元/月")
    assert ("2022-01-01", "到期") in [(c.on, c.after) for c in rise]


def test_写成文档_没有空的小节(ruleset: Ruleset) -> None:
    for code in ruleset.benefit_codes():
        text = as_markdown(describe(ruleset, code, "990101", TODAY), "示范县")
        assert "\n\n\n" not in text and "## 变更" in text and "## 现行参数" in text
