"""The typed tree says the same as the rule function: interpreted on whole numbers (分, 1/10 000) for random families.

The bulk targets print this tree, so a difference here would be a difference between one family and a province.
"""

import datetime
import operator
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from minzheng.policy import load_ruleset
from minzheng.policy.money import Unrounded
from minzheng.policy.rules import 周岁, 月份, 月初
from minzheng.policy.tests.test_law import member
from minzheng.policy.types import RATIO_SCALE

OPERATORS = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "min": min, "max": max, "<": operator.lt, "<=": operator.le,
    ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip
FUNCTIONS = {"周岁": 周岁, "月初": 月初, "月份": 月份}


def ceiling(top: int, bottom: int) -> int:
    return -(-top // bottom)


def round_whole(mode: str, top: int, bottom: int) -> int:
    """top/bottom 分 rounded; amounts that are paid are never negative."""
    assert top >= 0
    return {
        "FEN_HALF_UP": lambda: (2 * top + bottom) // (2 * bottom),
        "JIAO_UP": lambda: ceiling(top, bottom * 10) * 10,
        "YUAN_UP": lambda: ceiling(top, bottom * 100) * 100,
        "YUAN_HALF_UP": lambda: (2 * top + bottom * 100) // (2 * bottom * 100) * 100,
    }[mode]()


class Interpreter:
    """Evaluates trees; every column is a whole number at the scale of its name's type."""

    def __init__(self, program, top, rows):
        self.types, self.words = program.ruleset.types, program.ruleset.vocabulary.words
        self.params = {
            n: self.whole(
                (d.declaration.type, RATIO_SCALE if d.declaration.type == "比例" else d.declaration.scale), d.amount
            )
            for n, d in program.found.items()
        }
        self.top, self.rows, self.on = top, rows, program.on

    @staticmethod
    def whole(kind, value):
        if value is None or kind[0] not in ("元", "比例"):
            return value
        unit = 100 * kind[1] if kind[0] == "元" else kind[1]
        exact = value * unit
        if isinstance(exact, Unrounded):
            top, rest = divmod(exact.numerator, exact.denominator)
            assert rest == 0
            return int(top)
        assert exact == int(exact)
        return int(exact)

    def column(self, name, row):
        if name == "核算日":
            return self.on
        value = row[name] if row is not None and name in row else self.top[name]
        kind = self.types.get(name) or (self.words[name].type, 1)
        return self.whole(kind, value)

    def value(self, node, row):
        op = node[0]
        if op == "lit":
            return node[1]
        if op == "col":
            return self.column(node[1], row)
        if op == "param":
            return self.params.get(node[1], 0)
        if op == "if":
            return self.value(node[2] if self.value(node[1], row) else node[3], row)
        if op in ("and", "or"):
            left = self.value(node[1], row)
            return self.value(node[2], row) if left == (op == "and") else left
        if op == "not":
            return not self.value(node[1], row)
        if op == "isnull":
            return self.value(node[1], row) is None
        if op == "in":
            return self.value(node[1], row) in node[2]
        if op == "fn":
            return FUNCTIONS[node[1]](*(self.value(a, row) for a in node[2:]))
        if op == "agg":
            return {"sum": sum, "any": any, "all": all}[node[1]]([self.value(node[3], r) for r in self.rows[node[2]]])
        if op == "round":
            return round_whole(*(self.value(a, row) for a in node[1:]))
        if op == "monthly":
            mode, year, bottom, month = (self.value(a, row) for a in node[1:])
            share = round_whole(mode, year, bottom * 12)
            return share if month < 12 else round_whole(mode, year, bottom) - 11 * share
        return OPERATORS[op](self.value(node[1], row), self.value(node[2], row))


def check(program, family):
    household, rows = program.ruleset.vocabulary.read_family(family, program.on, program._blanks)
    top, rows = program.calculate(household, rows)
    interpreter = Interpreter(program, top, rows)
    for rule in program.rules.values():
        for row in (None,) if rule.entity == "户" else rows[rule.entity]:
            called = (top if row is None else row)[rule.name]
            assert interpreter.value(rule.tree, row) == interpreter.whole(rule.type, called), rule.name


choices = {
    "就业成本方式": ["NONE", "FIXED", "PCT_OF_STANDARD", "PCT_OF_WAGE"],
    "刚性支出扣减方式": ["NONE", "ACTUAL_SELF_PAID", "CAPPED"],
    "赡养费方式": ["NONE", "SURPLUS_PCT", "TWO_TIMES"],
    "低保计发方式": ["补差", "分档", "按标"],
    "低保_舍入方式": ["FEN_HALF_UP", "JIAO_UP", "YUAN_UP", "YUAN_HALF_UP"],
    "分类施保叠加": ["HIGHEST_ONLY", "SUM"],
    "单人户计发方式": ["GAP", "PCT_OF_STANDARD"],
    "渐退_发放方式": ["KEEP_FULL", "PCT_SCHEDULE"],
    "保障标准_农村": ["4300 元/年", "730"],
    "分类施保_重残比例": ["0.3333"],
    "就业成本比例": ["0.3333", "1"],
}
obligor = st.fixed_dictionaries(
    {"义务户月收入": st.integers(0, 900_000).map(lambda n: Decimal(n) / 100), "义务户人口": st.integers(1, 4), "被赡养人数": st.integers(1, 3)}
)  # fmt: skip
families = st.fixed_dictionaries(
    {
        "家庭": st.fixed_dictionaries(
            {
                "城乡": st.sampled_from(["城市", "农村"]),
                "刚性支出年额": st.integers(0, 3_000_000).map(lambda n: Decimal(n) / 100),
                "机动车辆": st.integers(0, 1),
                "在保": st.booleans(),
                "原月保障金": st.integers(0, 90_000).map(lambda n: Decimal(n) / 100),
                "超标月数": st.integers(0, 8),
            }
        ),
        "成员": st.lists(member, min_size=1, max_size=4),
        "赡养义务人": st.lists(obligor, max_size=3),
    }
)


@settings(max_examples=100, deadline=None)
@given(families, st.fixed_dictionaries({n: st.sampled_from(c) for n, c in choices.items()}), st.sampled_from([9, 12]))
def test_规则树与规则函数处处相同(family, supposed, month):
    program = load_ruleset().program("990101", datetime.date(2026, month, 1), None, supposed)
    check(program, family)


def test_童话县的规则树与规则函数相同(toyland):
    for on in (datetime.date(2009, 12, 1), datetime.date(2012, 3, 1)):
        for home in ("山上", "山下"):
            program = toyland.program("123456", on)
            people = [{"工钱": "60.55", "手艺": "木匠", "等级": 1, "出生日期": "1930-01-01"}, {"欠账": "-3"}]
            check(program, {"家庭": {"住处": home}, "成员": people, "亲戚": [{"亲戚月入": 500, "亲戚人口": 3}]})
