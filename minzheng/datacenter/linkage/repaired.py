"""R1: a number that fails its check character, one slip away from a number of the other side.

Accepted only when all of this holds: the names are the same, character by character (variants of a character count as
the same, homophones do not); nobody else on either side fits; and the repaired number is not already somebody's who
stands in the same register with his right number. In a county with thirty people born on every day a wrong number has
a neighbour who exists often enough; that he also bears the same name is what makes the repair safe.
"""

from __future__ import annotations

import duckdb
import numpy as np

from minzheng.datacenter.linkage import codes, names
from minzheng.datacenter.linkage.pairs import LARGEST_BLOCK, Pairs, agreements, joined, known, none, worth
from minzheng.datacenter.linkage.sides import Side

Candidates = tuple[np.ndarray, np.ndarray]


def links(con: duckdb.DuckDBPyConnection, left: Side, right: Side, wrong: tuple[Candidates, Candidates]) -> list[Pairs]:
    """Repairs of wrong numbers of the right side, then of the left. `wrong`: repair.candidate_keys of each side."""
    ours = _one_side(con, wrong=right, holders=left, found=wrong[1])
    theirs = _one_side(con, wrong=left, holders=right, found=wrong[0])
    turned = Pairs(ours.right, ours.left, ours.code, ours.score, ours.auto)
    return [turned, theirs]


def both_wrong(con: duckdb.DuckDBPyConnection, left: Side, right: Side, wrong: tuple[Candidates, Candidates]) -> Pairs:
    """Q1: wrong on both sides, each one slip away from one and the same number, and the same name."""
    if not len(wrong[0][0]) or not len(wrong[1][0]):
        return none("Q1")
    a, b, _ = joined(con, *_without_crowds(*wrong))
    a, b = np.unique(np.stack((a, b)), axis=1)
    agreement, blank = agreements(left, right, a, b)
    kept = (agreement >= names.HOMOPHONE) & ~blank
    score = codes.SLIPS[2] - codes.SLIPS_HOMOPHONE * (agreement[kept] < names.SAME)
    return Pairs(a[kept], b[kept], "Q1", score, np.zeros(kept.sum(), dtype=bool))


def _without_crowds(left: Candidates, right: Candidates) -> tuple[Candidates, Candidates]:
    """Both lists of candidates without the numbers under which too many rows of both sides would meet (代用号码)."""
    right_met = np.isin(right[1], left[1])
    row, key = right[0][right_met], right[1][right_met]
    keys, ours = np.unique(left[1], return_counts=True)
    met, theirs = np.unique(key, return_counts=True)
    large = met[theirs * ours[np.searchsorted(keys, met)] > LARGEST_BLOCK]
    kept, kept_right = ~np.isin(left[1], large), ~np.isin(key, large)
    return (left[0][kept], left[1][kept]), (row[kept_right], key[kept_right])


def _one_side(con: duckdb.DuckDBPyConnection, *, wrong: Side, holders: Side, found: Candidates) -> Pairs:
    """Links (left = row of `wrong`, right = row of `holders`) of the candidates found for the wrong numbers."""
    if not len(found[0]):
        return none("R1")
    row, holder, key = joined(con, found, known(holders))
    agreement, blank = agreements(wrong, holders, row, holder)
    score = worth(codes.REPAIRED, agreement, blank, codes.REPAIRED_BLANK)
    listed = ~np.isnan(score)
    contested = _contested(con, wrong, found, (row, key, listed))
    certain = (agreement == names.SAME) & ~contested
    score = np.where(contested, np.where(agreement == names.SAME, codes.CONTESTED, score - codes.CONTEST), score)
    return Pairs(row[listed], holder[listed], "R1", score[listed], certain[listed])


def _contested(
    con: duckdb.DuckDBPyConnection, wrong: Side, found: Candidates, near: tuple[np.ndarray, np.ndarray, np.ndarray]
) -> np.ndarray:
    """For each pair found: whether another person fits the wrong number too. That is: another number of the other side
    with at least the surname; another number of the same side with the same name; or, where the side is a register,
    the same number already standing there by itself."""
    row, key, listed = near
    rivals = _several(row[listed], key[listed], len(wrong))
    peer_row, peer, peer_key = joined(con, found, known(wrong))
    agreement, blank = agreements(wrong, wrong, peer_row, peer)
    alike = (agreement >= names.ALIKE) & ~blank
    own = _pair_in(row, key, peer_row, peer_key) & wrong.register
    other = _other_key(row, key, peer_row[alike], peer_key[alike])
    return rivals[row] | own | other


def _several(row: np.ndarray, key: np.ndarray, count: int) -> np.ndarray:
    """Mask of rows that occur with more than one key."""
    pairs = np.unique(np.stack((row, key)), axis=1)
    return np.bincount(pairs[0], minlength=count)[:count] > 1


def _pair_in(row: np.ndarray, key: np.ndarray, rows: np.ndarray, keys: np.ndarray) -> np.ndarray:
    """For each (row, key): whether it is one of (rows, keys)."""
    listed = set(zip(rows.tolist(), keys.tolist(), strict=True))
    return np.array([pair in listed for pair in zip(row.tolist(), key.tolist(), strict=True)], dtype=bool)


def _other_key(row: np.ndarray, key: np.ndarray, rows: np.ndarray, keys: np.ndarray) -> np.ndarray:
    """For each (row, key): whether (rows, keys) has the row with a different key."""
    listed: dict[int, set[int]] = {}
    for r, k in zip(rows.tolist(), keys.tolist(), strict=True):
        listed.setdefault(r, set()).add(k)
    pairs = zip(row.tolist(), key.tolist(), strict=True)
    return np.array([bool(listed.get(r, set()) - {k}) for r, k in pairs], dtype=bool)
