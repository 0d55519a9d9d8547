"""E1 and E2: the same number on both sides."""

from __future__ import annotations

import duckdb
import numpy as np

from minzheng.datacenter.linkage import codes, names
from minzheng.datacenter.linkage.pairs import Pairs, agreements, joined, known, worth
from minzheng.datacenter.linkage.sides import Side


def links(con: duckdb.DuckDBPyConnection, left: Side, right: Side) -> list[Pairs]:
    """Every pair of rows with the same valid number.

    A right check character on both sides vouches for the number: then the same name, or one that a slip of the pen
    explains, is accepted; a name that shares no more than brothers and sisters share, or nothing, is reviewed (the number
    of another member of the family, 重号). Where one side wrote 15 digits any slip gives another valid number: the name has to sound the same.
    """
    a, b, _ = joined(con, known(left), known(right))
    agreement, blank = agreements(left, right, a, b)
    old = left.numbers.old[a] | right.numbers.old[b]
    score = np.where(
        old,
        worth(codes.OLD, agreement, blank, codes.OLD_BLANK),
        worth(codes.WHOLE, agreement, blank, codes.WHOLE_BLANK),
    )
    auto = score >= codes.ACCEPTED
    same = (agreement >= names.ALIKE) | blank
    return [Pairs(a[m], b[m], code, score[m], auto[m]) for code, m in (("E1", same), ("E2", ~same))]
