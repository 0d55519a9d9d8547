"""The monthly tables as a workbook: one sheet a table, numbers as numbers, a first sheet that says what they are."""

from __future__ import annotations

import datetime
import io
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import xlsxwriter

from minzheng.kernel.parts.columns import Column, Money, Number
from minzheng.kernel.parts.drawing import Drawing

_WIDE, _NARROW = 22, 14


def book(
    *, title: str, facts: Sequence[tuple[str, str]], sheets: Sequence[tuple[str, Sequence[Column], Sequence[Any]]],
    drawing: Drawing, made_at: datetime.datetime,
) -> bytes:  # fmt: skip
    """`facts` for the first sheet; `sheets`: (name, columns, rows). Money columns are written in yuan as numbers."""
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    made.set_properties({"title": title, "created": made_at.replace(tzinfo=None)})
    head = made.add_format({"bold": True, "bg_color": "#EAF1F8", "border": 1, "text_wrap": True})
    money = made.add_format({"num_format": "#,##0.00"})
    note = made.add_worksheet("说明")
    note.set_column(0, 0, _NARROW)
    note.set_column(1, 1, 70)
    for n, (label, text) in enumerate([("表名", title), *facts]):
        note.write_string(n, 0, label, head)
        note.write_string(n, 1, text)
    for name, columns, rows in sheets:
        _sheet(made.add_worksheet(name[:31]), columns, rows, drawing, head, money)
    made.close()
    return out.getvalue()


def _sheet(sheet: Any, columns: Sequence[Column], rows: Sequence[Any], drawing: Drawing, head: Any, money: Any) -> None:
    sheet.freeze_panes(1, 0)
    for c, column in enumerate(columns):
        sheet.set_column(c, c, _NARROW if isinstance(column, Number | Money) else _WIDE)
        sheet.write_string(0, c, column.label, head)
    for r, row in enumerate(rows, start=1):
        for c, column in enumerate(columns):
            value = column.get(row)
            if isinstance(column, Money):
                sheet.write_number(r, c, float(Decimal(int(value)) / 100), money)
            elif isinstance(column, Number):
                sheet.write_number(r, c, int(value))
            else:
                sheet.write_string(r, c, column.text(row, drawing))
