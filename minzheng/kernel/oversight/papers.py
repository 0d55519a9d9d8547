"""Paper: the signed chain head on one page, and the small print on whatever staff print (who, when)."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pypdf
import segno
import typst
from django.conf import settings
from django.utils import timezone

from minzheng.kernel import clock
from minzheng.kernel.documents.typesetting.rendering import one_at_a_time
from minzheng.kernel.orgs.models import Organization

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.audit.heads import SignedHead

LAYOUTS = Path(__file__).resolve().parent / "typst"


def head_page(head: SignedHead, who: str = "命令行") -> bytes:
    """One A4 page: sequence, hash, moment, signature, fingerprint, QR of “序号:链头”, room for signatures by hand."""
    qr = segno.make(head.short, error="m", micro=False).svg_inline(border=1, dark="#000", light=None)
    return _typeset(
        "head",
        {
            "agency": agency(),
            "seq": head.seq,
            "hash": head.hash,
            "at": timezone.localtime(datetime.fromisoformat(head.at)).strftime("%Y年%m月%d日 %H:%M:%S"),
            "signature": head.signature,
            "fingerprint": head.fingerprint,
            "who": who,
            "printed_at": f"{clock.now():%Y-%m-%d %H:%M}",
            "qr": qr,
        },
    )


def reads_page(person_name: str, rows: Sequence[Any], actor: Actor) -> bytes:
    """Who read this file, as a table: readings as `readers.about` gives them, with the officer's name for the auditor."""
    return _typeset(
        "reads",
        {
            "agency": agency(),
            "person": person_name,
            "stamp": stamp_line(actor),
            "note": "查阅记录逐条封存于审计链，不能改动。",
            "rows": [
                {
                    "at": f"{timezone.localtime(row.at):%Y-%m-%d %H:%M}",
                    "who": " ".join(filter(None, (row.organization, row.post, row.name))),
                    "what": row.what,
                    "why": ("【紧急查阅】" if row.glass else "") + row.purpose,
                }
                for row in rows
            ],
        },
    )


def agency() -> str:
    name = Organization.objects.filter(kind="bureau").order_by("code").values_list("name", flat=True).first()
    return name or "民政一体化平台"


def stamped(pdf: bytes, actor: Actor) -> bytes:
    """The PDF with a line of small print on every page: who fetched it, from where, when. The stored original and its
    SM3 stay as they are; only this copy carries the line."""
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    writer = pypdf.PdfWriter(clone_from=reader)
    line = stamp_line(actor)
    for page in writer.pages:
        size = round(float(page.mediabox.width), 1), round(float(page.mediabox.height), 1)
        page.merge_page(_stamp(line, *size))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def stamp_line(actor: Actor) -> str:
    """“林晓云（青石镇民政服务窗口 民政助理）打印于 2026-11-22 09:30”."""
    post = post_of(actor)
    return f"{actor.name}{f'（{post}）' if post else ''}打印于 {clock.now():%Y-%m-%d %H:%M}　仅供工作使用"


def post_of(actor: Actor) -> str:
    """Organisation and post of the actor's first assignment; "" for citizens and the system."""
    if not actor.assignments:
        return ""
    first = actor.assignments[0]
    return f"{first.organization.name} {first.post or actor.role_title}".strip()


def _stamp(line: str, width: float, height: float) -> Any:
    made = _typeset("stamp", {"line": line, "width": width, "height": height})
    return pypdf.PdfReader(io.BytesIO(made)).pages[0]


def _typeset(layout: str, data: dict[str, Any]) -> bytes:
    with one_at_a_time:
        return bytes(
            _compiler().compile(
                input=str(LAYOUTS / f"{layout}.typ"),
                format="pdf",
                sys_inputs={"d": json.dumps(data, ensure_ascii=False)},
            )
        )


@cache
def _compiler() -> Any:
    return typst.Compiler(root=str(LAYOUTS), font_paths=[str(settings.FONT_DIR)], ignore_system_fonts=True)
