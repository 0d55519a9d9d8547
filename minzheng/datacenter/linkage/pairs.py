"""Pairs of rows found so far, and the joins that find them: one join per statement, on integers or short texts."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa

from minzheng.datacenter.linkage import names
from minzheng.datacenter.linkage.sides import Side

#: Pairs compared out of one block of a search for review: a number or name that so many share is no evidence.
LARGEST_BLOCK = 20_000


@dataclass(frozen=True)
class Pairs:
    """Links of one code: rows of the left and of the right side (int64), score, and whether accepted."""

    left: np.ndarray
    right: np.ndarray
    code: str
    score: np.ndarray
    auto: np.ndarray

    def __len__(self) -> int:
        return len(self.left)


def none(code: str) -> Pairs:
    empty = np.zeros(0, dtype=np.int64)
    return Pairs(empty, empty, code, empty.astype(float), empty.astype(bool))


def joined(
    con: duckdb.DuckDBPyConnection, left: tuple[np.ndarray, np.ndarray], right: tuple[np.ndarray, np.ndarray]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Equal keys of two (rows, int64 keys): left rows, right rows and the key, in no order."""
    con.register("a", pa.table({"row": left[0], "k": left[1]}))
    con.register("b", pa.table({"row": right[0], "k": right[1]}))
    rows, others, key = columns(con, "SELECT a.row, b.row, a.k FROM a JOIN b ON a.k = b.k")
    return rows, others, key


def columns(con: duckdb.DuckDBPyConnection, sql: str) -> tuple[np.ndarray, ...]:
    """The integer columns of a query."""
    table = con.sql(sql).to_arrow_table()
    return tuple(np.asarray(column.combine_chunks(), dtype=np.int64) for column in table.columns)


def agreements(left: Side, right: Side, rows: np.ndarray, others: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """`names.agree` of pairs of rows, and whether one of the two names is missing."""
    a, b = left.name.take(pa.array(rows)), right.name.take(pa.array(others))
    return names.agreements(a, b), np.asarray(a.is_null()) | np.asarray(b.is_null())


def worth(table: dict[float, float], agreement: np.ndarray, blank: np.ndarray, if_blank: float) -> np.ndarray:
    """The score of every pair from a table of agreements; NaN where the table lists none."""
    score = np.full(len(agreement), np.nan)
    for value, points in table.items():
        score[agreement == value] = points
    score[blank] = if_blank
    return score


def known(side: Side) -> tuple[np.ndarray, np.ndarray]:
    """Rows with a valid number, and the numbers."""
    rows = np.flatnonzero(side.numbers.keys >= 0)
    return rows, side.numbers.keys[rows]


def marked(count: int, rows: np.ndarray) -> np.ndarray:
    """A mask of `count` rows, true for those named."""
    mask = np.zeros(count, dtype=bool)
    mask[rows] = True
    return mask
