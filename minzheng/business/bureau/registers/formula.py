"""Small formulas of a book: what is worked out from its fields and what must hold between them.

Only names of fields, numbers, texts, arithmetic, comparisons, `a if b else c`, and the functions below; nothing else can be
written, so a declaration cannot run anything. Numbers are exact (Decimal); money is fen."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, DivisionByZero, InvalidOperation
from functools import cached_property
from typing import Any

from minzheng.kernel.months import same_day_after


class BadFormula(ValueError):
    """The formula cannot be read; a sentence that names the place."""


class Missing(Exception):
    """A field that the formula needs is not filled in."""


@dataclass(frozen=True)
class Formula:
    """`text` as it is declared. `value(values)` is None when a field that it needs is empty or a divisor is zero."""

    text: str

    @cached_property
    def tree(self) -> ast.expr:
        try:
            tree = ast.parse(self.text.strip(), mode="eval").body
        except SyntaxError as error:
            raise BadFormula(f"算式“{self.text}”写得不对：{error.msg}。") from None
        for node in ast.walk(tree):
            _known(node, self.text)
        return tree

    @cached_property
    def names(self) -> frozenset[str]:
        """The fields it reads."""
        called = {
            node.func.id
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        return frozenset(node.id for node in ast.walk(self.tree) if isinstance(node, ast.Name)) - called

    def value(self, values: Mapping[str, Any]) -> Any:
        try:
            return _value(self.tree, values)
        except (Missing, DivisionByZero, ZeroDivisionError, InvalidOperation):
            return None


_ALLOWED = (
    ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Call, ast.Name, ast.Constant, ast.Load, ast.operator,
    ast.unaryop, ast.boolop, ast.cmpop, ast.Tuple,
)  # fmt: skip


def _known(node: ast.AST, text: str) -> None:
    if not isinstance(node, _ALLOWED):
        raise BadFormula(f"算式“{text}”里不能用“{type(node).__name__}”，只能写栏目、数字、加减乘除、比较和函数。")
    if isinstance(node, ast.Call) and (
        not isinstance(node.func, ast.Name) or node.func.id not in {*FUNCTIONS, "given"} or node.keywords
    ):
        raise BadFormula(f"算式“{text}”用了没有的函数；可以用：given、{'、'.join(FUNCTIONS)}。")
    if isinstance(node, ast.operator | ast.unaryop | ast.cmpop) and type(node) not in _OPERATORS:
        raise BadFormula(f"算式“{text}”用了没有的运算。")


_OPERATORS: dict[type, Callable[..., Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.USub: operator.neg, ast.Not: operator.not_, ast.Eq: operator.eq,
    ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
    ast.In: lambda one, many: one in many, ast.NotIn: lambda one, many: one not in many,
}  # fmt: skip


def _value(node: ast.expr, values: Mapping[str, Any]) -> Any:
    if isinstance(node, ast.Constant):
        return (
            Decimal(str(node.value)) if isinstance(node.value, int | float) and node.value is not True else node.value
        )
    if isinstance(node, ast.Name):
        found = values.get(node.id)
        if found in (None, ""):
            raise Missing(node.id)
        return Decimal(found) if isinstance(found, int) and not isinstance(found, bool) else found
    if isinstance(node, ast.Tuple):
        return tuple(_value(one, values) for one in node.elts)
    if isinstance(node, ast.BoolOp):
        return _both(node, values)
    if isinstance(node, ast.IfExp):
        return _value(node.body if _value(node.test, values) else node.orelse, values)
    if isinstance(node, ast.UnaryOp):
        return _OPERATORS[type(node.op)](_value(node.operand, values))
    if isinstance(node, ast.BinOp):
        return _OPERATORS[type(node.op)](_value(node.left, values), _value(node.right, values))
    if isinstance(node, ast.Compare):
        return _compared(node, values)
    assert isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    if node.func.id == "given":
        return all(values.get(one.id) not in (None, "", [], False) for one in node.args if isinstance(one, ast.Name))
    return FUNCTIONS[node.func.id](*(_value(one, values) for one in node.args))


def _both(node: ast.BoolOp, values: Mapping[str, Any]) -> bool:
    """`and` and `or` from left to right; what is decided already needs no further field."""
    wanted = isinstance(node.op, ast.Or)
    return wanted if any(bool(_value(one, values)) is wanted for one in node.values) else not wanted


def _compared(node: ast.Compare, values: Mapping[str, Any]) -> bool:
    left = _value(node.left, values)
    for operation, other in zip(node.ops, node.comparators, strict=True):
        right = _value(other, values)
        if not _OPERATORS[type(operation)](left, right):
            return False
        left = right
    return True


def _days(first: date, then: date) -> Decimal:
    return Decimal((then - first).days)


def _months_after(day: date, months: Decimal) -> date:
    return same_day_after(day, int(months))


def _workdays_after(day: date, count: Decimal) -> date:
    from minzheng.kernel.calendar.selectors import add_working_days

    return add_working_days(day, int(count)).date


def _days_after(day: date, count: Decimal) -> date:
    return date.fromordinal(day.toordinal() + int(count))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "min": min,
    "max": max,
    "floor": lambda number: Decimal(math.floor(number)),
    "ceil": lambda number: Decimal(math.ceil(number)),
    "round": lambda number, places=Decimal(0): number.quantize(Decimal(1).scaleb(-int(places)), ROUND_HALF_UP),
    "days": _days,
    "days_after": _days_after,
    "months_after": _months_after,
    "years_after": lambda day, years: _months_after(day, years * 12),
    "workdays_after": _workdays_after,
    "year_end": lambda day: date(day.year, 12, 31),
    "year": lambda day: Decimal(day.year),
}
