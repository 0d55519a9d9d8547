"""The sheets of an escrow: one share a page, as PDF to be printed and as text to be typed from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typst
from django.conf import settings

from minzheng.kernel.crypto.keyring import write_private
from minzheng.kernel.crypto.shares import Share

LAYOUTS = Path(__file__).resolve().parent / "typst"


def write(folder: Path, shares: Sequence[Share], about: dict[str, Any]) -> list[Path]:
    """`folder`/share-<number>.txt and .pdf for each share, private; returns the files. Overwrites nothing."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = []
    for share in shares:
        for suffix, content in (("txt", text(share, about).encode()), ("pdf", pdf(share, about))):
            place = folder / f"share-{share.escrow_id}-{share.number}.{suffix}"
            write_private(place, content)
            made.append(place)
    return made


def text(share: Share, about: dict[str, Any]) -> str:
    """The text sheet; `shares.parse` reads it back."""
    lines = "\n".join(f"  {place}： {line}" for place, line in enumerate(share.lines(), 1))
    return (
        f"民政一体化平台 密钥托管份额\n\n托管编号 {share.escrow_id}   第 {share.number} 份（共 {about['shares']} 份）\n"
        f"制作时间 {about['made']}   密钥环指纹 {about['fingerprint']}\n\n{lines}\n\n"
        f"任意 {share.threshold} 份合在一起可以恢复密钥，少一份都不行。\n"
        "请装入信封密封，由保管人各自存放，不得拍照、复印或与备份放在一处。\n"
        "每行最后三个字符是校验码；没有字母 I、L、O、U，录错时平台会指出是第几行。\n"
    )


def pdf(share: Share, about: dict[str, Any]) -> bytes:
    """The printed sheet, A4."""
    data = {
        **about,
        "id": share.escrow_id,
        "number": share.number,
        "threshold": share.threshold,
        "lines": share.lines(),
    }
    compiler = typst.Compiler(root=str(LAYOUTS), font_paths=[str(settings.FONT_DIR)], ignore_system_fonts=True)
    inputs = {"d": json.dumps(data, ensure_ascii=False)}
    layout = str(LAYOUTS / "share.typ")
    made: Any = compiler.compile(input=layout, format="pdf", sys_inputs=inputs, pdf_standards="a-2b")
    return bytes(made)
