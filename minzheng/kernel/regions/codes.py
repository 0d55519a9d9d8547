"""Arithmetic on administrative division codes (GB/T 2260 and GB/T 10114): 12 digits, levels 2‖2‖2‖3‖3.

A code may be written short (2, 4, 6, 9 or 12 digits); a missing tail is zeros. Scope conditions are ranges on the
12 digits, so that a plain b-tree index serves them and no LIKE pattern is needed.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

#: Digits that count at levels 0 (the nation, `NATION`) to 5 (village).
WIDTHS = (0, 2, 4, 6, 9, 12)
NATION = "0" * 12


class BadRegionCode(ValueError):
    """Not a division code; the text is a Chinese sentence for the screen."""


def full(code: str) -> str:
    """The 12-digit form. Raises BadRegionCode."""
    text = str(code).strip()
    if not (text.isascii() and text.isdigit() and len(text) in WIDTHS):
        raise BadRegionCode(f"区划代码“{code}”写得不对：应是 2、4、6、9 或 12 位数字，请核对后重填。")
    return text.ljust(12, "0")


def level(code: str) -> int:
    """0 nation, 1 province, 2 city, 3 county, 4 township, 5 village."""
    digits = full(code)
    for depth in range(5, 0, -1):
        if digits[WIDTHS[depth - 1] : WIDTHS[depth]].strip("0"):
            return depth
    return 0


def prefix(code: str) -> str:
    """The digits that count: "431227000000" → "431227"."""
    digits = full(code)
    return digits[: WIDTHS[level(digits)]]


def parent(code: str) -> str:
    """The 12-digit code one level up by digits alone; "" for a province. The row may name another parent (省直辖县)."""
    digits = full(code)
    depth = level(digits)
    while depth > 1:
        depth -= 1
        above = digits[: WIDTHS[depth]].ljust(12, "0")
        if level(above) < level(digits):
            return above
    return ""


def covers(scope_code: str, code: str) -> bool:
    """Does the place ``code`` lie in (or equal) ``scope_code``? An object without a place lies nowhere."""
    return bool(code) and full(code).startswith(prefix(scope_code))


def bounds(code: str) -> tuple[str, str]:
    """The lowest and highest 12-digit code inside a place, both included."""
    head = prefix(code)
    return head.ljust(12, "0"), head.ljust(12, "9")


def scope_q(codes: Iterable[str], field: str = "region_code") -> Q:
    """The condition "``field`` lies in one of these places". No code at all matches nothing."""
    condition = Q(pk__in=[])
    for code in _widest(codes):
        low, high = bounds(code)
        condition |= Q(**{f"{field}__gte": low, f"{field}__lte": high})
    return condition


def _widest(codes: Iterable[str]) -> list[str]:
    """Drop places that lie inside another one of the list: shorter SQL, same rows."""
    kept: list[str] = []
    for code in sorted({full(code) for code in codes}, key=lambda one: (len(prefix(one)), one)):
        if not any(covers(wide, code) for wide in kept):
            kept.append(code)
    return kept
