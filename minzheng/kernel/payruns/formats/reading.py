"""Reading a bank's return file, streaming: one `Result` per record, in our codes and in fen, or the reason why not.

A record that cannot be read does not stop the others. Whether the totals of the control record tie is told at the end
of the file; nothing may be booked before that."""

from __future__ import annotations

import csv
import itertools
import json
import re
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import python_calamine as calamine

from minzheng.kernel.payruns.formats.plain import Plain, Recogniser, recogniser
from minzheng.kernel.payruns.formats.spec import BadFormat, Column, Format

#: Longest sensible record, in bytes: what is longer is not a line of a return file.
MAX_RECORD = 4096
#: Bytes read at once; pieces no longer than _SMALLEST are read record by record when something in them is odd.
_PIECE, _SMALLEST = 256 << 10, 4 << 10
_SOME = 4000
_YUAN = re.compile(r"(\d{1,11})(?:\.(\d{1,2}))?", re.ASCII)
_DIGITS = re.compile(r"\d{1,15}", re.ASCII)


class Result(NamedTuple):
    """One record. `fault`: "" or why it cannot be read; then the other values are what could be read (0, "")."""

    record: int
    seq: int
    fen: int
    code: str
    tail: str
    message: str
    fault: str


@dataclass
class Reading:
    """A file being read. `control`, filled when its record was met: batch, count, total (fen), paid_count, paid_total."""

    format: Format
    path: Path
    control: dict[str, Any] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Result]:
        return self._results(_records(self.format, self.path))

    def portions(self) -> Iterator[Plain | list[Result]]:
        """The same records in the same order: many at once where they are plain, as results where something is odd."""
        recognise = recogniser(self.format)
        if recognise is None:
            whole = iter(self)
            while some := list(itertools.islice(whole, _SOME)):
                yield some
            return
        before = 0
        with self.path.open("rb") as file:
            while data := file.read(_PIECE):
                data += file.readline(MAX_RECORD)
                if not _separable(self.format, data):
                    file.seek(-len(data), 1)
                    rest = self._results(_of_stream(self.format, file, before))
                    while some := list(itertools.islice(rest, _SOME)):
                        yield some
                    return
                before = yield from self._piece(recognise, data, before)

    def _piece(self, recognise: Recogniser, data: bytes, before: int) -> Generator[Plain | list[Result], None, int]:
        """A piece of the file, halved until what is odd stands nearly alone; gives the number of its last record."""
        plain = recognise(data, before)
        if plain is not None:
            yield plain
            return before + len(plain)
        middle = data.find(b"\n", len(data) // 2) + 1
        if len(data) <= _SMALLEST or middle == len(data):
            yield list(self._results(_of_stream(self.format, BytesIO(data), before)))
            return before + _counted(self.format, data)
        before = yield from self._piece(recognise, data[:middle], before)
        return (yield from self._piece(recognise, data[middle:], before))

    def _results(self, records: Iterable[tuple[int, Sequence[str]]]) -> Iterator[Result]:
        side, one = self.format.back, self.format
        places = {column.source: n for n, column in enumerate(side.line) if column.source}
        parse = _parser(one, places, len(side.line))
        control, marks = side.control[0].mark, len(side.control)
        for record, cells in records:
            if cells and cells[0] == control:
                self._take_control(record, cells[:marks])
            elif side.titles and record == 1:
                continue
            else:
                yield parse(record, cells)

    def _take_control(self, record: int, cells: Sequence[str]) -> None:
        columns = self.format.back.control
        if self.control:
            raise BadFormat(f"第 {record} 条又是控制记录：一份回盘文件只能有一条，请向银行核实。")
        if len(cells) < len(columns):
            raise BadFormat(f"第 {record} 条控制记录只有 {len(cells)} 栏，应有 {len(columns)} 栏：文件不完整。")
        for column, cell in zip(columns, cells, strict=False):
            if column.source:
                self.control[column.source] = self._control_value(record, column, cell)

    def _control_value(self, record: int, column: Column, cell: str) -> Any:
        if column.source in ("batch", "month", "voucher"):
            return cell
        found = _fen(cell) if self.format.amount == "yuan" and column.source.endswith("total") else _number(cell)
        if found is None:
            raise BadFormat(f"第 {record} 条控制记录的{column.title}不是数字：文件不完整或被改动。")
        return found


def _parser(one: Format, places: Mapping[str, int], width: int) -> Callable[[int, Sequence[str]], Result]:
    """parse(record number, cells) → Result."""
    seq_at, amount_at, code_at, account_at = (places[key] for key in ("seq", "amount", "code", "account"))
    message_at = places.get("message", -1)
    amount_of = _fen if one.amount == "yuan" else _number
    codes = one.codes

    def parse(record: int, cells: Sequence[str]) -> Result:
        if len(cells) < width:
            fault = f"只有 {len(cells)} 栏，应有 {width} 栏" if cells else "整条读不出：残缺，或者不是这种格式的记录"
            return Result(record, 0, 0, "", "", "", fault)
        seq, fen = _number(cells[seq_at]), amount_of(cells[amount_at])
        code, theirs = codes.get(cells[code_at], ""), cells[code_at]
        tail = cells[account_at][-4:]
        message = cells[message_at][:80] if message_at >= 0 else ""
        if seq and fen is not None and code and tail:
            return Result(record, seq, fen, code, tail, message, "")
        fault = (
            "序号不是数字" if not seq
            else "金额不是数字" if fen is None
            else f"结果代码“{theirs[:12]}”不在代码表里" if not code
            else "没有账号"
        )  # fmt: skip
        return Result(record, seq or 0, fen or 0, "", tail, message, fault)

    return parse


def _number(text: str) -> int | None:
    return int(text) if _DIGITS.fullmatch(text) else None


def _fen(text: str) -> int | None:
    found = _YUAN.fullmatch(text)
    if not found:
        return None
    yuan, rest = found.groups()
    return int(yuan) * 100 + (int(rest.ljust(2, "0")) if rest else 0)


def _records(one: Format, path: Path) -> Iterator[tuple[int, Sequence[str]]]:
    """(record number from 1, cells as stripped text); a record that is not one at all has no cells."""
    if one.kind == "xlsx":
        yield from _xlsx(path)
        return
    with path.open("rb", buffering=1 << 20) as file:
        yield from _of_stream(one, file, 0)


def _of_stream(one: Format, file: BinaryIO, before: int) -> Iterator[tuple[int, Sequence[str]]]:
    """The records from here on; `before`: how many came earlier in the file."""
    kinds = {"fixed": _fixed, "csv": _csv, "json": _json}
    return kinds[one.kind](one, file, before)


def _separable(one: Format, data: bytes) -> bool:
    """Whether the records of this piece are understood without what follows: it ends with a line, and no cell in quotes
    reaches beyond a line."""
    if not data.endswith(b"\n"):
        return False
    return one.kind == "fixed" or not (b'"' in data or b"\x00" in data or data.count(b"\r") != data.count(b"\r\n"))


def _counted(one: Format, data: bytes) -> int:
    """How many records a separable piece holds, blank ones too."""
    return data.count(b"\n") if one.kind == "csv" else sum(1 for _ in _lines(BytesIO(data)))


def _fixed(one: Format, file: BinaryIO, before: int) -> Iterator[tuple[int, Sequence[str]]]:
    side, encoding = one.back, one.encoding
    lines, controls = _cuts(side.line), _cuts(side.control)
    line_length, control_length = lines[-1].stop, controls[-1].stop
    line_mark, control_mark = side.line[0].mark.encode(), side.control[0].mark.encode()
    for number, raw in _raw_lines(file, before):
        if raw.startswith(line_mark) and len(raw) == line_length:
            cuts = lines
        elif raw.startswith(control_mark) and len(raw) == control_length:
            cuts = controls
        else:
            yield number, ()
            continue
        try:
            if raw.isascii():
                text = raw.decode("ascii")
                yield number, [text[cut].strip() for cut in cuts]
            else:
                yield number, [raw[cut].decode(encoding).strip() for cut in cuts]
        except UnicodeDecodeError:
            yield number, ()


def _cuts(columns: Sequence[Column]) -> list[slice]:
    ends = list(itertools.accumulate(column.width for column in columns))
    return [slice(end - column.width, end) for column, end in zip(columns, ends, strict=True)]


def _raw_lines(file: BinaryIO, before: int) -> Iterator[tuple[int, bytes]]:
    """Lines without their ends; blank ones are left out but counted. A record without end is cut: it cannot be read."""
    for number, raw in enumerate(_lines(file), start=before + 1):
        raw = raw.rstrip(b"\r\n")
        if raw and raw != b"\x1a":
            yield number, raw


def _lines(file: BinaryIO) -> Iterator[bytes]:
    return iter(lambda: file.readline(MAX_RECORD), b"")


def _csv(one: Format, file: BinaryIO, before: int) -> Iterator[tuple[int, Sequence[str]]]:
    encoding = "utf-8-sig" if one.encoding == "utf-8" and before == 0 else one.encoding
    reader = csv.reader(TextIOWrapper(file, encoding, errors="replace", newline=""))
    number = before
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            number += 1
            yield number, ()
            continue
        number += 1
        if cells:
            yield number, [cell.strip() for cell in cells]


def _json(one: Format, file: BinaryIO, before: int) -> Iterator[tuple[int, Sequence[str]]]:
    line, control = one.back.line, one.back.control
    marker = control[0]
    for number, raw in _raw_lines(file, before):
        try:
            told = json.loads(raw)
        except ValueError:
            yield number, ()
            continue
        if not isinstance(told, dict):
            yield number, ()
            continue
        columns = control if told.get(marker.name) == marker.mark else line
        yield number, [_plain(told.get(column.name, "")) for column in columns]


def _xlsx(path: Path) -> Iterator[tuple[int, Sequence[str]]]:
    from zipfile import BadZipFile, ZipFile

    try:
        with ZipFile(path) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > 1 << 30:
                raise BadFormat("Excel 文件展开后超过 1 GB：这不是一份回盘文件。")
        sheet = calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
        for number, cells in enumerate(sheet.iter_rows(), start=1):
            yield number, [_plain(cell) for cell in cells]
    except (BadZipFile, OSError, calamine.CalamineError, calamine.PasswordError) as error:
        raise BadFormat(f"Excel 文件读不了（{type(error).__name__}）：请向银行要一份没有密码的原始文件。") from None


def _plain(value: Any) -> str:
    """A cell as text: 12.0 is "12", 869.4 is "869.40"; what is neither number nor text cannot be read."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{value:.2f}" if abs(value * 100 % 1 - 0.5) > 0.499 else "?"
    return str(value)


def looks_like(one: Format, path: Path) -> bool:
    """Whether the first records are of this format."""
    with path.open("rb") as file:
        if (file.read(4) == b"PK\x03\x04") != (one.kind == "xlsx"):
            return False
    side, wanted = one.back, [column.title for column in one.back.line]
    try:
        for _, cells in itertools.islice(_records(one, path), 3):
            if side.titles:
                return list(cells[: len(wanted)]) == wanted
            if cells and cells[0] == side.control[0].mark and len(cells) == len(side.control):
                return True
    except (UnicodeDecodeError, BadFormat):
        return False
    return False
