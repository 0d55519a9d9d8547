"""What the compiler proves before anything runs: ranges, divisions, empty words; and what it prints."""

import datetime

import pytest

from minzheng.policy.compile import CompileError, Plan
from minzheng.policy.lowering import fold, substitute
from minzheng.policy.tests.test_fail_if import Plant
from minzheng.policy.whole import ceiling, full_years, half_up, monthly, round_whole

DAY = datetime.date(2012, 3, 1)
R = '@rule("户", since="2001-01-01", law="盐法", output=True)\n'
P = '@rule("人", since="2001-01-01", law="盐法", output=True)\n'
PRICE = "盐价: {type: 元, unit: 元/月, basis: 盐法, floor: 0, default: {value: 1, reference: 盐法, evidence: demo}}\n"
SHARE = "盐比: {type: 比例, unit: 比例, basis: 盐法, default: {value: 1, reference: 盐法, evidence: demo}}\n"


@pytest.fixture
def plant(tmp_path):
    return Plant(tmp_path / "toyland")


def plan(plant, rule, *params):
    plant.param("".join(params))
    plant.rule(rule)
    ruleset = plant.ruleset()
    assert [str(f) for f in ruleset.check() if f.check != "bulk_range"] == []
    return Plan(ruleset, DAY, ["123456"])


def test_超过六十四位的说明规则和行而SQL仍能算(plant, tmp_path):
    pytest.importorskip("numpy")
    pytest.importorskip("numba")
    from minzheng.policy.targets import loop

    rule = (
        R
        + "def 盐钱(户收入, 存粮, 参数) -> 元:\n    甲 = (户收入 + 存粮) * 参数.盐比\n    return 四舍五入到分(甲 * 参数.盐比 * 参数.盐比)"
    )
    made = plan(plant, rule, SHARE)
    assert len(made.ranges.too_wide) == 1
    finding = made.ranges.too_wide[0]
    assert "planted/rules.py:3 规则〈盐钱〉：最大可到" in str(finding)
    assert "超过 64 位整数；请给用到的参数写更小的 ceiling" in finding.message
    assert finding in made.ruleset.check()
    with pytest.raises(CompileError, match="规则〈盐钱〉"):
        loop.build(made)


def test_超过六十四位的由SQL用更宽的整数算对(plant, tmp_path):
    pytest.importorskip("duckdb")
    from minzheng.policy.tests import bulk_helper as bulk

    rule = (
        R
        + "def 盐钱(户收入, 存粮, 参数) -> 元:\n    甲 = (户收入 + 存粮) * 参数.盐比\n    return 四舍五入到分(甲 * 参数.盐比 * 参数.盐比)"
    )
    ruleset = plan(plant, rule, SHARE.replace("value: 1", "value: 0.3333")).ruleset
    listed = [
        ("123456", {"家庭": {"存粮": "999999999.99"}, "成员": [{"工钱": "999999999.97"}] * n}) for n in range(1, 9)
    ]
    paths = bulk.write(ruleset, DAY, listed, tmp_path)
    expected = bulk.scalar(ruleset, DAY, listed)
    assert max(expected["盐钱"]) > 2**34
    assert bulk.differences(expected, bulk.by_duckdb(ruleset, DAY, paths)) == []


def test_除数可能是零(plant):
    with pytest.raises(CompileError, match=r"planted/rules.py:3 规则〈盐钱〉：除数可能是零，要先判断再除"):
        plan(plant, R + "def 盐钱(户收入, 人口) -> 元:\n    return 四舍五入到分(平均(户收入, 人口))")


@pytest.mark.parametrize(
    "body",
    [
        "    if 人口 == 0:\n        return 0\n    return 四舍五入到分(平均(户收入, 人口))",
        "    if 人口 > 0 and 户收入 > 0:\n        return 四舍五入到分(平均(户收入, 人口))\n    return 0",
        "    if not 人口 > 0:\n        return 0\n    return 四舍五入到分(平均(户收入, 人口))",
        "    return 0 if 人口 <= 0 else 四舍五入到分(平均(户收入, 人口))",
    ],
)
def test_先判断再除的可以(plant, body):
    assert plan(plant, R + "def 盐钱(户收入, 人口) -> 元:\n" + body)


def test_可以不填的词要先问(plant):
    with pytest.raises(CompileError, match=r"规则〈盐钱〉：“车钱”可以不填，要先问 is None 再用"):
        plan(plant, P + "def 盐钱(工钱, 车钱) -> 元:\n    return max(工钱 - 车钱, 0)")


@pytest.mark.parametrize(
    "body",
    [
        "    if 车钱 is None:\n        return 0\n    return 车钱",
        "    if 车钱 is not None and 车钱 > 工钱:\n        return 工钱\n    return 0",
        "    return 0 if 车钱 is None or 车钱 > 工钱 else 车钱",
    ],
)
def test_先问过的可以(plant, body):
    assert plan(plant, P + "def 盐钱(工钱, 车钱) -> 元:\n" + body)


def test_只与参数有关的先算好(plant):
    made = plan(
        plant,
        R + "def 盐钱(户收入, 参数) -> 元:\n    return max(户收入 - 四舍五入到分(参数.盐价 * 参数.盐比), 0)",
        PRICE,
        SHARE,
    )
    (op, left, (kind, name)) = made.steps["盐钱"].tree[1]
    assert (op, left, kind) == ("-", ("col", "户收入"), "param")
    assert made.table[0][name] == 100


def test_县里自己的规定成批也用(plant, tmp_path):
    pytest.importorskip("numba")
    from minzheng.policy.tests import bulk_helper as bulk

    own = '@rule("户", since="2010-01-01", law="县盐规", region="123456", output=True)\n'
    plant.rule(
        R
        + "def 盐钱(户收入) -> 元:\n    return 户收入\n"
        + own
        + "def 盐钱(面包钱, 参数) -> 未舍入元:\n    return 面包钱 * 参数.盐比\n"
    )
    plant.param(SHARE.replace("value: 1", "value: 0.5"))
    ruleset = plant.ruleset()
    assert ruleset.check() == []
    listed = [
        (region, {"成员": [{"工钱": n}, {}]}) for region in ("123456", "129900", "123456001") for n in (0, 60, "99.99")
    ]
    paths = bulk.write(ruleset, DAY, listed, tmp_path)
    expected = bulk.scalar(ruleset, DAY, listed)
    assert len(set(expected["盐钱"])) > 4
    assert bulk.differences(expected, bulk.by_loop(ruleset, DAY, paths, compiled=False)) == []
    assert bulk.differences(expected, bulk.by_duckdb(ruleset, DAY, paths)) == []


def test_负的金额四舍五入与单户相同(plant, tmp_path):
    pytest.importorskip("numba")
    from minzheng.policy.tests import bulk_helper as bulk

    words = ("四舍五入到分", "见分进角", "见角进元", "四舍五入到元")
    rules = [
        f"{P}def 盐{i}(工钱, 欠账, 参数) -> 元:\n    return {word}((工钱 + 欠账) * 参数.盐比)\n"
        for i, word in enumerate(words)
    ]
    ruleset = plan(plant, "".join(rules), SHARE.replace("value: 1", "value: 0.3333")).ruleset
    members = [{"欠账": f"-{n}.{n % 100:02}", "工钱": n % 7} for n in range(90)]
    listed = [("123456", {"成员": members})]
    paths = bulk.write(ruleset, DAY, listed, tmp_path)
    expected = bulk.scalar(ruleset, DAY, listed)
    assert min(expected["盐0"]) < 0
    assert bulk.differences(expected, bulk.by_loop(ruleset, DAY, paths, compiled=False)) == []
    assert bulk.differences(expected, bulk.by_duckdb(ruleset, DAY, paths)) == []


def test_真规则都在六十四位以内(ruleset):
    for on in (datetime.date(2015, 6, 1), datetime.date(2021, 9, 1), datetime.date(2026, 9, 1)):
        assert Plan(ruleset, on, ["990101", "420800", "370503", "431227"]).ranges.too_wide == []


# ---- whole numbers


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        ((half_up, 5, 10), 1), ((half_up, -5, 10), -1), ((half_up, 4, 10), 0), ((half_up, 3, 0), 0), ((half_up, 1, 3), 0),
        ((half_up, 2, 3), 1), ((ceiling, 1, 10), 1), ((ceiling, -1, 10), 0), ((ceiling, 20, 10), 2), ((ceiling, 1, 0), 0),
        ((round_whole, 1, 101, 1), 110), ((round_whole, 2, 101, 1), 200), ((round_whole, 3, 149, 1), 100),
        ((monthly, 0, 100, 1, 3), 8), ((monthly, 0, 100, 1, 12), 12), ((full_years, 20040229, 20230228), 18),
        ((full_years, 20040229, 20230301), 19),
    ],
)  # fmt: skip
def test_整数的算法(call, answer):
    assert call[0](*call[1:]) == answer


@pytest.mark.parametrize(
    ("tree", "answer"),
    [
        (("if", ("lit", True), ("col", "甲"), ("col", "乙")), ("col", "甲")),
        (("and", ("col", "甲"), ("lit", False)), ("lit", False)),
        (("or", ("lit", False), ("col", "甲")), ("col", "甲")),
        (("not", ("not", ("col", "甲"))), ("col", "甲")),
        (("<", ("lit", 1), ("lit", 2)), ("lit", True)),
        (("+", ("col", "甲"), ("lit", 0)), ("col", "甲")),
        (("*", ("lit", 1), ("col", "甲")), ("col", "甲")),
        (("isnull", ("lit", None)), ("lit", True)),
        (("-", ("lit", 0), ("col", "甲")), ("-", ("lit", 0), ("col", "甲"))),
    ],
)
def test_能定的先定(tree, answer):
    assert fold(tree) == answer


def test_换掉一列后再定():
    tree = ("if", (">", ("col", "甲"), ("lit", 3)), ("col", "乙"), ("lit", 0))
    assert substitute(tree, {"甲": ("lit", 4)}) == ("col", "乙")


OPTIONAL = """
人:
  盐卡: {type: 是否, optional: 是, title: 有没有盐卡}
  盐色: {type: 选项, choices: {白: [雪白], 红: []}, optional: 是, title: 要哪种盐}
  盐日: {type: 日期, optional: 是, title: 买盐的日子}
  盐斤: {type: 整数, min: 0, max: 9, optional: 是, title: 几斤}
"""


def test_可以不填的词各种类型三种算法相同(plant, tmp_path):
    """Nothing said is neither 否 nor 0 nor the first choice, in any engine, whether the column is there or not."""
    pytest.importorskip("numba")
    from minzheng.policy.tests.test_engines_agree import agree

    plant.rule(
        P + "def 卡(盐卡, 离乡) -> 是否:\n    if 盐卡 is not None:\n        return 盐卡\n    return 离乡\n"
        + P + 'def 色(盐色) -> 整数:\n    if 盐色 is None:\n        return 12\n    return 1 if 盐色 == "红" else 0\n'
        + P + "def 日(盐日, 核算日) -> 是否:\n    return 盐日 is None or 盐日 < 核算日\n"
        + P + "def 斤(盐斤, 盐卡) -> 整数:\n    return 0 if 盐斤 is None or (盐卡 is not None and not 盐卡) else 盐斤\n"
    )  # fmt: skip
    (plant.folder / "law/village/planted/words.yaml").write_text(OPTIONAL, encoding="utf-8")
    ruleset = plant.ruleset()
    assert ruleset.check() == []
    said = [
        {}, {"盐卡": "否"}, {"盐卡": "是"}, {"盐卡": "否", "离乡": "是"}, {"离乡": "是"}, {"盐色": "雪白"}, {"盐色": "红"},
        {"盐日": "2012-02-29"}, {"盐日": "2012-03-01"}, {"盐斤": 0}, {"盐斤": 9}, {"盐斤": 9, "盐卡": "否"},
    ]  # fmt: skip
    for members in (said, [{}]):
        agree(ruleset, DAY, [("123456", {"成员": members})], tmp_path, compiled=True)
    got = ruleset.evaluate({"成员": said}, region="123456", on=DAY)
    assert [m["色"] for m in got.members] == [12] * 5 + [0, 1] + [12] * 5
    assert [m["卡"] for m in got.members[:5]] == [False, False, True, False, True]
