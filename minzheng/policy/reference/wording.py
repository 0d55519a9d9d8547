"""A rule in words: its source as lines of plain Chinese, the branches left out that a place's own choices close.

Reads the same source that the engine compiles, so the words cannot say anything else than the rule does.
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from minzheng.policy.rules import Rule

_COMPARE = {ast.Lt: "低于", ast.LtE: "不超过", ast.Gt: "超过", ast.GtE: "不低于", ast.Eq: "等于", ast.NotEq: "不等于"}
_YEARS = {ast.Lt: "不满", ast.LtE: "不超过", ast.Gt: "超过", ast.GtE: "满", ast.Eq: "正好", ast.NotEq: "不是"}
_ROUND = {
    "四舍五入到分": "四舍五入到分",
    "见分进角": "见分进角",
    "见角进元": "见角进元",
    "四舍五入到元": "四舍五入到元",
}
_SIGNS: dict[type[ast.operator], str] = {ast.Add: " + ", ast.Sub: " − ", ast.Mult: " × "}
INDENT = "　　"


@dataclass(frozen=True)
class Chosen:
    """Values of the parameters of one place and day: 选项 and 是否 close branches, all are shown by name and value."""

    values: Mapping[str, Any]
    shown: Mapping[str, str]

    def decides(self, test: ast.expr) -> bool | None:
        """The answer of a condition if the parameters alone give it, else None."""
        if isinstance(test, ast.Attribute):
            value = self.values.get(test.attr)
            return value if isinstance(value, bool) else None
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            inner = self.decides(test.operand)
            return None if inner is None else not inner
        if isinstance(test, ast.BoolOp):
            answers = [self.decides(part) for part in test.values]
            ends = isinstance(test.op, ast.Or)
            if ends in answers:
                return ends
            return None if None in answers else not ends
        if isinstance(test, ast.Compare) and isinstance(test.left, ast.Attribute) and len(test.ops) == 1:
            value, other = self.values.get(test.left.attr), test.comparators[0]
            if isinstance(value, str) and isinstance(other, ast.Constant):
                same = value == other.value
                return same if isinstance(test.ops[0], ast.Eq) else not same
        return None


NOTHING_CHOSEN = Chosen({}, {})


def lines_of(rule: Rule, chosen: Chosen = NOTHING_CHOSEN) -> list[str]:
    """The rule's body, a line a step; nested cases are indented."""
    tree = ast.parse(textwrap.dedent(rule.source)).body[0]
    assert isinstance(tree, ast.FunctionDef)
    return _Writer(chosen, money=rule.returns in ("元", "未舍入元", "元或无")).block(tree.body, 0)


class _Writer:
    def __init__(self, chosen: Chosen, *, money: bool):
        self.chosen, self.money = chosen, money

    # ---- statements
    def block(self, body: list[ast.stmt], depth: int) -> list[str]:
        lines: list[str] = []
        pad = INDENT * depth
        for i, step in enumerate(body):
            if isinstance(step, ast.Expr):
                continue
            if isinstance(step, ast.Assign) and isinstance(step.targets[0], ast.Name):
                lines.append(f"{pad}{step.targets[0].id} = {self.say(step.value)}")
            elif isinstance(step, ast.Return) and step.value is not None:
                lines.append(pad + self.result(step.value, "否则" if i and _after_if(body, i) else ""))
            elif isinstance(step, ast.If):
                answer = self.chosen.decides(step.test)
                rest = [*step.orelse, *body[i + 1 :]]
                if answer is True:
                    return lines + self.block(step.body, depth)
                if answer is False:
                    return lines + self.block(rest, depth)
                lines += self.case(step, depth)
                if step.orelse:
                    lines += [f"{pad}否则：", *self.block(step.orelse, depth + 1)]
        return lines

    def case(self, step: ast.If, depth: int) -> list[str]:
        pad, inner = INDENT * depth, self.block(step.body, depth + 1)
        head = f"{pad}{self.say(step.test)}的"
        if len(inner) == 1:
            return [f"{head}，{inner[0].strip()}"]
        return [f"{head}：", *inner]

    def result(self, node: ast.expr, lead: str) -> str:
        said = self.say(node)
        if isinstance(node, ast.Constant):
            if node.value is True:
                said = "是"
            elif node.value is False:
                said = "否"
            elif node.value is None:
                said = "不适用"
            elif self.money:
                said = f"{self.say(node)} 元"
        return f"{lead}：{said}" if lead else said

    # ---- expressions
    def say(self, node: ast.expr) -> str:
        writer = getattr(self, f"say_{type(node).__name__}", None)
        return str(writer(node)) if writer else ast.unparse(node)

    def inner(self, node: ast.expr) -> str:
        """As part of something larger: sums and alternatives in brackets."""
        said = self.say(node)
        return f"（{said}）" if isinstance(node, (ast.BinOp, ast.BoolOp, ast.IfExp)) else said

    def say_Name(self, node: ast.Name) -> str:
        return "当月" if node.id == "核算日" else node.id

    def say_Attribute(self, node: ast.Attribute) -> str:
        owner = node.value.id if isinstance(node.value, ast.Name) else ""
        if owner != "参数":
            return node.attr
        shown = self.chosen.shown.get(node.attr)
        return f"{node.attr}（{shown}）" if shown else node.attr

    def say_Constant(self, node: ast.Constant) -> str:
        value = node.value
        if isinstance(value, bool):
            return "是" if value else "否"
        return "没有" if value is None else str(value) if isinstance(value, (int, str)) else repr(value)

    def say_UnaryOp(self, node: ast.UnaryOp) -> str:
        if not isinstance(node.op, ast.Not):
            return f"−{self.inner(node.operand)}"
        if isinstance(node.operand, (ast.Name, ast.Attribute)):
            return f"不是“{self.say(node.operand)}”"
        return f"不是（{self.say(node.operand)}）"

    def say_BoolOp(self, node: ast.BoolOp) -> str:
        word = "，并且" if isinstance(node.op, ast.And) else "，或者"
        parts = [part for part in node.values if self.chosen.decides(part) is not isinstance(node.op, ast.And)]
        said = []
        for part in parts or node.values:
            text = self.say(part)
            said.append(f"（{text}）" if isinstance(part, ast.BoolOp) else f"“{text}”" if _bare(part) else text)
        return word.join(said)

    def say_Compare(self, node: ast.Compare) -> str:
        parts, left = [], node.left
        for op, right in zip(node.ops, node.comparators, strict=True):
            parts.append(self.pair(left, op, right))
            left = right
        return "，并且".join(parts)

    def pair(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> str:
        one = self.say(left)
        if isinstance(op, (ast.Is, ast.IsNot)):
            return f"{one}{'没有' if isinstance(op, ast.Is) else '已'}填写"
        if isinstance(op, (ast.In, ast.NotIn)) and isinstance(right, ast.Tuple):
            listed = "、".join(self.say(item) for item in right.elts)
            return f"{one}{'是' if isinstance(op, ast.In) else '不是'}{listed}{'之一' if len(right.elts) > 1 else ''}"
        if isinstance(right, ast.Constant) and isinstance(right.value, str):
            return f"{one}{'是' if isinstance(op, ast.Eq) else '不是'}“{right.value}”"
        words = _YEARS if one.endswith("年龄") else _COMPARE
        return f"{one}{words[type(op)]}{self.say(right)}"

    def say_BinOp(self, node: ast.BinOp) -> str:
        sign = _SIGNS.get(type(node.op), " ? ")
        product = isinstance(node.op, ast.Mult)
        left = self.inner(node.left) if product or isinstance(node.left, ast.IfExp) else self.say(node.left)
        right = self.inner(node.right) if product or isinstance(node.op, ast.Sub) else self.say(node.right)
        return f"{left}{sign}{right}"

    def say_IfExp(self, node: ast.IfExp) -> str:
        answer = self.chosen.decides(node.test)
        if answer is not None:
            return self.say(node.body if answer else node.orelse)
        return f"{self.say(node.test)}时为{self.say(node.body)}，否则为{self.say(node.orelse)}"

    def say_Call(self, node: ast.Call) -> str:
        name = node.func.id if isinstance(node.func, ast.Name) else ast.unparse(node.func)
        first = node.args[0] if node.args else None
        if name in ("sum", "any", "all") and isinstance(first, ast.GeneratorExp):
            return self.over(name, first)
        if name in ("max", "min"):
            return self.extreme(name, node.args)
        if name in _ROUND and first is not None:
            return f"{self.say(first)}，{_ROUND[name]}"
        args = [self.say(arg) for arg in node.args]
        if name == "按规定舍入":
            return f"{args[0]}，按当地规定舍入（{args[1]}）"
        if name == "平均":
            return f"{self.inner(node.args[0])} ÷ {args[1]}"
        if name == "每月":
            return f"{self.inner(node.args[0])} ÷ 12"
        if name == "按月发放":
            return f"{args[0]} ÷ 12（每月发十二分之一，十二月发余数，全年分毫不差；{args[2]}）"
        if name == "周岁":
            return f"到{args[1]}的周岁（按{args[0]}）"
        return f"{args[0]}的{name}" if args else name

    def extreme(self, name: str, args: list[ast.expr]) -> str:
        zero = [a for a in args if isinstance(a, ast.Constant) and a.value == 0]
        rest = [self.say(a) for a in args if a not in zero]
        if name == "max" and zero and len(rest) == 1:
            return f"（{rest[0]}，不足零的按零）" if " " in rest[0] else f"{rest[0]}（不足零的按零）"
        return f"（{'、'.join(rest + ['零'] * len(zero))}中{'较大' if name == 'max' else '较小'}的）"

    def over(self, name: str, node: ast.GeneratorExp) -> str:
        part = node.generators[0]
        group = self.say(part.iter)
        whose = "、".join(self.say(test) for test in part.ifs)
        among = f"{group}中“{whose}”的" if whose else f"{'各' if name == 'sum' else ''}{group}的"
        if name == "sum" and isinstance(node.elt, ast.Constant):
            return f"{among}人数" if whose else f"{group}的个数"
        what = self.say(node.elt)
        if name == "sum":
            return f"{among}{what}之和"
        return f"{among.removesuffix('的')}{'有一个' if name == 'any' else '全都'}“{what}”"


def _after_if(body: list[ast.stmt], i: int) -> bool:
    return any(isinstance(step, ast.If) for step in body[:i])


def _bare(node: ast.expr) -> bool:
    return isinstance(node, (ast.Name, ast.Attribute))
