"""The export view: the rows of a list with its filters as XLSX or CSV. Every export is an audit line."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from urllib.parse import quote

import xlsxwriter
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from minzheng.kernel.audit import services as audit
from minzheng.kernel.pages import registry
from minzheng.kernel.pages.drawing import drawing_of
from minzheng.kernel.pages.views.table import chosen_rows
from minzheng.kernel.parts.bodies import ExportBody, ListBody
from minzheng.kernel.parts.columns import Column, Masked, Money, Number
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.page import Page

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: Spreadsheets take a cell that begins with one of these for a formula.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
CHUNK = 500


def export_view(page: Page) -> Callable[..., HttpResponse]:
    body = page.body
    assert isinstance(body, ExportBody)

    def view(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        source = registry.get(body.of)
        table = source.body
        assert isinstance(table, ListBody)
        reason = request.GET.get("reason", "").strip()[:200]
        drawing = drawing_of(request, plain=True, unmask=bool(reason))
        columns = list(body.columns or table.columns)
        rows = chosen_rows(table, request.GET, drawing)[: body.limit]
        lines = list(_lines(rows, columns, drawing))
        kind = "csv" if request.GET.get("format") == "csv" else "xlsx"
        _record(drawing, page, table, request.GET, len(lines), reason, columns)
        content = _csv(columns, lines) if kind == "csv" else _xlsx(source.title, columns, lines, drawing)
        response = HttpResponse(content, content_type="text/csv; charset=utf-8" if kind == "csv" else XLSX)
        name = quote(f"{source.title}_{drawing.today:%Y%m%d}.{kind}")
        response["Content-Disposition"] = f"attachment; filename=\"export.{kind}\"; filename*=UTF-8''{name}"
        return response

    return view


def _lines(rows: Any, columns: Sequence[Column], drawing: Drawing) -> Iterable[list[Any]]:
    """Texts of all cells; whole numbers stay numbers so that sums work."""
    batch: list[Any] = []
    for row in rows.iterator(CHUNK):
        batch.append(row)
        if len(batch) == CHUNK:
            yield from _batch(batch, columns, drawing)
            batch = []
    yield from _batch(batch, columns, drawing)


def _batch(batch: list[Any], columns: Sequence[Column], drawing: Drawing) -> Iterable[list[Any]]:
    for column in columns:
        column.prepare(batch, drawing)
    return [[_value(column, row, drawing) for column in columns] for row in batch]


def _value(column: Column, row: Any, drawing: Drawing) -> Any:
    if isinstance(column, Number):
        return column.get(row)
    return column.text(row, drawing)


def _record(
    drawing: Drawing, page: Page, table: ListBody, values: Any, count: int, reason: str, columns: Sequence[Column]
) -> None:
    full = reason != "" and any(isinstance(column, Masked) for column in columns)
    chosen = {one.label: one.chosen(values, drawing) for one in table.filters if one.chosen(values, drawing)}
    with transaction.atomic():
        audit.record(
            actor=drawing.actor,
            action="export",
            reason=reason,
            detail={"page": page.code, "rows": count, "filters": chosen, "full_numbers": full},
        )


def guarded_text(value: Any) -> str:
    """A text that no spreadsheet program will run: a leading apostrophe shields = + - @."""
    text = "" if value is None else str(value)
    return "'" + text if text.startswith(_FORMULA_STARTS) else text


def _csv(columns: Sequence[Column], lines: Sequence[list[Any]]) -> bytes:
    """UTF-8 with byte-order mark. Long digit strings get a tab so that spreadsheets keep every digit."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([column.label for column in columns])
    for line in lines:
        writer.writerow([_csv_cell(value) for value in line])
    return b"\xef\xbb\xbf" + buffer.getvalue().encode()


def _csv_cell(value: Any) -> str:
    text = guarded_text(value)
    return text + "\t" if text.isdigit() and len(text) > 11 else text


def _xlsx(title: str, columns: Sequence[Column], lines: Sequence[list[Any]], drawing: Drawing) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(title[:31])
    head = book.add_format({"bold": True, "bg_color": "#E8F0F8", "border": 1, "border_color": "#C8D3DF"})
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
    foot = f"导出人：{drawing.actor.name}　日期：{drawing.today:%Y-%m-%d}　共 {len(lines)} 条"
    sheet.write_string(len(lines) + 2, 0, foot)
    book.close()
    return buffer.getvalue()


def _width(column: Column, lines: Sequence[list[Any]], number: int) -> int:
    longest = max([len(column.label) * 2, *(_columns_of(line[number]) for line in lines[:200])])
    return min(max(longest + 2, 8), 48)


def _columns_of(value: Any) -> int:
    """Printed width: a Chinese character takes two columns."""
    return sum(2 if ord(char) > 0x2E80 else 1 for char in str(value or ""))
