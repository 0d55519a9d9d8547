"""Numbers for people: “1,234 人”, “12.35 万元”, “98.5%”; nothing known is “—”, which is not zero."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

NOTHING = "—"
#: From where on money is told in larger units.
_WAN, _YI = Decimal(10_000), Decimal(100_000_000)


def shown(value: Decimal | None, unit: str, decimals: int = 0) -> str:
    """A value with its unit as it is read: “1,234 人”, “12.35 万元”, “0 户”, “—” for None. `decimals` at most; money in 元
    from ten thousand on is told in 万元 or 亿元 with two."""
    if value is None:
        return NOTHING
    if unit == "元" and abs(value) >= _YI:
        return f"{rounded(value / _YI, 2)} 亿元"
    if unit == "元" and abs(value) >= _WAN:
        return f"{rounded(value / _WAN, 2)} 万元"
    text = rounded(value, 2 if unit == "元" and not decimals else decimals)
    if unit in ("%", "‰"):
        return f"{text}{unit}"
    return f"{text} {unit}".rstrip()


def rounded(value: Decimal, decimals: int) -> str:
    """With thousands separated, half away from zero, without zeros at the end: 1234.50 → “1,234.5”."""
    text = f"{value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):,f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
