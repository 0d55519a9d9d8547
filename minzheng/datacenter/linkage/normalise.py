"""证件号码 as they come in files: cleaned, 15 → 18 digits, checked; for one number and for whole columns.

States: "ok" (the number itself is right, however it was written: full-width, blanks, small x); "fixed" (it had to be
mended: 15 digits upgraded, O for 0, I or l for 1); "invalid"; "none" (nothing that could be a number: empty, 无, 0).

A number of 17 digits is "invalid" although its check digit could be computed: it may as well have lost a digit in the
middle, and the completed number would then be somebody else's. `repair.candidates` offers all completions; a name has
to agree before one is used. The rules of one number are those of kernel/subjects/idcard.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minzheng.datacenter.linkage.text import DROP, Codes, codes_of, text_array, utf8_of
from minzheng.kernel import clock
from minzheng.kernel.subjects import idcard

STATES = ("ok", "fixed", "invalid", "none")
OK, FIXED, INVALID, NONE = range(4)
#: Letters and signs read as digits by the eye (or by a scanner).
LOOKALIKES = {"O": "0", "I": "1", "L": "1", "|": "1", "×": "X", "✕": "X"}
_QUOTES = '“”‘’"\u200b\ufeff\u00ad'
#: With less than this many digits a text is not meant as a number (无, 0, 不详).
MEANT = 4
#: Rows read at a time: bounds the memory of the digit matrices.
CHUNK = 200_000
#: A column of which more than this share of the 18-digit numbers ends in 000 and fails its check digit was rounded to
#: 15 digits by a spreadsheet; then also the one in eleven of them that passes is not to be believed.
ROUNDED_SHARE, ROUNDED_LEAST = 0.002, 5
_WEIGHTS = np.array(idcard.WEIGHTS, dtype=np.int32)
_CHECKS = np.frombuffer(idcard.CHECK_DIGITS.encode(), dtype=np.uint8)
_DAYS = np.array([0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 0, 0, 0], dtype=np.int32)
_OLDEST_SERIALS = 996


@dataclass(frozen=True)
class Normal:
    """`id17`: the first 17 digits of a valid number (the 18th follows from them), else None; `why`: one Chinese
    sentence on what was mended or what is wrong, "" for "ok"."""

    id17: str | None
    state: str
    why: str = ""


@dataclass(frozen=True)
class Numbers:
    """A column read: `keys` int64, the first 17 digits (−1 without a valid number); `states` indices into STATES;
    `old`: the number stood there with 15 digits, so that no check digit vouches for it; `text`: what was read."""

    keys: np.ndarray
    states: np.ndarray
    old: np.ndarray
    text: pa.Array


def clean(text: str) -> str:
    """The characters of a number as meant: idcard.clean, quotes out, look-alikes as digits."""
    kept = "".join(c for c in idcard.clean(text) if c not in _QUOTES)
    return "".join(LOOKALIKES.get(c, c) for c in kept)


def normal_id(text: str | None) -> Normal:
    """One number. Never raises: what is wrong is said in `why`."""
    number = clean(text or "")
    if len(re.findall("[0-9]", number)) < MEANT or len(set(number)) < 2:
        return Normal(None, "none", "没有填证件号码。")
    if re.fullmatch(r"[0-9]\.?[0-9]*E\+?[0-9]+", number):
        return Normal(None, "invalid", "证件号码成了科学计数，末几位已丢失，请由来源重新导出为文本。")
    if re.fullmatch(r"[0-9]{17}", number):
        return Normal(None, "invalid", "证件号码只有 17 位：可能漏了校验位，也可能漏了中间一位，请对照证件核对。")
    try:
        card = idcard.check(number)
    except idcard.InvalidIdNumber as error:
        if len(number) == 18 and number.endswith("000"):
            return Normal(
                None, "invalid", "证件号码末三位是 0 且校验位不对，可能被表格软件截断，请由来源重新导出为文本。"
            )
        return Normal(None, "invalid", str(error))
    mended = []
    if len(number) == 15:
        mended.append("15 位旧号码已升为 18 位")
    if "".join(c for c in idcard.clean(text or "") if c not in _QUOTES) != number:
        mended.append("字母已改读为数字")
    why = "，".join(mended) + "。" if mended else ""
    return Normal(card.normalised[:17], "fixed" if mended else "ok", why)


def normal_ids(column: pa.Array | pa.ChunkedArray) -> pa.Table:
    """A column of texts → Table(id18 string: the valid number, else null; state string), row by row."""
    read = numbers(column)
    states = pa.array(STATES).take(pa.array(read.states))
    return pa.table({"id18": id18s(read.keys), "state": states})


def numbers(column: pa.Array | pa.ChunkedArray) -> Numbers:
    """A column of texts, read. As `normal_id` row by row, and one thing more: in a column that a spreadsheet rounded
    to 15 digits no number that ends in 000 counts."""
    array = text_array(column)
    keys = _plain_keys(array)
    states, old = np.full(len(array), OK, dtype=np.int8), np.zeros(len(array), dtype=bool)
    text, slow = array, np.flatnonzero(keys < 0)
    for start in range(0, len(slow), CHUNK):
        rows = slow[start : start + CHUNK]
        keys[rows], states[rows], old[rows], cleaned = _read(codes_of(array.take(pa.array(rows))))
        mask = np.zeros(len(array), dtype=bool)
        mask[rows] = True
        text = pc.replace_with_mask(text, pa.array(mask), cleaned.cast(pa.large_string()))
    _distrust_rounded(keys, states, old, text)
    return Numbers(keys, states, old, text)


def id18s(keys: np.ndarray) -> pa.Array:
    """Keys (first 17 digits as a number; negative: none) → the 18 characters, null for none."""
    pieces = [_id18s(keys[start : start + CHUNK]) for start in range(0, len(keys), CHUNK)]
    return pa.chunked_array(pieces, pa.string()).combine_chunks()


def plausible(digits: np.ndarray) -> np.ndarray:
    """Whether the digits 7–14 of rows of digits (n × ≥17, integers) are a date on which somebody on file can have been
    born: an existing day from idcard.EARLIEST to today."""
    d = digits[:, 6:14].astype(np.int32)
    year = d[:, 0] * 1000 + d[:, 1] * 100 + d[:, 2] * 10 + d[:, 3]
    month, day = d[:, 4] * 10 + d[:, 5], d[:, 6] * 10 + d[:, 7]
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    last = _DAYS[np.clip(month, 0, 13)] - ((month == 2) & ~leap)
    whole = year * 10000 + month * 100 + day
    first, today = (int(f"{day:%Y%m%d}") for day in (idcard.EARLIEST, clock.today()))
    return (month >= 1) & (month <= 12) & (day >= 1) & (day <= last) & (whole >= first) & (whole <= today)


def as_key(digits: np.ndarray) -> np.ndarray:
    """Rows of 17 digits → int64."""
    key = np.zeros(len(digits), dtype=np.int64)
    for place in range(17):
        key = key * 10 + digits[:, place]
    return key


def check_characters(digits: np.ndarray) -> np.ndarray:
    """Rows of 17 digits → the ASCII code of the check character (uint8)."""
    return _CHECKS[(digits[:, :17].astype(np.int32) @ _WEIGHTS) % 11]


@cache
def _table() -> tuple[np.ndarray, np.ndarray]:
    """For every code point: what `clean` makes of it; whether it is a look-alike."""
    table = np.arange(0x110000, dtype=np.uint32)
    alike = np.zeros(0x110000, dtype=bool)
    for low, high in ((0, 0x3400), (0xF900, 0xFB00), (0xFE30, 0xFE70), (0xFEFF, 0xFFF0), (0x1D400, 0x1D800)):
        for code in range(low, high):
            plain = idcard.clean(chr(code))
            plain = plain if len(plain) <= 1 else chr(code)
            cleaned = "" if plain in _QUOTES else LOOKALIKES.get(plain, plain)
            table[code] = ord(cleaned) if cleaned else DROP
            alike[code] = bool(cleaned) and plain in LOOKALIKES
    return table, alike


def _plain_keys(array: pa.Array) -> np.ndarray:
    """The quick way for what most rows are: keys of rows that are 18 plain characters and valid, −1 for all others."""
    keys = np.full(len(array), -1, dtype=np.int64)
    for start in range(0, len(array), CHUNK):
        part = array.slice(start, CHUNK)
        plain = np.flatnonzero(np.asarray(pc.fill_null(pc.equal(pc.binary_length(part), 18), False)))
        if not len(plain):
            continue
        matrix = np.frombuffer(utf8_of(part.take(pa.array(plain))), dtype=np.uint8).reshape(-1, 18)
        digits, good = _digits(matrix[:, :17])
        check = np.where(matrix[:, 17] == ord("x"), ord("X"), matrix[:, 17])
        good &= (check_characters(digits) == check) & plausible(digits)
        keys[start + plain[good]] = as_key(digits[good])
    return keys


def _read(raw: Codes) -> tuple[np.ndarray, np.ndarray, np.ndarray, pa.Array]:
    """Keys, states, old, text of a chunk."""
    table, alike = _table()
    codes = raw.mapped(table)
    count = len(codes.null)
    keys, states = np.full(count, -1, dtype=np.int64), np.full(count, INVALID, dtype=np.int8)
    states[_unmeant(codes)] = NONE
    mended = np.zeros(count, dtype=bool)
    mended[np.searchsorted(raw.offsets, np.flatnonzero(alike[raw.codes]), side="right") - 1] = True
    old = codes.lengths == 15
    for rows, matrix in of_length(codes, 18):
        digits, good = _digits(matrix[:, :17])
        good &= (check_characters(digits) == matrix[:, 17]) & plausible(digits)
        keys[rows[good]] = as_key(digits[good])
        states[rows[good]] = np.where(mended[rows[good]], FIXED, OK)
    for rows, matrix in of_length(codes, 15):
        digits, good = _digits(matrix)
        digits = _upgraded(digits)
        good &= plausible(digits)
        keys[rows[good]], states[rows[good]] = as_key(digits[good]), FIXED
    return keys, states, old & (keys >= 0), codes.to_arrow()


def _unmeant(codes: Codes) -> np.ndarray:
    """Rows without a number: too few digits, or one character all along."""
    if not len(codes.codes):
        return np.ones(len(codes.lengths), dtype=bool)
    digit = np.concatenate(([0], np.cumsum((codes.codes >= 48) & (codes.codes <= 57))))
    few = np.diff(digit[codes.offsets]) < MEANT
    change = np.concatenate(([0, 0], np.cumsum(codes.codes[1:] != codes.codes[:-1])))[: len(codes.codes) + 1]
    last, first = np.maximum(codes.offsets[1:], 1), np.minimum(codes.offsets[:-1] + 1, len(codes.codes))
    return few | (change[last] == change[first]) | (codes.lengths == 0)


def of_length(codes: Codes, length: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The rows of that length, and their characters as a matrix; nothing when there are none."""
    chosen = codes.lengths == length
    if chosen.any():
        yield np.flatnonzero(chosen), codes.codes[np.repeat(chosen, codes.lengths)].reshape(-1, length)


def _digits(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Values of the characters; rows that are all digits (others get zeros, so that sums stay in range)."""
    good: np.ndarray = np.all((matrix >= 48) & (matrix <= 57), axis=1)
    return np.where(good[:, None], matrix - 48, 0).astype(np.int8), good


def _upgraded(digits: np.ndarray) -> np.ndarray:
    """15 → 17 digits: the century is 19, for the serials kept for people born before 1900 it is 18."""
    serial = digits[:, 12].astype(np.int32) * 100 + digits[:, 13] * 10 + digits[:, 14]
    century = np.full((len(digits), 2), 9, dtype=np.int8)
    century[:, 0] = 1
    century[serial >= _OLDEST_SERIALS, 1] = 8
    return np.concatenate((digits[:, :6], century, digits[:, 6:]), axis=1)


def _id18s(keys: np.ndarray) -> pa.Array:
    none = keys < 0
    digits = (np.where(none, 0, keys)[:, None] // 10 ** np.arange(16, -1, -1, dtype=np.int64)) % 10
    text = np.empty((len(keys), 18), dtype=np.uint8)
    text[:, :17], text[:, 17] = digits + 48, check_characters(digits)
    made = pa.Array.from_buffers(pa.binary(18), len(keys), [None, pa.py_buffer(text.tobytes())]).cast(pa.binary())
    made = made.cast(pa.string())
    return pc.if_else(pa.array(none), pa.scalar(None, pa.string()), made) if none.any() else made


def _distrust_rounded(keys: np.ndarray, states: np.ndarray, old: np.ndarray, text: pa.Array) -> None:
    """In a column rounded by a spreadsheet, numbers that end in 000 lose their key."""
    zeros = rounded(text)
    failing = int((zeros & (states == INVALID)).sum())
    if failing >= ROUNDED_LEAST and failing > ROUNDED_SHARE * (states != NONE).sum():
        keys[zeros], states[zeros], old[zeros] = -1, INVALID, False


def rounded(text: pa.Array) -> np.ndarray:
    """Rows whose (invalid) number ends in 000 as a spreadsheet leaves it: its last digits are unknown."""
    return np.asarray(pc.and_(pc.equal(pc.binary_length(text), 18), pc.ends_with(text, "000")).fill_null(False))
