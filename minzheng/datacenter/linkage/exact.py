"""E1 and E2: the same number on both sides."""

from __future__ import annotations

import duckdb

from minzheng.datacenter.linkage import verdict
from minzheng.datacenter.linkage.normalise import FIXED
from minzheng.datacenter.linkage.pairs import Pairs, agreements, joined, known
from minzheng.datacenter.linkage.sides import Side


def links(con: duckdb.DuckDBPyConnection, left: Side, right: Side) -> list[Pairs]:
    """Every pair of rows with the same valid number; what of it counts is decided in verdict.py."""
    a, b, _ = joined(con, known(left), known(right))
    agreement, blank = agreements(left, right, a, b)
    mended = (left.numbers.states[a] == FIXED) | (right.numbers.states[b] == FIXED)
    same, auto, score = verdict.same_number(agreement, blank, mended)
    return [Pairs(a[m], b[m], code, score[m], auto[m]) for code, m in (("E1", same), ("E2", ~same))]
