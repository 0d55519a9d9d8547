"""Yearly growth of a table's row by both methods in use, and which of them a printed figure follows.

Plans print 年均增长 either as the simple mean, (末/初 − 1)/n, or as the compound rate, (末/初)^(1/n) − 1, sometimes both in
one document; a figure is said to follow a method when it lies within half a percentage point of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

#: Percentage points between the printed and the computed figure; beyond it a person is asked (registries §9.1).
TOLERANCE = Decimal("0.5")
NAMES = {"simple": "简单平均", "compound": "复合增长率", "neither": "与两种算法都不符", "": ""}


@dataclass(frozen=True)
class Growth:
    """Percent a year by both methods, two decimals; None when they cannot be computed (no base, base 0, no years)."""

    simple: Decimal | None
    compound: Decimal | None
    years: int

    def follows(self, printed: Decimal | None) -> str:
        """``simple``, ``compound``, ``neither``; "" when nothing is printed or nothing can be computed."""
        if printed is None or self.simple is None or self.compound is None:
            return ""
        away, method = min((abs(self.simple - printed), "simple"), (abs(self.compound - printed), "compound"))
        return method if away <= TOLERANCE else "neither"


def growth(first: Decimal | None, last: Decimal | None, years: int) -> Growth:
    """From the value of the base year to that of the last year, ``years`` later."""
    if first is None or last is None or first <= 0 or last < 0 or years < 1:
        return Growth(None, None, years)
    ratio = last / first
    cent = Decimal("0.01")
    simple = ((ratio - 1) / years * 100).quantize(cent)
    compound = (Decimal(float(ratio) ** (1 / years) - 1) * 100).quantize(cent)
    return Growth(simple, compound, years)
