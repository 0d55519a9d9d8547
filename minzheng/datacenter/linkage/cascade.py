"""Linking two tables of people: a cascade from the same number down to the same name.

    links = link(left, right)          # two Arrow tables: uid, id_no, name, county
    links.table                        # left_uid, right_uid, code, score, auto

Each step looks only for what the one before could not find; a pair found twice keeps its stronger code. What is
accepted (`auto`) is decided in exact.py and repaired.py; codes.py has the scores. Deterministic: the same tables give
the same rows in the same order, by left row, then right row.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa

from minzheng.datacenter.linkage import exact, repair, repaired, review, sides
from minzheng.datacenter.linkage.pairs import LARGEST_BLOCK, Pairs, marked
from minzheng.datacenter.linkage.sides import Side

#: From the strongest evidence to the weakest.
CODES = ("E1", "E2", "R1", "Q1", "Q2")


@dataclass(frozen=True)
class Links:
    """`table`: left_uid, right_uid (types as given), code text, score double 0–1, auto bool; `left`, `right`: rows read;
    `notes`: Chinese sentences on what the reader of the result should know."""

    table: pa.Table
    left: int
    right: int
    auto: int
    review: int
    notes: tuple[str, ...] = ()


def link(
    left: pa.Table,
    right: pa.Table,
    *,
    con: duckdb.DuckDBPyConnection | None = None,
    labels: tuple[str, str] = ("左表", "右表"),
) -> Links:
    """Link two tables with the columns uid (integer or text), id_no, name and county. Raises LinkRefused.

    `con`: an engine to join with (its memory limit holds); without one a small one is opened and closed."""
    one, other = sides.read(left, labels[0]), sides.read(right, labels[1])
    engine = con or duckdb.connect(":memory:", config={"preserve_insertion_order": False})
    try:
        found, crowded = _cascade(engine, one, other)
    finally:
        if con is None:
            engine.close()
    table = _table(found, one, other)
    auto = int(np.asarray(table["auto"].combine_chunks()).sum()) if len(table) else 0
    notes = _notes(one, other, labels, crowded)
    return Links(table, len(one), len(other), auto, len(table) - auto, notes)


def _cascade(con: duckdb.DuckDBPyConnection, left: Side, right: Side) -> tuple[list[Pairs], dict[str, int]]:
    found = exact.links(con, left, right)
    wrong = repair.candidate_keys(left.numbers), repair.candidate_keys(right.numbers)
    found += repaired.links(con, left, right, wrong)
    found.append(repaired.both_wrong(con, left, right, wrong))
    accepted = (
        marked(len(left), np.concatenate([p.left[p.auto] for p in found])),
        marked(len(right), np.concatenate([p.right[p.auto] for p in found])),
    )
    for_review, crowded = review.links(con, left, right, accepted)
    return [*found, *for_review], crowded


def _table(found: list[Pairs], left: Side, right: Side) -> pa.Table:
    """All pairs, each once with its strongest code, in order."""
    a, b = np.concatenate([p.left for p in found]), np.concatenate([p.right for p in found])
    rank = np.concatenate([np.full(len(p), CODES.index(p.code)) for p in found])
    score, auto = np.concatenate([p.score for p in found]), np.concatenate([p.auto for p in found])
    order = np.lexsort((-score, rank, b, a))
    a, b = a[order], b[order]
    first = np.ones(len(a), dtype=bool)
    first[1:] = (a[1:] != a[:-1]) | (b[1:] != b[:-1])
    kept = order[first]
    a, b = a[first], b[first]
    return pa.table({
        "left_uid": left.uid.take(pa.array(a)),
        "right_uid": right.uid.take(pa.array(b)),
        "code": pa.array(CODES).take(pa.array(rank[kept].astype(np.int64))),
        "score": pa.array(np.round(score[kept], 4)),
        "auto": pa.array(auto[kept]),
    })  # fmt: skip


def _notes(left: Side, right: Side, labels: tuple[str, str], crowded: dict[str, int]) -> tuple[str, ...]:
    notes = [
        f"{label}有 {side.doubled} 行的 uid 与别的行重复，结果按行列出，重复的 uid 对不回唯一一行。"
        for side, label in ((left, labels[0]), (right, labels[1]))
        if side.doubled
    ]
    if crowded["Q1"]:
        notes.append(
            f"{labels[0]}有 {crowded['Q1']} 行与对方同音同生日（或同地区）而号码不符的人过多（组合超过 "
            f"{LARGEST_BLOCK} 对），没有逐对比较号码，请先查这些行的姓名和号码是否填了代用值。"
        )
    if crowded["Q2"]:
        notes.append(
            f"{labels[1]}有 {crowded['Q2']} 行没有证件号码，且同县同名的人过多（组合超过 {review.PAIRS_OF_A_NAME} 对），"
            "没有列入复核，请补证件号码。"
        )
    return tuple(notes)
