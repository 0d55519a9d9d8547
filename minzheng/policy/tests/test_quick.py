"""The quick way of one family (whole numbers, one printed function) gives what the rule functions give, word for word."""

import copy
import datetime
import json
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minzheng.policy import InputError, load_ruleset
from minzheng.policy.cases import all_cases
from minzheng.policy.evaluate import WORTH_WRITING_OUT
from minzheng.policy.family import split_family
from minzheng.policy.targets import family_graph
from minzheng.policy.targets.family import build
from minzheng.policy.tests import invented

DAY = datetime.date(2026, 9, 1)


def both(program, quick, family):
    """(household, members, graph as text) by the rule functions and the quick ways; a quick way is (results, graph)."""
    exact = program.run_rules(family, explain=True)
    done = quick[0].run(family, program.on)
    assert done is not None and exact.explanation["nodes"]
    told = json.dumps(exact.explanation, ensure_ascii=False)
    return (exact.household, exact.members, told), (
        *done[:2],
        json.dumps(quick[1].graph(done[2], program.on), ensure_ascii=False),
    )


def ways_of(program):
    """Both quick ways of a program, None where there is none."""
    return build(program), family_graph.build(program)


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from(["2026-09-01", "2026-12-01", "2027-01-20"]))
def test_随机的地方和家庭两种算法相同(seed, day):
    random, ruleset, on = Random(seed), load_ruleset(), datetime.date.fromisoformat(day)
    program = ruleset.program("990101", on, None, invented.supposed(random, ruleset))
    quick = ways_of(program)
    assert None not in quick
    for _ in range(25):
        exact, fast = both(program, quick, invented.family(random, ruleset, on))
        assert fast == exact


def test_每个用例两种算法相同(ruleset):
    compared, ways = 0, {}
    for case in all_cases(ruleset):
        content = {k: v for k, v in case.content.items() if k in ("地区", "日期", "家庭", "成员")}
        if "赡养义务人" in case.content or "输入错误" in case.content["应得"]:
            continue
        file = split_family(content, case.file.name)
        family = plain(file.family)
        program = ruleset.program(file.region, file.on, None, case.content.get("参数"))
        if program._quick not in ways:  # shared by places and days with the same rules and values
            ways[program._quick] = ways_of(program)
        quick = ways[program._quick]
        if quick[0] is None or quick[0].run(family, file.on) is None:
            continue
        exact, fast = both(program, quick, family)
        assert fast == exact, case.name
        compared += 1
    assert compared > 400


def plain(family):
    """A family read from a file as one from the database would be: plain text instead of text that knows its line."""

    def row(given):
        return {str(k): str(v) for k, v in (given or {}).items()}

    return {"家庭": row(family.get("家庭")), "成员": [row(m) for m in family["成员"]]}


def test_第一次和第一千次结果相同(ruleset):
    """The same call before and after the rules were written out, with reasons and every step."""
    family = {
        "家庭": {"城乡": "农村", "金融资产": "90000.5"},
        "成员": [{"姓名": " 甲 ", "出生日期": DAY.replace(year=1950), "重病": "是"}, {"孤儿": True}, {"就业成本": 3}],
    }
    fresh = copy.copy(ruleset.program("990101", DAY))
    first = fresh.run_rules(family, explain=True)
    for _ in range(WORTH_WRITING_OUT + 1):
        later = ruleset.evaluate(family, region="990101", on=DAY)
    assert ruleset.program("990101", DAY)._quick.way is not None
    assert (later.household, later.members, later.unconfigured) == (first.household, first.members, first.unconfigured)
    assert later.reasons == first.reasons != []
    assert later.rows["人"][1]["孤儿身份"] is True
    for name, value in first.values.items():
        if name != "成员":
            assert later.values[name] == value, name
    assert [dict(row) for row in later.rows["人"]] == first.rows["人"]


@pytest.mark.parametrize(
    "family",
    [
        {"成员": []},
        {},
        {"成员": {"姓名": "甲"}},
        {"成员": ["甲"]},
        {"成员": [{}], "家人": []},
        {"家庭": {"烟窗": 1}, "成员": [{}]},
        {"家庭": {"工资性收入": 1}, "成员": [{}]},
        {"成员": [{"工资性收入": -1}]},
        {"成员": [{"工资性收入": True}]},
        {"成员": [{"工资性收入": 10**10}]},
        {"成员": [{"工资性收入": "0.001"}]},
        {"成员": [{"残疾等级": 5}]},
        {"成员": [{"重病": "也许"}]},
        {"成员": [{"残疾类别": "心"}]},
        {"成员": [{"出生日期": datetime.date(2026, 9, 2)}]},
        {"成员": [{"出生日期": datetime.date(1850, 1, 1)}]},
        {"成员": [{"出生日期": "1990-01-01", "死亡日期": "1980-01-01"}]},
    ],
)
def test_错误的输入说的话不因快慢而变(ruleset, family):
    program = ruleset.program("990101", DAY)
    with pytest.raises(InputError) as exact:
        program.run_rules(family, explain=True)
    for _ in range(WORTH_WRITING_OUT + 1):
        ruleset.evaluate({"成员": [{}]}, region="990101", on=DAY)
    with pytest.raises(InputError) as quick:
        program.run(family)
    assert str(quick.value) == str(exact.value)


def test_写了赡养义务人的走逐条计算(ruleset):
    family = {
        "成员": [{"出生日期": "1950-01-01"}],
        "赡养义务人": [{"义务户月收入": 9000, "义务户人口": 2, "有判决或协议": "是", "约定月额": 700}],
    }
    for _ in range(WORTH_WRITING_OUT + 1):
        outcome = ruleset.evaluate(family, region="990101", on=DAY)
    assert outcome.household["家庭月收入"] == 700


def test_空着的词和没有生日的孩子(ruleset):
    program = ruleset.program("990101", DAY)
    quick = ways_of(program)
    family = {"家庭": {}, "成员": [{"孤儿": True}, {"事实无人抚养": True, "在校": True}, {}]}
    exact, fast = both(program, quick, family)
    assert fast == exact
    assert quick[0].run({"成员": [{"就业成本": None}]}, DAY) is None  # nothing said: the exact way reads it
    assert program.run({"成员": [{"就业成本": None}]}).household == program.run_rules({"成员": [{}]}).household
