"""The vocabulary of rule files: ``@rule``, the types, and the functions a rule may call.

A ``rules.py`` imports from here and from nowhere else. A rule is an ordinary function in the law's own words: argument
names are what it depends on, the return annotation is its type, and the scalar path simply calls it with Decimals.
Money never meets ``/``: 平均 and 每月 give *unrounded* money, which only a rounding function turns into 元.
"""

from __future__ import annotations

import datetime
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from minzheng.policy.money import (
    ROUNDINGS,
    Amount,
    Unrounded,
    to_fen_half_up,
    to_jiao_up,
    to_yuan_half_up,
    to_yuan_up,
)

__all__ = [  # noqa: RUF022 (types first, then functions)
    "rule", "元", "未舍入元", "元或无", "比例", "整数", "是否", "日期",
    "四舍五入到分", "见分进角", "见角进元", "四舍五入到元", "按规定舍入", "平均", "每月", "按月发放",
    "周岁", "月初", "月份",
]  # fmt: skip


class 元(Decimal):
    """Annotation: money in 元, whole 分."""


class 未舍入元(Decimal):
    """Annotation: unrounded money. May be compared and summed; never stored or paid."""


class 元或无(Decimal):
    """Annotation: money for display only, None where it does not apply. No other rule may use it."""


class 比例(Decimal):
    """Annotation: a ratio with at most four decimals."""


class 整数(int):
    """Annotation: a whole number."""


class 是否(int):
    """Annotation: yes or no."""


class 日期(datetime.date):
    """Annotation: a date."""


@dataclass
class Rule:
    """One dated version of a rule, as declared and (after reading) as understood."""

    name: str
    entity: str  # 人 | 户 | a linked collection such as 赡养户
    returns: str
    fn: Callable[..., Any]
    since: str
    until: str
    laws: dict[str, str]  # ISO date → legal basis from that day
    doc: str
    args: tuple[str, ...]
    output: bool
    monthly: bool
    refuse: str
    because: str
    region: str  # only there and below; "" everywhere
    pays: str  # monthly | once | quota; "" for what is no benefit in itself
    file: str
    line: int
    # set by the loader and the reader
    benefit: str = ""
    source: str = ""
    tree: tuple[Any, ...] = ()
    type: tuple[str, int] = ("", 1)  # of this version's tree; the name's own type may have a finer scale
    deps: tuple[str, ...] = ()
    agg_deps: tuple[tuple[str, str], ...] = ()  # (collection entity, name)
    params: tuple[str, ...] = ()
    start: datetime.date = field(default=datetime.date.min)
    end: datetime.date = field(default=datetime.date.max)

    def law_on(self, on: datetime.date) -> str:
        """The legal basis of that day: the latest that had begun."""
        begun = [day for day in self.laws if day <= on.isoformat()]
        return self.laws[max(begun)] if begun else ""

    def in_force(self, on: datetime.date) -> bool:
        """Whether this version governs events of that day; both ends included."""
        return self.start <= on <= self.end


def rule(
    entity: str,
    *,
    since: str,
    law: str | dict[str, str],
    until: str = "",
    output: bool = False,
    monthly: bool = False,
    refuse: str = "",
    because: str = "",
    region: str = "",
    pays: str = "",
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a rule of a 人 or a 户, in force from ``since`` to ``until`` (ISO dates, both included).

    ``output`` shows the value to the outside; ``monthly`` also adds it to the month's cash totals. ``refuse`` makes a
    yes/no rule a condition: when it is 否, "R01 收入超标" and the sentence ``because`` become a reason of refusal.
    ``law`` is the legal basis, or {ISO date: basis from that day} where the basis changed and the rule did not.
    ``region`` (a code of 6 or 12 digits) makes this version the rule of that region and those below it: the nearest
    version of the day is used, elsewhere the one without a region.
    """

    def declare(fn: Callable[..., Any]) -> Callable[..., Any]:
        annotation = fn.__annotations__.get("return")
        declared = Rule(
            name=fn.__name__,
            entity=entity,
            returns=annotation if isinstance(annotation, str) else getattr(annotation, "__name__", ""),
            fn=fn,
            since=since,
            until=until,
            laws=law if isinstance(law, dict) else {since: law},
            doc=inspect.cleandoc(fn.__doc__ or ""),
            args=tuple(inspect.signature(fn).parameters),
            output=output or monthly or bool(pays),
            monthly=monthly,
            refuse=refuse,
            because=because,
            region=region,
            pays="monthly" if monthly else pays,
            file=fn.__code__.co_filename,
            line=fn.__code__.co_firstlineno,
        )
        # Two dated versions share one name, so the module's namespace keeps only the last: collect them beside it.
        fn.__globals__.setdefault("__rules__", []).append(declared)
        return fn

    return declare


# ---- functions a rule may call -------------------------------------------------------------------------------------

四舍五入到分 = to_fen_half_up
见分进角 = to_jiao_up
见角进元 = to_yuan_up
四舍五入到元 = to_yuan_half_up


def 按规定舍入(金额: Amount, 方式: str) -> Decimal:
    """Round by the county's mode, one of FEN_HALF_UP, JIAO_UP, YUAN_UP, YUAN_HALF_UP."""
    return ROUNDINGS[方式](金额)


def 平均(总额: Amount, 份数: int) -> Unrounded:
    """总额 ÷ 份数, unrounded."""
    if type(总额) is Unrounded:
        return Unrounded(总额.numerator, 总额.denominator * 份数)
    return Unrounded(Decimal(总额), 份数)


def 每月(年额: Amount) -> Unrounded:
    """年额 ÷ 12, unrounded (reference R3: annual amounts stay annual and are divided last)."""
    return 平均(年额, 12)


def 按月发放(年额: Amount, 当月: int, 方式: str) -> Decimal:
    """A pure periodic payment (R3): each month the rounded twelfth, in December the rest, so that the year adds up."""
    一份 = 按规定舍入(每月(年额), 方式)
    if 当月 < 12:
        return 一份
    return 按规定舍入(年额, 方式) - 一份 * 11


def 周岁(出生日期: datetime.date, 当日: datetime.date) -> int:
    """Full years; the birthday itself counts. Born on 29 February: a year older on 1 March of common years."""
    return 当日.year - 出生日期.year - ((当日.month, 当日.day) < (出生日期.month, 出生日期.day))


def 月初(当日: datetime.date) -> datetime.date:
    """First day of the month of that day."""
    return 当日.replace(day=1)


def 月份(当日: datetime.date) -> int:
    """Month number 1–12."""
    return 当日.month
