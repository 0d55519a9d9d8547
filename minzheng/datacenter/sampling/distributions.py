"""The few distributions that sampling needs, without a statistics package: incomplete beta, its quantile, Student's t,
the hypergeometric tail. Accurate to about 1e-9 for the sizes met here (tested against tables)."""

from __future__ import annotations

from math import exp, lgamma, log, log1p
from statistics import NormalDist

_NORMAL = NormalDist()
_STEPS = 200
_TINY = 1e-300


def z(probability: float) -> float:
    """Quantile of the standard normal distribution."""
    return _NORMAL.inv_cdf(probability)


def beta_cdf(x: float, a: float, b: float) -> float:
    """P(B ≤ x) for B ~ Beta(a, b); a and b need not be whole."""
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(x, a, b) / a
    return 1 - front * _fraction(1 - x, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    """The continued fraction of the incomplete beta function (modified Lentz)."""
    c, d = 1.0, 1 - (a + b) * x / (a + 1)
    d = 1 / (d if abs(d) > _TINY else _TINY)
    value = d
    for m in range(1, _STEPS):
        for step in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 + step * d
            c = 1 + step / c
            d = 1 / (d if abs(d) > _TINY else _TINY)
            c = c if abs(c) > _TINY else _TINY
            value *= c * d
        if abs(c * d - 1) < 1e-14:
            break
    return value


def beta_quantile(probability: float, a: float, b: float) -> float:
    """The x with P(B ≤ x) = probability."""
    low, high = 0.0, 1.0
    for _ in range(100):
        middle = (low + high) / 2
        if beta_cdf(middle, a, b) < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def t_quantile(probability: float, freedom: float) -> float:
    """Quantile of Student's t (probability > 0.5) by way of the beta distribution."""
    if freedom > 1e6:
        return z(probability)
    x = beta_quantile(2 * (1 - probability), freedom / 2, 0.5)
    return float((freedom * (1 - x) / x) ** 0.5)


def hypergeometric_cdf(found: int, size: int, bad: int, drawn: int) -> float:
    """P(at most `found` bad ones) when `drawn` of `size` are drawn without replacement and `bad` of them are bad."""
    least = max(0, drawn - (size - bad))
    most = min(drawn, bad)
    if found >= most:
        return 1.0
    if found < least:
        return 0.0
    total = _log_choose(size, drawn)
    return min(
        1.0,
        sum(
            exp(_log_choose(bad, k) + _log_choose(size - bad, drawn - k) - total) for k in range(least, found + 1)
        ),
    )  # fmt: skip


def _log_choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
