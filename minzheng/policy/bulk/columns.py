"""Columns of a population file: which there may be, of which type, and one block of them as checked NumPy arrays.

Arrays are what the loop takes: 元 and 整数 that may be empty int64, 整数 int32, 是否 bool, 日期 days since 1970 as int32,
选项 int16 codes. An empty value takes the word's default, as in a family file; nothing empty passes.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from minzheng.policy.errors import InputError
from minzheng.policy.lowering import Codes
from minzheng.policy.ranges import DAYS, word_range
from minzheng.policy.whole import NO_CHOICE, NOTHING
from minzheng.policy.words import Vocabulary, Word

HOUSEHOLD, PERSON, REGION = "household_id", "person_id", "地区"
IDS = {"户": (HOUSEHOLD, REGION), "人": (HOUSEHOLD, PERSON)}
SUFFIX = "_分"
EPOCH = datetime.date(1970, 1, 1)
#: The day number that stands for "nothing": one before the calendar table begins.
NO_DAY = (datetime.date(1850, 1, 1) - EPOCH).days - 1
_TYPES = {
    "元": (pa.types.is_integer, "整数（分）"), "整数": (pa.types.is_integer, "整数"), "是否": (pa.types.is_boolean, "是否（bool）"),
    "日期": (pa.types.is_date32, "日期（date32）"), "比例": (pa.types.is_integer, "整数（万分之一）"),
}  # fmt: skip


class RowError(InputError):
    """One value is wrong: file, row (counted from 1, in the file that was read) and column."""

    def __init__(self, reason: str, file: str, row: int, column: str):
        self.file, self.row, self.column = file, row, column
        super().__init__(reason, field=f"{file} 第 {row} 行的“{column}”")


def days(day: datetime.date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


def _is_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def file_column(word: Word) -> str:
    """Name of a word's column in a file."""
    return word.name + SUFFIX if word.type == "元" else word.name


@dataclass(frozen=True)
class Column:
    """One word in a file."""

    word: Word
    name: str


def check_schema(schema: pa.Schema, file: str, entity: str, vocabulary: Vocabulary) -> dict[str, Column]:
    """Word → column for the words that are there. Raises InputError for what is missing, unknown or of a wrong type."""
    for name in IDS[entity]:
        if name not in schema.names:
            raise InputError(f"缺少“{name}”列", field=file)
        kind = schema.field(name).type
        good = _is_text(kind) if name == REGION else pa.types.is_int64(kind)
        if not good:
            wanted = "文字" if name == REGION else "整数（int64）"
            raise InputError(f"“{name}”列应为{wanted}，实为 {kind}", field=file)
    known = {file_column(w): w for w in vocabulary.words.values() if w.entity == entity}
    found: dict[str, Column] = {}
    for name in schema.names:
        if name in IDS[entity]:
            continue
        if name in [c.name for c in found.values()]:
            raise InputError(f"“{name}”列出现了两次", field=file)
        word = known.get(name)
        if word is None:
            raise InputError(_unknown(name, entity, vocabulary), field=file)
        if pa.types.is_null(schema.field(name).type):
            continue  # a column without any value says nothing: as if it were not there
        test, wanted = _TYPES.get(word.type, (_is_text, "文字"))
        if not test(schema.field(name).type):
            raise InputError(f"“{name}”列应为{wanted}，实为 {schema.field(name).type}", field=file)
        found[word.name] = Column(word, name)
    return found


def _unknown(name: str, entity: str, vocabulary: Vocabulary) -> str:
    word = vocabulary.words.get(name.removesuffix(SUFFIX))
    if word is None:
        return f"不认识“{name}”列，没有福利用到这个词；请对照词表改正或删去"
    if word.entity != entity:
        return f"“{name}”列应放在{'户' if word.entity == '户' else '人'}的文件里"
    return f"“{name}”列应写成“{file_column(word)}”" + ("，单位是分" if word.type == "元" else "")


class Decoder:
    """Turns a block of a file's columns into arrays for one day. Raises InputError naming file, row and column."""

    def __init__(self, file: str, codes: Codes, on: datetime.date):
        self.file, self.codes, self.on = file, codes, on

    def dtype(self, word: Word) -> Any:
        """NumPy type of a word's array."""
        if word.type == "是否":
            return np.int64 if word.optional else np.bool_
        if word.type in ("选项", "文字"):
            return np.int16
        return np.int32 if word.type == "日期" or (word.type == "整数" and not word.optional) else np.int64

    def default(self, word: Word) -> int:
        """What an empty value becomes."""
        if word.default is None:
            return {"日期": NO_DAY, "选项": NO_CHOICE}.get(word.type, NOTHING)
        if word.type == "日期":
            return days(word.default)
        if word.type == "选项":
            return self.codes[word.default]
        scale = {"元": 100, "比例": 10000}.get(word.type, 1)
        return int(word.default * scale)

    def bounds(self, word: Word) -> tuple[int, int]:
        """Smallest and largest value that may stand in a file, in its own unit."""
        if word.type != "日期":
            return word_range(word)
        if word.name == "出生日期":
            return days(datetime.date(self.on.year - 150, 1, 1)), days(self.on)
        return tuple(days(datetime.date(d // 10000, d // 100 % 100, d % 100)) for d in DAYS)  # type: ignore[return-value]

    def decode(self, column: Column, data: pa.ChunkedArray, first_row: int, checked: bool) -> tuple[Any, Any]:
        """Values and, where any were empty, the mask of empty ones. ``checked``: the bounds are known to hold."""
        word = column.word
        if word.type == "选项":
            return self._choices(column, data, first_row), None
        empty = None
        if data.null_count:
            empty = data.is_null().to_numpy(zero_copy_only=False)
            zero = pa.scalar(False) if word.type == "是否" else pa.scalar(0, pa.int32()).cast(data.type)
            data = data.fill_null(zero)
        if pa.types.is_date32(data.type):
            data = data.cast(pa.int32())
        values = data.to_numpy()
        if not checked and word.type != "是否":
            self._check(column, values, empty, first_row)
        values = values.astype(self.dtype(word), copy=False)
        if empty is not None:
            values = np.where(empty, np.array(self.default(word), values.dtype), values)
        return values, empty

    def _check(self, column: Column, values: Any, empty: Any, first_row: int) -> None:
        low, high = self.bounds(column.word)
        if values.size == 0 or (values.min() >= low and values.max() <= high):
            return
        wrong = (values < low) | (values > high)
        if empty is not None:
            wrong &= ~empty
        if wrong.any():
            at = int(np.argmax(wrong))
            raise self.wrong(column, first_row + at, int(values[at]))

    def _choices(self, column: Column, data: pa.ChunkedArray, first_row: int) -> Any:
        parts: list[Any] = []
        default = self.default(column.word)
        for chunk in data.chunks:
            if not pa.types.is_dictionary(chunk.type):
                chunk = chunk.dictionary_encode()
            table = [self._code(column.word, text) for text in chunk.dictionary.to_pylist()]
            indices = chunk.indices
            if indices.null_count or None in table:
                places = indices.fill_null(len(table)).to_numpy()
                bad = np.isin(places, [i for i, code in enumerate(table) if code is None])
                if bad.any():
                    at = int(np.argmax(bad))
                    text = chunk.dictionary[int(places[at])].as_py()
                    row = first_row + sum(len(part) for part in parts) + at
                    reason = f"只能是 {'、'.join(column.word.choices)}，写的是“{text}”"
                    raise self.error(column.name, row, reason)
            else:
                places = indices.to_numpy()
            codes = np.array([0 if code is None else code for code in [*table, default]], np.int16)
            parts.append(codes[places])
        return np.concatenate(parts) if len(parts) != 1 else parts[0]

    def _code(self, word: Word, text: Any) -> int | None:
        if text is None or not text.strip():
            return self.default(word)
        chosen = word.aliases.get(text.strip()) or word.other
        return self.codes[chosen] if chosen else None

    def wrong(self, column: Column, row: int, value: int) -> InputError:
        """The error of a value out of bounds; ``row`` counts from 0."""
        low, high = self.bounds(column.word)
        return self.error(column.name, row, _why(column.word, value, low, high, self.on))

    def error(self, column: str, row: int, reason: str) -> InputError:
        """The error of one value; ``row`` counts from 0."""
        return RowError(reason, self.file, row + 1, column)


def _why(word: Word, value: int, low: int, high: int, on: datetime.date) -> str:
    if word.type == "日期":
        possible = days(datetime.date.min) <= value <= days(datetime.date.max)
        day = EPOCH + datetime.timedelta(value) if possible else f"距 1970 年 {value} 天的日子"
        return f"{day} 晚于核算日期 {on}" if word.name == "出生日期" and value > high else f"{day} 不是可能的日期"
    if value < 0 <= low:
        return f"不能是负数，写的是 {value}"
    return f"应在 {low} 到 {high} 之间，写的是 {value}"
