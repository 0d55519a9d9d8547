"""Typeset notices as PDF/A-2b. Layouts are in ``typst/``; data goes in as JSON alone; fonts are embedded, so rare names
look the same everywhere.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any

import segno
import typst
from django.conf import settings

from minzheng.kernel.documents.catalogue.elements import chinese_date, printed
from minzheng.kernel.documents.catalogue.notices import Notice
from minzheng.kernel.documents.errors import DocumentError, FontsMissing
from minzheng.kernel.links import absolute

LAYOUTS = Path(__file__).resolve().parent / "typst"
FACES = ("NotoSerifSC_400Regular.ttf", "NotoSerifSC_700Bold.ttf", "NotoSansSC_400Regular.ttf", "NotoSansSC_700Bold.ttf")

#: The typesetter knows fixed offsets only.
BEIJING = timezone(timedelta(hours=8))
#: Typst's compiler is not thread-safe; at some tens of milliseconds a notice, a queue will do.
one_at_a_time = threading.Lock()


class CannotTypeset(DocumentError):
    """Typesetting failed: layout and elements do not fit."""


def verify_url(code: str) -> str:
    """The public address the QR code points at."""
    return absolute(f"verify/{code}")


def render(
    notice: Notice,
    fields: Mapping[str, Any],
    *,
    issued_on: str,
    layout: str = "",
    more: Mapping[str, Any] | None = None,
) -> bytes:
    """Typeset one PDF. ``fields`` is the result of ``elements.stored`` plus agency, number, verification code and so
    on; ``issued_on`` is an ISO date.

    The same input gives the same bytes: the file's time is the notice's date, not now. ``layout`` names another layout
    than the notice's own (large print), ``more`` are elements that only this layout uses.
    """
    data = printed(notice, fields) | dict(more or {})
    data["issued_on"] = chinese_date(issued_on)
    if fields.get("verify_code"):
        data["qr"] = _qr(verify_url(fields["verify_code"]))
    stamp = datetime.fromisoformat(issued_on[:10]).replace(tzinfo=BEIJING)
    with one_at_a_time:
        try:
            return bytes(
                _compiler().compile(
                    input=str(LAYOUTS / f"{layout or notice.template}.typ"),
                    format="pdf",
                    sys_inputs={"d": json.dumps(data, ensure_ascii=False)},
                    pdf_standards="a-2b",
                    timestamp=stamp,
                )
            )
        except typst.TypstError as error:
            raise CannotTypeset(
                f"《{notice.suffix}》排版失败：{getattr(error, 'message', error)}。请把文书代码 {notice.code} 和要素报告系统管理员。"
            ) from error


@cache
def _compiler() -> Any:
    fonts = Path(settings.FONT_DIR)
    missing = [name for name in FACES if not (fonts / name).is_file()]
    if missing:
        raise FontsMissing(f"字体目录 {fonts} 里缺少 {'、'.join(missing)}：请运行 make setup 取得字体后再制发文书。")
    return typst.Compiler(root=str(LAYOUTS), font_paths=[str(fonts)], ignore_system_fonts=True)


def _qr(url: str) -> str:
    code = segno.make(url, error="m", micro=False)
    return str(code.svg_inline(border=0, dark="#000", light=None))
