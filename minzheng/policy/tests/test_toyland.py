"""The engine on the toy county's law."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from minzheng.policy import InputError, Ruleset, Unconfigured, render
from minzheng.policy.cases import all_cases, run_case
from minzheng.policy.evaluate import TOTALS
from minzheng.policy.params import Row

COUNTY, ELSEWHERE = "123456", "129900"
SPRING = date(2012, 3, 1)


def family(*members, **household):
    return {"家庭": household, "成员": list(members)}


def test_童话县的规则没有问题(toyland):
    assert toyland.check() == []


def test_童话县的用例都成立(toyland):
    cases = all_cases(toyland)
    assert len(cases) == 2
    assert [problem for case in cases for problem in run_case(toyland, case)] == []


def test_补差按标准与收入之差(toyland):
    outcome = toyland.evaluate(family({"工钱": 60}, {}), region=COUNTY, on=SPRING)
    assert outcome.household["面包钱"] == Decimal("150.00")
    assert outcome.household["家庭月待遇合计"] == Decimal("150.00")


def test_规则按事情发生的日期选用(toyland):
    old = toyland.evaluate(family({"工钱": 60}), region=COUNTY, on=date(2010, 12, 31))
    new = toyland.evaluate(family({"工钱": 60}), region=COUNTY, on=date(2011, 1, 1))
    assert (old.household["面包钱"], new.household["面包钱"]) == (Decimal(100), Decimal(50))
    assert (old.rule_versions["面包钱"], new.rule_versions["面包钱"]) == ("2001-01-01", "2011-01-01")


def test_法规之前没有待遇(toyland):
    outcome = toyland.evaluate(family({}), region=COUNTY, on=date(2000, 12, 31))
    assert outcome.unconfigured == ["village.bread", "village.lamp"]
    assert outcome.household["面包钱"] is None
    assert outcome.household["家庭月待遇合计"] is None


def test_依据随日期而变规则不变(toyland):
    def law(on):
        outcome = toyland.evaluate(family({}), region=COUNTY, on=on, explain=True)
        return outcome.explanation["nodes"]["面包钱"]["law"]

    assert (law(date(2014, 12, 31)), law(date(2015, 1, 1))) == ("面包法（新）", "面包法（2015年重编）")


@pytest.mark.parametrize(
    ("region", "level", "used"),
    [
        ("123456", "县", "123456"),
        (123456, "县", "123456"),
        ("123456001", "县", "123456"),
        ("123456001002", "县", "123456"),
        ("129900", "省", "120000"),
        ("12", "省", "120000"),
        ("1299", "省", "120000"),
    ],
)
def test_参数就近查找并说明用了哪一级(toyland, region, level, used):
    outcome = toyland.evaluate(family({}), region=region, on=SPRING)
    (found,) = [p for p in outcome.params_used if p["name"] == "面包标准_山下"]
    assert (found["level"], found["region"]) == (level, used)
    assert found["reference"]


def test_年标准最后才除以十二(toyland):
    outcome = toyland.evaluate(family({}, {}, {}, 住处="山上"), region=COUNTY, on=SPRING)
    assert outcome.household["面包钱"] == Decimal("250.00")  # 1000/12 × 3, not 83.33 × 3


def test_定期发放全年加起来等于年标准(toyland):
    paid = [
        toyland.evaluate(family({}, 住处="山上"), region=COUNTY, on=date(2009, month, 5)).household["面包钱"]
        for month in range(1, 13)
    ]
    assert paid[:11] == [Decimal("83.33")] * 11
    assert sum(paid) == 1000


def test_没有参数的福利列为未配置而不影响别的(toyland):
    outcome = toyland.evaluate(family({"出生日期": "1940-01-01"}), region=ELSEWHERE, on=SPRING)
    assert outcome.unconfigured == ["village.lamp"]
    assert outcome.members[0]["灯油钱"] is None
    assert outcome.members[0]["个人月待遇合计"] == 0
    assert outcome.household["面包钱"] == 80


def test_点名要算未配置的福利就报错并说缺什么(toyland):
    with pytest.raises(Unconfigured, match=r"129900 在 2012-03-01 不能计算 village\.lamp：缺少“灯油价”"):
        toyland.evaluate(family({}), region=ELSEWHERE, on=SPRING, targets=["village.lamp"])


def test_每月合计由引擎相加(toyland):
    old = {"姓名": "外婆", "出生日期": "1940-01-01"}
    outcome = toyland.evaluate(family(old, {"姓名": "小红帽"}), region=COUNTY, on=SPRING)
    assert [m["个人月待遇合计"] for m in outcome.members] == [Decimal("9.99"), Decimal(0)]
    assert outcome.household["家庭月待遇合计"] == Decimal("209.99")


def test_比例相乘后当场舍入(toyland):
    carpenter = {"出生日期": "1940-01-01", "手艺": "木匠", "等级": 2}
    outcome = toyland.evaluate(family(carpenter), region=COUNTY, on=SPRING)
    assert outcome.members[0]["灯油钱"] == Decimal("8.74")  # 9.99 × 0.875 = 8.74125


def test_亲戚家的余钱计入(toyland):
    given = family({}) | {"亲戚": [{"亲戚月入": 500, "亲戚人口": 3}, {"亲戚月入": 50}]}
    outcome = toyland.evaluate(given, region=COUNTY, on=SPRING)
    assert [row["接济"] for row in outcome.rows["亲戚户"]] == [Decimal("66.67"), Decimal(0)]
    assert outcome.household["户收入"] == Decimal("66.67")


def test_不适用的显示为空(toyland):
    outcome = toyland.evaluate(family({"离乡": "是"}), region=COUNTY, on=SPRING)
    assert outcome.household["人口"] == 0
    assert outcome.household["人均"] is None


def test_理由带代码名称和算出来的数(toyland):
    outcome = toyland.evaluate(family({"工钱": 500}, 烟囱=3), region=COUNTY, on=SPRING)
    assert [(r["code"], r["title"], r["text"], r["benefit"]) for r in outcome.reasons] == [
        ("R01", "收入超标", "户收入 490.00 元，标准 100.00 元，1 人", "village.bread"),
        ("R02", "烟囱超标", "烟囱 3 个，最多 1 个；面包 100.00 元", "village.bread"),
    ]


def test_理由里才用到的量也算出来(toyland):
    (rule,) = toyland.versions["烟囱不多"]
    assert ("烟囱" in rule.deps, "面包标准" in rule.deps) == (True, True)
    assert "return 烟囱 <= 参数.烟囱上限" in rule.source
    outcome = toyland.evaluate(family({}, 烟囱=3), region=COUNTY, on=SPRING, targets=["烟囱不多"])
    assert outcome.reasons[0]["text"] == "烟囱 3 个，最多 1 个；面包 100.00 元"


def test_假设的参数不改变原来的结果(toyland):
    supposed = toyland.evaluate(
        family({}), region=COUNTY, on=SPRING, params_overrides={"面包标准_山下": "1500 元/年", "面包舍入": "YUAN_UP"}
    )
    assert supposed.household["面包钱"] == 125
    assert {p["level"] for p in supposed.params_used if p["name"].startswith(("面包标准_山下", "面包舍入"))} == {"假设"}
    assert toyland.evaluate(family({}), region=COUNTY, on=SPRING).household["面包钱"] == 100


def test_数据库里的值排在文件之前(toyland):
    row = Row("面包标准_山下", COUNTY, Decimal("300.00"), date(2012, 1, 1), date(2012, 12, 31), "元/月", "草案", "demo")
    changed = toyland.with_params([row])
    assert changed.evaluate(family({}), region=COUNTY, on=SPRING).household["面包钱"] == 300
    assert changed.evaluate(family({}), region=COUNTY, on=date(2013, 1, 1)).household["面包钱"] == 100
    assert changed.sha != toyland.sha
    assert toyland.evaluate(family({}), region=COUNTY, on=SPRING).household["面包钱"] == 100


def test_同一时段的日子共用一份规则而各按各的日子算(toyland):
    given = family({"出生日期": "1952-03-02"})
    before = toyland.evaluate(given, region="123456001", on=date(2012, 3, 1))
    after = toyland.evaluate(given, region="123456002", on=date(2012, 3, 2))
    assert (before.on, after.on) == (date(2012, 3, 1), date(2012, 3, 2))
    assert (before.region, after.region) == ("123456001000", "123456002000")
    assert (before.members[0]["灯油钱"], after.members[0]["灯油钱"]) == (Decimal(0), Decimal("9.99"))


def test_只算要的结果(toyland):
    outcome = toyland.evaluate(family({}), region=COUNTY, on=SPRING, targets=["人口"])
    assert set(outcome.household) == {"人口", TOTALS[1]}
    assert set(outcome.rule_versions) == {"人口", "在家"}


def test_没有的目标报错(toyland):
    with pytest.raises(InputError, match="没有“月亮”这个结果或福利"):
        toyland.evaluate(family({}), region=COUNTY, on=SPRING, targets=["月亮"])


def test_解释是一张共用节点的图(toyland):
    outcome = toyland.evaluate(family({"姓名": "汉斯", "工钱": 60}, {}), region=COUNTY, on=SPRING, explain=True)
    graph = outcome.explanation
    assert all(set(node) == {"name", "value", "inputs", "params", "law"} for node in graph["nodes"].values())
    assert all(i in graph["nodes"] for node in graph["nodes"].values() for i in node["inputs"])
    assert all(root in graph["nodes"] for root in graph["roots"])
    assert graph["nodes"]["面包钱"]["value"] == "150.00"
    assert set(graph["nodes"]["户收入"]["inputs"]) == {"成员1.在家", "成员2.在家", "成员1.实得", "成员2.实得"}
    assert graph["nodes"]["成员1.实得"]["params"]["车钱定额"]["value"] == "10.00"
    assert graph["nodes"]["成员1.工钱"] == {"name": "工钱", "value": "60.00", "inputs": [], "params": {}, "law": ""}


def test_解释的节点都能从根走到(toyland):
    graph = toyland.evaluate(family({}, {}), region=COUNTY, on=SPRING, explain=True).explanation
    reached, stack = set(), list(graph["roots"])
    while stack:
        node = stack.pop()
        if node not in reached:
            reached.add(node)
            stack += graph["nodes"][node]["inputs"]
    assert reached == set(graph["nodes"])


def test_解释读得懂(toyland):
    outcome = toyland.evaluate(family({"姓名": "汉斯", "工钱": 60}), region=COUNTY, on=SPRING, explain=True)
    text = render(outcome, ["面包钱"])
    assert "面包钱 = 50.00  〔面包法（新）〕" in text
    assert "办法：新法：补差。" in text
    assert "参数：面包标准_山下 = 100.00 元/月（县 123456；县令第七号）" in text
    assert "汉斯的工钱 60.00" in text


def test_结果可以当成文本(toyland):
    outcome = toyland.evaluate(family({"姓名": "汉斯"}), region=COUNTY, on="2012-03-01", explain=True)
    shaped = outcome.as_json()
    assert list(shaped) == ["家庭", "成员", "未配置", "解释"]
    assert shaped["家庭"]["面包钱"] == "100.00"
    assert shaped["家庭"]["面包资格"] is True
    assert shaped["成员"][0]["姓名"] == "汉斯"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"家庭": {"烟窗": 1}, "成员": [{}]}, "不认识“烟窗”"),
        ({"家庭": {"工钱": 1}, "成员": [{}]}, "“工钱”是成员的词"),
        ({"成员": [{"存粮": 1}]}, "“存粮”是家庭的词"),
        ({"成员": [{"工钱": "-0.01"}]}, "不能是负数"),
        ({"成员": [{"工钱": "1,000"}]}, "应为金额"),
        ({"成员": [{"工钱": "１００"}]}, "应为金额"),
        ({"成员": [{"工钱": True}]}, "应为金额"),
        ({"成员": [{"工钱": "0.001"}]}, "最多 2 位小数"),
        ({"成员": [{"工钱": "1000000000.01"}]}, "超过了"),
        ({"成员": [{"等级": 5}]}, "应在 0 到 4 之间"),
        ({"成员": [{"离乡": "也许"}]}, "应为 是 或 否"),
        ({"成员": [{"手艺": "裁缝"}]}, "只能是 木匠、铁匠、无"),
        ({"成员": [{"出生日期": "2012-3-1"}]}, "应为“年-月-日”"),
        ({"成员": [{"出生日期": "2012-03-02"}]}, "晚于核算日期"),
        ({"成员": []}, "至少要有一名成员"),
        ({}, "至少要有一名成员"),
        ({"成员": {"姓名": "汉斯"}}, "应是一个列表"),
        ({"成员": ["汉斯"]}, "应是若干“词: 值”"),
        ({"家人": [{}]}, "不认识“家人”"),
    ],
)
def test_错误的输入说出哪里错(toyland, given, message):
    with pytest.raises(InputError, match=message):
        toyland.evaluate(given, region=COUNTY, on=SPRING)


@pytest.mark.parametrize("code", ["1234567", "12345a", "", "１２３４５６", "1"])
def test_错误的区划代码(toyland, code):
    with pytest.raises(InputError, match="行政区划代码应为"):
        toyland.evaluate(family({}), region=code, on=SPRING)


def test_规则集的指纹随内容而变(toyland, tmp_path):
    import shutil

    folder = Path(toyland.business).parent
    shutil.copytree(folder, tmp_path / "copy")
    same = Ruleset(tmp_path / "copy/law", tmp_path / "copy/regions", tmp_path / "copy/words.yaml")
    assert same.sha == toyland.sha
    path = tmp_path / "copy/regions/123456/lamp.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("9.99", "9.98"), encoding="utf-8")
    other = Ruleset(tmp_path / "copy/law", tmp_path / "copy/regions", tmp_path / "copy/words.yaml")
    assert other.sha != toyland.sha
