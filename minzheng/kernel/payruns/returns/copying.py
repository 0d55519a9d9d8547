"""Rows of pay_return as PostgreSQL's binary COPY takes them: record, seq (int4), fen (int8), tail, code, state, flag (text).
Plain records become rows thousands at a time, by an array of rows that are alike but for their numbers."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np

from minzheng.kernel.payruns.formats import codes
from minzheng.kernel.payruns.formats.plain import Plain
from minzheng.kernel.payruns.formats.reading import Result

HEAD, END = b"PGCOPY\n\xff\r\n\x00" + bytes(8), b"\xff\xff"
_COLUMNS = 7
_NUMBERS = struct.Struct(">hiiiiiq")


def rows(given: Plain | Sequence[Result]) -> bytes:
    """The rows of some records, in our codes with what each says of the payment and of the account."""
    if not isinstance(given, Plain):
        return b"".join(map(_row, given))
    return b"".join(_alike(given, code) for code in np.unique(given.code))


def _row(one: Result) -> bytes:
    return _NUMBERS.pack(_COLUMNS, 4, one.record, 4, one.seq, 8, one.fen) + _text(one.tail.encode()) + _said(one.code)


def _text(value: bytes) -> bytes:
    return struct.pack(">i", len(value)) + value


def _said(code: str) -> bytes:
    """The last three columns: our code and what follows from it."""
    one = codes.all()[code]
    return b"".join(_text(value.encode()) for value in (one.code, one.outcome, one.flag))


def _alike(given: Plain, code: bytes) -> bytes:
    """The rows of one result code: the same bytes but for record, number, fen and tail."""
    mine, last = given.code == code, _said(code.decode())
    row = np.dtype([
        ("columns", ">i2"), ("a", ">i4"), ("record", ">i4"), ("b", ">i4"), ("seq", ">i4"), ("c", ">i4"), ("fen", ">i8"),
        ("d", ">i4"), ("tail", "u1", given.tail.shape[1]), ("last", f"V{len(last)}"),
    ])  # fmt: skip
    made = np.empty(int(mine.sum()), row)
    made["columns"], made["a"], made["b"], made["c"], made["d"] = _COLUMNS, 4, 4, 8, given.tail.shape[1]
    made["record"], made["seq"], made["fen"], made["tail"] = (
        given.record[mine], given.seq[mine], given.fen[mine], given.tail[mine]
    )  # fmt: skip
    made["last"] = np.void(last)
    return made.tobytes()
