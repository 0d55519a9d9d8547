"""The files themselves. Every one says who took it out, from which post, when and under which number.

XLSX: a first sheet 导出说明, the header and footer of every printed page, the document's properties. CSV: a last column
导出编号 with the same words in every row. A comment line at the top would break every program that reads CSV, and would
be the first thing to be cut off; a column survives copying of single rows and is an ordinary column to any reader.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter

from minzheng.kernel.parts.columns import Column, Money, Number

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
CONTENT_TYPES = {"xlsx": XLSX, "csv": CSV}
#: Spreadsheets take a cell that begins with one of these for a formula.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
MARK_COLUMN = "导出编号"
NOTE_SHEET = "导出说明"


@dataclass(frozen=True)
class Mark:
    """The watermark of one file. `part` of `parts` files, `rows` in this one."""

    no: str
    title: str
    who: str
    post: str
    at: str
    filters: str
    purpose: str = ""
    approved_by: str = ""
    unmasked: bool = False
    rows: int = 0
    total: int = 0
    part: int = 1
    parts: int = 1

    @property
    def line(self) -> str:
        """“DC990101-2026-000012　林晓云（青石镇民政服务窗口 民政助理）　2026-11-22 09:30”."""
        return f"{self.no}　{self.who}{f'（{self.post}）' if self.post else ''}　{self.at}"

    def facts(self) -> list[tuple[str, str]]:
        return [
            ("导出编号", self.no),
            ("内容", self.title),
            ("导出人", self.who),
            ("单位与岗位", self.post),
            ("时间", self.at),
            ("筛选条件", self.filters),
            ("本文件行数", f"{self.rows:,}"),
            ("全部行数", f"{self.total:,}"),
            ("文件", f"第 {self.part} 个，共 {self.parts} 个"),
            ("完整号码", "含完整号码" if self.unmasked else "号码已遮盖"),
            ("用途", self.purpose or "日常工作"),
            ("审批人", self.approved_by or "不需审批"),
            ("注意", "本文件含个人信息，每一份都有编号、可以追查。用完请删除，不得转发。"),
        ]


def made(kind: str, columns: Sequence[Column], lines: Sequence[list[Any]], mark: Mark) -> bytes:
    return as_csv(columns, lines, mark) if kind == "csv" else as_xlsx(columns, lines, mark)


def guarded_text(value: Any) -> str:
    """A text that no spreadsheet program will run: a leading apostrophe shields = + - @."""
    text = "" if value is None else str(value)
    return "'" + text if text.startswith(_FORMULA_STARTS) else text


def as_csv(columns: Sequence[Column], lines: Sequence[list[Any]], mark: Mark) -> bytes:
    """UTF-8 with byte-order mark. Long digit strings get a tab so that spreadsheets keep every digit."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([*(column.label for column in columns), MARK_COLUMN])
    for line in lines:
        writer.writerow([*(_csv_cell(value) for value in line), mark.line])
    return b"\xef\xbb\xbf" + buffer.getvalue().encode()


def _csv_cell(value: Any) -> str:
    text = guarded_text(value)
    return text + "\t" if text.isdigit() and len(text) > 11 else text


def as_xlsx(columns: Sequence[Column], lines: Sequence[list[Any]], mark: Mark) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties(
        {"title": mark.title, "author": mark.who, "company": mark.post, "keywords": mark.no, "comments": mark.line}
    )
    head = book.add_format({"bold": True, "bg_color": "#E8F0F8", "border": 1, "border_color": "#C8D3DF"})
    note_sheet(book, mark)
    _data(book, columns, lines, mark, head)
    book.close()
    return buffer.getvalue()


def note_sheet(book: Any, mark: Mark) -> None:
    """The first sheet of every workbook that leaves: who, when, what, under which number."""
    sheet = book.add_worksheet(NOTE_SHEET)
    bold, wrap = book.add_format({"bold": True, "valign": "top"}), book.add_format({"text_wrap": True})
    sheet.set_column(0, 0, 14, bold)
    sheet.set_column(1, 1, 70, wrap)
    for index, (label, text) in enumerate(mark.facts()):
        sheet.write_string(index, 0, label, bold)
        sheet.write_string(index, 1, text, wrap)
    print_marks(sheet, mark)


def _data(book: Any, columns: Sequence[Column], lines: Sequence[list[Any]], mark: Mark, head: Any) -> None:
    sheet = book.add_worksheet(mark.title[:31])
    text, money = book.add_format({"num_format": "@"}), book.add_format({"num_format": "#,##0.00"})
    for number, column in enumerate(columns):
        sheet.write_string(0, number, column.label, head)
        sheet.set_column(number, number, _width(column, lines, number))
    for index, line in enumerate(lines, start=1):
        for number, (column, value) in enumerate(zip(columns, line, strict=True)):
            if isinstance(column, Money) and value:
                sheet.write_number(index, number, float(value.replace(",", "")), money)
            elif isinstance(column, Number) and isinstance(value, int):
                sheet.write_number(index, number, value)
            else:
                sheet.write_string(index, number, "" if value is None else str(value), text)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(lines), 1), max(len(columns) - 1, 0))
    sheet.repeat_rows(0)
    print_marks(sheet, mark)
    sheet.activate()


def print_marks(sheet: Any, mark: Mark) -> None:
    """On every printed page. Excel allows 255 characters a line, and takes & for a command."""
    line = mark.line.replace("&", "＆")[:180]
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_header(f"&C&8{line}")
    sheet.set_footer(f"&L&8{mark.no}&R&8第 &P 页 共 &N 页")


def _width(column: Column, lines: Sequence[list[Any]], number: int) -> int:
    longest = max([len(column.label) * 2, *(_columns_of(line[number]) for line in lines[:200])])
    return min(max(longest + 2, 8), 48)


def _columns_of(value: Any) -> int:
    """Printed width: a Chinese character takes two columns."""
    return sum(2 if ord(char) > 0x2E80 else 1 for char in str(value or ""))
