"""A notice with invented elements, to see its layout: for policy officers, and for the pictures we look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from minzheng.kernel import clock
from minzheng.kernel.documents.catalogue import elements
from minzheng.kernel.documents.catalogue import notices as catalogue
from minzheng.kernel.documents.catalogue.specimens import SPECIMENS
from minzheng.kernel.documents.typesetting import easyread, rendering

_ISSUED = {
    "agency": "示范县民政局",
    "internal_no": "990101-DB-样张-000001",
    "addressee": "周䶮兰",
    "phone": "0990-8801234",
    "demo": True,
    "remedy": "不服本决定的，可以自收到本文书之日起六十日内向示范县人民政府申请行政复议，"
    "也可以自收到之日起六个月内直接向有管辖权的人民法院提起行政诉讼。",
}


def fields_of(code: str, changes: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The specimen's elements as they would be stored, with agency and addressee; MissingField when they do not fit."""
    notice = catalogue.notice(code)
    kept = elements.stored(notice, SPECIMENS[code] | dict(changes or {}))
    notice.check(kept)
    fields = {**_ISSUED, **kept, "title": notice.title(kept["matter"] if notice.word else "")}
    if not notice.remedy:
        fields.pop("remedy", None)
    if notice.word:
        fields |= {"document_no": f"示民{notice.word}〔2026〕1号", "verify_code": "8K3M-Q7TR-2WXN-5H4P"}
    return fields


def pdf(code: str, *, easy: bool = False, changes: Mapping[str, Any] | None = None) -> bytes:
    """The specimen as PDF; ``easy`` its large-print page. UnknownNotice, or DocumentError where there is no such page."""
    fields = fields_of(code, changes)
    more = asdict(easyread.page(code, fields)) if easy else None
    return rendering.render(
        catalogue.notice(code),
        fields,
        issued_on=clock.today().isoformat(),
        layout="easy" if easy else "",
        more=more,
    )
