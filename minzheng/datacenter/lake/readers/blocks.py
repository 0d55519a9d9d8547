"""What every reader gives: the headers, and the rows in blocks of text columns with their lines in the file."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import pyarrow as pa

#: Rows of one block at most: what is in memory at a time.
ROWS = 100_000


@dataclass(frozen=True)
class Block:
    """`columns`: one text array per column of the file, null where the cell is empty. `lines`: line of each row in the
    file, 1 = first line (int64). Rows without any value are left out. `marked`: whether cells may hold encodings.MARK."""

    columns: Sequence[pa.Array]
    lines: np.ndarray
    marked: bool = False

    def __len__(self) -> int:
        return len(self.lines)


@dataclass(frozen=True)
class BadLine:
    """A line that could not be cut into the columns of the headers."""

    line: int
    texts: Sequence[str]
    reason: str
    fix: str


@dataclass
class Notes:
    """What a reader noticed about the file as a whole: sentences for the report, and the encoding of a text."""

    encoding: str = ""
    sentences: list[str] = field(default_factory=list)


class Reader(Protocol):
    """`bad` is filled while `blocks` is walked; whoever walks takes them out."""

    headers: list[str]
    head_line: int
    bad: deque[BadLine]
    notes: Notes

    def blocks(self) -> Iterator[Block]: ...


def without_blank_rows(columns: Sequence[pa.Array], lines: np.ndarray, marked: bool = False) -> Block:
    """A block of the rows that hold anything."""
    empty = np.ones(len(lines), bool)
    for column in columns:
        if column.null_count < len(column):
            empty &= np.asarray(column.is_null())
        if not empty.any():
            return Block(columns, lines, marked)
    keep = pa.array(~empty)
    return Block([column.filter(keep) for column in columns], lines[~empty], marked)
