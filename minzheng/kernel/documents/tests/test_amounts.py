"""Amounts: capitals and figures agree to the fen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minzheng.kernel.documents.typesetting.amounts import LARGEST_FEN, capitals, yuan

_DIGITS = {char: number for number, char in enumerate("零壹贰叁肆伍陆柒捌玖")}
_UNITS = {"拾": 10, "佰": 100, "仟": 1000}


def fen_of(text: str) -> int:
    """Independently reads capitals back into fen: sections of 万 and 亿, 拾佰仟 within a section, 角分 below the yuan."""
    whole, _, tail = text.partition("元") if "元" in text else ("", "", text)
    cents = 0
    digit = 0
    for char in tail.removesuffix("整"):
        if char in _DIGITS:
            digit = _DIGITS[char]
        else:
            cents += digit * {"角": 10, "分": 1}[char]
    return _whole(whole) * 100 + cents


def _whole(text: str) -> int:
    total = section = digit = 0
    for char in text:
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif char in _UNITS:
            section += digit * _UNITS[char]
            digit = 0
        else:
            section, digit = section + digit, 0
            if char == "万":
                total += section * 10_000
            else:
                total = (total + section) * 100_000_000
            section = 0
    return total + section + digit


@given(st.integers(0, LARGEST_FEN - 1))
def test_任何金额的大写读回来都是原数(fen: int) -> None:
    assert fen_of(capitals(fen)) == fen


@given(st.integers(-(10**12), 10**12))
def test_数字写法去掉千分位就是原数(fen: int) -> None:
    sign, digits = (-1, yuan(fen)[1:]) if fen < 0 else (1, yuan(fen))
    whole, cents = digits.replace(",", "").split(".")
    assert len(cents) == 2
    assert sign * (int(whole) * 100 + int(cents)) == fen


@pytest.mark.parametrize(
    ("fen", "text"),
    [
        (0, "零元整"),
        (1, "壹分"),
        (10, "壹角"),
        (100, "壹元整"),
        (108000, "壹仟零捌拾元整"),
        (141970, "壹仟肆佰壹拾玖元柒角"),
        (53400, "伍佰叁拾肆元整"),
        (100005, "壹仟元零伍分"),
        (10000000, "壹拾万元整"),
        (1001001, "壹万零壹拾元零壹分"),
    ],
)
def test_大写样例(fen: int, text: str) -> None:
    assert capitals(fen) == text


@pytest.mark.parametrize("fen", [-1, LARGEST_FEN])
def test_负数和大得离谱的金额不写(fen: int) -> None:
    with pytest.raises(ValueError, match="不能写成大写"):
        capitals(fen)
