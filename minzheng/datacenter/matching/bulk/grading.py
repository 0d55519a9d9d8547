"""The rows of one source that carry somebody's number and another name: what the names tell, by the one rule
(``linkage.verdict``). The rows' names are known as tokens alone, the people's in plain, in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from minzheng.datacenter.lake import grading
from minzheng.datacenter.linkage import verdict
from minzheng.datacenter.matching.bulk import join

if TYPE_CHECKING:
    import duckdb


def grade(con: duckdb.DuckDBPyConnection, names: pa.Array) -> None:
    """Give every ungraded row of the table ``matched`` its way and note. ``names``: of the people, by ``pid``."""
    marks = ", ".join(join.MARKS)
    found = con.sql(f"SELECT DISTINCT pid, {marks} FROM matched WHERE code = {join.UNGRADED}").to_arrow_table()
    if not len(found):
        return
    pinyin, surname, mended = (found[name].combine_chunks().to_numpy(zero_copy_only=False) for name in join.MARKS)
    known = names.take(found["pid"].combine_chunks()).to_pylist()
    agreement, blank = grading.agreements(known, pinyin, surname)
    ways = way(agreement, blank, mended.astype(bool))
    notes = pa.array(verdict.notes(agreement, blank, mended.astype(bool)))
    graded = found.append_column("way", pa.array(ways)).append_column("said", notes)
    con.register("graded", graded)
    same = " AND ".join(f"m.{name} = g.{name}" for name in ("pid", *join.MARKS))
    con.execute(
        f"UPDATE matched m SET code = g.way, note = g.said FROM graded g WHERE m.code = {join.UNGRADED} AND {same}"
    )
    con.unregister("graded")


def way(agreement: np.ndarray, blank: np.ndarray, mended: np.ndarray) -> np.ndarray:
    """The way of each pair with the same number (places of ``join.WAYS``)."""
    same, accepted, _ = verdict.same_number(agreement, blank, mended)
    sure = np.where(same, join.SAME, join.SLIP)
    return np.where(accepted, sure, np.where(same, join.SAME_IN_DOUBT, join.OTHER)).astype(np.int8)
