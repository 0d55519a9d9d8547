"""退回文件: the rejected rows as they were, with 行号, 原因 and 怎么改; corrected, it can be imported again."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import xlsxwriter

from minzheng.kernel.exchange.caseload.sheets import Cell, text_of

COLUMNS = ("行号", "原因", "怎么改")
MOST_ROWS = 50_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class Rejects:
    """Rows are kept until written; beyond `MOST_ROWS` only counted: such a file has the wrong columns, not wrong rows."""

    def __init__(self, kind: str, headers: Sequence[str]) -> None:
        self.kind = "csv" if kind == "csv" else "xlsx"
        self.headers = [header for header in headers if header not in COLUMNS]
        self._keep = [place for place, header in enumerate(headers) if header not in COLUMNS]
        self.rows: list[list[str]] = []
        self.count = 0

    def add(self, line: int, cells: Sequence[Cell], reason: str, fix: str) -> None:
        self.count += 1
        if len(self.rows) < MOST_ROWS:
            texts = [text_of(cells[place]) if place < len(cells) else "" for place in self._keep]
            self.rows.append([*texts, str(line), reason, fix])

    def content(self) -> bytes:
        """The file in the kind of its source."""
        heads = [*self.headers, *COLUMNS]
        return self._csv(heads) if self.kind == "csv" else self._xlsx(heads)

    def _csv(self, heads: list[str]) -> bytes:
        buffer = io.StringIO()
        writer = csv.writer(buffer)
        writer.writerow([shielded(head) for head in heads])
        writer.writerows([shielded(text) for text in row] for row in self.rows)
        return b"\xef\xbb\xbf" + buffer.getvalue().encode()

    def _xlsx(self, heads: list[str]) -> bytes:
        buffer = io.BytesIO()
        book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
        sheet = book.add_worksheet("退回的行")
        bold, text = book.add_format({"bold": True, "bg_color": "#FDF0D5"}), book.add_format({"num_format": "@"})
        wrap = book.add_format({"num_format": "@", "text_wrap": True, "font_color": "#A3190F"})
        for place, head in enumerate(heads):
            sheet.write_string(0, place, head, bold)
        first = len(heads) - len(COLUMNS)
        sheet.set_column(0, max(first - 1, 0), 16, text)
        sheet.set_column(first, first, 8, text)
        sheet.set_column(first + 1, first + 2, 48, wrap)
        for number, row in enumerate(self.rows, start=1):
            for place, value in enumerate(row):
                sheet.write_string(number, place, value, wrap if place > first else text)
        sheet.freeze_panes(1, 0)
        book.close()
        return buffer.getvalue()


def shielded(text: str) -> str:
    """No spreadsheet runs it; long numbers keep every digit (a tab is dropped again on reading)."""
    if text.startswith(_FORMULA) and not text[1:].replace(".", "").replace(",", "").isdigit():
        return "'" + text
    return text + "\t" if text.isdigit() and len(text) > 11 else text
