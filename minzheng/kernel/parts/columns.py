"""Columns of tables and lines of fact lists. A column is a value: where the datum is, and how it looks.

Kinds that are sensitive mask themselves on screen and in exports. ``text`` is what exports and tests read, ``cell`` is
what pages draw. ``prepare`` may look something up for all rows at once, so that query counts do not grow with rows.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, ClassVar

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from minzheng.kernel.parts.drawing import Drawing, attribute
from minzheng.kernel.parts.fields import yuan_text

Value = str | Callable[[Any], Any]
#: Tones of badges; red is for overdue or refused only.
TONES = ("plain", "info", "good", "warn", "bad", "wait", "orange", "yellow")


@dataclass(frozen=True)
class Column:
    """``value`` is a dotted attribute path or a function of the row; ``sort`` the ORM field behind a sortable head."""

    value: Value
    label: str
    _: KW_ONLY
    sort: str = ""
    narrow: bool = True
    css: str = ""

    align: ClassVar[str] = ""

    @property
    def key(self) -> str:
        return self.value if isinstance(self.value, str) else self.label

    def get(self, row: Any) -> Any:
        return attribute(row, self.value) if isinstance(self.value, str) else self.value(row)

    def prepare(self, rows: Sequence[Any], drawing: Drawing) -> None:
        """Look up once for all rows."""

    def text(self, row: Any, drawing: Drawing) -> str:
        value = self.get(row)
        return "" if value is None else str(value)

    def cell(self, row: Any, drawing: Drawing) -> str:
        return self.text(row, drawing) or "—"

    def classes(self) -> str:
        return " ".join(filter(None, (self.align, self.css, "" if self.narrow else "wide-only")))


@dataclass(frozen=True)
class Text(Column):
    """Plain text."""


@dataclass(frozen=True)
class Link(Column):
    """Text that opens ``page`` with URL arguments taken from the row."""

    page: str = ""
    args: Mapping[str, str] = field(default_factory=dict)

    def cell(self, row: Any, drawing: Drawing) -> str:
        text = self.text(row, drawing)
        url = row_url(self.page, self.args, row)
        return format_html('<a href="{}">{}</a>', url, text or "未编号") if url else text or "—"


@dataclass(frozen=True)
class Number(Column):
    """An integer, right-aligned. On screen from five digits on grouped by three; exports get the bare number."""

    align: ClassVar[str] = "num"

    def cell(self, row: Any, drawing: Drawing) -> str:
        text = self.text(row, drawing)
        return f"{int(text):,}" if text.isascii() and text.isdigit() and len(text) > 4 else text or "—"


@dataclass(frozen=True)
class Money(Column):
    """Fen in the row, yuan with two decimals on screen and in exports."""

    align: ClassVar[str] = "num"

    def text(self, row: Any, drawing: Drawing) -> str:
        value = self.get(row)
        return "" if value is None else yuan_text(int(value))


@dataclass(frozen=True)
class Date(Column):
    """A day as 2026-11-21; a moment is shown as its day in China."""

    align: ClassVar[str] = "date"

    def text(self, row: Any, drawing: Drawing) -> str:
        value = self.get(row)
        if isinstance(value, datetime.datetime):
            value = timezone.localtime(value).date()
        return value.isoformat() if value else ""


@dataclass(frozen=True)
class Moment(Column):
    """A moment as 2026-11-21 09:30."""

    align: ClassVar[str] = "date"

    def text(self, row: Any, drawing: Drawing) -> str:
        value = self.get(row)
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M") if value else ""


@dataclass(frozen=True)
class Month(Column):
    """The first of a month as 2026年11月."""

    align: ClassVar[str] = "date"

    def text(self, row: Any, drawing: Drawing) -> str:
        value = self.get(row)
        return f"{value.year}年{value.month}月" if value else ""


@dataclass(frozen=True)
class Region(Column):
    """A region code shown by its name; ``up_to`` digits cut a village code to its township."""

    up_to: int = 12

    def code(self, row: Any) -> str:
        code = str(self.get(row) or "")
        return code[: self.up_to].ljust(12, "0") if code else ""

    def prepare(self, rows: Sequence[Any], drawing: Drawing) -> None:
        drawing.load_regions(self.code(row) for row in rows)

    def text(self, row: Any, drawing: Drawing) -> str:
        code = self.code(row)
        return drawing.region(code) if code else ""


@dataclass(frozen=True)
class Badge(Column):
    """A short state. ``names``: code → label; ``tones``: code → tone (or one function of the row)."""

    names: Mapping[str, str] | Callable[[Any], str] | None = None
    tones: Mapping[str, str] | Callable[[Any], str] = field(default_factory=dict)

    def text(self, row: Any, drawing: Drawing) -> str:
        if callable(self.names):
            return self.names(row)
        value = self.get(row)
        return "" if value is None else (self.names or {}).get(str(value), str(value))

    def tone(self, row: Any) -> str:
        return self.tones(row) if callable(self.tones) else self.tones.get(str(self.get(row)), "plain")

    def cell(self, row: Any, drawing: Drawing) -> str:
        text = self.text(row, drawing)
        return badge(text, self.tone(row)) if text else "—"


@dataclass(frozen=True)
class Deadline(Column):
    """A due date as “还剩 3 个工作日（11月26日）”, coloured: red on the last day and after, amber from the day that
    ``yellow`` names (an attribute of the row), grey when stopped."""

    stopped: Callable[[Any], bool] | None = None
    provisional: str = ""
    yellow: str = ""

    def text(self, row: Any, drawing: Drawing) -> str:
        return self._phrase(row, drawing)[0]

    def cell(self, row: Any, drawing: Drawing) -> str:
        text, tone = self._phrase(row, drawing)
        return badge(text, tone) if text else "—"

    def _phrase(self, row: Any, drawing: Drawing) -> tuple[str, str]:
        from minzheng.kernel.parts.deadlines import phrase

        if self.stopped and self.stopped(row):
            return "已停表", "plain"
        provisional = bool(self.provisional and attribute(row, self.provisional))
        since = attribute(row, self.yellow) if self.yellow else None
        near = bool(since and drawing.today >= since) if self.yellow else None
        return phrase(self.get(row), drawing.today, provisional=provisional, near=near)


@dataclass(frozen=True)
class Masked(Column):
    """A value that is masked until asked for with a reason; ``region`` is the row's place for the right to unmask."""

    region: str = "region_code"

    masking: ClassVar[str] = "mask_id"

    def text(self, row: Any, drawing: Drawing) -> str:
        from minzheng.kernel.subjects import masking

        value = str(self.get(row) or "")
        if not value or drawing.may_unmask(str(attribute(row, self.region) or "")):
            return value
        return getattr(masking, self.masking)(value)


@dataclass(frozen=True)
class MaskedId(Masked):
    """An identity number."""

    masking: ClassVar[str] = "mask_id"


@dataclass(frozen=True)
class MaskedName(Masked):
    """A name on pages whose readers need not know it."""

    masking: ClassVar[str] = "mask_name"


@dataclass(frozen=True)
class MaskedPhone(Masked):
    """A telephone number."""

    masking: ClassVar[str] = "mask_phone"


@dataclass(frozen=True)
class MaskedAccount(Masked):
    """A bank account."""

    masking: ClassVar[str] = "mask_account"


def badge(text: str, tone: str = "plain") -> str:
    """The markup of one badge. The tone is a fixed word, never a number or text from data."""
    if tone not in TONES:
        raise ValueError(f"没有“{tone}”这种标签颜色：只能用 {'、'.join(TONES)}。")
    return format_html('<span class="badge-{}">{}</span>', tone, text)


def row_url(page: str, args: Mapping[str, str], row: Any) -> str:
    """The address of ``page`` for this row; "" when an argument is missing."""
    values = {name: attribute(row, path) for name, path in args.items()}
    return "" if not page or None in values.values() else reverse(page, kwargs=values)
