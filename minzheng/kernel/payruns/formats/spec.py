"""What a bank's or a treasury's file looks like: records, columns, encodings, codes. Plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

#: What a column of a line may carry, and what one of a control record may.
LINE_SOURCES = ("seq", "holder", "account", "bank", "amount", "id_tail", "remark", "code", "message")
CONTROL_SOURCES = ("batch", "month", "count", "total", "voucher", "paid_count", "paid_total")
#: Written right-aligned with zeros in a fixed-width file; all others left-aligned with blanks.
NUMBERS = frozenset({"seq", "amount", "count", "total", "paid_count", "paid_total"})
MONEY = frozenset({"amount", "total", "paid_total"})


class BadFormat(ValueError):
    """A declaration that cannot work; the Chinese sentence names file, record and what to put right."""

    exit_code = 2


@dataclass(frozen=True)
class Column:
    """One column. `source`: one of the names above, "" for a fixed `mark`; `width` in bytes of the file's encoding;
    `name`: the key in a JSON record."""

    source: str
    title: str
    mark: str = ""
    width: int = 0
    name: str = ""

    @property
    def key(self) -> str:
        return self.source or "mark"


@dataclass(frozen=True)
class Side:
    """One file: a control record before or after the lines, and the lines. `titles`: the first row names the columns."""

    line: tuple[Column, ...]
    head: tuple[Column, ...] = ()
    tail: tuple[Column, ...] = ()
    titles: bool = False

    @property
    def control(self) -> tuple[Column, ...]:
        return self.head or self.tail

    def place(self, source: str) -> int:
        """Position of a source in a line; −1 when the file does not carry it."""
        return next((n for n, column in enumerate(self.line) if column.source == source), -1)


@dataclass(frozen=True)
class Format:
    """A declared pair of files: what goes out, what comes back, and the codes of the other side."""

    code: str
    title: str
    kind: str  # fixed | csv | xlsx | json
    encoding: str
    line_end: str
    amount: str  # yuan (two digits) | fen
    file_name: str
    needs_confirmation: str
    out: Side
    back: Side
    codes: Mapping[str, str] = field(default_factory=dict)
    max_lines: int = 0

    def bank_code(self, code: str) -> str:
        """The other side's word for a code of ours."""
        return next(theirs for theirs, ours in self.codes.items() if ours == code)

    def name_of(self, batch_no: str) -> str:
        return self.file_name.format(batch=batch_no)
