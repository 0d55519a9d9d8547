"""退回文件: which line, which column, why, what to do, and the row itself with people's values masked."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence

from minzheng.datacenter.lake.errors import LakeRefused
from minzheng.datacenter.sources.spec import Column
from minzheng.kernel.documents import vault
from minzheng.kernel.documents.errors import DamagedFile
from minzheng.kernel.exchange.caseload.rejects import shielded
from minzheng.kernel.subjects import masking

COLUMNS = ("行号", "列", "原因", "怎么改")
#: Rows written into the file; beyond that only counted: such a file has the wrong columns, not wrong rows.
MOST_ROWS = 50_000


class Rejects:
    """Collects rejected rows. `headers`: those of the delivered file; `columns`: which column of the source each is, None
    for one that has no meaning here (its values are masked: nobody has said that they are not personal)."""

    def __init__(self, headers: Sequence[str], columns: Sequence[Column | None]) -> None:
        self.headers, self.columns = list(headers), list(columns)
        self.count = 0
        self.reasons: Counter[str] = Counter()
        self._rows: list[tuple[int, list[str]]] = []

    @property
    def room(self) -> int:
        return MOST_ROWS - len(self._rows)

    def add(self, line: int, texts: Sequence[str | None], column: str, reason: str, fix: str) -> None:
        """One row. `reason` without any value of the row: it is counted and shown in the report."""
        if self.room > 0:
            shown = [self._shown(place, text or "") for place, text in enumerate(texts)]
            self._rows.append((line, [str(line), column, reason, fix, *shown]))
        self.tally(column, reason)

    def tally(self, column: str, reason: str, count: int = 1) -> None:
        """Rows that are only counted."""
        self.count += count
        self.reasons[f"{column}：{reason}" if column else reason] += count

    def content(self) -> bytes:
        """The file: CSV in UTF-8 with BOM, in the order of the lines."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow([*COLUMNS, *(shielded(header) for header in self.headers)])
        for _, row in sorted(self._rows, key=lambda one: one[0]):
            writer.writerow([*row[:4], *(shielded(text) for text in row[4:])])
        return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")

    def _shown(self, place: int, text: str) -> str:
        column = self.columns[place] if place < len(self.columns) else None
        return masked(text, column)[:80]


def masked(text: str, column: Column | None) -> str:
    """A value as the reject file may show it: people's values only so far that their row can be found again."""
    if column is not None and not column.personal:
        # what looks like a number of a person may have slipped into any column
        digits = sum(character.isdigit() for character in text)
        return masking.mask_id(text) if digits >= 15 else text
    if column is not None and column.type == "name":
        return masking.mask_name(text)
    if column is not None and column.type == "id_no":
        return masking.mask_id(text)
    return text[:1] + "*" * min(max(len(text) - 1, 0), 8)


def bound_to(batch: int) -> str:
    return f"lake.rejects:{batch}"


def name(batch: int) -> str:
    """Where the vault keeps the reject file."""
    return vault.name_of(bound_to(batch), "batch")


def keep(batch: int, content: bytes) -> None:
    """Seal it; what was there is replaced."""
    vault.replace(name(batch), content, bound_to=bound_to(batch))


def get(batch: int) -> bytes:
    """The reject file. Raises LakeRefused when it is gone or was changed."""
    try:
        return vault.get(name(batch), bound_to=bound_to(batch), sha=None)
    except DamagedFile as error:
        raise LakeRefused(f"这一批的退回文件打不开：{error}") from None


def drop(batch: int) -> None:
    vault.drop(name(batch))
