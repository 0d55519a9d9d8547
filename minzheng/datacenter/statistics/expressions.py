"""Formulas over cells: ``dibao_urban.persons + dibao_rural.persons``, ``prev(end.count)``, ``table("relief", "dibao.paid")``.

Allowed: cells (``row.column``), numbers, + − × ÷, brackets, and four functions: ``prev(cell)`` the period before,
``year_ago(cell)`` the same period of the year before, ``table("code", "row.column")`` another form of the same place and
period, ``indicator("code")`` the platform's own number. An empty operand or a division by zero gives no value (None),
never 0."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Protocol

CELL, PREVIOUS, YEAR_AGO, TABLE, INDICATOR = "cell", "prev", "year_ago", "table", "indicator"
_SIGNS: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "−", ast.Mult: "×", ast.Div: "÷"}


class BadExpression(ValueError):
    """Not a formula of the allowed kind."""


class Values(Protocol):
    """Where the operands come from; None for what is empty or not known."""

    def __call__(self, kind: str, *names: str) -> Decimal | None: ...


@lru_cache(maxsize=4096)
def _parsed(text: str) -> ast.expr:
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        raise BadExpression(f"算式“{text}”写得不对：{error.msg}。") from None
    _allowed(tree, text)
    return tree


def _allowed(node: ast.expr, text: str) -> None:
    if isinstance(node, ast.BinOp) and type(node.op) in _SIGNS:
        _allowed(node.left, text)
        _allowed(node.right, text)
    elif isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
        return
    elif _operand(node) is None:
        raise BadExpression(
            f"算式“{text}”里只能有单元格（行.列）、数字、加减乘除、括号和 prev、year_ago、table、indicator。"
        )


def _operand(node: ast.expr) -> tuple[str, ...] | None:
    """(kind, names…) of a cell or function, None for anything else."""
    cell = _cell(node)
    if cell:
        return CELL, cell
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords):
        return None
    name, args = node.func.id, node.args
    if name in (PREVIOUS, YEAR_AGO) and len(args) == 1 and _cell(args[0]):
        return name, _cell(args[0])
    if all(isinstance(one, ast.Constant) and isinstance(one.value, str) for one in args):
        words = tuple(str(one.value) for one in args if isinstance(one, ast.Constant))
        if (name, len(words)) in ((TABLE, 2), (INDICATOR, 1)):
            return name, *words
    return None


def _cell(node: ast.expr) -> str:
    return (
        f"{node.value.id}.{node.attr}" if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) else ""
    )


def operands(text: str) -> list[tuple[str, ...]]:
    """Every operand in order, [(kind, names…)]. Raises BadExpression."""
    return list(_walk(_parsed(text)))


def _walk(node: ast.expr) -> Iterator[tuple[str, ...]]:
    found = _operand(node)
    if found:
        yield found
    elif isinstance(node, ast.BinOp):
        yield from _walk(node.left)
        yield from _walk(node.right)


def evaluate(text: str, values: Values) -> Decimal | None:
    """The result; None when an operand has no value or the divisor is 0."""
    return _computed(_parsed(text), values)


def _computed(node: ast.expr, values: Values) -> Decimal | None:
    if isinstance(node, ast.Constant):
        return Decimal(str(node.value))
    found = _operand(node)
    if found:
        return values(*found)
    assert isinstance(node, ast.BinOp)
    left, right = _computed(node.left, values), _computed(node.right, values)
    if left is None or right is None or (isinstance(node.op, ast.Div) and right == 0):
        return None
    if isinstance(node.op, ast.Add):
        return left + right
    if isinstance(node.op, ast.Sub):
        return left - right
    return left * right if isinstance(node.op, ast.Mult) else left / right


def words(text: str, titles: Mapping[str, str]) -> str:
    """The formula for people, cells by their titles: “城市低保 人数 + 农村低保 人数”."""
    return _told(_parsed(text), titles)


def name_of(operand: tuple[str, ...], titles: Mapping[str, str]) -> str:
    """One operand for people."""
    kind, *names = operand
    if kind == TABLE:
        return f"《{titles.get(names[0], names[0])}》{titles.get('.'.join(names), names[1])}"
    if kind == INDICATOR:
        return f"系统“{titles.get(names[0], names[0])}”"
    return {PREVIOUS: "上期", YEAR_AGO: "去年同期"}.get(kind, "") + titles.get(names[0], names[0])


def _told(node: ast.expr, titles: Mapping[str, str]) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    found = _operand(node)
    if found:
        return name_of(found, titles)
    assert isinstance(node, ast.BinOp)
    left, right = _told(node.left, titles), _told(node.right, titles)
    if isinstance(node.op, (ast.Mult, ast.Div)):
        left, right = (f"（{one}）" if isinstance(side, ast.BinOp) else one for one, side in ((left, node.left), (right, node.right)))  # fmt: skip
    elif isinstance(node.op, ast.Sub) and isinstance(node.right, ast.BinOp):
        right = f"（{right}）"
    return f"{left} {_SIGNS[type(node.op)]} {right}"


def linear(text: str) -> dict[str, int] | None:
    """{cell: +1 or −1} when the formula only adds and takes away cells, else None: what hiding a small cell must know."""
    found: dict[str, int] = {}
    return found if _added(_parsed(text), 1, found) else None


def _added(node: ast.expr, sign: int, found: dict[str, int]) -> bool:
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
        return _added(node.left, sign, found) and _added(
            node.right, -sign if isinstance(node.op, ast.Sub) else sign, found
        )
    cell = _cell(node)
    if cell:
        found[cell] = found.get(cell, 0) + sign
    return bool(cell)
