"""Every way a rule set can be wrong is planted once, and must be found with file, line and the offending line."""

import re
import shutil
import textwrap

import pytest

from minzheng.policy import Ruleset, RulesetError, load_ruleset
from minzheng.policy.fail_if import CHECKS
from minzheng.policy.tests.conftest import TOYLAND

HEAD = "from minzheng.policy.rules import *  # noqa: F403\n"


class Plant:
    """A copy of the toy county in which one thing is spoilt."""

    def __init__(self, folder):
        self.folder = folder
        shutil.copytree(TOYLAND, folder, dirs_exist_ok=True)

    def ruleset(self) -> Ruleset:
        return Ruleset(self.folder / "law", self.folder / "regions", self.folder / "words.yaml")

    def found(self) -> list[str]:
        return [str(finding) for finding in self.ruleset().check()]

    def rule(self, text: str) -> None:
        """A benefit of its own with the given rule(s)."""
        place = self.folder / "law/village/planted"
        place.mkdir(exist_ok=True)
        source = textwrap.dedent(text).strip()
        (place / "rules.py").write_text(HEAD + source + "\n", encoding="utf-8")

    def param(self, text: str) -> None:
        place = self.folder / "law/village/planted"
        place.mkdir(exist_ok=True)
        (place / "params.yaml").write_text(textwrap.dedent(text), encoding="utf-8")

    def region(self, code: str, name: str, text: str) -> None:
        place = self.folder / "regions" / code
        place.mkdir(exist_ok=True)
        (place / name).write_text(textwrap.dedent(text), encoding="utf-8")


@pytest.fixture
def plant(tmp_path):
    return Plant(tmp_path / "toyland")


def located(found: str) -> bool:
    """File and line stand before the sentence, and the line itself below it."""
    told = re.match(r"(?P<file>\S+\.(py|yaml)):(?P<line>[1-9][0-9]*) .+\n    (?P<source>\S.*)$", found, re.DOTALL)
    return told is not None


def one(plant, needle):
    """Exactly one finding has the needle; it is returned for closer looks."""
    found = [f for f in plant.found() if needle in f]
    assert len(found) == 1, plant.found()
    return found[0]


R = '@rule("户", since="2001-01-01", law="法")\n'

RULE_MISTAKES = [
    ("未舍入的金额不能存", R + "def 甲(面包标准, 参数) -> 元:\n    return 面包标准 * 参数.木匠折扣", "未舍入的金额不能存储或发放"),
    ("按人数平均的必须当场舍入", R + "def 甲(户收入, 人口) -> 元:\n    return 平均(户收入, 人口)", "必须当场写明舍入方式"),
    ("平均后的金额不能再相加", R + "def 甲(户收入, 人口) -> 元:\n    return 平均(户收入, 人口) + 户收入", "必须先写明舍入方式"),
    ("未舍入的金额不能发放", '@rule("户", since="2001-01-01", law="法", monthly=True)\ndef 甲(面包标准) -> 未舍入元:\n    return 面包标准', "不能作为待遇发放"),
    ("不认识的名字", R + "def 甲(面包师) -> 元:\n    return 面包师", "不认识“面包师”"),
    ("没写进参数表", R + "def 甲() -> 元:\n    return 户收入", "请写进函数的参数表"),
    ("没有声明的参数", R + "def 甲(参数) -> 元:\n    return 参数.盐价", "没有声明参数“盐价”"),
    ("规则里写小数", R + "def 甲(户收入) -> 未舍入元:\n    return 户收入 * 0.4", "不许写数字 0.4"),
    ("规则里写整数", R + "def 甲(人口) -> 是否:\n    return 人口 > 3", "不许写数字 3"),
    ("文字不是选项", R + 'def 甲(住处) -> 是否:\n    return 住处 == "河边"', "“住处”没有“河边”这个选项"),
    ("文字不能当数", R + 'def 甲() -> 元:\n    return "五元"', "只能用来和选项比较"),
    ("个人的量要汇总", R + "def 甲(实得) -> 元:\n    return 实得", "sum/any/all(… for 人 in 成员)"),
    ("没用到的个人的量也不能点名", R + "def 甲(实得, 户收入) -> 元:\n    return 户收入", "sum/any/all(… for 人 in 成员)"),
    ("成员没有这个量", R + "def 甲(成员) -> 元:\n    return sum(人.户收入 for 人 in 成员)", "人没有“户收入”这个量"),
    ("人的规则不能汇总", '@rule("人", since="2001-01-01", law="法")\ndef 甲(成员) -> 元:\n    return sum(人.实得 for 人 in 成员)', "只有“户”的规则可以汇总成员"),
    ("只供显示的量不能参加计算", R + "def 甲(人均) -> 元:\n    return 人均", "只供显示"),
    ("金额不能乘金额", R + "def 甲(户收入, 存粮) -> 元:\n    return 户收入 * 存粮", "不能这样运算"),
    ("金额不能和人数比", R + "def 甲(户收入, 人口) -> 是否:\n    return 户收入 < 人口", "不能放在一起计算或比较"),
    ("不用除号", R + "def 甲(户收入, 人口) -> 元:\n    return 户收入 / 人口", "规则里不用除号"),
    ("返回类型不符", R + "def 甲(户收入) -> 整数:\n    return 户收入", "声明返回整数，实际算出的是元"),
    ("没有写返回类型", R + "def 甲(户收入):\n    return 户收入", "要写明返回类型"),
    ("有的分支没有返回", R + "def 甲(户收入, 面包资格) -> 元:\n    if 面包资格:\n        return 户收入", "有的分支没有 return"),
    ("不能用循环", R + "def 甲(户收入) -> 元:\n    for i in 户收入:\n        return i", "只能用 if、return"),
    ("不能调用别的函数", R + "def 甲(户收入) -> 元:\n    return abs(户收入)", "不能这样用“abs”"),
    ("是否不能相加", R + "def 甲(成员) -> 整数:\n    return sum(人.在家 for 人 in 成员)", "是否不能相加"),
    ("必填的词不能看是否为空", R + "def 甲(存粮) -> 是否:\n    return 存粮 is None", "is 只能用来看可以不填的词"),
    ("中间量不能遮住别的名字", R + "def 甲(存粮) -> 元:\n    人口 = 存粮\n    return 人口", "是别的规则或词的名字"),
    ("条件必须是是否", R + "def 甲(存粮) -> 元:\n    if 存粮:\n        return 存粮\n    return 0", "这里要一个是/否的条件"),
    ("没有依据", '@rule("户", since="2001-01-01", law=" ")\ndef 甲() -> 元:\n    return 0', "没有写依据"),
    ("依据的日期晚于规则", '@rule("户", since="2001-01-01", law={"2002-01-01": "法"})\ndef 甲() -> 元:\n    return 0', "自 2001-01-01 起没有写依据"),
    ("对象不认识", '@rule("村", since="2001-01-01", law="法")\ndef 甲() -> 元:\n    return 0', "写在“村”上"),
    ("与词同名", R + "def 存粮() -> 元:\n    return 0", "与词表里的词同名"),
    ("止日早于起日", '@rule("户", since="2001-01-01", until="2000-01-01", law="法")\ndef 甲() -> 元:\n    return 0', "until 2000-01-01 早于 since 2001-01-01"),
    ("日期写错", '@rule("户", since="2001-02-30", law="法")\ndef 甲() -> 元:\n    return 0', "没有“2001-02-30”这一天"),
    ("条件没有代码", '@rule("户", since="2001-01-01", law="法", refuse="太富", because="太富")\ndef 甲(面包资格) -> 是否:\n    return 面包资格', "refuse 要写成“R01 名称”"),
    ("条件不是是否", '@rule("户", since="2001-01-01", law="法", refuse="R01 太富", because="太富")\ndef 甲(存粮) -> 元:\n    return 存粮', "应返回 是否"),
    ("理由用了没有用到的量", '@rule("户", since="2001-01-01", law="法", refuse="R01 太富", because="{存粮}")\ndef 甲(面包资格) -> 是否:\n    return 面包资格', "理由里用了规则没有用到的“存粮”"),
    ("每月待遇不是钱", '@rule("户", since="2001-01-01", law="法", monthly=True)\ndef 甲(人口) -> 整数:\n    return 人口', "应是“人”或“户”的规则并返回 元"),
    ("引入别的模块", "import os\n" + R + "def 甲() -> 元:\n    return 0", "只能从 minzheng.policy.rules 引入"),
    ("全角字母", R + "def 甲(存粮) -> 元:\n    Ａ数 = 存粮\n    return Ａ数", "全角或兼容字符"),
    ("语法错误", "def 甲(:\n    pass", "规则文件读不进来"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), [r[1:] for r in RULE_MISTAKES], ids=[r[0] for r in RULE_MISTAKES])
def test_规则写错(plant, text, message):
    plant.rule(text)
    found = [f for f in plant.found() if message in f]
    assert found, plant.found()
    assert "planted/rules.py:" in found[0]
    assert located(found[0]), found[0]


def test_错误指到行并引出原文(plant):
    plant.rule(R + 'def 甲(户收入, 参数) -> 未舍入元:\n    """说明。"""\n    return 户收入 * 0.4')
    found = one(plant, "不许写数字")
    assert "planted/rules.py:5 规则〈甲〉：规则里不许写数字 0.4" in found
    assert found.endswith("\n    return 户收入 * 0.4")


def test_循环依赖给出路径(plant):
    plant.rule(
        R
        + "def 子(寅) -> 元:\n    return 寅\n"
        + R
        + "def 丑(子) -> 元:\n    return 子\n"
        + R
        + "def 寅(丑) -> 元:\n    return 丑"
    )
    found = one(plant, "循环依赖")
    assert "规则循环依赖：子 → 寅 → 丑 → 子" in found
    assert located(found), found


def test_两版日期重叠(plant):
    plant.rule(R + "def 甲() -> 元:\n    return 0\n" + R.replace("2001", "2005") + "def 甲() -> 元:\n    return 0")
    assert "自 2001-01-01 与自 2005-01-01 的两版日期重叠" in one(plant, "重叠")


def test_两版之间有空档(plant):
    plant.rule(
        '@rule("户", since="2001-01-01", until="2003-12-31", law="法")\ndef 甲() -> 元:\n    return 0\n'
        + R.replace("2001", "2005")
        + "def 甲() -> 元:\n    return 0"
    )
    assert "从 2004-01-01 到 2004-12-31 没有任何一版" in one(plant, "没有任何一版")


def test_别处定义过的名字(plant):
    plant.rule(R.replace("2001", "2050") + "def 人均() -> 元:\n    return 0")
    assert any("各版须在同一文件" in f for f in plant.found())


def test_没有人用的参数(plant):
    plant.param("盐价: {type: 元, unit: 元/月, basis: 盐法}")
    plant.rule(R + "def 甲() -> 元:\n    return 0")
    assert "planted/params.yaml:1 参数“盐价”没有规则用到" in one(plant, "没有规则用到")


DECLARATIONS = [
    ("没有依据", "盐价: {type: 元, unit: 元/月}", "没有写依据"),
    ("没有单位", "盐价: {type: 元, basis: 盐法}", "没有写单位"),
    ("没有类型", "盐价: {unit: 元/月, basis: 盐法}", "要写 type"),
    ("级别不对", "盐价: {type: 元, unit: 元/月, basis: 盐法, set_by: [街]}", "set_by 只能是"),
    ("选项没有选项", "盐价: {type: 选项, basis: 盐法}", "没有写 choices"),
    ("前提不存在", "盐价: {type: 元, unit: 元/月, basis: 盐法, required_if: {糖: 是}}", "required_if 所看的“糖”"),
    ("默认值写错", "盐价: {type: 元, unit: 元/月, basis: 盐法, default: {value: 多}}", "default 写错了"),
    ("默认值没有出处", "盐价: {type: 元, unit: 元/月, basis: 盐法, default: {value: 1, evidence: demo}}", "没有写出处"),
    ("默认值没有证据", "盐价: {type: 元, unit: 元/月, basis: 盐法, default: {value: 1, reference: 盐法}}", "证据标记"),
    ("声明了两次", "灯油价: {type: 元, unit: 元/月, basis: 盐法}", "已在"),
    (
        "键写了两次",
        "盐价: {type: 元, unit: 元/月, basis: 盐法}\n盐价: {type: 元, unit: 元/月, basis: 盐法}",
        "“盐价”写了两次",
    ),
    ("全角名字", "盐价Ａ: {type: 元, unit: 元/月, basis: 盐法}", "全角、兼容字符"),
    ("引用", "盐价: &a {type: 元, unit: 元/月, basis: 盐法}", "不支持 YAML 的锚点"),
]


@pytest.mark.parametrize(("text", "message"), [d[1:] for d in DECLARATIONS], ids=[d[0] for d in DECLARATIONS])
def test_参数声明写错(plant, text, message):
    plant.param(text)
    plant.rule(R + "def 甲(参数) -> 元:\n    return 参数.盐价")
    found = [f for f in plant.found() if message in f]
    assert found, plant.found()
    assert "planted/params.yaml:" in found[0]
    assert located(found[0]), found[0]


def value(since="2011-01-01", until="", number="9.99", **more):
    rows = {"since": since, "until": until, "value": number, "reference": "县令", "evidence": "demo"} | more
    return "  - {" + ", ".join(f"{k}: {v}" for k, v in rows.items() if v) + "}\n"


VALUES = [
    ("没有出处", "灯油价:\n" + value(reference=""), "没有写出处"),
    ("证据不认识", "灯油价:\n" + value(evidence="听说"), "证据标记"),
    ("没有起日", "灯油价:\n" + value(since=""), "缺少 since"),
    ("没有值", "灯油价:\n" + value(number=""), "缺少 value"),
    ("不是金额", "灯油价:\n" + value(number="很多"), "应为金额"),
    ("低于下限", "灯油价:\n" + value(number="-1"), "低于下限 0"),
    ("高于上限", "木匠折扣:\n" + value(number="1.5"), "高于上限 1"),
    ("超过总上限", "灯油价:\n" + value(number="1000001"), "超过 1000000，请核对单位"),
    ("比例超过四位小数", "木匠折扣:\n" + value(number="0.12345"), "最多 4 位小数"),
    ("单位不允许", "灯油价:\n" + value(unit="元/年"), "单位应为 元/月"),
    ("日期重叠", "灯油价:\n" + value() + value(since="2012-01-01"), "日期重叠"),
    (
        "日期有空档",
        "灯油价:\n" + value(until="2011-12-31") + value(since="2012-02-01"),
        "从 2012-01-01 到 2012-01-31 没有值",
    ),
    ("止日早于起日", "灯油价:\n" + value(until="2010-01-01"), "until 2010-01-01 早于 since"),
    ("没有的日子", "灯油价:\n" + value(since="2011-02-30"), "没有“2011-02-30”这一天"),
    ("没有声明的参数", "盐价:\n" + value(), "没有哪项福利声明过参数“盐价”"),
    ("不是列表", "灯油价: 9.99", "应是一个列表"),
    ("放错文件", "烟囱上限:\n" + value(number="2"), "值应写在 bread.yaml"),
]


@pytest.mark.parametrize(("text", "message"), [v[1:] for v in VALUES], ids=[v[0] for v in VALUES])
def test_地区的值写错(plant, text, message):
    plant.region("123456", "lamp.yaml", text)
    found = [f for f in plant.found() if message in f]
    assert found, plant.found()
    assert "123456/lamp.yaml:" in found[0]
    assert located(found[0]), found[0]


def test_没有权限的级别(plant):
    plant.region("123400", "lamp.yaml", "灯油价:\n" + value())
    assert "参数“灯油价”不能由市级（123400）规定，只能由 县 规定" in one(plant, "不能由市级")


def test_全国只放核对过的法定值(plant):
    plant.region("000000", "lamp.yaml", "老人岁数:\n" + value(number="65"))
    assert "全国（000000）只放已核对原文的法定值" in one(plant, "全国（000000）")


def test_低于上级规定的最低标准按月比较(plant):
    plant.region("123456", "bread.yaml", "面包标准_山上:\n" + value(since="2012-01-01", number="83.33"))
    found = one(plant, "规定的最低")
    assert "83.33元/月 低于省（120000）规定的最低 1000.00元/年" in found
    assert located(found), found


def test_等于上级最低标准的可以(plant):
    plant.region("123456", "bread.yaml", "面包标准_山上:\n" + value(since="2012-01-01", number="1000", unit="元/年"))
    assert plant.found() == []


def test_文件夹名必须是区划代码(plant):
    plant.region("1234", "lamp.yaml", "灯油价:\n" + value())
    assert "文件夹名应写成 123400" in one(plant, "文件夹名")


def test_词只声明一次(plant):
    place = plant.folder / "law/village/planted"
    plant.rule(R + "def 甲() -> 元:\n    return 0")
    (place / "words.yaml").write_text('户:\n  存粮: {type: 元, default: "0"}\n', encoding="utf-8")
    assert any("词“存粮”已在 words.yaml:" in f for f in plant.found())


def test_错了的规则集不能用(plant):
    plant.rule(R + "def 甲(户收入) -> 元:\n    return 户收入 * 0.4")
    with pytest.raises(RulesetError, match="不许写数字"):
        load_ruleset(plant.folder / "law", plant.folder / "regions", plant.folder / "words.yaml")


def test_检查都有说明():
    assert all((check.__doc__ or "").startswith("Fail if") for check in CHECKS)


def test_县的最低标准也管到乡镇(plant):
    """A floor is a floor for every level below, not only for the next."""
    plant.region("123456", "bread.yaml", "面包标准_山下:\n" + value(since="2012-01-01", number="90", as_floor="是"))
    plant.region("123456001000", "bread.yaml", "面包标准_山下:\n" + value(since="2012-06-01", number="89.99"))
    found = [f for f in plant.found() if "规定的最低" in f]
    assert len(found) == 1
    assert "低于县（123456）规定的最低 90.00元/月" in found[0]
    assert located(found[0])


def test_最低标准只管它有效的日子(plant):
    plant.region("123456", "bread.yaml", "面包标准_山上:\n" + value(since="2021-01-01", number="1"))
    assert [f for f in plant.found() if "规定的最低" in f] == []


def test_两处错误一次都说出来(plant):
    plant.rule(
        R + "def 甲(户收入) -> 未舍入元:\n    return 户收入 * 0.4\n" + R + "def 乙(面包师) -> 元:\n    return 面包师"
    )
    found = plant.found()
    assert sum("不许写数字" in f or "不认识“面包师”" in f for f in found) == 2


def test_乘积可能超过六十四位的规则指到行(plant):
    plant.param("盐比: {type: 比例, unit: 比例, basis: 盐法, default: {value: 1, reference: 盐法, evidence: demo}}")
    plant.rule(
        R.replace(")", ", output=True)")
        + "def 甲(户收入, 存粮, 参数) -> 元:\n    乙 = (户收入 + 存粮) * 参数.盐比 * 参数.盐比\n    return 四舍五入到分(乙 * 参数.盐比)"
    )
    assert any("超过 64 位整数" in f and located(f) for f in plant.found()), plant.found()
