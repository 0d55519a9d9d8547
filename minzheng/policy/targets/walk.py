"""Loops over rows that the generated module compiles beside the rules (plain Python here; see ``loop.source``)."""

from __future__ import annotations

from typing import Any


def match(persons: Any, households: Any, off: Any, most: int) -> tuple[int, int]:
    """Fill ``off`` so that ``persons[off[h]:off[h+1]]`` belong to household h; both sorted by household.

    Returns (0, 0), or what is wrong and where: 1 two equal or falling household ids (row of households), 2 a person
    without household (row of persons), 3 a household without persons, 4 one with more than ``most``.
    """
    p = 0
    n = len(persons)
    for h in range(len(households)):
        if h > 0 and households[h] <= households[h - 1]:
            return 1, h
        if p < n and persons[p] < households[h]:
            return 2, p
        off[h] = p
        while p < n and persons[p] == households[h]:
            p += 1
        if p == off[h]:
            return 3, h
        if p - off[h] > most:
            return 4, h
    off[len(households)] = p
    if p < n:
        return 2, p
    return 0, 0


def tally(off: Any, total: Any, own: Any, group: Any, into: Any) -> None:
    """Add to ``into[group]``: households with cash, people who get it, and 分.

    Cash of the household as a whole counts every member; otherwise those with cash of their own.
    """
    for h in range(len(total)):
        if total[h] <= 0:
            continue
        g = group[h]
        paid = 0
        people = 0
        for p in range(off[h], off[h + 1]):
            if own[p] > 0:
                paid += own[p]
                people += 1
        into[g, 0] += 1
        into[g, 1] += off[h + 1] - off[h] if total[h] > paid else people
        into[g, 2] += total[h]


def crossed(before: Any, after: Any, group: Any, into: Any) -> None:
    """Add to ``into[group]``: households that get cash only after, and households that got it only before."""
    for h in range(len(before)):
        if after[h] > 0 and before[h] <= 0:
            into[group[h], 0] += 1
        if before[h] > 0 and after[h] <= 0:
            into[group[h], 1] += 1
