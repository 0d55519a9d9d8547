"""Sums in 万元, as plans and tables of projects write them; fen in the data. 1 万元 = 1 000 000 fen."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from minzheng.kernel.parts.columns import Column
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.field_base import FULLWIDTH, Field, Invalid

WAN = 1_000_000
MOST_WAN = Decimal("99999999")


def wan(fen: int | None) -> str:
    """``1,234.56``: 万元 with two decimals, more where fen would be lost; "" for None."""
    if fen is None:
        return ""
    whole = Decimal(fen) / WAN
    return f"{whole:,.2f}" if whole == whole.quantize(Decimal("0.01")) else f"{whole.normalize():,f}"


def yi(fen: int) -> str:
    """亿元 with four decimals, as plans write totals (98.3358亿元)."""
    return f"{Decimal(fen) / (WAN * 10_000):,.4f}"


def to_fen(text: str, what: str) -> int:
    """万元 as written → fen. Raises Invalid naming the column."""
    plain = text.translate(FULLWIDTH).replace(",", "").replace(" ", "").removesuffix("万元")
    try:
        value = Decimal(plain)
    except InvalidOperation:
        raise Invalid(f"{what}“{text[:20]}”不是数字，请写万元数，例如 120 或 120.5。") from None
    if not value.is_finite() or abs(value) > MOST_WAN:
        raise Invalid(f"{what}“{text[:20]}”太大，请核对单位是不是万元。")
    fen = value * WAN
    if fen != fen.to_integral_value():
        raise Invalid(f"{what}“{text[:20]}”精确到分以下了，请核对。")
    return int(fen)


@dataclass(frozen=True)
class Wan(Column):
    """A column of fen shown in 万元."""

    align: ClassVar[str] = "num"

    def text(self, row: Any, drawing: Drawing) -> str:
        return wan(self.get(row))


@dataclass(frozen=True)
class WanField(Field):
    """A sum in 万元; the value is fen."""

    least: int = 0
    unit: str = "万元"

    inputmode: ClassVar[str] = "decimal"
    widget: ClassVar[str] = "money"
    empty: ClassVar[Any] = None

    def parse(self, text: str) -> int:
        fen = to_fen(text, self.label)
        if fen < self.least:
            raise Invalid(f"{self.label}不能小于 {wan(self.least)} 万元。")
        return fen

    def show(self, value: Any) -> str:
        return "" if value in (None, "") else f"{wan(int(value))} 万元"

    def to_input(self, value: Any) -> str:
        return "" if value in (None, "") else wan(value).replace(",", "") if isinstance(value, int) else str(value)
