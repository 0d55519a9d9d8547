"""Plain records of a return file, thousands at a time: whole columns of digits are read with array arithmetic, fifteen times
as fast as record by record. Plain means: nothing in the piece of file but well-formed records in ASCII digits, each with a
result code that is declared. `recogniser` says None of any other piece; `reading` reads that record by record and finds
the words for what is wrong. What is plain here means exactly what it means there (a test holds the two side by side)."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from minzheng.kernel.payruns.formats.spec import Format

_CR, _LF, _COMMA, _BLANK, _ZERO = b"\r\n, 0"
#: In these no byte of a longer character looks like a comma, a quote or a line end.
_ENCODINGS = frozenset({"ascii", "utf-8", "gb2312", "gbk", "gb18030"})
#: Digits of a number that fits the columns it is compared with (seq: int; fen: bigint).
_SEQ_DIGITS, _FEN_DIGITS = 9, 15
_TAIL = 4

Bytes = NDArray[np.uint8]
Places = NDArray[np.int64]


@dataclass(frozen=True)
class Plain:
    """Records of which nothing has to be said, in the order of the file: record number, number in the batch, fen, the last
    four characters of the account (n × 4 bytes) and our result code (bytes)."""

    record: NDArray[np.int64]
    seq: NDArray[np.int64]
    fen: NDArray[np.int64]
    tail: Bytes
    code: NDArray[np.bytes_]

    def __len__(self) -> int:
        return len(self.seq)

    def __iter__(self) -> Iterator[tuple[int, int, int, str, str]]:
        """(record, seq, fen, code, tail), one by one."""
        tails = (bytes(tail).decode() for tail in self.tail)
        codes = (code.decode() for code in self.code)
        return zip(self.record.tolist(), self.seq.tolist(), self.fen.tolist(), codes, tails, strict=True)


#: (piece of the file that ends with a line end, number of the record before it) → its records, or None.
Recogniser = Callable[[bytes, int], Plain | None]


def recogniser(one: Format) -> Recogniser | None:
    """For a format whose records can be told by their bytes; None for the others (workbooks, JSON)."""
    side = one.back
    if codecs.lookup(one.encoding).name not in _ENCODINGS:
        return None
    mark, first = side.control[0].mark, side.line[0]
    if one.kind == "csv" and first.source == "seq" and not mark.isdigit() and "," not in mark:
        return lambda data, before: _csv(one, data, before)
    if one.kind == "fixed" and first.mark and first.mark != mark and first.mark.isascii():
        return lambda data, before: _fixed(one, data, before)
    return None


def _csv(one: Format, data: bytes, before: int) -> Plain | None:
    if b'"' in data or b"\x00" in data or data.count(b"\r") != data.count(b"\r\n") or not _decodes(data, one.encoding):
        return None
    columns = one.back.line
    whole = np.frombuffer(data, np.uint8)
    ends, commas = np.flatnonzero(whole == _LF), np.flatnonzero(whole == _COMMA)
    if len(commas) != len(ends) * (len(columns) - 1) or whole[-1] != _LF:
        return None
    starts = np.concatenate(([0], ends[:-1] + 1))
    ends = ends - (whole[ends - 1] == _CR)
    between = commas.reshape(len(ends), len(columns) - 1)
    if (between[:, 0] < starts).any() or (between[:, -1] >= ends).any():
        return None
    left = {column.source: starts if n == 0 else between[:, n - 1] + 1 for n, column in enumerate(columns)}
    right = {column.source: ends if n == len(columns) - 1 else between[:, n] for n, column in enumerate(columns)}
    return _records(one, data, whole, left, right, before)


def _fixed(one: Format, data: bytes, before: int) -> Plain | None:
    columns, length = one.back.line, sum(column.width for column in one.back.line)
    line = length + (2 if data.endswith(b"\r\n") else 1)
    whole = np.frombuffer(data, np.uint8)
    if len(whole) % line or whole[-1] != _LF:
        return None
    table = whole.reshape(-1, line)
    marks = np.frombuffer(columns[0].mark.encode().ljust(columns[0].width), np.uint8)
    if (
        (table[:, -1] != _LF).any()
        or (line > length + 1 and (table[:, -2] != _CR).any())
        or (table[:, : len(marks)] != marks).any()
        or data.count(b"\n") != len(table)
        or data.count(b"\r") != (len(table) if line > length + 1 else 0)
    ):
        return None
    edges: list[int] = np.cumsum([0, *(column.width for column in columns)]).tolist()
    cuts = {column.source: slice(*edges[n : n + 2]) for n, column in enumerate(columns)}
    foreign = np.flatnonzero((table[:, :length] > 127).any(axis=1))
    if not all(_decodes(data[n * line + cut.start : n * line + cut.stop], one.encoding)
               for n in foreign for cut in cuts.values()):  # fmt: skip
        return None
    starts = np.arange(len(table)) * line
    left = {source: starts + cut.start for source, cut in cuts.items()}
    right = {source: starts + cut.stop for source, cut in cuts.items()}
    right["account"] = right["account"] - _blanks_behind(table[:, cuts["account"]])
    right["code"] = right["code"] - _blanks_behind(table[:, cuts["code"]])
    return _records(one, data, whole, left, right, before)


def _records(
    one: Format, data: bytes, whole: Bytes, left: Mapping[str, Places], right: Mapping[str, Places], before: int
) -> Plain | None:
    seq = _digits(whole, left["seq"], right["seq"], _SEQ_DIGITS)
    read = _yuan if one.amount == "yuan" else _fen
    fen = read(whole, left["amount"], right["amount"])
    code = _codes(one, data, whole, left["code"], right["code"])
    account = right["account"]
    if seq is None or fen is None or code is None or not seq.all() or (account - left["account"] < _TAIL).any():
        return None
    tail = whole[account[:, None] + np.arange(-_TAIL, 0)]
    if not _ALNUM[tail].all():
        return None
    return Plain(np.arange(before + 1, before + 1 + len(seq)), seq, fen, tail, code)


def _digits(whole: Bytes, left: Places, right: Places, most: int) -> NDArray[np.int64] | None:
    """The numbers between the places, of one to `most` digits."""
    lengths = right - left
    shortest, longest = int(lengths.min()), int(lengths.max())
    if shortest < 1 or longest > most:
        return None
    found = np.zeros(len(left), np.int64)
    for back in range(1, longest + 1):
        digit = whole[right - back] - np.uint8(_ZERO)  # what is below "0" wraps round to more than 9
        if back > shortest:
            digit[lengths < back] = 0
        if (digit > 9).any():
            return None
        found += digit * _TENS[back - 1]
    return found


def _fen(whole: Bytes, left: Places, right: Places) -> NDArray[np.int64] | None:
    return _digits(whole, left, right, _FEN_DIGITS)


def _yuan(whole: Bytes, left: Places, right: Places) -> NDArray[np.int64] | None:
    """Yuan with two digits behind the point, as fen."""
    if (right - left < 4).any() or (whole[right - 3] != ord(".")).any():
        return None
    yuan, rest = _digits(whole, left, right - 3, 11), _digits(whole, right - 2, right, 2)
    return None if yuan is None or rest is None else yuan * 100 + rest


def _codes(one: Format, data: bytes, whole: Bytes, left: Places, right: Places) -> NDArray[np.bytes_] | None:
    """Nearly all records have the code of success; the others are looked up one by one."""
    paid = one.bank_code("00").encode(one.encoding)
    same = right - left == len(paid)
    for place, byte in enumerate(paid):
        same[same] = whole[left[same] + place] == byte
    found = np.full(len(left), b"00", _CODE)
    for n in np.flatnonzero(~same):
        ours = one.codes.get(data[left[n] : right[n]].decode(one.encoding).strip(), "")
        if not ours:
            return None
        found[n] = ours.encode()
    return found


def _blanks_behind(cells: Bytes) -> Places:
    """How many blanks each cell ends with."""
    return np.asarray((cells[:, ::-1] != _BLANK).argmax(axis=1), np.int64)


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


_CODE: Any = "S4"
_TENS = 10 ** np.arange(_FEN_DIGITS, dtype=np.int64)
_ALNUM = np.array([chr(byte).isalnum() and byte < 128 for byte in range(256)])
