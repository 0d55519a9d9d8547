"""年均增长率 by both methods, because plans mix them: the simple mean (末年 ÷ 首年 − 1) ÷ 年数, and the compound rate.

Exact: the compound rate is found by comparing whole powers, never by a floating-point root."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

_STEP = 10_000  # rates are given in hundredths of a percent


@dataclass(frozen=True)
class Growth:
    """Yearly growth from ``first`` to ``last`` over ``years`` years; rates as percent with two decimals."""

    first: Fraction
    last: Fraction
    years: int
    simple: Decimal
    compound: Decimal

    def reaches(self, target: Decimal) -> tuple[bool, bool]:
        """Whether the target (a ratio such as 0.10) is reached by the simple mean, by the compound rate; both exact."""
        wanted = Fraction(target)
        simple = self.last - self.first >= self.first * wanted * self.years
        compound = self.last >= self.first * (1 + wanted) ** self.years
        return simple, compound


def growth(first: Fraction, last: Fraction, years: int) -> Growth:
    """Raises ValueError where there is nothing to compare: no years between, or a first value of nothing."""
    if years < 1 or first <= 0 or last < 0:
        raise ValueError("要有两个不同年份、大于零的值才能算年均增长率")
    simple = (last / first - 1) / years
    return Growth(first, last, years, _percent(simple), _compound(last / first, years))


def _percent(rate: Fraction) -> Decimal:
    exact = Decimal(rate.numerator) * 100 / Decimal(rate.denominator)
    return exact.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _compound(ratio: Fraction, years: int) -> Decimal:
    """The largest hundredth of a percent not above the rate, one more where the rest is at least a half."""
    low, high = -_STEP, _STEP  # −100 % …
    while Fraction(_STEP + high, _STEP) ** years <= ratio:
        high *= 2
    while high - low > 1:
        middle = (low + high) // 2
        if Fraction(_STEP + middle, _STEP) ** years <= ratio:
            low = middle
        else:
            high = middle
    if Fraction(2 * (_STEP + low) + 1, 2 * _STEP) ** years <= ratio:
        low += 1
    return (Decimal(low) / 100).quantize(Decimal("0.01"))
