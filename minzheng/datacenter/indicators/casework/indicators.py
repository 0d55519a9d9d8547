"""指标 of cases: received, decided, in time, waiting; objections to what was posted."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

from minzheng.datacenter.indicators import marts
from minzheng.datacenter.indicators.declaring import STOCK, Drill, Figure, Span, indicator, ratio
from minzheng.kernel.cases import counts
from minzheng.kernel.parts.behind import behind

LAW = "最低生活保障审核确认办法（民发〔2021〕57号）第二十四条等各项目办理时限"
_CASES = (
    # word (and condition of the list), name, period, better, definition
    ("received", "收到申请", "flow", "none", "本月提交的申请（不含存量接续）"),
    ("decided", "作出决定", "flow", "none", "本月作出同意或不予确认决定的办件"),
    ("refused", "不予确认", "flow", "none", "本月决定不予确认的办件"),
    ("timed", "作出决定（有办结期限）", "flow", "none", "本月作出决定、登记有办结期限的办件"),
    ("on_time", "按期作出决定", "flow", "up", "本月作出决定、决定日不晚于办结期限的办件（停表顺延）"),
    ("waiting", "月末在办", STOCK, "down", "月末已提交、没有作出决定的办件（不含撤回、终止、不予受理）"),
    ("overdue", "月末超期在办", STOCK, "down", "月末在办、已过办结期限的办件"),
)


def _list(condition: str) -> Callable[[str, datetime.date, Mapping[str, str]], Mapping[str, str]]:
    return lambda region, month, dims: {"behind": behind(condition, month, region)}


def _counted(field: str) -> Callable[[Span], Iterable[Figure]]:
    def figures(span: Span) -> Iterable[Figure]:
        for row in marts.of_cases(span):
            if number := getattr(row, field):
                yield Figure(f"{row.town}000", Decimal(number))

    return figures


for _word, _name, _period, _better, _definition in _CASES:
    indicator(
        f"cases.{_word}", f"{_name}办件", "件", period=_period, better=_better, line="cases", basis=LAW,
        definition=_definition, drill=Drill("cases.list", _list(_word)),
    )(_counted(_word))  # fmt: skip
ratio(
    "cases.on_time_rate", "按期办结率", numerator="cases.on_time", denominator="cases.timed", line="cases", basis=LAW,
    better="up", definition="有办结期限的决定中按期作出的比例",
)  # fmt: skip
ratio(
    "cases.refused_rate", "不予确认率", numerator="cases.refused", denominator="cases.decided", line="cases", basis=LAW,
    definition="作出的决定中不予确认的比例",
)  # fmt: skip


def _objections(span: Span) -> list[tuple[str, int, int]]:
    return counts.objections(*span.bounds, span.first)


@indicator(
    "cases.objections", "公示异议", "件", line="cases", basis="最低生活保障审核确认办法 第二十二条",
    definition="本月收到的公示异议（实名和匿名）", drill=Drill("objections.list", _list("received")),
)  # fmt: skip
def objections(span: Span) -> Iterable[Figure]:
    return [Figure(f"{town}000", Decimal(number)) for town, number, _ in span.once(_objections)]


@indicator(
    "cases.objections_answered", "已答复的公示异议", "件", line="cases", better="up",
    basis="最低生活保障审核确认办法 第二十二条", definition="本月收到的公示异议中，计算时已经答复的",
)  # fmt: skip
def answered(span: Span) -> Iterable[Figure]:
    return [Figure(f"{town}000", Decimal(number)) for town, _, number in span.once(_objections) if number]
