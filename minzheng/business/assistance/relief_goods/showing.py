"""Columns that look something up for all rows of a page at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from minzheng.business.assistance.relief_goods import selectors
from minzheng.kernel.parts.columns import Column, badge
from minzheng.kernel.parts.drawing import Drawing

EXPIRY = {"expired": ("已过期", "bad"), "expiring": ("快到期", "warn"), "good": ("", "plain")}


@dataclass(frozen=True)
class Pieces(Column):
    """What a lot still has, from the ledger."""

    align: ClassVar[str] = "num"

    def prepare(self, rows: Sequence[Any], drawing: Drawing) -> None:
        drawing.notes["relief_pieces"] = selectors.pieces_of(row.pk for row in rows)

    def text(self, row: Any, drawing: Drawing) -> str:
        if "relief_pieces" not in drawing.notes:
            self.prepare([row], drawing)
        return f"{drawing.notes['relief_pieces'].get(row.pk, 0):,} {row.goods.unit}"


@dataclass(frozen=True)
class Expiry(Column):
    """The day of expiry, with a badge when it is past or near."""

    align: ClassVar[str] = "date"

    def text(self, row: Any, drawing: Drawing) -> str:
        if row.expires_on is None:
            return ""
        said = EXPIRY[selectors.state_of(row, drawing.today)][0]
        return f"{row.expires_on.isoformat()}{f'（{said}）' if said else ''}"

    def cell(self, row: Any, drawing: Drawing) -> str:
        tone = EXPIRY[selectors.state_of(row, drawing.today)][1]
        text = self.text(row, drawing)
        return badge(text, tone) if text and tone != "plain" else text or "—"


@dataclass(frozen=True)
class Progress(Column):
    """How many of a campaign's list have received."""

    align: ClassVar[str] = "num"

    def prepare(self, rows: Sequence[Any], drawing: Drawing) -> None:
        drawing.notes["relief_progress"] = selectors.progress(rows)

    def text(self, row: Any, drawing: Drawing) -> str:
        if "relief_progress" not in drawing.notes:
            self.prepare([row], drawing)
        listed, done = drawing.notes["relief_progress"].get(row.pk, (0, 0))
        return f"{done:,} / {listed:,} 人"


@dataclass(frozen=True)
class Handed(Column):
    """What one issue handed out."""

    def prepare(self, rows: Sequence[Any], drawing: Drawing) -> None:
        drawing.notes["relief_handed"] = selectors.received(rows)

    def text(self, row: Any, drawing: Drawing) -> str:
        if "relief_handed" not in drawing.notes:
            self.prepare([row], drawing)
        return str(drawing.notes["relief_handed"].get(row.pk, ""))
