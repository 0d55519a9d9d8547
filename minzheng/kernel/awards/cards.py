"""Numbers of bank cards and passbooks."""

from __future__ import annotations


def luhn(number: str) -> bool:
    """The check digit of bank cards. Passbooks have none: a failure is a warning, never a reason to refuse."""
    total = 0
    for place, char in enumerate(reversed(number)):
        value = int(char) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
