"""Hiding sums of few households: a row of two families in a village names them to whoever lives there.

Within one table whose rows add up to the total a single hidden row could be had by subtraction, so the next smallest is
hidden with it. Totals, months and benefits of the whole place stay, unless the whole place has so few families itself.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from minzheng.policy.figures import BASELINE, CHANGED, COUNTED, FIELDS

#: Numbers of a table of paid against computed, each with what would tell it.
_PAIRS = (
    ("more_due", "more_due_fen"), ("less_due", "less_due_fen"), ("not_due", "not_due_fen"), ("not_paid", "not_paid_fen"),
    ("agree", ""),
)  # fmt: skip
_NEAR = (("base", "base_only"), ("reform", "reform_only"))


def hidden(report: Mapping[str, Any], least: int) -> dict[str, Any]:
    """A copy in which numbers that fewer than ``least`` households stand behind are None."""
    told = copy.deepcopy(dict(report))
    _partition(told["places"], least)
    for dimension in told["groups"]:
        _partition(dimension["rows"], least)
    _partition(told["deciles"], least)
    for row in told["deciles"]:
        if row["families"] is None:
            row["low_fen"] = row["high_fen"] = None
    for row in told["benefits"]:
        if any(0 < row[name] < least for name in ("base_households", "reform_households", "entered", "left")):
            _blank(row, [name for name in row if name not in ("benefit", "word", "kind", "entity")])
    for row in told["received"]:
        for count, money in _PAIRS:
            if 0 < row[count] < least:
                _blank(row, [name for name in (count, money) if name])
    for count, only in _NEAR:
        _bands(told["near"]["bands"], count, only, least)
        if 0 < told["near"][count] < least:
            _blank(told["near"], [count, only])
    for row in told.get("outside", ()):
        if 0 < row["awards"] < least:
            _blank(row, ["awards", "persons", "fen"])
    if 0 < told["total"]["families"] < least:
        for row in (told["total"], *told["months"]):
            _blank(row, FIELDS)
            row.pop("words", None)
    told["hidden_below"] = least
    return told


def _blank(row: dict[str, Any], names: Sequence[str]) -> None:
    for name in names:
        row[name] = None


def _partition(rows: list[dict[str, Any]], least: int) -> None:
    for names in (BASELINE, CHANGED):
        counted = [name for name in COUNTED if name in names]
        small = [row for row in rows if any(0 < row[name] < least for name in counted)]
        if len(small) == 1:
            others = [row for row in rows if row is not small[0] and any(row[name] for name in counted)]
            small += sorted(others, key=lambda row: max(row[name] for name in counted))[:1]
        for row in small:
            _blank(row, names)
    for row in rows:
        # The change is the difference of the sides: with one of them hidden the other's change must be hidden too.
        if row["families"] is None:
            _blank(row, CHANGED)


def _bands(bands: list[dict[str, Any]], count: str, only: str, least: int) -> None:
    small = [row for row in bands if 0 < row[count] < least]
    if len(small) == 1:
        others = [row for row in bands if row is not small[0] and row[count]]
        small += sorted(others, key=lambda row: row[count])[:1]
    for row in small:
        _blank(row, [count, only])
