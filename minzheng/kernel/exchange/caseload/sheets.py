"""Reading a bureau's table: .xlsx, .xls and .csv (UTF-8 or GB18030) as rows of plain cell values.

Rows come one by one with their line number in the file (1 = first line). Merged cells carry their value in every row
they cover: bureaus merge the household's columns over its members."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import python_calamine as calamine

from minzheng.kernel.exchange.caseload.errors import UnreadableFile

Cell = Any
MAX_BYTES = 60 * 1024 * 1024
MAX_UNPACKED = 1024 * 1024 * 1024
MAX_COLUMNS = 300
EXCEL = ("xlsx", "xls", "xlsm")


@dataclass
class Table:
    """One sheet of one file. `rows()` may be walked again and again; nothing but the file itself is kept."""

    data: bytes
    name: str
    sheet: str = ""
    _book: Any = field(default=None, repr=False)

    @property
    def kind(self) -> str:
        suffix = self.name.rpartition(".")[2].lower()
        return suffix if suffix in EXCEL else "csv"

    def sheets(self) -> list[str]:
        """Names of the sheets; empty for CSV."""
        return list(self._workbook().sheet_names) if self.kind in EXCEL else []

    def rows(self) -> Iterator[tuple[int, list[Cell]]]:
        """(line, cells). Raises UnreadableFile."""
        return self._excel_rows() if self.kind in EXCEL else self._csv_rows()

    def _workbook(self) -> Any:
        if self._book is None:
            _refuse_bomb(self.data, self.name)
            try:
                self._book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(self.data))
            except calamine.PasswordError:
                raise UnreadableFile(f"文件“{self.name}”有打开密码：请在 Excel 里取消密码、另存后再上传。") from None
            except Exception as error:  # the library raises many kinds for a broken file
                raise UnreadableFile(
                    f"文件“{self.name}”不是能读的 Excel 文件（{type(error).__name__}）：请用 Excel 打开后另存为 .xlsx 再上传。"
                ) from None
        return self._book

    def _excel_rows(self) -> Iterator[tuple[int, list[Cell]]]:
        book = self._workbook()
        names = list(book.sheet_names)
        if not names:
            raise UnreadableFile(f"文件“{self.name}”里没有工作表。")
        if self.sheet and self.sheet not in names:
            raise UnreadableFile(f"文件“{self.name}”里没有工作表“{self.sheet}”，现有：{'、'.join(names)}。")
        try:
            sheet = book.get_sheet_by_name(self.sheet or names[0])
            spans = _spans(sheet)
            for number, cells in enumerate(sheet.iter_rows()):
                yield number + 1, spans.filled(number, list(cells[:MAX_COLUMNS]))
        except calamine.CalamineError as error:
            raise UnreadableFile(f"文件“{self.name}”读到一半出错（{type(error).__name__}）：请另存后再试。") from None

    def _csv_rows(self) -> Iterator[tuple[int, list[Cell]]]:
        text = io.TextIOWrapper(io.BytesIO(self.data), encoding=_encoding(self.data, self.name), newline="")
        head = text.read(4096)
        text.seek(0)
        delimiter = max(",\t;|", key=head.count)
        reader = csv.reader(text, delimiter=delimiter)
        try:
            for cells in reader:
                yield reader.line_num, [cell.strip().rstrip("\t") for cell in cells[:MAX_COLUMNS]]
        except csv.Error as error:
            raise UnreadableFile(f"文件“{self.name}”第 {reader.line_num} 行的引号或分隔符不对（{error}）。") from None


def _refuse_bomb(data: bytes, name: str) -> None:
    """A workbook is a zip: what it unpacks to is known before it is unpacked."""
    if data[:2] != b"PK":
        return
    try:
        size = sum(one.file_size for one in zipfile.ZipFile(io.BytesIO(data)).infolist())
    except zipfile.BadZipFile:
        raise UnreadableFile(f"文件“{name}”已损坏：请重新从 Excel 另存后上传。") from None
    if size > MAX_UNPACKED:
        raise UnreadableFile(f"文件“{name}”展开后超过 1 GB：请按乡镇分成几个文件。")


def _encoding(data: bytes, name: str) -> str:
    """UTF-8 where the whole file is, else GB18030; decoded in portions, so that memory stays small."""
    import codecs

    for encoding in ("utf-8-sig", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            for at in range(0, len(data), 1 << 20):
                decoder.decode(data[at : at + (1 << 20)])
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise UnreadableFile(f"文件“{name}”不是 UTF-8 也不是 GB18030 编码的文本：请在 Excel 里另存为“CSV UTF-8”。")


class _Merged:
    """Merged ranges in the order of rows; only the values of ranges still open are kept."""

    def __init__(self, ranges: list[tuple[tuple[int, int], tuple[int, int]]]) -> None:
        self.starting: dict[int, list[tuple[int, int, int]]] = {}
        for (top, left), (bottom, right) in ranges:
            self.starting.setdefault(top, []).append((bottom, left, right))
        self.open: list[tuple[int, int, int, Cell]] = []

    def filled(self, row: int, cells: list[Cell]) -> list[Cell]:
        for bottom, left, right in self.starting.get(row, ()):
            value = cells[left] if left < len(cells) else ""
            self.open.append((bottom, left, right, value))
        if self.open:
            self.open = [one for one in self.open if one[0] >= row]
            for _bottom, left, right, value in self.open:
                for column in range(left, min(right + 1, len(cells))):
                    if cells[column] in ("", None):
                        cells[column] = value
        return cells


def _spans(sheet: Any) -> _Merged:
    return _Merged(list(sheet.merged_cell_ranges or ()))


def text_of(cell: Cell) -> str:
    """A cell as its reader sees it: whole numbers without “.0”, days as 2026-01-31."""
    if cell is None:
        return ""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if hasattr(cell, "isoformat"):
        return str(cell.isoformat())[:10]
    return str(cell).strip()
