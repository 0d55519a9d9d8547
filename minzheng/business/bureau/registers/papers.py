"""An entry on paper: what it says, what was done to it, and room for signatures (an inspection is signed on the spot)."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typst
from django.conf import settings
from django.utils import timezone

from minzheng.business.bureau.registers import listing, showing
from minzheng.business.bureau.registers.models import RegisterEntry
from minzheng.business.bureau.registers.reading import book as book_of
from minzheng.kernel import clock
from minzheng.kernel.documents.typesetting.rendering import one_at_a_time
from minzheng.kernel.oversight.papers import agency, stamp_line
from minzheng.kernel.parts.drawing import Drawing

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

LAYOUTS = Path(__file__).resolve().parent / "typst"


def sheet(actor: Actor, entry: RegisterEntry) -> bytes:
    """The PDF of one entry; about a third of a second."""
    book = book_of(entry.book)
    drawing = Drawing(actor=actor, today=clock.today(), plain=True)
    data = {
        "agency": agency(), "stamp": stamp_line(actor), "title": book.title if book else entry.book, "no": entry.no,
        "name": entry.title, "state": listing.state_badge().text(entry, drawing),
        "facts": [[label, text] for label, text, _ in showing.facts(entry, drawing)["pairs"]],
        "steps": [[_day(one.at), one.title, one.who, one.note] for one in showing.history(entry)],
        "files": entry.files.filter(removed_at=None).count(),
    }  # fmt: skip
    with one_at_a_time:
        made = _compiler().compile(
            input=str(LAYOUTS / "entry.typ"), format="pdf", sys_inputs={"d": json.dumps(data, ensure_ascii=False)}
        )
    return bytes(made)


def _day(at: Any) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M") if at else ""


@cache
def _compiler() -> Any:
    return typst.Compiler(root=str(LAYOUTS), font_paths=[str(settings.FONT_DIR)], ignore_system_fonts=True)
