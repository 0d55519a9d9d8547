"""Excel workbooks: every sheet with the right headers, merged cells filled, numbers as their reader sees them.

Two things are gone before the file reaches us: the digits of a long number that was typed as a number, and the value
of a formula that was never computed. The first shows as E+17 and is rejected later; the second is looked up in the
sheet's own XML, so that its row says 公式 instead of 空.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections import deque
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa

from minzheng.datacenter.lake.errors import LakeRefused
from minzheng.datacenter.lake.readers import heads
from minzheng.datacenter.lake.readers.blocks import BadLine, Block, Notes, without_blank_rows
from minzheng.datacenter.lake.readers.zips import refuse_bomb
from minzheng.datacenter.sources.spec import SourceSpec
from minzheng.kernel.exchange.caseload.errors import UnreadableFile
from minzheng.kernel.exchange.caseload.sheets import Table, text_of

#: What a formula without a computed value becomes; no cell type accepts it.
FORMULA = "=公式没有算出值"
MOST_BYTES = 256 << 20
_ROWS = 20_000
_EMPTY_FORMULA = re.compile(
    rb'<c r="([A-Z]{1,3})([0-9]{1,7})"[^>]*>\s*<f[^>]*?(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>'
)


class WorkbookReader:
    """One workbook (.xlsx, .xls); its first sheet with recognisable headers."""

    def __init__(self, source: Callable[[], Any], name: str, spec: SourceSpec, kind: str = "xlsx") -> None:
        content = source().read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise LakeRefused(f"Excel 文件超过 {MOST_BYTES >> 20} MB：请改报 CSV，或按地区分成几个文件。")
        if kind == "xlsx":
            refuse_bomb(io.BytesIO(content), name)
        self.bad: deque[BadLine] = deque()
        self.notes = Notes("Excel")
        shown = name if name.lower().endswith(kind) else f"{name}.{kind}"
        self._table, self.head_line, self.headers = _chosen(content, shown, spec, self.notes)
        self._formulas = _empty_formulas(content, self._table) if kind == "xlsx" else {}
        if self._formulas:
            count = sum(map(len, self._formulas.values()))
            self.notes.sentences.append(
                f"有 {count} 个公式单元格没有算出的值：请在 Excel 里打开、重新计算并保存，或“粘贴为数值”。"
            )

    def blocks(self) -> Iterator[Block]:
        """Raises LakeRefused when the sheet breaks off."""
        width = len(self.headers)
        try:
            rows = (one for one in self._table.rows() if one[0] > self.head_line)
            while portion := list(islice(rows, _ROWS)):
                lines = np.fromiter((line for line, _ in portion), np.int64, len(portion))
                cells = [self._row(line, values, width) for line, values in portion]
                yield without_blank_rows(
                    [_texts(column) for column in zip(*cells, strict=True)], lines, bool(self._formulas)
                )
        except UnreadableFile as error:
            raise LakeRefused(str(error)) from None

    def _row(self, line: int, values: list[Any], width: int) -> list[Any]:
        extra = [text_of(one) for one in values[width:] if one not in ("", None)]
        if extra:
            texts = [text_of(one) for one in values]
            self.bad.append(
                BadLine(
                    line,
                    texts,
                    f"列数不对：表头有 {width} 列，这一行在表头以外还有内容。",
                    "请检查这一行的内容是否整体右移了。",
                )
            )
            return [None] * width
        row = values[:width] + [None] * (width - len(values))
        for place in self._formulas.get(line, ()):
            if place < width and row[place] in ("", None):
                row[place] = FORMULA
        return row


def _chosen(content: bytes, name: str, spec: SourceSpec, notes: Notes) -> tuple[Table, int, list[str]]:
    """The first sheet with headers of this source. Raises LakeRefused with the reason of the first sheet."""
    try:
        table, reasons = Table(content, name), []
        sheets = table.sheets()
        for sheet in sheets:
            one = Table(content, name, sheet, _book=table._book)
            lines = [(line, [text_of(cell) for cell in cells]) for line, cells in islice(one.rows(), heads.MOST_ABOVE)]
            try:
                at = heads.guess(spec, [cells for _, cells in lines])
            except LakeRefused as error:
                reasons.append(str(error))
                continue
            if len(sheets) > 1:
                notes.sentences.append(f"有 {len(sheets)} 张工作表，读的是“{sheet}”，其余没有读。")
            return one, lines[at][0], _trimmed(lines[at][1])
    except UnreadableFile as error:
        raise LakeRefused(str(error)) from None
    raise LakeRefused(reasons[0] if reasons else f"文件“{name}”里没有工作表。")


def _trimmed(cells: list[str]) -> list[str]:
    """Headers without the empty cells at their end."""
    while cells and not cells[-1]:
        cells = cells[:-1]
    return cells


def _texts(cells: tuple[Any, ...]) -> pa.Array:
    """Cells as text; the common case of a column that is text already is one call."""
    try:
        column = pa.array(cells, pa.string())
    except (pa.ArrowTypeError, pa.ArrowInvalid):
        column = pa.array([None if one is None else text_of(one) for one in cells], pa.string())
    return column


def _empty_formulas(content: bytes, table: Table) -> dict[int, list[int]]:
    """Line → positions of cells that have a formula and no value."""
    number = table.sheets().index(table.sheet) + 1 if table.sheet else 1
    found: dict[int, list[int]] = {}
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        try:
            sheet = packed.open(f"xl/worksheets/sheet{number}.xml")
        except KeyError:
            return found
        with sheet:
            tail = b""
            while piece := sheet.read(1 << 20):
                data = tail + piece
                last = 0
                if b"<f" in data:
                    for match in _EMPTY_FORMULA.finditer(data):
                        found.setdefault(int(match[2]), []).append(_position(match[1]))
                        last = match.end()
                tail = data[max(last, len(data) - 4096) :]
    return found


def _position(letters: bytes) -> int:
    """Column letters → position from 0."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
