"""A column of text as one array of code points, so that a character table is applied to a million names at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

#: What a character table gives for a character that is to go.
DROP = 0


@dataclass(frozen=True)
class Codes:
    """`codes`: the characters of all rows in a row (uint32); row i is codes[offsets[i]:offsets[i + 1]]; `null`: rows
    that were null (they have no characters)."""

    codes: np.ndarray
    offsets: np.ndarray
    null: np.ndarray

    @property
    def lengths(self) -> np.ndarray:
        return np.diff(self.offsets)

    def mapped(self, table: np.ndarray) -> Codes:
        """Every character replaced by `table[character]`; those that become DROP are taken out."""
        codes = table[self.codes]
        kept = codes != DROP
        if kept.all():
            return Codes(codes, self.offsets, self.null)
        before = np.concatenate(([0], np.cumsum(kept)))
        return Codes(codes[kept], before[self.offsets], self.null)

    def heads(self, count: np.ndarray) -> Codes:
        """The first `count[i]` characters of every row."""
        take = np.minimum(count, self.lengths)
        offsets = np.concatenate(([0], np.cumsum(take)))
        places = np.arange(offsets[-1]) + np.repeat(self.offsets[:-1] - offsets[:-1], take)
        return Codes(self.codes[places], offsets, self.null)

    def to_arrow(self) -> pa.Array:
        """Back to a text column (null where it was null)."""
        data = self.codes.astype("<u4").tobytes().decode("utf-32-le").encode()
        widths = 1 + (self.codes >= 0x80).astype(np.int64) + (self.codes >= 0x800) + (self.codes >= 0x10000)
        ends = np.concatenate(([0], np.cumsum(widths)))[self.offsets]
        small = ends[-1] < 2**31
        offsets = pa.py_buffer(ends.astype(np.int32 if small else np.int64))
        kind = pa.string() if small else pa.large_string()
        made = pa.Array.from_buffers(kind, len(self.null), [None, offsets, pa.py_buffer(data)])
        return pc.if_else(pa.array(self.null), pa.scalar(None, kind), made) if self.null.any() else made


def text_array(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """One contiguous array of large_string, whatever kind of text column it was."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    return column.cast(pa.large_string())


def codes_of(column: pa.Array | pa.ChunkedArray) -> Codes:
    """The code points of a text column."""
    array = text_array(column)
    null = np.asarray(array.is_null())
    if null.any():
        array = pc.fill_null(array, "")
    lengths = np.asarray(pc.utf8_length(array), dtype=np.int64)
    offsets = np.concatenate(([0], np.cumsum(lengths)))
    codes = np.frombuffer(utf8_of(array).decode().encode("utf-32-le"), dtype="<u4")
    return Codes(codes.astype(np.uint32, copy=False), offsets, null)


def utf8_of(array: pa.Array) -> bytes:
    """The UTF-8 of all rows of a large_string array that has no nulls."""
    if not len(array):
        return b""
    _, offsets, data = array.buffers()
    if data is None:
        return b""
    bounds = np.frombuffer(offsets, dtype=np.int64)[array.offset : array.offset + len(array) + 1]
    return data.slice(bounds[0], bounds[-1] - bounds[0]).to_pybytes()
