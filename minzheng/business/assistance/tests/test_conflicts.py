"""冲突表的每一行都由规则做到：对生成的家庭逐行比对，两个方向、起止日期都看。

A witness family has the facts of both benefits in one person; taking away what gives one of them must bring back the
one that yields. Random families then look for a combination that breaks a row.
"""

import datetime
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minzheng.policy import load_ruleset, yamltext
from minzheng.policy.entitlements.matrix import MODES, conflicts
from minzheng.policy.words import to_date

RULES = load_ruleset()
PATH = RULES.business / "assistance" / "conflicts" / "matrix.yaml"
CONTENT = yamltext.load(PATH)
AMOUNTS = {str(code): str(word) for code, word in CONTENT["amounts"].items()}
ROWS = CONTENT["rows"]
COUNTY, DAY = "990101", datetime.date(2026, 9, 1)
FESTIVAL_DAY = datetime.date(2027, 1, 15)

#: What the demo county leaves out but the benefit needs in order to be paid at all.
LOCAL = {
    "养老补贴_发放方式": "CASH", "困境_重点认定": "两类以上", "困境_一般发放": "发放", "困境_一般标准": 600, "困境_已领待遇": "补差",
    "价格补贴_CPI同比": "0.036", "价格补贴_食品同比": "0.01", "价格补贴_SCPI同比": "0.04",
    "低保边缘_限制经营购建": "否", "养老补贴_轻度标准": 100,
}  # fmt: skip

#: Facts of one person (and of the home) that give a benefit to somebody without income in the demo county.
FACTS = {
    "assistance.dibao": {},
    "assistance.tekun": {"无赡养能力人": "是", "无劳动能力": "是"},
    "assistance.price_subsidy": {},
    "assistance.temporary": {},
    "children.orphan": {"孤儿": "是", "出生日期": "2016-03-01"},
    "children.unattended": {"事实无人抚养": "是", "出生日期": "2016-03-01"},
    "children.difficult": {"困境儿童类别": "重点困境", "出生日期": "2016-03-01"},
    "disability.living": {"残疾类别": "肢体", "残疾等级": 2},
    "disability.nursing": {"残疾类别": "肢体", "残疾等级": 2},
    "elderly.old_age": {"出生日期": "1935-03-01"},
    "elderly.care_subsidy": {"出生日期": "1935-03-01", "能力等级": "重度失能"},
    "elderly.care_voucher": {"出生日期": "1935-03-01", "能力等级": "重度失能"},
    "elderly.home_care": {"出生日期": "1935-03-01", "能力等级": "重度失能"},
}
HOMES = {"assistance.temporary": {"申请临时救助": "是", "需救助月数": 2}}
#: Facts that alone make the benefit, so that taking them away leaves the other one.
CAUSES = {
    "assistance.tekun": ("无赡养能力人",),
    "children.orphan": ("孤儿",),
    "children.unattended": ("事实无人抚养",),
    "disability.living": ("残疾类别", "残疾等级"),
}


def label(row):
    when = "，".join(f"{name}为{value}" for name, value in (row.get("when") or {}).items())
    return f"{row['a']}与{row['b']}{MODES[str(row['mode'])]}{when}"


def local(row):
    return LOCAL | {str(name): str(value) for name, value in (row.get("when") or {}).items()}


def together(row):
    """One person with the facts of both, and a healthy adult with no income beside him."""
    codes = (str(row["a"]), str(row["b"]))
    home = {"城乡": "城市"}
    person = {"姓名": "甲", "与户主关系": "其他"}
    for code in codes:
        home |= HOMES.get(code, {})
        person |= FACTS.get(code, {})
    return {"家庭": home, "成员": [person, {"姓名": "乙", "与户主关系": "户主", "出生日期": "1990-01-01"}]}


def paid(family, params, on=DAY, who=0):
    """Benefit → what the person (or his home) gets; statuses as 1 or 0."""
    outcome = RULES.evaluate(family, region=COUNTY, on=on, params_overrides=params)
    found = {}
    for code, word in AMOUNTS.items():
        values = outcome.rows["人"][who] if RULES.entities[word] == "人" else outcome.values
        found[code] = Decimal(values[word] or 0)
    return found, outcome


def yielding(row):
    """(the one that stands, the one that yields)."""
    a, b = str(row["a"]), str(row["b"])
    return (b, a) if row.get("who_yields") == "a" else (a, b)


def without(family, cause):
    person = {k: v for k, v in family["成员"][0].items() if k not in CAUSES[cause]}
    return {**family, "成员": [person, *family["成员"][1:]]}


# ---- the table itself


def test_每一行都写全而且认识两项待遇():
    for row in ROWS:
        assert row["mode"] in MODES
        assert row["basis"] and row["since"]
        assert {str(row["a"]), str(row["b"])} <= set(AMOUNTS) and row["a"] != row["b"]
        assert (row.get("who_yields") in ("a", "b")) is (row["mode"] in ("exclude", "difference"))
        for name, value in (row.get("when") or {}).items():
            declared = RULES.params.declarations[str(name)]
            assert str(value) in (declared.choices or {"是": 1, "否": 1})


def test_同两项待遇同一选择只有一行():
    keys = [(*sorted((str(r["a"]), str(r["b"]))), str(r.get("when")), str(r["since"])) for r in ROWS]
    assert len(keys) == len(set(keys))


def test_由当地选择的每个选项都有一行():
    """A choice that a place may make must not fall out of the table; 全额 needs no row: nothing yields then."""
    chosen = {(str(n), str(v)) for row in ROWS for n, v in (row.get("when") or {}).items()}
    for name in {n for n, _ in chosen}:
        declared = RULES.params.declarations[name]
        options = set(declared.choices) or {"是", "否"}
        assert options - {v for n, v in chosen if n == name} <= {"全额"}


def test_别的模块读到同一张表():
    assert len(conflicts(RULES, DAY)) == len(ROWS)


# ---- one person with both


EXCLUDE = [row for row in ROWS if row["mode"] == "exclude" and row["b"] != "assistance.dibao_edge"]
BOTH = [row for row in ROWS if row["mode"] == "both"]


@pytest.mark.parametrize("row", EXCLUDE, ids=label)
def test_不能同享的只给占先的一项(row):
    stands, yields = yielding(row)
    found, _ = paid(together(row), local(row))
    assert found[stands] > 0
    assert found[yields] == 0


@pytest.mark.parametrize("row", EXCLUDE, ids=label)
def test_不能同享的去掉占先的一项让出的就有(row):
    stands, yields = yielding(row)
    found, _ = paid(without(together(row), stands), local(row))
    assert found[stands] == 0
    assert found[yields] > 0


@pytest.mark.parametrize("row", BOTH, ids=label)
def test_可以同享的两项都有(row):
    found, _ = paid(together(row), local(row))
    assert found[str(row["a"])] > 0
    assert found[str(row["b"])] > 0


DIFFERENCE = [row for row in ROWS if row["mode"] == "difference"]


@pytest.mark.parametrize("row", DIFFERENCE, ids=label)
def test_补差的一项少给的正好是另一项(row):
    """Without the other one the child has the whole standard; with it, what is left of it."""
    stands, yields = yielding(row)
    family = together(row)
    other = without(family, stands) if stands in CAUSES else {**family, "家庭": {"已确认低保": "否"}}
    if stands not in CAUSES:
        other["成员"] = [family["成员"][0], {**family["成员"][1], "工资性收入": 9000}]
    params = local(row) | {"保障标准_城市": 300}
    less, outcome = paid(family, params)
    whole, _ = paid(other, params)
    taken = Decimal(outcome.rows["人"][0]["困难残疾人生活补贴"]) + share_of_dibao(outcome, 0)
    before = Decimal(0) if stands == "assistance.dibao" else share_of_dibao(outcome, 0)
    assert less[stands] > 0
    assert 0 < less[yields] < whole[yields]
    assert whole[yields] - less[yields] == taken - before


@pytest.mark.parametrize(("elder", "nursing"), [("轻度失能", 140), ("中度失能", 0), ("完全失能", 0)])
def test_护理类两项只领高的一项(elder, nursing):
    """Demo county: 轻度 100 (assumed), 中度 150, 完全失能 260 against 140 for a disability of the second grade."""
    person = {"出生日期": "1955-03-01", "能力等级": elder, "残疾类别": "肢体", "残疾等级": 2}
    found, outcome = paid({"家庭": {}, "成员": [person]}, LOCAL)
    alone = best_alone(outcome, 0)
    assert found["disability.nursing"] == nursing
    assert found["elderly.care_subsidy"] == (0 if nursing else alone)
    assert max(nursing, found["elderly.care_subsidy"]) == max(alone, 140 if nursing else 0)


def test_低保边缘家庭一定不是低保家庭而收入高一点就反过来():
    poor = {"家庭": {}, "成员": [{"姓名": "甲", "工资性收入": 500}]}
    better = {"家庭": {}, "成员": [{"姓名": "甲", "工资性收入": 1400}]}
    for family, dibao, edge in ((poor, 1, 0), (better, 0, 1)):
        found, _ = paid(family, LOCAL)
        assert (found["assistance.dibao"], found["assistance.dibao_edge"]) == (dibao, edge)


# ---- random families: no combination breaks a row


def half_up(amount):
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def share_of_dibao(outcome, who):
    """The person's part of the family's 低保金, exact; nothing for who is not counted in it."""
    person = outcome.rows["人"][who]
    people = outcome.values["保障人口"]
    if not person["分得低保金"] or not people:
        return Decimal(0)
    return Decimal(outcome.values["全家月低保金"]) / people


def difference(outcome, who, standard):
    """What is left of a child's standard after what the child has already; the one rounding comes last."""
    person = outcome.rows["人"][who]
    had = Decimal(person["困难残疾人生活补贴"] + person["单人户低保金"])
    if not person["分得低保金"]:
        return max(Decimal(person[standard]) - had, Decimal(0))
    left = Decimal(person[standard]) - had - share_of_dibao(outcome, who)
    return half_up(max(left, Decimal(0)))


def broken(row, found, outcome, who):
    """What the row forbids and the rules did, as a sentence; "" where it is kept."""
    a, b = str(row["a"]), str(row["b"])
    mode = str(row["mode"])
    if mode in ("exclude", "higher") and found[a] > 0 and found[b] > 0:
        return f"{label(row)}：却得到 {found[a]} 与 {found[b]}"
    if mode == "higher" and max(found[a], found[b]) < best_alone(outcome, who):
        return f"{label(row)}：没有给高的一项，只得到 {found[a]} 与 {found[b]}"
    if mode == "difference":
        child = a if a.startswith("children") else b
        standard = "无人抚养标准" if child == "children.unattended" else "困境标准"
        if found[child] > 0 and found[child] != difference(outcome, who, standard):
            return f"{label(row)}：补差应为 {difference(outcome, who, standard)}，实为 {found[child]}"
    return ""


def best_alone(outcome, who):
    """The care subsidy of old people that this person could have by himself."""
    return Decimal(outcome.rows["人"][who]["应得养老服务补贴"])


fen = st.integers(0, 160_000).map(lambda n: Decimal(n) / 100)
person = st.fixed_dictionaries(
    {},
    optional={
        "出生日期": st.sampled_from(
            ["1930-05-01", "1944-09-01", "1960-01-01", "1990-01-01", "2008-08-31", "2008-09-01", "2015-05-05"]
        ),
        "无赡养能力人": st.just("是"), "无劳动能力": st.just("是"), "孤儿": st.just("是"), "事实无人抚养": st.just("是"),
        "困境儿童类别": st.sampled_from(["一般困境", "重点困境"]), "在校": st.just("是"), "重病": st.just("是"),
        "残疾类别": st.sampled_from(["肢体", "智力", "精神", "视力"]), "残疾等级": st.integers(1, 4),
        "能力等级": st.sampled_from(["轻度失能", "中度失能", "重度失能", "完全失能"]),
        "工资性收入": fen, "转移净收入": fen, "单人户申请": st.just("是"), "户籍在本地": st.just("否"),
        "优抚对象": st.just("是"), "已确认特困": st.just("是"),  # “否” beside facts that make one 特困: not yet in pay
    },
)  # fmt: skip
families = st.fixed_dictionaries(
    {
        "家庭": st.fixed_dictionaries({"城乡": st.sampled_from(["城市", "农村"])}),
        "成员": st.lists(person, min_size=1, max_size=4),
    }
)


@settings(max_examples=250, deadline=None)
@given(families, st.sampled_from(["否", "是"]))
def test_随机的家庭没有一行被违反(family, choice):
    params = LOCAL | {
        "低保_孤儿可同享": choice, "高龄津贴_特困可享受": choice, "养老补贴_特困可享受": choice, "消费补贴_特困可享受": choice,
    }  # fmt: skip
    in_force = [
        row for row in ROWS
        if all(str(params[str(n)]) == str(v) for n, v in (row.get("when") or {}).items())
    ]  # fmt: skip
    for who in range(len(family["成员"])):
        found, outcome = paid(family, params, who=who)
        assert [text for row in in_force if (text := broken(row, found, outcome, who))] == []


# ---- dates


@pytest.mark.parametrize("row", ROWS, ids=label)
def test_这一行从有依据的那天起(row):
    """The day before, one of the two did not exist, so there was nothing to exclude."""
    since = to_date(row["since"])
    codes = {str(row["a"]), str(row["b"])}
    firsts = {code: min(r.start for r in RULES.versions[AMOUNTS[code]]) for code in codes}
    assert since == max(firsts.values())
    assert codes in [{c.a, c.b} for c in conflicts(RULES, since)]
    assert codes not in [{c.a, c.b} for c in conflicts(RULES, since - datetime.timedelta(days=1))]


def test_以前的日子两项之一还算不出来():
    """2019: nobody was 事实无人抚养 yet, so a child of a 低保 family simply drew 低保."""
    family = {"家庭": {}, "成员": [{"姓名": "甲", "事实无人抚养": "是", "出生日期": "2012-03-01"}]}
    params = LOCAL | {"保障标准_城市": 600, "保障标准_农村": 500, "孤儿_散居标准": 1000}
    before, _ = paid(family, params, on=datetime.date(2019, 12, 31))
    after, _ = paid(family, params, on=datetime.date(2020, 1, 1))
    assert (before["children.unattended"], after["children.unattended"]) == (0, 400)
    assert before["assistance.dibao"] == after["assistance.dibao"] == 1


# ---- one person, one share


def test_节日补助和价格补贴身份重叠也只有一份():
    family = {"家庭": {}, "成员": [{"姓名": "甲", "孤儿": "是", "优抚对象": "是", "已确认特困": "是"}]}
    params = LOCAL | {"节日补助_发放单位": "PER_PERSON", "节日补助_特困金额": 500, "节日补助_孤儿金额": 600}
    found, _ = paid(family, params, on=FESTIVAL_DAY)
    assert found["assistance.festival"] == 600
    assert found["assistance.price_subsidy"] == Decimal("35.20")
