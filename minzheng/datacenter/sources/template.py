"""The empty file a department fills in: headers, lists to choose from, and a sheet that explains every column."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import xlsxwriter

from minzheng.datacenter.sources import files
from minzheng.datacenter.sources.errors import SourceRefused
from minzheng.datacenter.sources.spec import DELIVERIES, FREQUENCIES, TYPES, Column, SourceSpec

#: Rows of the sheet that get the column's format and list.
_PREPARED = 5000
EXAMPLES = {
    "date": "2026-10-31", "month": "2026-10", "money_yuan": "1234.56", "money_wan": "12.34", "money_fen": "123456", "int": "3",
    "flag": "是 或 否", "id_no": "18 位，按文字填", "name": "与证件一致",
}  # fmt: skip


def write(spec: SourceSpec, out: Path) -> None:
    """An empty delivery by suffix: .csv (header line), .xlsx (with lists and notes), .parquet. Raises SourceRefused."""
    suffix = out.suffix.lower()
    if suffix == ".xlsx":
        out.parent.mkdir(parents=True, exist_ok=True)
        _workbook(spec, out)
    elif suffix == ".csv":
        out.parent.mkdir(parents=True, exist_ok=True)
        # The mark at the start lets a spreadsheet open the Chinese headers rightly
        out.write_text(",".join(files.labels(spec)) + "\n", encoding="utf-8-sig", newline="")
    elif suffix == ".parquet":
        empty = pa.table({column.name: pa.array([], files.ARROW[column.clean_type]) for column in spec.columns})
        files.write(spec, files.typed(spec, empty), out)
    else:
        raise SourceRefused(f"不认识的文件类型“{out.suffix}”：模板可以存成 .csv、.xlsx 或 .parquet。")


def explained(column: Column) -> tuple[str, ...]:
    """One line about a column: label, need, type, what may be written, other headers, note."""
    allowed = "、".join(column.values) if column.values else EXAMPLES.get(column.type, "")
    return (
        column.label,
        "必填" if column.required else "选填",
        TYPES[column.type][0],
        allowed,
        "、".join(column.aliases),
        column.note,
    )


def _workbook(spec: SourceSpec, out: Path) -> None:
    book = xlsxwriter.Workbook(str(out))
    book.set_properties({"title": f"{spec.title}数据模板", "created": files.FIXED})
    head = book.add_format({"bold": True, "bg_color": "#E8EEF5", "border": 1, "text_wrap": True, "valign": "vcenter"})
    needed = book.add_format({"bold": True, "bg_color": "#FDEBD3", "border": 1, "text_wrap": True, "valign": "vcenter"})
    text = book.add_format({"num_format": "@"})
    sheet = book.add_worksheet("数据")
    sheet.freeze_panes(1, 0)
    for at, column in enumerate(spec.columns):
        # Every cell is text: a number longer than fifteen digits would lose its end
        sheet.set_column(at, at, 24 if column.type in ("id_no", "text") else 16, text)
        sheet.write_string(0, at, column.label, needed if column.required else head)
        if column.values and sum(map(len, column.values)) + len(column.values) <= 255:
            sheet.data_validation(
                1, at, _PREPARED, at, {"validate": "list", "source": list(column.values), "error_type": "warning"}
            )
    _notes(spec, book, head)
    book.close()


def _notes(spec: SourceSpec, book: xlsxwriter.Workbook, head: object) -> None:
    sheet = book.add_worksheet("填写说明")
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    for at, width in enumerate((22, 8, 14, 44, 44, 40)):
        sheet.set_column(at, at, width)
    lines = [
        f"{spec.title}（{spec.department_title}）",
        spec.scope,
        f"频率：{FREQUENCIES[spec.frequency][0]}；{DELIVERIES[spec.delivery]}。",
        "第一行是表头，不要合并单元格；证件号码按文字填；多余的列不影响，缺少必填列的文件不收。",
    ]
    for row, line in enumerate(lines):
        sheet.write_string(row, 0, line)
    for at, title in enumerate(("列", "必填", "类型", "可以写的", "也认得的表头", "说明")):
        sheet.write_string(len(lines) + 1, at, title, head)
    for row, column in enumerate(spec.columns, start=len(lines) + 2):
        for at, cell in enumerate(explained(column)):
            sheet.write_string(row, at, cell, wrap)
