"""Cells of plain files that could not be read: counted by source and column, listed by file and line with reason and remedy.

Such a row still takes part, with the cell empty: it may say that a family has something, and somebody has to look at it.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minzheng.datacenter.lake import checking, rejects
from minzheng.datacenter.lake.cells import FORMS
from minzheng.datacenter.linkage import normalise
from minzheng.datacenter.sources.spec import Column
from minzheng.kernel.exchange.caseload.rejects import shielded

COLUMNS = ("来源", "文件", "行号", "列", "原因", "怎么改", "原来的内容")
_LOST = "号码被表格软件按数字存过，末几位已经丢失。"
_TEXT = "请由来源把这一列设成“文本”后重新导出；丢失的数字补不回来。"
_NOBODY = "身份证号和姓名都是空的。", "请补上其中一项，或删去这一行。"
_EMPTY = "必填的一项是空的。"


class Unread:
    """Collects over all files of a run; ``place``: where the list is written, only when there is something in it."""

    def __init__(self, place: Path):
        self.place = place
        self.counts: dict[str, Counter[str]] = {}
        self._lines: list[list[str]] = []

    def cells(self, source: str, file: str, first: int, column: Column, values: pa.Array, bad: pa.Array | np.ndarray | None) -> None:  # fmt: skip
        """One column of one stretch of rows. ``values``: texts as delivered; ``bad``: what could not be read (None: nothing)."""
        if bad is not None:
            why, fix = checking.unreadable(column), FORMS.get(column.type, "请对照原始资料改正。")
            self._add(source, file, first, column, values, _mask(bad), why, fix)
        if column.required and values.null_count:
            self._add(source, file, first, column, values, _mask(values.is_null()), _EMPTY, f"请补上{column.label}。")

    def numbers(self, source: str, file: str, first: int, columns: Sequence[Column], ids: pa.Array, names: pa.Array, read: normalise.Numbers) -> None:  # fmt: skip
        """Numbers that a spreadsheet has shortened, and rows about nobody."""
        invalid = read.states == normalise.INVALID
        if invalid.any():
            lost = _mask(pc.match_substring_regex(ids, checking.LOST)) | normalise.rounded(read.text)
            self._add(source, file, first, columns[0], ids, lost & invalid, _LOST, _TEXT)
        nobody = (read.states == normalise.NONE) & _mask(names.is_null())
        self._add(source, file, first, columns[0], ids, nobody, *_NOBODY)

    def _add(
        self, source: str, file: str, first: int, column: Column, values: pa.Array, bad: np.ndarray, why: str, fix: str
    ) -> None:
        rows = np.flatnonzero(bad)
        if not len(rows):
            return
        self.counts.setdefault(source, Counter())[f"{column.label}：{why}"] += len(rows)
        room = rows[: max(rejects.MOST_ROWS - len(self._lines), 0)]
        for row, text in zip(room, values.take(pa.array(room)).to_pylist(), strict=True):
            shown = shielded(rejects.masked(text or "", column)[:80])
            self._lines.append([source, file, str(first + int(row)), column.label, why, fix, shown])

    @property
    def total(self) -> int:
        return sum(sum(one.values()) for one in self.counts.values())

    def write(self) -> None:
        """CSV in UTF-8 with BOM, as Excel opens it."""
        if not self._lines:
            return
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(COLUMNS)
        writer.writerows(self._lines)
        self.place.write_bytes(b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace"))


def _mask(values: pa.Array | pa.ChunkedArray | np.ndarray) -> np.ndarray:
    return values if isinstance(values, np.ndarray) else np.asarray(pc.fill_null(values, False))
