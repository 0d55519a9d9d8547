"""Exact money against the standard library's fractions."""

import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minzheng.policy.money import ROUNDINGS, Unrounded, to_fen_half_up
from minzheng.policy.rules import 周岁, 平均, 按月发放, 每月

money = st.decimals(min_value=-(10**9), max_value=10**9, places=2)
positive = st.decimals(min_value=0, max_value=10**9, places=2)
counts = st.integers(1, 5000)
unrounded = st.builds(Unrounded, money, counts)
amounts = st.one_of(money, unrounded)
STEP = {
    "FEN_HALF_UP": Fraction(1, 100),
    "JIAO_UP": Fraction(1, 10),
    "YUAN_UP": Fraction(1),
    "YUAN_HALF_UP": Fraction(1),
}


def exact(value) -> Fraction:
    if isinstance(value, Unrounded):
        return Fraction(value.numerator) / value.denominator
    return Fraction(value)


def expected(value: Fraction, mode: str) -> Fraction:
    units = value / STEP[mode]
    if mode.endswith("_HALF_UP"):  # half away from zero
        return (math.floor(abs(units) + Fraction(1, 2))) * (1 if units >= 0 else -1) * STEP[mode]
    return math.ceil(units) * STEP[mode]


@given(amounts, amounts)
def test_加减与比较都精确(a, b):
    assert exact(a + b) == exact(a) + exact(b)
    assert exact(a - b) == exact(a) - exact(b)
    assert (a < b) == (exact(a) < exact(b))
    assert (a <= b) == (exact(a) <= exact(b))
    assert (a == b) == (exact(a) == exact(b))
    assert exact(max(a, b)) == max(exact(a), exact(b))


@given(unrounded, st.one_of(st.integers(0, 10_000), st.decimals(0, 10, places=4)))
def test_乘以人数和比例都精确(a, factor):
    assert exact(a * factor) == exact(a) * Fraction(factor)
    assert exact(factor * a) == exact(a) * Fraction(factor)


@given(unrounded)
def test_相等的未舍入金额散列也相等(a):
    assert hash(a) == hash(Unrounded(a.numerator * 3, a.denominator * 3))


@pytest.mark.parametrize("mode", ROUNDINGS)
@given(value=amounts)
def test_四种舍入(mode, value):
    rounded = ROUNDINGS[mode](value)
    assert Fraction(rounded) == expected(exact(value), mode)
    assert rounded.as_tuple().exponent == -2


@given(positive, counts)
def test_平均后乘回来还是原数(total, share):
    assert 平均(total, share) * share == total


@given(st.decimals(min_value=0, max_value=10**6, places=2), st.sampled_from(["FEN_HALF_UP"]))
def test_十二个月加起来等于年额(year, mode):
    assert sum(按月发放(year, month, mode) for month in range(1, 13)) == year


@pytest.mark.parametrize(
    ("year", "usual", "december"),
    [("2522", "210.17", "210.13"), ("8404", "700.33", "700.37"), ("4202", "350.17", "350.13")],
)
def test_护理年标准按月发放(year, usual, december):
    assert 按月发放(Decimal(year), 11, "FEN_HALF_UP") == Decimal(usual)
    assert 按月发放(Decimal(year), 12, "FEN_HALF_UP") == Decimal(december)


def test_金额不能乘以未舍入金额():
    with pytest.raises(TypeError, match="金额不能乘以金额"):
        每月(Decimal(12)) * 每月(Decimal(12))


def test_先舍入再相乘就差一分():
    third = 每月(Decimal(4300))
    assert to_fen_half_up(third * 3) == Decimal("1075.00")
    assert to_fen_half_up(third) * 3 == Decimal("1074.99")


@given(st.dates(), st.dates())
def test_周岁生日当天才加一岁(born, today):
    if born > today:
        return
    age = 周岁(born, today)
    assert (born.month, born.day) <= (today.month, today.day) or age == today.year - born.year - 1
    assert age >= 0
