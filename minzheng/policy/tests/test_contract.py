"""The contract's output words against an independent calculation in fractions, through every engine."""

import datetime
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minzheng.policy import load_ruleset
from minzheng.policy.bulk.need import missing
from minzheng.policy.tests import oracle

HOME = ["城乡", "金融资产", "房屋套数", "机动车辆", "刚性支出年额", "在保", "超标月数", "原月保障金"]
PERSON = [
    "与户主关系", "出生日期", "工资性收入", "经营净收入", "财产净收入", "转移净收入", "不计入收入", "就业成本", "残疾类别",
    "残疾等级", "重病", "在校", "无劳动能力", "无赡养能力人", "自理不能项数", "孤儿", "事实无人抚养", "集中养育", "能力等级",
    "死亡日期", "户籍在本地",
]  # fmt: skip


def family(random: Random, region: str):
    """One household in the contract's words, near the places where something is decided.

    Nothing is said of what 河口 paid in 2021 for orphans in institutions, so there are none in it.
    """
    on = oracle.PLACES[region]["on"]
    words = [w for w in PERSON if region != "370503" or w != "集中养育"]
    standard = random.choice([667, 869, 730, 880])

    def money(most):
        return random.choice([0, standard, Decimal(random.randrange(most * 100)) / 100, random.randrange(most)])

    people = []
    for _ in range(random.randint(1, 5)):
        years = random.choice(
            [random.randrange(19), 15, 16, 17, 18, 59, 60, 79, 80, 90, 100, random.randrange(20, 105)]
        )
        born = on.replace(year=on.year - years, day=1) - datetime.timedelta(random.choice([-20, 0, 1, 30, 31, 200]))
        facts = {
            "与户主关系": random.choice(["户主", "配偶", "子女", "父母", "其他"]), "出生日期": min(born, on),
            "工资性收入": money(2500), "经营净收入": money(400) - random.choice([0, 0, 300]), "财产净收入": money(300),
            "转移净收入": money(600), "不计入收入": money(200), "就业成本": money(300),
            "残疾类别": random.choice(["视力", "听力", "言语", "肢体", "智力", "精神"]), "残疾等级": random.randint(0, 4),
            "重病": True, "在校": True, "无劳动能力": True, "无赡养能力人": True, "自理不能项数": random.randint(0, 6),
            "孤儿": True, "事实无人抚养": True, "集中养育": True,
            "能力等级": random.choice(["能力完好", "轻度失能", "中度失能", "重度失能", "完全失能"]),
            "死亡日期": on + datetime.timedelta(random.choice([-40, -1, 0, 40])), "户籍在本地": False,
        }  # fmt: skip
        rare = {"死亡日期", "户籍在本地", "孤儿", "事实无人抚养", "集中养育", "无劳动能力", "重病"}
        said = {w: facts[w] for w in words if random.random() < (0.12 if w in rare else 0.5)}
        if said.get("死亡日期") and said["死亡日期"] < said.get("出生日期", datetime.date(1980, 1, 1)):
            del said["死亡日期"]
        people.append(said)
    home = {
        "城乡": random.choice(["城市", "农村"]), "金融资产": random.choice([0, 20_000, 24 * standard, 60_000]),
        "房屋套数": random.choice([0, 1, 2]), "机动车辆": random.choice([0, 0, 1]), "刚性支出年额": 5000,
        "在保": random.random() < 0.5, "超标月数": random.randint(0, 8), "原月保障金": standard,
    }  # fmt: skip
    return {"家庭": {w: home[w] for w in HOME if random.random() < 0.6}, "成员": people}


def comparable(region, home, people):
    """What the naive calculation vouches for: in 河口 totals also hold benefits that it leaves out."""
    if region == "370503":
        home = {w: v for w, v in home.items() if w != "家庭月待遇合计"}
        people = [{w: v for w, v in one.items() if w != "个人月待遇合计"} for one in people]
    return home, [
        {w: v for w, v in one.items() if not (region == "370503" and w in oracle.NOT_THERE)} for one in people
    ]


def differing(region, given_family, home, people):
    """(word, expected, got) of everything that differs; money as fractions."""
    wanted_home, wanted = comparable(region, *oracle.outcome(region, given_family))
    pairs = [(w, v, home[w]) for w, v in wanted_home.items()]
    pairs += [(f"成员{i}.{w}", v, one[w]) for i, (row, one) in enumerate(zip(wanted, people, strict=True), 1) for w, v in row.items()]  # fmt: skip
    return [(w, v, got) for w, v, got in pairs if v != (got if got is None or isinstance(got, bool) else Fraction(got))]


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**32), st.sampled_from(sorted(oracle.PLACES)))
def test_合同的结果与照文件另算的分毫不差(seed, region):
    random, ruleset, on = Random(seed), load_ruleset(), oracle.PLACES[region]["on"]
    for _ in range(40):
        one = family(random, region)
        got = ruleset.evaluate(one, region=region, on=on)
        assert differing(region, one, got.household, got.members) == [], one


@pytest.mark.parametrize("region", sorted(oracle.PLACES))
def test_成批算的与照文件另算的分毫不差(region, tmp_path, ruleset):
    if missing("loop"):
        pytest.skip(f"没有安装 {missing('loop')}")
    from minzheng.policy.tests import bulk_helper as bulk

    random, on = Random(7), oracle.PLACES[region]["on"]
    families = [family(random, region) for _ in range(400)]
    paths = bulk.write(ruleset, on, [(region, one) for one in families], tmp_path, random)
    for found in (bulk.by_loop(ruleset, on, paths, compiled=False), bulk.by_duckdb(ruleset, on, paths)):
        at = 0
        for number, one in enumerate(families):
            wanted_home, wanted = comparable(region, *oracle.outcome(region, one))
            assert {w: found[w][number] for w in wanted_home} == {w: whole(v) for w, v in wanted_home.items()}, one
            for row in wanted:
                assert {w: found[w][at] for w in row} == {w: whole(v) for w, v in row.items()}, one
                at += 1


def whole(value):
    return int(value * 100) if isinstance(value, Fraction) else value
