"""The whole outcome of one family: amounts, exclusions, distances, and which missing fact would change it."""

import datetime
import json
import random
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from minzheng.policy import InputError, Ruleset, load_ruleset
from minzheng.policy.cli import policy
from minzheng.policy.entitlements import Fact, entitlements
from minzheng.policy.entitlements.changes import missing_facts, stretches, turning_points
from minzheng.policy.entitlements.trials import Family

DEMO, DAY = "990101", datetime.date(2026, 11, 22)
LAW = """
from minzheng.policy.rules import rule, 元, 整数, 周岁, 是否

TITLE = "{title}"
"""
SOUP = """
@rule("户", since="2001-01-01", law="汤法", refuse="R01 收入高", because="收入 {收入} 元，要低于 {汤线} 元")
def 汤_收入低(收入, 汤线) -> 是否:
    return 收入 < 汤线


@rule("户", since="2001-01-01", law="汤法")
def 汤线(参数) -> 元:
    return 参数.汤价


@rule("户", since="2001-01-01", law="汤法", output=True)
def 汤资格(汤_收入低, 有锅) -> 是否:
    return 汤_收入低 and 有锅


@rule("户", since="2001-01-01", law="汤法", monthly=True)
def 汤钱(汤资格, 汤线, 收入) -> 元:
    if not 汤资格:
        return 0
    return 汤线 - 收入
"""
CAKE = """
@rule("人", since="2001-01-01", law="饼法", refuse="R07 已有汤", because="{姓名}家已有汤，不再发饼")
def 饼_没有汤(姓名, 汤资格) -> 是否:
    return not 汤资格


@rule("人", since="2001-01-01", law="饼法", refuse="R02 年纪小", because="{姓名}{岁数}岁，不到{老人岁数}岁")
def 饼_年纪够(姓名, 岁数, 参数) -> 是否:
    return 岁数 >= 参数.老人岁数


@rule("人", since="2001-01-01", law="饼法")
def 岁数(出生日期, 核算日) -> 整数:
    return 周岁(出生日期, 核算日)


@rule("人", since="2001-01-01", law="饼法", pays="quota")
def 饼额度(饼_没有汤, 饼_年纪够, 参数) -> 元:
    if 饼_没有汤 and 饼_年纪够:
        return 参数.饼价
    return 0
"""
WORDS = """
户:
  收入: {type: 元, default: "0", title: 收入}
  有锅: {type: 是否, default: 是, title: 有锅}
  闲事: {type: 是否, default: 否, title: 与谁都无关}
人:
  姓名: {type: 文字, default: "", title: 姓名}
  出生日期: {type: 日期, default: "1980-01-01", title: 出生日期}
"""
MATRIX = """
- {a: kitchen.cake, b: kitchen.soup, mode: exclude, who_yields: a, basis: 饼法第七条, since: 2001-01-01}
- {a: kitchen.cake, b: kitchen.soup, mode: exclude, who_yields: a, basis: 旧饼法, since: 1990-01-01, until: 2000-12-31}
"""
MONEY = "{type: 元, unit: 元, basis: 法, set_by: [县], floor: 0}"
AGE = "{type: 整数, unit: 岁, basis: 法, set_by: [县], floor: 0}"
VALUES = "  - {since: 2001-01-01, value: %s, reference: 县令, evidence: demo}\n"


@pytest.fixture
def kitchen(tmp_path: Path) -> Ruleset:
    """Soup for those below a line; cake for the old who have no soup; dance, whose value nobody has set."""
    files = {
        "words.yaml": WORDS,
        "law/kitchen/soup/rules.py": LAW.replace("{title}", "汤") + SOUP,
        "law/kitchen/soup/params.yaml": f"汤价: {MONEY}\n",
        "law/kitchen/cake/rules.py": LAW.replace("{title}", "饼") + CAKE,
        "law/kitchen/cake/params.yaml": f"饼价: {MONEY}\n老人岁数: {AGE}\n",
        "law/kitchen/dance/rules.py": LAW.replace("{title}", "舞") + '\n\n@rule("户", since="2001-01-01", law="舞法", '
        'pays="once")\ndef 舞钱(参数) -> 元:\n    return 参数.舞价\n',
        "law/kitchen/dance/params.yaml": f"舞价: {MONEY}\n",
        "law/kitchen/conflicts/matrix.yaml": MATRIX,
        "regions/123456/kitchen.yaml": f"汤价:\n{VALUES % 100}饼价:\n{VALUES % 30}老人岁数:\n{VALUES % 70}",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return load_ruleset(tmp_path / "law", tmp_path / "regions", tmp_path / "words.yaml")


def whole(ruleset: Ruleset, family: dict[str, Any], **extra: Any) -> Any:
    return entitlements(ruleset, family, "123456", DAY, **extra)


def test_每项福利都有结论_没有参数的是未配置而不是零(kitchen):
    found = whole(kitchen, {"家庭": {"收入": "40"}, "成员": [{"姓名": "甲"}]})
    assert {b.code: b.status for b in found.benefits} == {
        "kitchen.cake": "refused",
        "kitchen.dance": "unconfigured",
        "kitchen.soup": "eligible",
    }
    assert found.benefit("kitchen.dance").unconfigured == ("舞价",)
    assert found.benefit("kitchen.soup").amounts[0].amount == Decimal("60.00")
    assert found.benefit("kitchen.soup").total("monthly") == found.monthly == Decimal("60.00")


def test_按月的现金_一次性的和额度分开说(kitchen):
    old = whole(kitchen, {"家庭": {"收入": "500"}, "成员": [{"出生日期": "1940-01-01"}]})
    assert [(a.word, a.place, a.cycle) for a in old.benefit("kitchen.cake").amounts] == [("饼额度", 1, "quota")]
    assert old.monthly == Decimal("0.00")


def test_拒绝的理由是规则自己的话并点名是谁(kitchen):
    found = whole(
        kitchen, {"家庭": {"收入": "500"}, "成员": [{"姓名": "甲"}, {"姓名": "乙", "出生日期": "2000-01-01"}]}
    )
    assert [(r.person, r.text) for r in found.benefit("kitchen.cake").reasons] == [
        ("甲", "甲46岁，不到70岁"),
        ("乙", "乙26岁，不到70岁"),
    ]
    assert found.benefit("kitchen.soup").reasons[0].text == "收入 500.00 元，要低于 100.00 元"


def test_被另一项挡住的说出是哪一项_没有它会怎样_依据是哪一条(kitchen):
    cake = whole(kitchen, {"家庭": {"收入": "40"}, "成员": [{"姓名": "甲", "出生日期": "1940-01-01"}]}).benefit(
        "kitchen.cake"
    )
    assert not cake.eligible
    (stop,) = cake.excluded_by
    assert (stop.by, stop.place, stop.now, stop.without) == ("kitchen.soup", 1, Decimal("0.00"), Decimal("30.00"))
    assert stop.text == "甲家已有汤，不再发饼"
    assert stop.basis == "饼法第七条"


def test_没有挡住谁就不说挡住(kitchen):
    young = whole(kitchen, {"家庭": {"收入": "40"}, "成员": [{"姓名": "甲"}]}).benefit("kitchen.cake")
    assert young.reasons and young.excluded_by == ()


def test_差多少说到分_等于线的也不算低于(kitchen):
    soup = whole(kitchen, {"家庭": {"收入": "112.49"}, "成员": [{}]}).benefit("kitchen.soup")
    assert [d.text for d in soup.distances] == ["收入再低 12.50 元，就符合条件。"]
    edge = whole(kitchen, {"家庭": {"收入": "100"}, "成员": [{}]}).benefit("kitchen.soup")
    assert [d.gap for d in edge.distances] == [Decimal("0.01")]


def test_还有别的条件不符合时不说就符合条件(kitchen):
    soup = whole(kitchen, {"家庭": {"收入": "110", "有锅": "否"}, "成员": [{}]}).benefit("kitchen.soup")
    assert soup.distances[0].text == "收入再低 10.01 元，就符合这一条，但还有别的条件不符合。"


def test_没说的事实里会改变结果的说出来_无关的不说_说了的不问(kitchen):
    found = whole(kitchen, {"家庭": {"收入": "40"}, "成员": [{"出生日期": "1980-01-01"}]})
    assert [(c.word, c.answer) for c in found.changes] == [("有锅", "否")]
    assert [e.text for e in found.changes[0].effects] == ["汤：不能享受（现为每月 60.00 元）"]
    asked = whole(kitchen, {"家庭": {"收入": "40", "有锅": "是"}, "成员": [{"出生日期": "1980-01-01"}]})
    assert asked.changes == ()


def test_金额从哪一分起改变结果(kitchen):
    found = whole(kitchen, {"家庭": {"有锅": "是"}, "成员": [{"姓名": "甲", "出生日期": "1940-01-01"}]})
    turns = {c.answer: [e.text for e in c.effects] for c in found.changes if c.word == "收入"}
    assert turns == {"100.00 元 起": ["汤：不能享受（现为每月 100.00 元）", "甲的饼：能享受，服务额度 30.00 元"]}


def test_年龄从哪一天生的起改变结果(kitchen):
    found = whole(kitchen, {"家庭": {"收入": "500", "有锅": "是"}, "成员": [{"姓名": "甲"}]})
    assert [(c.answer, c.effects[0].text) for c in found.changes if c.word == "出生日期"] == [
        ("1956-11-22 或以前出生", "甲的饼：能享受，服务额度 30.00 元")
    ]


def test_问过而答不知道的_整组一起试(kitchen):
    fact = Fact(
        "年纪", "多大年纪", (("八十多", {("人", 1, "出生日期"): datetime.date(1940, 1, 1)}), ("三十多", {})), place=1
    )
    found = whole(kitchen, {"家庭": {"收入": "500"}, "成员": [{}]}, facts=[fact])
    assert [(c.title, c.answer, c.gains) for c in found.changes] == [("多大年纪", "八十多", True)]
    scan = Fact("钱", "多少钱", scan=("户", 0, "收入"))
    assert [c.answer for c in whole(kitchen, {"成员": [{}]}, facts=[scan]).changes] == ["100.00 元 起"]


def test_不认识的词和不可能的值是错误(kitchen):
    with pytest.raises(InputError, match="不认识“锅底”"):
        whole(kitchen, {"家庭": {"锅底": "是"}, "成员": [{}]})
    with pytest.raises(InputError, match="2026-02-30"):
        entitlements(kitchen, {"成员": [{}]}, "123456", "2026-02-30")  # type: ignore[arg-type]


def test_转折点一个不漏且正好():
    turns = turning_points((0, 100, 1000), lambda n: (n >= 17, n >= 55, n >= 999), hints := [55])
    assert turns == [17, 55, 999] and set(hints) == {17, 55, 999}
    assert stretches(turns, 0, 60) == [(16, "down"), (54, "down"), (999, "up")]


# ---- the real rules


def _families(count: int) -> list[dict[str, Any]]:
    chance = random.Random(20261122)
    kinds = ("视力", "肢体", "智力", "精神")
    families = []
    for _ in range(count):
        members = []
        for i in range(chance.randint(1, 4)):
            born = DAY.replace(year=DAY.year - chance.randint(1, 95), day=chance.randint(1, 28))
            member: dict[str, Any] = {"姓名": "甲乙丙丁"[i], "出生日期": born.isoformat()}
            if chance.random() < 0.5:
                member["工资性收入"] = str(chance.randint(0, 3000))
            if chance.random() < 0.3:
                member |= {"残疾类别": chance.choice(kinds), "残疾等级": chance.randint(1, 4)}
            if chance.random() < 0.2:
                member["无赡养能力人"] = "是"
            members.append(member)
        families.append({"家庭": {"城乡": chance.choice(("城市", "农村"))}, "成员": members})
    return families


def _with(family: dict[str, Any], entity: str, place: int, word: str, value: Any) -> dict[str, Any]:
    changed = {"家庭": dict(family["家庭"]), "成员": [dict(m) for m in family["成员"]]}
    (changed["家庭"] if entity == "户" else changed["成员"][place - 1])[word] = value
    return changed


def test_说会改变的_整套重新算一遍真的这样改变(ruleset):
    """A report rests on a partial calculation: here each is repeated as a whole new evaluation of the changed family."""
    checked = 0
    for family in _families(8):
        before = entitlements(ruleset, family, DEMO, DAY)
        for change in before.changes:
            for value in (change.value, *change.also):
                changed = _with(family, change.entity, change.place, change.word, value)
                after = Family(ruleset.program(DEMO, DAY), changed).seen
                for e in change.effects:
                    checked += 1
                    assert (e.before, e.eligible_before) != (e.after, e.eligible_after)
                    assert bool(after[e.benefit, e.place, ""]) is e.eligible_after, (family, change)
                    assert not e.cycle or after[e.benefit, e.place, e.cycle] == e.after, (family, change)
    assert checked > 500


def test_没有说会改变的是否和选项_改了也不变(ruleset):
    """Nothing is kept back: every other answer to every missing yes/no question is evaluated anew."""
    for family in _families(1):
        found = entitlements(ruleset, family, DEMO, DAY)
        told = {(c.entity, c.place, c.word, v) for c in found.changes for v in (c.value, *c.also)}
        whole_before = Family(ruleset.program(DEMO, DAY), family)
        for word, (entity, place, name) in missing_facts(whole_before):
            for value in (True, False) if word.type == "是否" else word.choices:
                if (entity, place, name, value) not in told and entity in ("户", "人"):
                    changed = Family(ruleset.program(DEMO, DAY), _with(family, entity, place, name, value))
                    assert changed.seen == whole_before.seen, (family, name, value)


def test_低保挡住低保边缘认定_说的是规则的话(ruleset):
    edge = entitlements(ruleset, {"成员": [{"姓名": "甲"}]}, DEMO, DAY, would_change=False).benefit(
        "assistance.dibao_edge"
    )
    assert [(x.by, x.refused, x.text) for x in edge.excluded_by] == [
        ("assistance.dibao", True, "家庭符合低保条件，应申请低保")
    ]


def test_四口之家什么都没说_要问的再多_也只是一问的几十倍(ruleset):
    """Every fact is unknown, so every answer is tried both ways: that may not grow with the product of the unknowns. In
    seconds of the processor beside the same family without asking what would change it."""
    family = {"成员": [{"姓名": n} for n in "甲乙丙丁"]}
    entitlements(ruleset, family, DEMO, DAY)  # the first one of a place and day compiles
    plain = min(_spent(lambda: entitlements(ruleset, family, DEMO, DAY, would_change=False)) for _ in range(3))
    asking = min(_spent(lambda: entitlements(ruleset, family, DEMO, DAY)) for _ in range(3))
    assert asking < 80 * plain  # sixteen as a rule


def _spent(act):
    begun = time.process_time()
    act()
    return time.process_time() - begun


FILE = """
地区: 990101
日期: 2026-11-22
家庭: {城乡: 农村}
成员: [{姓名: 老李, 出生日期: 1944-03-01, 转移净收入: 200}]
"""


def test_命令给出整户的结果(tmp_path):
    path = tmp_path / "一户.yaml"
    path.write_text(FILE, encoding="utf-8")
    done = CliRunner().invoke(policy, ["entitlements", str(path), "--json"])
    assert done.exit_code == 0
    found = json.loads(done.stdout)
    benefits = {b["code"]: b for b in found["福利"]}
    assert benefits["assistance.dibao"]["status"] == "eligible"
    assert benefits["assistance.dibao"]["amounts"][0]["amount"].endswith(".00")
    assert any(c["word"] == "无赡养能力人" for c in found["会改变结果的事实"])
    said = CliRunner().invoke(policy, ["entitlements", str(path)]).stdout
    assert "能享受" in said and "老李" in said and "没有写的事实里，这些会改变结果" in said


def test_命令遇到错误的文件说出哪一行(tmp_path):
    path = tmp_path / "一户.yaml"
    path.write_text(FILE.replace("城乡: 农村", "城乡: 海边"), encoding="utf-8")
    done = CliRunner().invoke(policy, ["entitlements", str(path)])
    assert done.exit_code == 2
    assert "一户.yaml:4" in done.stderr and "海边" in done.stderr
