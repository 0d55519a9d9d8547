"""Q1 and Q2: what only a person can decide, found by name with birth date, area or county.

Groups too large to review (hundreds of people of one name in one county without a number) are left out and counted:
a list that nobody can work through hides the pairs that matter.
"""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa

from minzheng.datacenter.linkage import codes
from minzheng.datacenter.linkage.normalise import NONE
from minzheng.datacenter.linkage.pairs import LARGEST_BLOCK, Pairs, columns, none
from minzheng.datacenter.linkage.sides import Side

#: Q2: at most so many pairs out of one name in one county.
PAIRS_OF_A_NAME = 25
#: Q1: slips between a wrong number and a number; between two valid numbers.
SLIPS, SLIPS_VALID = 3, 2


def links(
    con: duckdb.DuckDBPyConnection, left: Side, right: Side, linked: tuple[np.ndarray, np.ndarray]
) -> tuple[list[Pairs], dict[str, int]]:
    """Pairs for review among rows not yet accepted, and for Q1 and Q2 how many rows stood in groups too large (of the
    left for Q1, of the right for Q2).

    `linked`: masks of accepted rows of both sides. Against a register (one row per person) an accepted person needs no
    second row; against other tables he stays in the search.
    """
    done_left = linked[0] & right.register
    done_right = linked[1] & left.register
    _register(con, "l", left, done_left)
    _register(con, "r", right, done_right)
    slips = [_slips(con, (left, right), *search) for search in _SEARCHES]
    no_number, crowd = _no_number(con)
    return [*(pairs for pairs, _ in slips), no_number], {"Q1": sum(n for _, n in slips), "Q2": crowd}


#: (block, which rows of the left, which of the right). A wrong number may be wrong in its birth date or in its area, so
#: both are tried; of two valid numbers only the birth date is, and fewer slips are believed.
_SEARCHES = (
    ("birth", "NOT valid", "TRUE"),
    ("area", "NOT valid", "TRUE"),
    ("birth", "valid", "NOT valid"),
    ("area", "valid", "NOT valid"),
    ("birth", "valid", "valid"),
)


def _register(con: duckdb.DuckDBPyConnection, table: str, side: Side, done: np.ndarray) -> None:
    """The rows still open, as a table of the engine."""
    rows = np.flatnonzero(~done)
    take = pa.array(rows)
    birth, area = side.blocks()
    con.register("given", pa.table({
        "row": take, "name": side.name.take(take), "py": side.pinyin.take(take), "county": side.county.take(take),
        "birth": birth[rows], "area": area[rows], "valid": side.numbers.keys[rows] >= 0,
        "blank": side.numbers.states[rows] == NONE,
    }))  # fmt: skip
    con.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT * FROM given")
    con.unregister("given")


def _slips(
    con: duckdb.DuckDBPyConnection, sides: tuple[Side, Side], block: str, left: str, right: str
) -> tuple[Pairs, int]:
    """Q1 within blocks of the same pinyin and the same birth date or area; rows of the left in blocks too large."""
    usable = f"py IS NOT NULL AND {block} > 0"
    same = "{0}.py = {1}.py AND {0}.block = {1}.block".format
    if not _run(con, "lb", f"SELECT row, py, {block} AS block FROM l WHERE {usable} AND {left}"):
        return none("Q1"), 0
    _run(con, "rb", f"SELECT row, py, {block} AS block FROM r WHERE {usable} AND {right}")
    if not _run(con, "rb", f"SELECT rb.* FROM rb SEMI JOIN lb ON {same('rb', 'lb')}"):
        return none("Q1"), 0
    _run(con, "sizes", "SELECT py, block, count(*) AS n FROM rb GROUP BY ALL")
    _run(con, "lb", f"SELECT lb.*, n FROM lb JOIN sizes ON {same('lb', 'sizes')}")
    _run(con, "sizes", f"SELECT py, block FROM lb GROUP BY ALL HAVING sum(n) > {LARGEST_BLOCK}")
    crowded = _run(con, "large", f"SELECT lb.row FROM lb SEMI JOIN sizes ON {same('lb', 'sizes')}")
    if crowded:
        _run(con, "lb", f"SELECT lb.* FROM lb ANTI JOIN sizes ON {same('lb', 'sizes')}")
    a, b = columns(con, f"SELECT lb.row, rb.row FROM lb JOIN rb ON {same('lb', 'rb')}")
    return _near(con, sides, a, b, SLIPS_VALID if left == right == "valid" else SLIPS), crowded


def _near(con: duckdb.DuckDBPyConnection, sides: tuple[Side, Side], a: np.ndarray, b: np.ndarray, most: int) -> Pairs:
    """Of pairs of rows those whose numbers are few slips apart."""
    if not len(a):
        return none("Q1")
    con.register("near", pa.table({
        "a": a, "b": b, "x": sides[0].shapes(a), "y": sides[1].shapes(b),
        "m": sides[0].name.take(pa.array(a)), "n": sides[1].name.take(pa.array(b)),
    }))  # fmt: skip
    a, b, slips, same = columns(
        con,
        "SELECT * FROM (SELECT a, b, damerau_levenshtein(x, y) AS slips, (m = n)::BIGINT FROM near) "
        f"WHERE slips <= {most}",
    )
    points = np.array([codes.SLIPS[n] for n in range(SLIPS + 1)])
    score = points[slips] - codes.SLIPS_HOMOPHONE * (same == 0)
    return Pairs(a, b, "Q1", score, np.zeros(len(a), dtype=bool))


def _no_number(con: duckdb.DuckDBPyConnection) -> tuple[Pairs, int]:
    """Q2: same name in the same county where one side has no number; rows of the right left out as too many."""
    usable = "name IS NOT NULL AND county IS NOT NULL AND py IS NOT NULL AND length(name) > 1"
    _run(
        con, "wanted",
        f"SELECT name, county FROM l WHERE blank AND {usable} UNION SELECT name, county FROM r WHERE blank AND {usable}",
    )  # fmt: skip
    for side in "lr":
        _run(con, f"{side}n", f"SELECT {side}.* FROM {side} SEMI JOIN wanted USING (name, county) WHERE {usable}")
        _run(con, f"{side}c", f"SELECT name, county, count(*) AS n, count_if(blank) AS b FROM {side}n GROUP BY ALL")
    _run(
        con, "sizes",
        "SELECT lc.name, lc.county, lc.n * rc.n - (lc.n - lc.b) * (rc.n - rc.b) AS pairs "
        "FROM lc JOIN rc ON lc.name = rc.name AND lc.county = rc.county",
    )  # fmt: skip
    _run(con, "rn", "SELECT rn.*, pairs FROM rn JOIN sizes USING (name, county)")
    a, b, pairs = columns(
        con,
        "SELECT ln.row, rn.row, rn.pairs FROM ln JOIN rn ON ln.name = rn.name AND ln.county = rn.county "
        f"WHERE (ln.blank OR rn.blank) AND rn.pairs <= {PAIRS_OF_A_NAME}",
    )
    (crowded,) = columns(con, f"SELECT count(*) FROM rn WHERE blank AND pairs > {PAIRS_OF_A_NAME}")
    score = np.where(pairs == 1, codes.ALONE, codes.OF_SEVERAL)
    return Pairs(a, b, "Q2", score, np.zeros(len(a), dtype=bool)), int(crowded[0])


def _run(con: duckdb.DuckDBPyConnection, table: str, query: str) -> int:
    """The query as a table; how many rows it has."""
    return int(con.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {query}").fetchall()[0][0])
