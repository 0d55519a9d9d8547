"""What an invalid number may have been meant to be: every valid number one slip away.

The check character (ISO 7064 MOD 11-2) catches every single wrong digit and every swap of neighbours, so a number that
passes holds no such slip, and for one that fails each place has at most one digit that would make it pass: some
fourteen candidates with a possible birth date, found by arithmetic instead of by comparing with all other numbers.
Candidates say nothing about who it is: a name has to agree, and several people who fit are a case for review.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from minzheng.datacenter.linkage import normalise
from minzheng.datacenter.linkage.normalise import INVALID, Numbers
from minzheng.datacenter.linkage.text import codes_of
from minzheng.kernel.subjects import idcard

#: Weights of all 18 places: a number is valid when the weighted sum (X = 10) leaves 1 modulo 11.
_W = np.array([*idcard.WEIGHTS, 1], dtype=np.int32)
_INVERSE = np.array([pow(int(w), -1, 11) for w in _W], dtype=np.int32)
_X, _BAD = 10, -1
_Found = tuple[np.ndarray, np.ndarray]


def candidates(ids: pa.Array | pa.ChunkedArray) -> pa.Table:
    """A column of numbers as they came → Table(row int64, id18 string): for every invalid one all valid numbers with a
    possible birth date at one slip: a wrong character, two neighbours swapped, one dropped (also the check character),
    one too many. Rows ascend; a row without candidates does not occur. Numbers that a spreadsheet rounded (…000) have
    none: more than one of their digits is unknown; nor have 15-digit ones, which no check character vouches for."""
    row, key = candidate_keys(normalise.numbers(ids))
    return pa.table({"row": pa.array(row), "id18": normalise.id18s(key)})


def candidate_keys(read: Numbers) -> _Found:
    """`candidates` of a column already read: rows and first 17 digits as a number (both int64), ordered, no doubles."""
    wanted = np.flatnonzero((read.states == INVALID) & ~normalise.rounded(read.text))
    rows, keys = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for start in range(0, len(wanted), 50_000):
        part = wanted[start : start + 50_000]
        codes = codes_of(read.text.take(pa.array(part)))
        for length, found in ((18, _same_length), (17, _one_dropped), (19, _one_too_many)):
            for places, matrix in normalise.of_length(codes, length):
                for row, key in found(_values(matrix)):
                    rows.append(part[places[row]])
                    keys.append(key)
    row, key = np.concatenate(rows), np.concatenate(keys)
    order = np.lexsort((key, row))
    row, key = row[order], key[order]
    first = np.ones(len(row), dtype=bool)
    first[1:] = (row[1:] != row[:-1]) | (key[1:] != key[:-1])
    return row[first], key[first]


def _values(matrix: np.ndarray) -> np.ndarray:
    """Characters → 0–9, 10 for X, −1 for what can stand in no number."""
    values = matrix.astype(np.int32) - 48
    return np.where(matrix == ord("X"), _X, np.where((values >= 0) & (values <= 9), values, _BAD)).astype(np.int32)


def _kept(values: np.ndarray, rows: np.ndarray, good: np.ndarray) -> _Found:
    """The rows of an 18-column matrix that pass all checks, as keys. `rows`: where each came from."""
    good = good & (values[:, :17] >= 0).all(axis=1) & (values[:, :17] <= 9).all(axis=1) & (values[:, 17] >= 0)
    good[good] &= (values[good] @ _W) % 11 == 1
    good[good] &= normalise.plausible(values[good])
    return rows[good], normalise.as_key(values[good])


def _completed(values: np.ndarray, place: int) -> tuple[np.ndarray, np.ndarray]:
    """Each row with the one character at `place` that makes it pass, and whether there is one (X only at the end)."""
    made = values.copy()
    made[:, place] = 0
    need = ((1 - made @ _W) * _INVERSE[place]) % 11
    made[:, place] = need
    return made, need <= (_X if place == 17 else 9)


def _same_length(values: np.ndarray) -> Iterator[_Found]:
    rows = np.arange(len(values))
    for place in range(18):
        yield _kept(*_with_rows(_completed(values, place), rows))
    for place in range(17):
        swapped = values.copy()
        swapped[:, [place, place + 1]] = values[:, [place + 1, place]]
        yield _kept(swapped, rows, np.ones(len(rows), dtype=bool))


def _one_dropped(values: np.ndarray) -> Iterator[_Found]:
    rows = np.arange(len(values))
    for place in range(18):
        yield _kept(*_with_rows(_completed(np.insert(values, place, 0, axis=1), place), rows))


def _one_too_many(values: np.ndarray) -> Iterator[_Found]:
    rows = np.arange(len(values))
    for place in range(19):
        yield _kept(np.delete(values, place, axis=1), rows, np.ones(len(rows), dtype=bool))


def _with_rows(completed: tuple[np.ndarray, np.ndarray], rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return completed[0], rows, completed[1]
