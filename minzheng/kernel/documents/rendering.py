"""把文书排成 PDF/A-2b。版式在 ``typst/``，数据只以 JSON 传入；字体嵌入，所以生僻姓名在哪里打开都一样。"""

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

from minzheng.kernel.documents.catalogue import Notice
from minzheng.kernel.documents.elements import chinese_date, printed
from minzheng.kernel.documents.errors import DocumentError, FontsMissing

LAYOUTS = Path(__file__).resolve().parent / "typst"
FACES = ("NotoSerifSC_400Regular.ttf", "NotoSerifSC_700Bold.ttf", "NotoSansSC_400Regular.ttf", "NotoSansSC_700Bold.ttf")

#: 排版器只认固定时差。
BEIJING = timezone(timedelta(hours=8))
#: Typst 的编译器不是线程安全的；一份文书几十毫秒，排队即可。
_one_at_a_time = threading.Lock()


class CannotTypeset(DocumentError):
    """排版失败：版式与要素对不上。"""


def verify_url(code: str) -> str:
    """二维码指向的公开查验地址。"""
    return f"{settings.PUBLIC_URL.rstrip('/')}/verify/{code}"


def render(notice: Notice, fields: Mapping[str, Any], *, issued_on: str) -> bytes:
    """排一份 PDF。``fields`` 是 ``elements.stored`` 的结果加上机关、文号、查验码等；``issued_on`` 为 ISO 日期。

    同样的输入得到同样的字节：文件时间取文书日期，不取现在。"""
    data = printed(notice, fields)
    data["issued_on"] = chinese_date(issued_on)
    if fields.get("verify_code"):
        data["qr"] = _qr(verify_url(fields["verify_code"]))
    stamp = datetime.fromisoformat(issued_on[:10]).replace(tzinfo=BEIJING)
    with _one_at_a_time:
        try:
            return bytes(
                _compiler().compile(
                    input=str(LAYOUTS / f"{notice.template}.typ"),
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
