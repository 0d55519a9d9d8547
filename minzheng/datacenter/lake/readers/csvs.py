"""CSV and other delimited text, of any size: decoded, cut into blocks, every row with its line in the file.

A stray quotation mark would swallow the lines behind it up to the next one. A file whose marks do not pair is therefore
read without quoting (marks around a whole cell are taken off), and the rows around the stray one are all that is lost.
"""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow

from minzheng.datacenter.lake.errors import LakeRefused
from minzheng.datacenter.lake.readers import heads
from minzheng.datacenter.lake.readers.blocks import BadLine, Block, Notes, without_blank_rows
from minzheng.datacenter.lake.readers.encodings import MARK, MOST_DAMAGE, TITLES, Damage, Sniffed, Utf8Stream
from minzheng.datacenter.sources.spec import SourceSpec

#: Bytes parsed at a time; no line may be longer.
BLOCK = 8 << 20
#: Lines inside one quoted cell above which the quotation mark must be a stray one.
MOST_INSIDE = 8
MOST_COLUMNS = 300
_HEAD = 1 << 16


class StrayQuote(Exception):
    """The quotation marks of the file do not pair: begin again with ``quoting=False``."""


class CsvReader:
    """`source`: opens the file anew, from its beginning."""

    def __init__(self, source: Callable[[], Any], sniffed: Sniffed, spec: SourceSpec, *, quoting: bool = True) -> None:
        stream = Utf8Stream(source(), sniffed.encoding)
        self._any_quotes, self._quoting = sniffed.quotes > 0, quoting and sniffed.quotes % 2 == 0
        self.bad: deque[BadLine] = deque()
        self.notes = Notes(TITLES[sniffed.encoding])
        start = stream.read(_HEAD)
        if not start.strip():
            raise LakeRefused("文件是空的：没有表头，也没有数据。请核对导出的是不是这张表。")
        self.delimiter = _delimiter(start)
        lines = _first_lines(start, self.delimiter, self._quoting)
        at = heads.guess(spec, [cells for _, cells in lines])
        self.headers = lines[at][1][:MOST_COLUMNS]
        self.head_line = lines[at][0]
        self._stream = _Joined(start, stream)
        self._skipped: list[int] = []
        self._waiting: list[BadLine] = []
        if self._any_quotes and not self._quoting:
            self.notes.sentences.append("文件里的引号不成对，已按没有引号读取；引号附近的行可能被退回。")

    def blocks(self) -> Iterator[Block]:
        """Raises LakeRefused for a file that is no table, StrayQuote when quoting turns out to be impossible."""
        at, inside = self.head_line + 1, 0  # ordinal of the next row; lines that cells of rows before took
        try:
            for batch in self._opened():
                numbers = self._numbers(at, batch.num_rows)
                at = int(numbers[-1]) + 1 if len(numbers) else at
                columns = [self._cleaned(column) for column in batch.columns]
                more = self._lines_inside(columns)
                before = inside + np.concatenate(([0], np.cumsum(more))) if more is not None else np.zeros(1, np.int64)
                self._place_bad(numbers, before)
                lines = numbers + (before[:-1] if more is not None else 0)
                inside = int(before[-1])
                yield without_blank_rows(columns, lines, self._stream.marked)
        except pa.ArrowInvalid as error:
            if self._quoting and self._any_quotes:
                raise StrayQuote from None
            raise LakeRefused(_why(error, at)) from None
        self._place_bad(np.empty(0, np.int64), np.array([inside]))
        self._tell_damage(at)

    def _opened(self) -> Any:
        names = [f"c{place}" for place in range(len(self.headers))]
        return arrow.open_csv(
            self._stream,
            read_options=arrow.ReadOptions(
                block_size=BLOCK, skip_rows=self.head_line, column_names=names, use_threads=False
            ),
            parse_options=arrow.ParseOptions(
                delimiter=self.delimiter, quote_char='"' if self._quoting else False, ignore_empty_lines=False,
                newlines_in_values=self._quoting and self._any_quotes, invalid_row_handler=self._invalid,
            ),
            convert_options=arrow.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=[""],
                check_utf8=False,
            ),
        )  # fmt: skip

    def _invalid(self, row: Any) -> str:
        """A row with more or fewer cells than headers. Called while a block is parsed."""
        self._skipped.append(row.number)
        if row.text.count("\n") > MOST_INSIDE:
            return "error"
        if row.text.strip():
            texts = next(csv.reader([row.text], delimiter=self.delimiter), [])
            if any(text.strip() for text in texts):
                self._waiting.append(_wrong_width(row, texts))
        return "skip"

    def _place_bad(self, numbers: np.ndarray, before: np.ndarray) -> None:
        """Bad lines among the rows of a block get their line: cells above may have taken several."""
        for bad in self._waiting:
            place = min(int(np.searchsorted(numbers, bad.line)), len(before) - 1)
            self.bad.append(replace(bad, line=bad.line + int(before[place])))
        self._waiting.clear()

    def _numbers(self, start: int, count: int) -> np.ndarray:
        """Ordinals of the rows of a block: those that were skipped are not among them."""
        reach = start + count + len(self._skipped)
        candidates = np.setdiff1d(np.arange(start, reach, dtype=np.int64), self._skipped, assume_unique=True)[:count]
        last = int(candidates[-1]) if count else start
        self._skipped = [one for one in self._skipped if one > last]
        return candidates

    def _cleaned(self, column: pa.Array) -> pa.Array:
        if self._quoting or not self._any_quotes:
            return column
        return pc.replace_substring_regex(column, r'^\s*"(.*)"\s*$', r"\1")

    def _lines_inside(self, columns: list[pa.Array]) -> np.ndarray | None:
        """How many lines each row takes beyond its first; None when no cell can hold a line break."""
        if not (self._quoting and self._any_quotes):
            return None
        total = np.zeros(len(columns[0]), np.int64)
        for column in columns:
            if not _has_line_break(column):
                continue
            found = pc.fill_null(pc.count_substring(column, "\n"), 0)
            total += np.asarray(found)
        if total.size and total.max() > MOST_INSIDE:
            raise StrayQuote
        return total

    def _tell_damage(self, lines: int) -> None:
        damage = self._stream.damage
        if not damage.places:
            return
        if damage.places > max(3, lines * MOST_DAMAGE):
            raise LakeRefused(
                f"文件不是 UTF-8、UTF-16 或 GB18030 编码的文本：第 {damage.line} 行（文件第 {damage.byte} 字节）起有 "
                f"{damage.places} 处读不出来。请在 Excel 里另存为“CSV UTF-8”后重报。"
            )
        self.notes.sentences.append(
            f"按 {self.notes.encoding} 读，有 {damage.places} 处字节读不出来，第一处在第 {damage.line} 行"
            f"（文件第 {damage.byte} 字节）；这些行已退回。"
        )


class _Joined:
    """What was read ahead, then the rest of the stream."""

    def __init__(self, start: bytes, rest: Utf8Stream) -> None:
        self._start, self._rest, self.closed = start, rest, False

    @property
    def damage(self) -> Damage:
        return self._rest.damage

    @property
    def marked(self) -> bool:
        return self._rest.marked

    def read(self, size: int = -1) -> bytes:
        if not self._start:
            return self._rest.read(size)
        data = self._start if size < 0 else self._start[:size]
        self._start = self._start[len(data) :]
        return data + self._rest.read(size - len(data) if size >= 0 else -1)

    def close(self) -> None:
        self.closed = True


def _has_line_break(column: pa.Array) -> bool:
    """Whether any value may hold one: one look over the column's bytes."""
    data = column.buffers()[2]
    return data is not None and bool((np.frombuffer(data, np.uint8) == ord("\n")).any())


def _delimiter(start: bytes) -> str:
    """The mark that occurs most in the first lines."""
    text = start.decode("utf-8", "replace")
    lines = text.splitlines()[: heads.MOST_ABOVE]
    return max(",\t;|", key=lambda mark: max((line.count(mark) for line in lines), default=0))


def _first_lines(start: bytes, delimiter: str, quoting: bool) -> list[tuple[int, list[str]]]:
    """(physical line on which it ends, cells) of the first rows."""
    text = start.decode("utf-8", "ignore")
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter,
        quoting=csv.QUOTE_MINIMAL if quoting else csv.QUOTE_NONE,
    )  # fmt: skip
    rows: list[tuple[int, list[str]]] = []
    try:
        for cells in reader:
            rows.append((reader.line_num, [cell.strip().strip('"').strip() for cell in cells]))
            if len(rows) == heads.MOST_ABOVE:
                break
    except csv.Error as error:
        raise LakeRefused(f"文件第 {reader.line_num} 行的引号或分隔符不对（{error}），请改正后重报。") from None
    return rows


def _wrong_width(row: Any, texts: list[str]) -> BadLine:
    damaged = "；其中有读不出来的字节" if MARK in row.text else ""
    return BadLine(
        row.number, texts, f"列数不对：表头有 {row.expected_columns} 列，这一行有 {row.actual_columns} 列{damaged}。",
        "请检查这一行是否多了或少了分隔符；单元格里有分隔符的，要用引号括起来。",
    )  # fmt: skip


def _why(error: pa.ArrowInvalid, at: int) -> str:
    if "straddling" in str(error):
        return f"文件第 {at} 行以后有一行长于 {BLOCK >> 20} MB，不像表格：请核对导出的格式。"
    return f"文件读到第 {at} 行以后出错，不像一张表：请用 Excel 打开核对，另存为“CSV UTF-8”后重报。"
