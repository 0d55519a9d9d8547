"""The types of the rule language, and what a rule may see while it is read.

A type is (kind, scale). Scale 1 of 元 is whole 分; any other scale is unrounded money counted in 分 ÷ scale. Ratios are
counted in 1/10 000. 商 is a division by a head count, which must be rounded at once.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Type = tuple[str, int]
Typed = tuple[Type, tuple[Any, ...]]
MONEY: Type = ("元", 1)
INT: Type = ("整数", 1)
BOOL: Type = ("是否", 1)
DATE: Type = ("日期", 1)
TEXT: Type = ("选项", 1)
NONE: Type = ("无", 1)
QUOTIENT: Type = ("商", 0)
RATIO_SCALE = 10000
RETURNS = {
    "元": "元", "未舍入元": "元", "元或无": "元", "比例": "比例", "整数": "整数", "是否": "是否", "日期": "日期",
}  # fmt: skip
ROUNDERS = {"四舍五入到分": "FEN_HALF_UP", "见分进角": "JIAO_UP", "见角进元": "YUAN_UP", "四舍五入到元": "YUAN_HALF_UP"}
#: Names a rule may ask for besides words and rules.
CONTEXT = {"参数", "核算日"}
#: Numbers that are arithmetic, not policy: none, one, and the twelve months of a year.
PLAIN_NUMBERS = (0, 1, 12)
COMPARE = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
ZERO = ("lit", 0)


@dataclass
class Scope:
    """What a rule may see: entity and type of every name, parameter types, collections, and each word's choices."""

    names: Callable[[str], tuple[str, Type] | None]
    params: dict[str, Type]
    collections: dict[str, str]  # key such as 成员 → entity
    choices: dict[str, tuple[str, ...]]
    codes: frozenset[str]  # words whose numbers are grades
    optional: frozenset[str]
    display_only: frozenset[str]  # results of type 元或无
