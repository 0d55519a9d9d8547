"""Exact money: 元 as Decimal, and unrounded money as a type of its own.

``Unrounded`` is a ratio of 元 (Decimal numerator, whole denominator). It may be added, multiplied by a whole number or
a ratio, and compared; it cannot be stored or paid. Only a rounding function turns it into 元. Nothing here is a float.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_HALF_UP, Context, Decimal
from math import gcd
from typing import Union

FEN, JIAO, YUAN = Decimal("0.01"), Decimal("0.1"), Decimal("1")
ZERO = Decimal(0)

#: Enough digits that products of money, ratios and head counts within the declared ranges are exact.
EXACT = Context(prec=60)

Amount = Union[Decimal, int, "Unrounded"]


class Unrounded:
    """numerator ÷ denominator in 元, exact. Denominator is a positive whole number."""

    __slots__ = ("denominator", "numerator")

    def __init__(self, numerator: Decimal, denominator: int):
        if denominator <= 0:
            raise ZeroDivisionError("分母必须是正整数")
        self.numerator, self.denominator = numerator, denominator

    def _pair(self, other: Amount) -> tuple[Decimal, Decimal | int, int]:
        """Both numerators over one common denominator."""
        if isinstance(other, Unrounded):
            a, b = self.denominator, other.denominator
            if a == b:
                return self.numerator, other.numerator, a
            return self.numerator * b, other.numerator * a, a * b
        return self.numerator, other * self.denominator, self.denominator

    def __add__(self, other: Amount) -> Unrounded:
        a, b, d = self._pair(other)
        return Unrounded(a + b, d)

    __radd__ = __add__

    def __sub__(self, other: Amount) -> Unrounded:
        a, b, d = self._pair(other)
        return Unrounded(a - b, d)

    def __rsub__(self, other: Decimal | int) -> Unrounded:
        return Unrounded(other * self.denominator - self.numerator, self.denominator)

    def __mul__(self, factor: Amount) -> Unrounded:
        if isinstance(factor, Unrounded):
            raise TypeError("金额不能乘以金额")
        return Unrounded(self.numerator * factor, self.denominator)

    __rmul__ = __mul__

    def __neg__(self) -> Unrounded:
        return Unrounded(-self.numerator, self.denominator)

    def __lt__(self, other: Amount) -> bool:
        a, b, _ = self._pair(other)
        return a < b

    def __le__(self, other: Amount) -> bool:
        a, b, _ = self._pair(other)
        return a <= b

    def __gt__(self, other: Amount) -> bool:
        a, b, _ = self._pair(other)
        return a > b

    def __ge__(self, other: Amount) -> bool:
        a, b, _ = self._pair(other)
        return a >= b

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, (Unrounded, Decimal, int)):
            return NotImplemented
        a, b, _ = self._pair(other)
        return a == b

    def __hash__(self) -> int:
        top, bottom = self.numerator.as_integer_ratio()
        bottom *= self.denominator
        common = gcd(top, bottom)
        return hash((top // common, bottom // common))

    def __repr__(self) -> str:
        return f"Unrounded({self.numerator}/{self.denominator})"


def _nearest(value: Amount, step: Decimal, rounding: str) -> Decimal:
    if isinstance(value, Unrounded):
        scaled = value.numerator / step  # a power of ten: exact
        quotient, rest = divmod(scaled, value.denominator)
        if rest < 0:  # divmod of Decimal truncates towards zero; we need the floor
            quotient, rest = quotient - 1, rest + value.denominator
        if rest:
            if rounding == ROUND_CEILING:
                up = True
            else:  # half away from zero, as ROUND_HALF_UP does
                up = rest * 2 > value.denominator or (rest * 2 == value.denominator and quotient >= 0)
            quotient += 1 if up else 0
        return (quotient * step).quantize(FEN)
    return Decimal(value).quantize(step, rounding).quantize(FEN)


def to_fen_half_up(value: Amount) -> Decimal:
    """四舍五入到分: half away from zero."""
    if type(value) is Decimal:
        return value.quantize(FEN, ROUND_HALF_UP)
    return _nearest(value, FEN, ROUND_HALF_UP)


def to_jiao_up(value: Amount) -> Decimal:
    """见分进角: any part of a 角 counts as a whole 角."""
    return _nearest(value, JIAO, ROUND_CEILING)


def to_yuan_up(value: Amount) -> Decimal:
    """见角进元: any part of a 元 counts as a whole 元."""
    return _nearest(value, YUAN, ROUND_CEILING)


def to_yuan_half_up(value: Amount) -> Decimal:
    """四舍五入到元: half away from zero."""
    return _nearest(value, YUAN, ROUND_HALF_UP)


#: The rounding modes a county may choose (reference R2).
ROUNDINGS = {
    "FEN_HALF_UP": to_fen_half_up,
    "JIAO_UP": to_jiao_up,
    "YUAN_UP": to_yuan_up,
    "YUAN_HALF_UP": to_yuan_half_up,
}
