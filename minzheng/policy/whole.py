"""The arithmetic of rules on whole numbers: 分, 1/10 000 and days as YYYYMMDD.

One definition for all bulk work: the region table calls these functions, the compiled loop compiles them. So they use
nothing but whole numbers and ``//``, which rounds down in Python and in numba alike.
"""

from __future__ import annotations

import datetime
from typing import Any

from minzheng.policy.errors import InputError
from minzheng.policy.money import Unrounded

#: Rounding modes in the order of their codes.
MODES = ("FEN_HALF_UP", "JIAO_UP", "YUAN_UP", "YUAN_HALF_UP")
#: Stands for "nothing" in whole-number columns; outside every declared range.
NOTHING = -(2**63)
#: The same for words of type 选项, whose codes count from 0.
NO_CHOICE = -1


def half_up(top: int, bottom: int) -> int:
    """top ÷ bottom, half away from zero; 0 where there is nothing to divide by."""
    if bottom <= 0:
        return 0
    if top >= 0:
        return (top + bottom // 2) // bottom
    return -((-top + bottom // 2) // bottom)


def ceiling(top: int, bottom: int) -> int:
    """top ÷ bottom, rounded up; 0 where there is nothing to divide by."""
    if bottom <= 0:
        return 0
    return -(-top // bottom)


def round_whole(mode: int, top: int, bottom: int) -> int:
    """top ÷ bottom 分 by a rounding mode (a position in ``MODES``)."""
    if mode == 0:
        return half_up(top, bottom)
    if mode == 1:
        return ceiling(top, bottom * 10) * 10
    if mode == 2:
        return ceiling(top, bottom * 100) * 100
    return half_up(top, bottom * 100) * 100


def round_plain(mode: int, top: int, bottom: int) -> int:
    """``round_whole`` where top is known not to be negative and bottom to be positive: one division."""
    step = 1 if mode == 0 else 10 if mode == 1 else 100
    below = bottom * step
    more = below // 2 if mode == 0 or mode == 3 else below - 1
    return (top + more) // below * step


def pick(condition: bool, yes: Any, no: Any) -> Any:
    """``yes`` if the condition holds, else ``no``; both are known numbers."""
    return yes if condition else no


def monthly(mode: int, year: int, bottom: int, month: int) -> int:
    """The month's part of a yearly amount of year ÷ bottom 分: the rounded twelfth, in December the rest."""
    share = round_whole(mode, year, bottom * 12)
    if month < 12:
        return share
    return round_whole(mode, year, bottom) - 11 * share


def full_years(born: int, day: int) -> int:
    """周岁 between two days YYYYMMDD."""
    return (day - born) // 10000


def month_start(day: int) -> int:
    """First day of the month of a day YYYYMMDD."""
    return day // 100 * 100 + 1


def month_number(day: int) -> int:
    """Month 1–12 of a day YYYYMMDD."""
    return day // 100 % 100


FUNCTIONS = {"周岁": full_years, "月初": month_start, "月份": month_number}


def to_whole(kind: str, scale: int, value: Any, codes: dict[str, int]) -> int:
    """A parameter's or default's value as the whole number of its type. Raises InputError when it is none."""
    if value is None:
        return NOTHING
    if kind == "日期":
        day: datetime.date = value
        return day.year * 10000 + day.month * 100 + day.day
    if kind == "选项":
        return codes[value]
    if kind in ("元", "比例"):
        exact = value * (100 * scale if kind == "元" else scale)
        if isinstance(exact, Unrounded):
            exact = exact.numerator / exact.denominator
        if exact != int(exact):
            raise InputError(f"{value} 不能写成 {scale} 分之一的整数，请核对单位", field="参数")
        return int(exact)
    return int(value)


def interpret(node: tuple[Any, ...], columns: dict[str, int]) -> int:
    """A lowered tree on whole numbers; ``columns`` holds parameters (and, in tests, words) by name."""
    op = node[0]
    if op == "lit":
        return NOTHING if node[1] is None else int(node[1])
    if op in ("param", "col"):
        return columns[node[1]]
    if op == "if":
        return interpret(node[2] if interpret(node[1], columns) else node[3], columns)
    if op == "and":
        return interpret(node[2], columns) if interpret(node[1], columns) else 0
    if op == "or":
        return 1 if interpret(node[1], columns) else interpret(node[2], columns)
    if op == "not":
        return int(not interpret(node[1], columns))
    if op == "isnull":
        return int(interpret(node[1], columns) == NOTHING)
    if op == "in":
        return int(interpret(node[1], columns) in node[2])
    if op == "fn":
        return FUNCTIONS[node[1]](*(interpret(a, columns) for a in node[2:]))  # type: ignore[operator]
    if op == "round":
        return round_whole(*(interpret(a, columns) for a in node[1:]))
    if op == "monthly":
        return monthly(*(interpret(a, columns) for a in node[1:]))
    return int(_TWO[op](interpret(node[1], columns), interpret(node[2], columns)))


_TWO: dict[str, Any] = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "min": min, "max": max,
    "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b, "!=": lambda a, b: a != b,
}  # fmt: skip

__all__ = ["FUNCTIONS", "MODES", "NOTHING", "NO_CHOICE", "interpret", "monthly", "round_whole", "to_whole"]
