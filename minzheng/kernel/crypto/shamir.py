"""Shamir's secret sharing over GF(256): any `threshold` of the shares give the secret, fewer give nothing at all.

Written here because none of the locked libraries has it and the method is forty lines: each byte of the secret is the
value at 0 of a random polynomial of degree threshold − 1; share x holds the values at x (1 to 255). The field is that of
AES (x⁸+x⁴+x³+x+1). Tables are indexed with secret bytes; that leaks through memory caches only to somebody who runs
code on the same machine during the minute of a drill.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping

MOST_SHARES = 255


def _tables() -> tuple[list[int], list[int]]:
    exp, log, value = [0] * 510, [0] * 256, 1
    for power in range(255):
        exp[power] = exp[power + 255] = value
        log[value] = power
        value ^= (value << 1) ^ (0x11B if value & 0x80 else 0)  # times the generator 3
    return exp, log


_EXP, _LOG = _tables()


def split(secret: bytes, *, shares: int, threshold: int) -> dict[int, bytes]:
    """Share number (1 to `shares`) → bytes as long as the secret. Raises ValueError for impossible numbers."""
    if not 2 <= threshold <= shares <= MOST_SHARES:
        raise ValueError(f"{shares} 份中取 {threshold} 份不成立：份数最多 {MOST_SHARES}，门限至少 2 且不超过份数。")
    polynomials = [bytes([byte]) + secrets.token_bytes(threshold - 1) for byte in secret]
    return {x: bytes(_value_at(x, polynomial) for polynomial in polynomials) for x in range(1, shares + 1)}


def combine(shares: Mapping[int, bytes]) -> bytes:
    """The secret, if these are at least `threshold` true shares; otherwise bytes that mean nothing."""
    if not shares or len({len(share) for share in shares.values()}) != 1 or not all(0 < x < 256 for x in shares):
        raise ValueError("份额的编号或长度不对。")
    weights = {x: _weight(x, list(shares)) for x in shares}
    length = len(next(iter(shares.values())))
    return bytes(_sum(_times(weights[x], share[place]) for x, share in shares.items()) for place in range(length))


def _value_at(x: int, polynomial: bytes) -> int:
    value = 0
    for coefficient in reversed(polynomial):
        value = _times(value, x) ^ coefficient
    return value


def _weight(x: int, all_x: list[int]) -> int:
    """Lagrange's coefficient of share x at 0; subtraction in this field is XOR."""
    weight = 1
    for other in all_x:
        if other != x:
            weight = _times(weight, _EXP[(_LOG[other] - _LOG[other ^ x]) % 255])
    return weight


def _times(a: int, b: int) -> int:
    return _EXP[_LOG[a] + _LOG[b]] if a and b else 0


def _sum(values: Iterable[int]) -> int:
    total = 0
    for value in values:
        total ^= value
    return total
