"""The real rules: every case of every benefit folder, the recorded standards, and properties over random families."""

import math
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minzheng.policy import load_ruleset
from minzheng.policy.cases import all_cases, run_case

DAY = date(2021, 9, 1)
CASES = all_cases(load_ruleset())


def test_规则集没有问题(ruleset):
    assert [str(finding) for finding in ruleset.check()] == []


@pytest.mark.parametrize("case", CASES, ids=[f"{c.benefit}-{i}" for i, c in enumerate(CASES)])
def test_用例(ruleset, case):
    assert run_case(ruleset, case) == []


def test_用例的名称不重复():
    names = [(case.benefit, case.name) for case in CASES]
    assert len(names) == len(set(names)) >= 140


@pytest.mark.parametrize(
    ("region", "on", "urban", "rural"),
    [
        ("370503", "2021-01-01", "869.00 元/月", "667.00 元/月"),
        ("370503", "2021-12-31", "869.00 元/月", "667.00 元/月"),
        ("430000", "2021-06-30", "550.00 元/月", "4300.00 元/年"),
        ("431227", "2021-06-30", "550.00 元/月", "4300.00 元/年"),
        ("420800", "2015-06-30", "480.00 元/月", "2800.00 元/年"),
        ("420802", "2015-06-30", "480.00 元/月", "2800.00 元/年"),
        ("420804", "2015-06-30", "480.00 元/月", "2800.00 元/年"),
        ("420821", "2015-06-30", "400.00 元/月", "2800.00 元/年"),
        ("420822", "2015-06-30", "400.00 元/月", "2800.00 元/年"),
        ("420881", "2015-12-31", "400.00 元/月", "2800.00 元/年"),
        ("990101", "2025-07-01", "850.00 元/月", "700.00 元/月"),
        ("990101003", "2026-07-01", "880.00 元/月", "730.00 元/月"),
        ("990101", "2027-06-30", "880.00 元/月", "730.00 元/月"),
    ],
)
def test_各地标准与文件所载一致(ruleset, region, on, urban, rural):
    outcome = ruleset.evaluate({"成员": [{}]}, region=region, on=on)
    used = {p["name"]: p for p in outcome.params_used}
    assert (used["保障标准_城市"]["shown"], used["保障标准_农村"]["shown"]) == (urban, rural)
    assert used["保障标准_城市"]["reference"]


@pytest.mark.parametrize(
    ("region", "on"),
    [("370503", "2022-01-01"), ("370503", "2020-12-31"), ("431227", "2022-01-01"), ("420821", "2016-01-01"), ("990101", "2027-07-01"), ("110101", "2021-06-30")],
)  # fmt: skip
def test_没有标准的日子和地方不能计算(ruleset, region, on):
    outcome = ruleset.evaluate({"成员": [{}]}, region=region, on=on)
    assert {"assistance.dibao", "assistance.dibao_edge"} <= set(outcome.unconfigured)
    assert outcome.household["低保金"] is None


def test_默认值都标明待确认而全国的值都核对过(ruleset):
    assert {d.default.evidence for d in ruleset.params.declarations.values() if d.default} == {"needs_confirmation"}
    assert {row.evidence for row in ruleset.params.rows if row.region == "000000"} == {"verified"}


def test_合同里的输入词都认识(ruleset):
    household = ["城乡", "金融资产", "房屋套数", "机动车辆", "刚性支出年额", "在保", "超标月数", "原月保障金"]
    person = [
        "姓名",
        "与户主关系",
        "出生日期",
        "工资性收入",
        "经营净收入",
        "财产净收入",
        "转移净收入",
        "不计入收入",
        "就业成本",
        "残疾类别",
        "残疾等级",
        "重病",
        "在校",
        "无劳动能力",
        "无赡养能力人",
        "自理不能项数",
        "孤儿",
        "事实无人抚养",
        "集中养育",
        "能力等级",
        "死亡日期",
        "户籍在本地",
    ]
    words = ruleset.vocabulary.words
    assert {words[w].entity for w in household} == {"户"}
    assert {words[w].entity for w in person} == {"人"}


# ---- properties

fen = st.integers(0, 400_000).map(lambda n: Decimal(n) / 100)
member = st.fixed_dictionaries(
    {
        "工资性收入": fen,
        "经营净收入": st.integers(-200_000, 200_000).map(lambda n: Decimal(n) / 100),
        "财产净收入": fen,
        "转移净收入": fen,
        "不计入收入": fen,
        "残疾等级": st.integers(0, 4),
        "残疾类别": st.sampled_from(["无", "肢体", "智力", "精神"]),
        "重病": st.booleans(),
        "出生日期": st.dates(date(1930, 1, 1), DAY),
        "无赡养能力人": st.booleans(),
    },
    optional={"就业成本": fen, "死亡日期": st.dates(DAY, date(2022, 1, 1))},
)
family = st.fixed_dictionaries(
    {
        "家庭": st.fixed_dictionaries({"城乡": st.sampled_from(["城市", "农村"]), "金融资产": fen}),
        "成员": st.lists(member, min_size=1, max_size=5),
    }
)
SUPPOSED = {"就业成本方式": "PCT_OF_WAGE", "就业成本比例": "0.3333", "分类施保_重残比例": "0.2"}


def by_fractions(given, region_standard):
    """An independent calculation of 家庭月收入 and 低保金, in fractions, straight from the text of the law."""
    standard, people, income = region_standard[given["家庭"]["城乡"]], 0, Fraction(0)
    members = given["成员"]
    for one in members:
        wage = Fraction(one["工资性收入"])
        cost = min(Fraction(one["就业成本"]), wage) if "就业成本" in one else wage * Fraction(3333, 10000)
        own = wage - cost + max(Fraction(one["经营净收入"]), 0) + Fraction(one["财产净收入"])
        own += max(Fraction(one["转移净收入"]) - Fraction(one["不计入收入"]), 0)
        born = one["出生日期"]
        age = DAY.year - born.year - ((DAY.month, DAY.day) < (born.month, born.day))
        unable = age >= 60 or age < 16 or (one["残疾类别"], one["残疾等级"]) in {
            ("肢体", 1), ("肢体", 2), ("智力", 1), ("智力", 2), ("智力", 3), ("精神", 1), ("精神", 2), ("精神", 3),
        }  # fmt: skip
        assets_fit = Fraction(given["家庭"]["金融资产"]) <= standard * 24 * len(members)
        if unable and one["无赡养能力人"] and own < standard and assets_fit:
            continue
        people, income = people + 1, income + own
    line = standard * people
    eligible = people > 0 and income < line and Fraction(given["家庭"]["金融资产"]) <= line * 24
    gap = (line - income) if eligible else Fraction(0)
    return people, income, Fraction(math.floor(gap * 100 + Fraction(1, 2)), 100), eligible


@settings(max_examples=150, deadline=None)
@given(family)
def test_与独立的分数计算分毫不差(given_family):
    outcome = load_ruleset().evaluate(given_family, region="431227", on=DAY, params_overrides=SUPPOSED)
    people, income, amount, eligible = by_fractions(given_family, {"城市": Fraction(550), "农村": Fraction(4300, 12)})
    assert outcome.household["保障人口"] == people
    assert outcome.household["低保资格"] is eligible
    assert Fraction(outcome.household["低保金"]) == amount
    assert outcome.household["家庭月收入"] == Decimal(math.floor(income * 100 + Fraction(1, 2))) / 100


@settings(max_examples=100, deadline=None)
@given(family, st.integers(1, 100_000))
def test_收入多了补差不会多(given_family, extra):
    ruleset = load_ruleset()
    for one in given_family["成员"]:
        one["无赡养能力人"] = False  # leaving 特困 changes who is counted, which is not about income
    before = ruleset.evaluate(given_family, region="370503", on=DAY, params_overrides=SUPPOSED)
    given_family["成员"][0]["转移净收入"] += Decimal(extra) / 100
    after = ruleset.evaluate(given_family, region="370503", on=DAY, params_overrides=SUPPOSED)
    assert after.household["低保金"] <= before.household["低保金"]
    assert not (after.household["低保资格"] and not before.household["低保资格"])


@settings(max_examples=100, deadline=None)
@given(family)
def test_同一家不会既是低保又是低保边缘或渐退(given_family):
    given_family["家庭"] |= {"在保": True, "原月保障金": Decimal(100)}
    outcome = load_ruleset().evaluate(given_family, region="370503", on=DAY)
    household = outcome.household
    assert not (household["低保资格"] and household["低保边缘资格"])
    assert not (household["低保资格"] and household["渐退资格"])
    monthly = [versions[0] for versions in load_ruleset().versions.values() if versions[0].monthly]
    cash = sum(household[r.name] or 0 for r in monthly if r.entity == "户")
    cash += sum(m[r.name] or 0 for m in outcome.members for r in monthly if r.entity == "人")
    assert household["家庭月待遇合计"] == cash
    refused = [r for r in outcome.reasons if r["benefit"] == "assistance.dibao" and "person" not in r]
    assert household["低保资格"] is (not refused)


@settings(max_examples=50, deadline=None)
@given(family)
def test_解释图里的值就是结果(given_family):
    outcome = load_ruleset().evaluate(given_family, region="370503", on=DAY, explain=True)
    nodes = outcome.explanation["nodes"]
    shaped = outcome.as_json()
    ruleset = load_ruleset()

    def computed(name):  # what has no value in this county has no explanation either
        return name not in ruleset.versions or ruleset.versions[name][0].benefit not in outcome.unconfigured

    for name, value in shaped["家庭"].items():
        assert not computed(name) or nodes[name]["value"] == value
    for i, one in enumerate(shaped["成员"], 1):
        shown = {name: value for name, value in one.items() if name != "姓名" and computed(name)}
        assert all(nodes[f"成员{i}.{name}"]["value"] == value for name, value in shown.items())


def test_次序变了结果不变(ruleset):
    members = [
        {"姓名": "甲", "工资性收入": 700, "残疾等级": 1, "残疾类别": "肢体"},
        {"姓名": "乙"},
        {"姓名": "丙", "重病": "是"},
    ]
    one = ruleset.evaluate({"成员": members}, region="990101", on="2026-09-01")
    two = ruleset.evaluate({"成员": members[::-1]}, region="990101", on="2026-09-01")
    assert one.household == two.household
    assert one.members == two.members[::-1]


def test_解释里没有本地不走的分支(ruleset):
    family = {"家庭": {"城乡": "城市"}, "成员": [{"姓名": "甲", "出生日期": "1980-01-01", "工资性收入": 500}]}

    def inputs(mode):
        outcome = ruleset.evaluate(
            family, region="990101", on=date(2026, 10, 1), params_overrides={"低保计发方式": mode}, explain=True
        )
        nodes = outcome.explanation["nodes"]
        assert {i for node in nodes.values() for i in node["inputs"]} <= set(nodes)
        assert "低保计发方式" in nodes["低保金"]["params"]
        return nodes["低保金"]["inputs"]

    assert "成员1.分档金额" not in inputs("补差")
    assert "家庭月收入" in inputs("补差")
    assert "成员1.分档金额" in inputs("分档")
    assert "家庭月收入" not in inputs("分档")


def test_理由里的比例写成百分数而解释里不丢小数(ruleset):
    family = {"家庭": {}, "成员": [{"姓名": "甲"}]}
    indices = {"价格补贴_CPI同比": "0.034", "价格补贴_食品同比": "-0.011", "价格补贴_SCPI同比": "0.041"}
    outcome = ruleset.evaluate(family, region="370503", on=date(2021, 12, 1), params_overrides=indices, explain=True)
    (text,) = [r["text"] for r in outcome.reasons if r["rule"] == "价格补贴_已启动"]
    assert "同比涨幅 3.4%（启动线 3.5%）" in text and "同比涨幅 -1.1%（启动线 6%）" in text
    assert outcome.explanation["nodes"]["价格补贴_涨幅"]["value"] == "0.041"
