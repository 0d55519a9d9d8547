"""Writing a declared file, streaming: blocks of lines in, bytes out; the control totals are proved while writing."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import xlsxwriter

from minzheng.kernel.payruns.formats.spec import MONEY, NUMBERS, Column, Format, Side

#: One line: its values by source, column-wise in a block: {"seq": [...], "holder": [...], ...}; amounts in fen.
Block = Mapping[str, Sequence[Any]]


class CannotWrite(ValueError):
    """A line does not fit the format; the sentence names the line, never more of an account than its last four digits."""


class TotalsDiffer(ValueError):
    """What was written is not what the batch says."""


@dataclass(frozen=True)
class Totals:
    """Lines and fen that went into a file."""

    lines: int
    total_fen: int


def write(one: Format, side: Side, control: Mapping[str, Any], blocks: Iterable[Block], out: BinaryIO) -> Totals:
    """Write the file. `control`: batch, month, count, total (fen), voucher …; the lines must tie to its count and total.

    Raises CannotWrite, TotalsDiffer; what was written until then is worthless."""
    if one.max_lines and control["count"] > one.max_lines:
        raise CannotWrite(f"“{one.title}”一个文件最多 {one.max_lines} 笔，本批 {control['count']} 笔：请换一种格式。")
    target = _Workbook(one, side, out) if one.kind == "xlsx" else _Text(one, side, out)
    if side.titles:
        target.titles()
    if side.head:
        target.control(side.head, control)
    lines = fen = 0
    for block in blocks:
        target.lines(block)
        lines += len(block["seq"])
        fen += sum(block["amount"])
    if side.tail:
        target.control(side.tail, control)
    target.close()
    if (lines, fen) != (control["count"], control["total"]):
        raise TotalsDiffer(
            f"文件写了 {lines} 笔 {yuan(fen)} 元，批次是 {control['count']} 笔 {yuan(control['total'])} 元：文件作废，请报告审计员。"
        )
    return Totals(lines, fen)


def yuan(fen: int) -> str:
    """12345 → "123.45"."""
    return f"{fen // 100}.{fen % 100:02d}" if fen >= 0 else f"-{yuan(-fen)}"


class _Text:
    """Fixed-width, CSV and JSON lines: one % template for a record, filled from prepared columns."""

    def __init__(self, one: Format, side: Side, out: BinaryIO) -> None:
        self.one, self.side, self.out = one, side, out
        self.template = self._template(side.line)

    def titles(self) -> None:
        self._put(",".join(column.title or column.mark for column in self.side.line) + self.one.line_end)

    def control(self, columns: tuple[Column, ...], values: Mapping[str, Any]) -> None:
        record = {column.source: [values.get(column.source, "")] for column in columns if column.source}
        ready = self._ready(columns, record, 0)
        self._put(self._template(columns) % tuple(column[0] for column in ready))

    def lines(self, block: Block) -> None:
        ready = self._ready(self.side.line, block, block["seq"][0] if block["seq"] else 0)
        self._put("".join(map(self.template.__mod__, zip(*ready, strict=True))))

    def close(self) -> None:
        return None

    def _put(self, text: str) -> None:
        try:
            self.out.write(text.encode(self.one.encoding))
        except UnicodeEncodeError as error:
            raise CannotWrite(f"“{text[error.start]}”不能用 {self.one.encoding} 写出：请换一种格式。") from None

    def _template(self, columns: tuple[Column, ...]) -> str:
        parts = [self._part(column) for column in columns]
        end = self.one.line_end
        if self.one.kind == "json":
            return "{" + ",".join(parts) + "}" + end
        return (",".join(parts) if self.one.kind == "csv" else "".join(parts)) + end

    def _part(self, column: Column) -> str:
        mark = column.mark.replace("%", "%%")
        if self.one.kind == "json":
            value = json.dumps(mark) if column.mark else "%s"
            return f"{json.dumps(column.name)}:{value}"
        if self.one.kind == "csv":
            return mark or "%s"
        if column.mark:
            return mark.ljust(column.width)
        return f"%0{column.width}d" if column.source in NUMBERS else "%s"

    def _ready(self, columns: tuple[Column, ...], block: Block, first: int) -> list[Sequence[Any]]:
        return [self._column(column, block[column.source], first) for column in columns if column.source]

    def _column(self, column: Column, values: Sequence[Any], first: int) -> Sequence[Any]:
        if column.source in NUMBERS:
            return self._numbers(column, values, first)
        whole = "".join(values)
        if not whole.isprintable():
            at = next(place for place, value in enumerate(values) if not value.isprintable())
            raise CannotWrite(f"第 {first + at} 笔的{column.title}里有换行等控制字符：请先更正。")
        if self.one.kind == "fixed":
            return self._padded(column, values, first)
        if self.one.kind == "json":
            ready = {value: json.dumps(value, ensure_ascii=False) for value in set(values)}
        elif '"' in whole or "," in whole:
            ready = {value: _quoted(value) for value in set(values)}
        else:
            return values
        return [ready[value] for value in values]

    def _numbers(self, column: Column, values: Sequence[int], first: int) -> Sequence[Any]:
        if column.width and values and len(str(max(values))) > column.width:
            raise CannotWrite(f"从第 {first} 笔起有一笔的{column.title}超过 {column.width} 位：请换一种格式。")
        if values and min(values) < 0:
            raise CannotWrite(f"从第 {first} 笔起有一笔的{column.title}是负数：负数不能报盘。")
        if column.source in MONEY and self.one.amount == "yuan":
            return [f"{value // 100}.{value % 100:02d}" for value in values]
        return values

    def _padded(self, column: Column, values: Sequence[str], first: int) -> list[str]:
        width, encoding = column.width, self.one.encoding
        ready = {}
        for value in set(values):
            try:
                room = width - (len(value) if value.isascii() else len(value.encode(encoding)))
            except UnicodeEncodeError as error:
                at, sign = first + values.index(value), value[error.start]
                raise CannotWrite(
                    f"第 {at} 笔的{column.title}里的“{sign}”不能用 {encoding} 写出：请换一种格式。"
                ) from None
            if room < 0:
                at = first + values.index(value)
                raise CannotWrite(f"第 {at} 笔的{column.title}超过 {width} 个字节，文件里放不下：请换一种格式或更正。")
            ready[value] = value + " " * room
        return [ready[value] for value in values]


def _quoted(value: str) -> str:
    if '"' not in value and "," not in value:
        return value
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow([value])
    return text.getvalue()


class _Workbook:
    """One sheet; accounts are text, amounts are numbers with two digits. In memory, so that no plain row touches the disk."""

    def __init__(self, one: Format, side: Side, out: BinaryIO) -> None:
        self.one, self.side, self.row = one, side, 0
        self.book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
        self.sheet = self.book.add_worksheet("代发")
        self.money = self.book.add_format({"num_format": "0.00"})
        for place, column in enumerate(side.line):
            self.sheet.set_column(place, place, 24 if column.source in ("account", "remark", "message") else 14)

    def titles(self) -> None:
        for place, column in enumerate(self.side.line):
            self.sheet.write_string(0, place, column.title)
        self.row = 1

    def control(self, columns: tuple[Column, ...], values: Mapping[str, Any]) -> None:
        for place, column in enumerate(columns):
            self._cell(place, column, values.get(column.source, "") if column.source else column.mark)
        self.row += 1

    def lines(self, block: Block) -> None:
        for values in zip(*(block[column.source] for column in self.side.line), strict=True):
            for place, (column, value) in enumerate(zip(self.side.line, values, strict=True)):
                self._cell(place, column, value)
            self.row += 1

    def close(self) -> None:
        self.book.close()

    def _cell(self, place: int, column: Column, value: Any) -> None:
        if column.source in MONEY:
            number = value / 100 if self.one.amount == "yuan" else value
            self.sheet.write_number(self.row, place, number, self.money if self.one.amount == "yuan" else None)
        elif column.source in NUMBERS:
            self.sheet.write_number(self.row, place, value)
        else:
            self.sheet.write_string(self.row, place, value)
