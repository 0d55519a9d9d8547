"""One side of a link: a table of uid, id_no, name and county, checked and read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minzheng.datacenter.linkage import names, normalise
from minzheng.datacenter.linkage.normalise import Numbers

COLUMNS = ("uid", "id_no", "name", "county")
#: A side in which this share of the valid numbers occurs once is a register: one row per person.
REGISTER = 0.99


class LinkRefused(ValueError):
    """A table that cannot be linked; the text is a Chinese sentence that says which side, what, and what to do."""

    exit_code = 2


@dataclass(frozen=True)
class Side:
    """`name`: normalised; `pinyin`: null for a masked name; both and `county` null where there is none."""

    uid: pa.Array
    numbers: Numbers
    name: pa.Array
    pinyin: pa.Array
    county: pa.Array
    #: One row per person, as far as the numbers show.
    register: bool
    doubled: int

    def __len__(self) -> int:
        return len(self.uid)

    def shapes(self, rows: np.ndarray) -> pa.Array:
        """The numbers of some rows, laid out as 18 characters as far as can be, also where they are wrong."""
        take = pa.array(rows)
        valid = normalise.id18s(self.numbers.keys[rows])
        return pc.coalesce(valid, _laid_out(self.numbers.text.take(take)))

    def blocks(self) -> tuple[np.ndarray, np.ndarray]:
        """Birth date (yyyymmdd) and area (six digits) of every row's number, also of a wrong one; 0 where unreadable."""
        keys = self.numbers.keys
        birth, area = np.where(keys < 0, 0, keys // 1000 % 10**8), np.where(keys < 0, 0, keys // 10**11)
        rows = np.flatnonzero(self.numbers.states == normalise.INVALID)
        wrong = _laid_out(self.numbers.text.take(pa.array(rows)))
        birth[rows], area[rows] = _digits(wrong, 6, 14), _digits(wrong, 0, 6)
        return birth, area


def read(table: pa.Table, label: str) -> Side:
    """Check and read one side. `label` is how the person who gave it calls it. Raises LinkRefused; keeps every row."""
    missing = [name for name in COLUMNS if name not in table.column_names]
    if missing:
        raise LinkRefused(f"{label}缺少列“{'、'.join(missing)}”，应有 {'、'.join(COLUMNS)} 四列，请核对列名。")
    uid = uids(table["uid"], label)
    read_numbers = normalise.numbers(texts(table["id_no"], label, "id_no"))
    plain = names.normal_names(texts(table["name"], label, "name"))
    return Side(
        uid=uid,
        numbers=read_numbers,
        name=pc.if_else(pc.match_substring_regex(plain, r"^\**$"), None, plain),  # nothing, or nothing that is visible
        pinyin=_pinyins(plain),
        county=county(table["county"], label),
        register=_is_register(read_numbers.keys),
        doubled=len(uid) - pc.count_distinct(uid).as_py(),
    )


def is_text(kind: pa.DataType) -> bool:
    """Whether a column of this type is plain text."""
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)


def uids(column: pa.ChunkedArray, label: str) -> pa.Array:
    """The uid column as one array, in its own type (categories written out). Raises LinkRefused."""
    array = _plain(column)
    if not (pa.types.is_integer(array.type) or is_text(array.type)):
        raise LinkRefused(f"{label}的列 uid 应是整数或文字，现在是 {array.type}，请转换后再匹配。")
    if array.null_count:
        row = int(np.flatnonzero(np.asarray(array.is_null()))[0]) + 1
        raise LinkRefused(
            f"{label}第 {row} 行的 uid 是空的（共 {array.null_count} 行），请补上，否则结果无法对回原表。"
        )
    return array


def texts(column: pa.ChunkedArray, label: str, name: str) -> pa.Array:
    """A text column; whole numbers are written out, an empty column of any type is a column of nulls."""
    array = _plain(column)
    if array.null_count == len(array):
        return pa.nulls(len(array), pa.large_string())
    if is_text(array.type) or (pa.types.is_integer(array.type) and name != "name"):
        return array.cast(pa.large_string())
    if pa.types.is_floating(array.type) and name == "id_no":
        raise LinkRefused(f"{label}的列 id_no 存成了小数（{array.type}），号码的末几位已丢失，请由来源按文字重新导出。")
    raise LinkRefused(f"{label}的列 {name} 应是文字，现在是 {array.type}，请按文字重新导出。")


def _plain(column: pa.ChunkedArray) -> pa.Array:
    """One array; categories written out."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def county(column: pa.ChunkedArray, label: str) -> pa.Array:
    """The county column without blanks around; null where there is none. Raises LinkRefused."""
    text = pc.utf8_trim_whitespace(texts(column, label, "county"))
    return pc.if_else(pc.equal(pc.utf8_length(text), 0), None, text)


def _pinyins(plain: pa.Array) -> pa.Array:
    """Pinyin of names already normalised; null for an empty or masked one: it is no ground for a search."""
    unusable = pc.or_(pc.equal(pc.utf8_length(plain), 0), pc.match_substring(plain, "*"))
    return names.pinyins(pc.if_else(unusable, None, plain))


def _laid_out(text: pa.Array) -> pa.Array:
    """Numbers as they stand, those of at most 15 characters with their century put in."""
    text = text.cast(pa.string())
    head, tail = pc.utf8_slice_codeunits(text, 0, 6), pc.utf8_slice_codeunits(text, 6)
    spread = pc.binary_join_element_wise(head, tail, pa.scalar("19"))
    return pc.if_else(pc.less_equal(pc.utf8_length(text), 15), spread, text)


def _digits(text: pa.Array, start: int, stop: int) -> np.ndarray:
    """Part of each text as a number, 0 where it is not all digits."""
    part = pc.utf8_slice_codeunits(text, start, stop)
    whole = pc.match_substring_regex(part, f"^[0-9]{{{stop - start}}}$")
    return np.asarray(pc.cast(pc.if_else(pc.fill_null(whole, False), part, "0"), pa.int64()))


def _is_register(keys: np.ndarray) -> bool:
    known = np.sort(keys[keys >= 0])
    return int((known[1:] == known[:-1]).sum()) <= (1 - REGISTER) * len(known)
