"""Units of plans and of indicators on one scale: a target of 500万元 against an indicator in 元."""

from __future__ import annotations

import re
from decimal import Decimal

from minzheng.business.bureau.plans.models import PlanIndicator
from minzheng.business.bureau.plans.parsing.units import normalise

_SCALE = re.compile(r"^(?:十万|百万|千万|十亿|百亿|千亿|万亿|[百千万亿])(?=.)")
#: Measure words that count the same kind of thing.
_ALIKE = (
    frozenset("人 名 位 个".split()),
    frozenset("家 所 个 处 座 间".split()),
    frozenset("件 起 例 个 次 项".split()),
    frozenset("场 次 期 个".split()),
    frozenset("元/人/月 元/月 元".split()),
    frozenset("元/人/年 元/年".split()),
    frozenset("% 个百分点".split()),
)


def basic(unit: str) -> tuple[Decimal, str]:
    """(factor, basic unit): 万元 → (10000, 元)."""
    scale = _SCALE.match(unit)
    head = scale[0] if scale else ""
    return normalise(Decimal(1), head, unit[len(head) :])


def comparable(one: str, other: str) -> bool:
    """Whether figures of two units may be held against each other."""
    left, right = basic(one)[1], basic(other)[1]
    return left == right or any(left in group and right in group for group in _ALIKE)


def target_in(one: PlanIndicator, unit: str) -> Decimal | None:
    """The target in the unit of an indicator; None when the two cannot be compared."""
    if not comparable(one.unit_norm, unit):
        return None
    return one.value_norm / basic(unit)[0]


def most_in(one: PlanIndicator, unit: str) -> Decimal | None:
    """The upper end of a range, in the unit of an indicator."""
    if one.value_max is None or not one.value:
        return None
    target = target_in(one, unit)
    return None if target is None else target * one.value_max / one.value
