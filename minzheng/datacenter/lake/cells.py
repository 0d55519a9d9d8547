"""Text cells → typed columns. Whatever cannot be read is marked, never guessed.

Dates, months, codes and the like have few distinct values: each is read once and remembered for the rest of the file.
Sums have many: the plain ones are read as a column, the odd ones (1,234.50 元) one by one.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minzheng.datacenter.sources.spec import FEN, NO, YES, Column

#: What departments write where there is nothing.
BLANK = frozenset({"", "-", "--", "—", "——", "/", "\\", "null", "none", "nan", "#n/a", "空", "不详", "未知"})
#: Days that mean "no end" or "no day".
NO_DAY = frozenset(
    {"长期", "永久", "至今", "9999-12-31", "99991231", "9999/12/31", "0000-00-00", "00000000", "1900-01-00"}
)
EARLIEST, LATEST = datetime.date(1880, 1, 1), datetime.date(2100, 12, 31)
#: Day numbers of spreadsheets (days since 1899-12-30) that are taken for days: 1927 to 2099.
SERIALS = range(10_000, 73_000)
_EPOCH = datetime.date(1899, 12, 30)
_MOST_REMEMBERED = 500_000
_ARROW = {"date": pa.date32(), "month": pa.date32(), "flag": pa.bool_(), "text": pa.string(), "code": pa.string()}
_PLAIN_SUM = {"money_yuan": r"^-?[0-9]{1,12}(\.[0-9]{1,2})?$", "money_wan": r"^-?[0-9]{1,9}(\.[0-9]{1,6})?$",
              "money_fen": r"^-?[0-9]{1,14}$", "int": r"^-?[0-9]{1,15}$"}  # fmt: skip
_DAY = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?)?月?|(\d{2})(\d{2})?)$")
#: How each type is to be written: the end of "怎么改".
FORMS = {
    "date": "日期请写成 2026-01-31 的样子。", "month": "月份请写成 2026-01 的样子。", "flag": "请写“是”或“否”。",
    "money_yuan": "金额请只写以元为单位的数字。", "money_wan": "金额请只写以万元为单位的数字。",
    "money_fen": "金额请只写以分为单位的整数。", "int": "请只写整数。", "code": "请写代码表里的词或代码。",
}  # fmt: skip


class Unreadable(ValueError):
    """A text that is no value of this type; the text is the reason when there is a special one."""


@dataclass
class Cells:
    """Converts one column of a file, block by block. `unknown`: texts of a code column that the table does not have,
    with their counts (only of columns that are not personal)."""

    column: Column
    unknown: dict[str, int] = field(default_factory=dict)
    _known: dict[str, Any] = field(default_factory=dict)

    @property
    def arrow_type(self) -> pa.DataType:
        return _ARROW.get(self.column.type, pa.int64())

    def convert(self, values: pa.Array) -> tuple[pa.Array, np.ndarray | None]:
        """Trimmed texts → (typed values, mask of the unreadable; None when there is none)."""
        kind = self.column.type
        if kind in ("text", "id_no", "name"):
            return values, None
        if kind in _PLAIN_SUM:
            return self._sums(values)
        return self._by_distinct(values)

    def _sums(self, values: pa.Array) -> tuple[pa.Array, np.ndarray | None]:
        plain = pc.fill_null(pc.match_substring_regex(values, _PLAIN_SUM[self.column.type]), False)
        numbers = pc.cast(pc.if_else(plain, values, pa.scalar(None, pa.string())), pa.float64())
        # doubles hold these sums exactly to the fen: 15 digits at most
        whole = pc.cast(pc.round(pc.multiply(numbers, float(FEN.get(self.column.type, 1)))), pa.int64())
        odd = pc.and_(pc.invert(plain), pc.is_valid(values))
        if not pc.any(odd).as_py():
            return whole, None
        others, bad = self._by_distinct(values.filter(odd))
        places = np.flatnonzero(np.asarray(odd))
        mask = None
        if bad is not None:
            mask = np.zeros(len(values), bool)
            mask[places[bad]] = True
        return pc.replace_with_mask(whole, odd, others), mask

    def _by_distinct(self, values: pa.Array) -> tuple[pa.Array, np.ndarray | None]:
        coded = values.dictionary_encode()
        texts = coded.dictionary.to_pylist()
        read = [self._remembered(text) for text in texts]
        wrong = np.fromiter((one is Unreadable for one in read), bool, len(read))
        made = pa.array([None if one is Unreadable else one for one in read], self.arrow_type)
        typed = made.take(coded.indices)
        if not wrong.any():
            return typed, None
        bad = np.asarray(pc.fill_null(pa.array(wrong).take(coded.indices), False))
        if self.column.type == "code" and not self.column.personal:
            self._count(texts, wrong, coded.indices)
        return typed, bad

    def _count(self, texts: list[str], wrong: np.ndarray, indices: pa.Array) -> None:
        found = np.bincount(np.asarray(indices.drop_null()), minlength=len(texts))
        for place in np.flatnonzero(wrong):
            if texts[place] in self.unknown or len(self.unknown) < 20:
                self.unknown[texts[place]] = self.unknown.get(texts[place], 0) + int(found[place])

    def _remembered(self, text: str | None) -> Any:
        if text is None:
            return None
        if text not in self._known:
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            try:
                self._known[text] = _READ[self.column.type](text, self.column)
            except Unreadable:
                self._known[text] = Unreadable
        return self._known[text]


#: What is trimmed off.
_AROUND = " \t\r\n\u3000\u00a0\ufeff'’"
_MARKS = tuple(one.encode() for one in _AROUND)


def trimmed(values: pa.Array) -> pa.Array:
    """Blanks, tabs and the apostrophe of spreadsheets around a text away; an empty one is null."""
    texts = pc.utf8_trim(values, _AROUND) if _holds_any(values) else values
    return pc.if_else(pc.equal(pc.binary_length(texts), 0), pa.scalar(None, pa.string()), texts)


def _holds_any(values: pa.Array) -> bool:
    """Whether one of the characters to be trimmed occurs at all: a look over the bytes costs a tenth of the trimming."""
    if not pa.types.is_string(values.type):
        return True
    data = values.buffers()[2]
    whole = data.to_pybytes() if data is not None else b""
    return any(mark in whole for mark in _MARKS)


def plain(text: str) -> str:
    """Full-width forms as ordinary ones, no blanks."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def day(text: str, column: Column | None = None) -> datetime.date | None:
    """A day in any of the usual forms, a month as its first day, a spreadsheet's day number. Raises Unreadable."""
    word = _without_time(text)
    if word.lower() in BLANK or word in NO_DAY:
        return None
    if re.fullmatch(r"\d{5}(\.\d+)?", word):
        return _serial(word)
    match = _DAY.match(word)
    if match is None:
        raise Unreadable
    year, month = int(match[1]), int(match[2] or match[4])
    try:
        found = datetime.date(year, month, int(match[3] or match[5] or 1))
    except ValueError:
        raise Unreadable from None
    return _within(found)


def month(text: str, column: Column | None = None) -> datetime.date | None:
    """A month in any of the usual forms, as its first day. Raises Unreadable, also for 2026.1, which is 1 or 10."""
    if re.fullmatch(r"\d{4}\.1", plain(text)):
        raise Unreadable
    found = day(text)
    return found.replace(day=1) if found is not None else None


def _without_time(text: str) -> str:
    """2026-01-31T00:00:00, 2026-01-31 00:00:00.0 and the like without the time."""
    word = unicodedata.normalize("NFKC", text).strip()
    return "".join(re.sub(r"[T ]+\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$", "", word).split())


def _serial(word: str) -> datetime.date:
    number = int(float(word))
    if number not in SERIALS:
        raise Unreadable
    return _EPOCH + datetime.timedelta(days=number)


def _within(found: datetime.date) -> datetime.date:
    if not EARLIEST <= found <= LATEST:
        raise Unreadable
    return found


def _sum(text: str, column: Column) -> int | None:
    """Fen (or a whole number) from a written sum; halves of a fen go up. Raises Unreadable."""
    word = re.sub(r"[,，¥￥$]|(人民币)|(万?元|分)$", "", plain(text))
    if word.lower() in BLANK:
        return None
    try:
        value = Decimal(word) * FEN.get(column.type, 1)
    except InvalidOperation:
        raise Unreadable from None
    if not value.is_finite() or abs(value) >= 10**15 or (column.type == "int" and value != value.to_integral_value()):
        raise Unreadable
    if column.type == "money_yuan" and plain(text).endswith("万元"):
        raise Unreadable  # a unit that contradicts the column is wrong by 10 000
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))


def _flag(text: str, column: Column) -> bool | None:
    word = plain(text).lower()
    if word in YES:
        return True
    if word in NO:
        return False
    if word in BLANK:
        return None
    raise Unreadable


def _code(text: str, column: Column) -> str | None:
    """The word that the lake keeps. Raises Unreadable for one that the table does not have."""
    accepts = column.accepts
    if text in accepts:
        return accepts[text]
    word = plain(text)
    for sent, kept in accepts.items():
        if plain(sent) == word:
            return kept
    if number := re.fullmatch(r"0*(\d+)(\.0)?", word):
        for sent, kept in accepts.items():
            if sent.isdigit() and int(sent) == int(number[1]):
                return kept
    if word.lower() in BLANK and not column.required:
        return None
    raise Unreadable


_READ: dict[str, Callable[[str, Column], Any]] = {
    "date": day, "month": month, "flag": _flag, "code": _code, "int": _sum, "money_yuan": _sum, "money_wan": _sum,
    "money_fen": _sum,
}  # fmt: skip
