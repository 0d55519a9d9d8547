"""Tables: rows with tab stops, and tables whose cells were flattened to one cell a line; rebuilt row by row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from minzheng.business.bureau.plans.parsing import numerals, units
from minzheng.business.bureau.plans.parsing.characters import reading_form

_NUMBER = re.compile(
    rf"^[≥≤>＞<约]*\s*(?P<number>{numerals.ARABIC})\s*(?P<scale>{numerals.MULTIPLIER})?(?P<unit>[%‰]|{units.UNIT})?(?:以上|以内|左右)?$"
)
_NONE = re.compile(r"^(?:[-—–/]+|无|空|\*+)?$")
_UNIT_CELL = re.compile(
    rf"^\(?(?:{numerals.MULTIPLIER})?(?:{units.UNIT}|[%‰])(?:{units.PER}|每[\u4e00-\u9fff]{{1,3}})?\)?$"
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_NAME_HEAD = re.compile(r"指标|项目|名称|内容|类别|任务")
_BODY_HEAD = re.compile(r"(?:责任|牵头|主办|承办|主责|负责)(?:单位|部门|科室|处室|股室|机构)")
_GROWTH_HEAD = re.compile(r"增长|增速|增幅|增减")
_NAME_UNIT = re.compile(
    rf"^(?P<name>.+?)\((?P<unit>(?:{numerals.MULTIPLIER})?(?:{units.UNIT}|[%‰])(?:{units.PER})?)\)$"
)
_CAPTION = re.compile(
    r"^(?:表\s*)?(?P<no>[\d一二三四五六七八九十]*)\s*(?P<title>.*(?:指标|情况|任务|计划|目标|一览|清单|表).*)$"
)


@dataclass(frozen=True)
class Cell:
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Value:
    column: str
    value: Decimal
    unit: str
    cell: Cell
    comparator: str = "="


@dataclass(frozen=True)
class Row:
    """One indicator of a table: its name (with the group above it), unit, values by column and growth as printed."""

    table: str
    table_no: str
    number: str
    name: str
    unit: str
    values: tuple[Value, ...]
    growth: Value | None
    start: int
    end: int
    body: str = ""

    @property
    def main(self) -> Value | None:
        """The figure the row is about: the target or the latest year."""
        targets = [value for value in self.values if re.search(r"目标|计划|实际|完成", value.column)]
        known = targets or list(self.values)
        return known[-1] if known else None


@dataclass(frozen=True)
class Table:
    title: str
    no: str
    rows: tuple[Row, ...]
    start: int
    end: int


def tables(text: str) -> list[Table]:
    """All tables of a document text."""
    cells = _lines(text)
    return [*_flattened(cells), *_tabbed(text)]


def _lines(text: str) -> list[Cell]:
    cells, position = [], 0
    for line in text.split("\n"):
        stripped = line.strip("\r \t\u3000\xa0")
        if stripped:
            start = position + line.index(stripped)
            cells.append(Cell(reading_form(stripped), start, start + len(stripped)))
        position += len(line) + 1
    return cells


def _flattened(cells: Sequence[Cell]) -> Iterator[Table]:
    """``序号`` alone on a line opens a flattened table; its header ends before the line ``1``."""
    index = 0
    while index < len(cells):
        if cells[index].text.replace(" ", "") not in ("序号", "编号", "序 号"):
            index += 1
            continue
        head = index + 1
        first = next((at for at in range(head, min(head + 16, len(cells))) if cells[at].text in ("1", "一")), None)
        if first is None:
            index += 1
            continue
        columns = _columns([cell.text for cell in cells[head:first]])
        title, number = _caption(cells[max(0, index - 3) : index])
        rows, after = _rows(cells, first, columns, title, number)
        if rows:
            yield Table(title, number, tuple(rows), cells[index].start, cells[after - 1].end)
        index = max(after, index + 1)


def _columns(heads: Sequence[str]) -> list[str]:
    """Names of the value columns; a head that was broken over two lines is joined (2020年 + 目标值)."""
    joined: list[str] = []
    for head in heads:
        broken = (
            joined
            and _YEAR.search(joined[-1])
            and not _YEAR.search(head)
            and not _GROWTH_HEAD.search(head)
            and len(head) <= 6
            and head not in ("单位", "属性")
        )
        if broken and head in ("目标值", "实际值", "目标", "完成值", "基数", "完成", "实际", "现状值", "规划值", "值"):
            joined[-1] += head
        else:
            joined.append(head)
    return [
        head for head in joined if head not in ("单位", "计量单位") and not _NAME_HEAD.search(head.replace("目标", ""))
    ]


def _caption(before: Sequence[Cell]) -> tuple[str, str]:
    for cell in reversed(before):
        match = _CAPTION.match(cell.text)
        if match and len(cell.text) <= 60:
            return match["title"].strip(), match["no"]
    return "", ""


def _rows(cells: Sequence[Cell], at: int, columns: Sequence[str], title: str, number: str) -> tuple[list[Row], int]:
    """Rows from ``at`` on. A row opens with the next number; a row with a group (低保标准 / 城市, 农村) has several lines."""
    rows: list[Row] = []
    expected, group = 1, ""
    while at < len(cells):
        begin = at
        if cells[at].text == str(expected):
            at, group, opened = at + 1, "", True
        elif group:
            opened = False
        else:
            break
        names: list[Cell] = []
        while (
            at < len(cells)
            and len(names) < 4
            and not _UNIT_CELL.match(cells[at].text)
            and not _is_value(cells[at].text)
        ):
            names.append(cells[at])
            at += 1
        if not names or at >= len(cells) or not _UNIT_CELL.match(cells[at].text):
            return rows, begin
        if opened:
            expected += 1
            group = names[0].text if len(names) > 1 else ""
        unit = cells[at].text.strip("()")
        taken: list[Cell] = []
        at += 1
        while at < len(cells) and len(taken) < len(columns) and _is_value(cells[at].text):
            taken.append(cells[at])
            at += 1
        label = _label(group, names[-1].text)
        rows.append(_row(title, number, str(expected - 1), label, unit, columns, taken, names[0].start))
    return rows, at


def _label(group: str, name: str) -> str:
    """``低保标准`` and ``城市`` → 城市低保标准; other members of a group stand behind its name."""
    if not group or group == name:
        return name
    return name + group if name in ("城市", "农村", "城镇", "乡村", "城乡") else group + name


def _is_value(text: str) -> bool:
    return bool(_NUMBER.match(text) or _NONE.match(text))


def _row(
    title: str,
    table_no: str,
    number: str,
    name: str,
    unit: str,
    columns: Sequence[str],
    taken: Sequence[Cell],
    start: int,
) -> Row:
    values, growth = [], None
    for column, cell in zip(columns, taken, strict=False):
        match = _NUMBER.match(cell.text)
        read = numerals.number(match["number"]) if match else None
        if match is None or read is None:
            continue
        own = (match["scale"] or "") + (match["unit"] or "") or unit
        if _GROWTH_HEAD.search(column):
            growth = Value(column, read, "%", cell)
        else:
            comparator = (
                ">="
                if cell.text.startswith("≥") or "以上" in cell.text
                else "<="
                if cell.text.startswith("≤") or "以内" in cell.text
                else "="
            )
            values.append(Value(column, read, own, cell, comparator))
    end = taken[-1].end if taken else start
    return Row(title, table_no, number, name, unit, tuple(values), growth, start, end)


def _tabbed(text: str) -> Iterator[Table]:
    """Rows whose cells are separated by tabs (tables of DOCX and HTML)."""
    position, before, caption = 0, "", ""
    block: list[tuple[int, str]] = []
    for line in [*text.split("\n"), ""]:
        if "\t" in line:
            if not block:
                caption = before
            block.append((position, line))
        else:
            if len(block) > 1:
                table = _tabbed_block(block, caption)
                if table:
                    yield table
            block = []
            before = line.strip() or before
        position += len(line) + 1


def _tabbed_block(block: Sequence[tuple[int, str]], caption: str) -> Table | None:
    lines = [_tab_cells(position, line) for position, line in block]
    head = [cell.text for cell in lines[0]]
    name_at = next((at for at, cell in enumerate(head) if _NAME_HEAD.search(cell.replace("目标值", ""))), None)
    if name_at is None:
        return None
    unit_at = next(
        (at for at, cell in enumerate(head) if "单位" in cell and "责任" not in cell and "部门" not in cell), None
    )
    number_at = next((at for at, cell in enumerate(head) if cell in ("序号", "编号")), None)
    body_at = next((at for at, cell in enumerate(head) if _BODY_HEAD.search(cell)), None)
    title, number = _caption([Cell(reading_form(caption), 0, 0)]) if caption else ("", "")
    rows, above = [], ""
    for order, cells in enumerate(lines[1:], start=1):
        if len(cells) <= name_at:
            continue
        values_at = [
            at
            for at in range(len(cells))
            if at not in (name_at, unit_at, number_at) and at < len(head) and _is_value(cells[at].text)
        ]
        names = [
            cell.text
            for at, cell in enumerate(cells)
            if at >= name_at
            and at != unit_at
            and at not in values_at
            and (at == name_at or head[at] == head[name_at] or not head[at])
        ]
        name = "".join(dict.fromkeys(part for part in names if part)) or above
        above = name
        unit = cells[unit_at].text if unit_at is not None and unit_at < len(cells) else ""
        inside = _NAME_UNIT.match(name)
        if not unit and inside:
            name, unit = inside["name"], inside["unit"]
        row = _row(
            title,
            number,
            cells[number_at].text if number_at is not None else str(order),
            name,
            unit.strip("()"),
            [head[at] for at in values_at],
            [cells[at] for at in values_at],
            cells[0].start,
        )
        if row.values:
            charged = cells[body_at].text if body_at is not None and body_at < len(cells) else ""
            rows.append(replace(row, body=charged))
    return Table(title, number, tuple(rows), block[0][0], block[-1][0] + len(block[-1][1])) if rows else None


def _tab_cells(position: int, line: str) -> list[Cell]:
    cells, at = [], position
    for part in line.split("\t"):
        cells.append(Cell(reading_form(part.strip()), at, at + len(part)))
        at += len(part) + 1
    return cells
