"""Numbers as they are written: Arabic, full-width, with thousands commas, Chinese, fractions, per cent in words.

Everything is a Decimal: 98.3358 stays 98.3358.
"""

from __future__ import annotations

from decimal import Decimal

ARABIC = r"(?:\d{1,3}(?:,\d{3})+(?![\d,])(?:\.\d+)?|\d+(?:\.\d+)?)"
CHINESE = r"[零〇一二两三四五六七八九十百千万亿]+"
MULTIPLIER = r"(?:十万|百万|千万|十亿|百亿|千亿|万亿|[百千万亿])"

_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_PLACES = {"十": 10, "百": 100, "千": 1000}
_GROUPS = {"万": 10_000, "亿": 100_000_000}


def multiplier(text: str) -> int:
    """``百万`` → 1000000; the empty text → 1."""
    result = 1
    for char in text:
        result *= _PLACES.get(char) or _GROUPS[char]
    return result


def chinese(text: str) -> int | None:
    """``三百二十`` → 320, ``二〇二一`` → 2021; None for what is no number (``十百千``)."""
    if not any(char in _PLACES or char in _GROUPS for char in text):
        return int("".join(str(_DIGITS[char]) for char in text)) if len(text) == 1 or len(text) >= 3 else None
    total = group = 0
    digit: int | None = None
    last_place = 10_000
    for char in text:
        if char in _DIGITS:
            if digit:
                return None
            digit = _DIGITS[char]
        elif char in _PLACES:
            place = _PLACES[char]
            if place >= last_place or (digit is None and char != "十"):
                return None
            group += (1 if digit is None else digit) * place
            digit, last_place = None, place
        else:
            group += digit or 0
            if not group and not (char == "亿" and total):
                return None
            total = total + group * 10_000 if char == "万" else (total + group) * _GROUPS[char]
            group, digit, last_place = 0, None, 10_000
    return total + group + (digit or 0)


def number(text: str) -> Decimal | None:
    """Value of an Arabic or Chinese numeral; None when the characters are no number."""
    if text[:1].isdigit():
        return Decimal(text.replace(",", ""))
    read = chinese(text)
    return None if read is None else Decimal(read)


def plain(value: Decimal) -> int | float:
    """A JSON number: whole numbers as int, others as written."""
    return int(value) if value == value.to_integral_value() else float(value)
