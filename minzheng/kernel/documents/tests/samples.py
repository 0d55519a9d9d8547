"""Elements and uploads for tests; names and numbers are invented."""

from __future__ import annotations

import io
from typing import Any

import pypdf
from PIL import Image
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from minzheng.kernel.documents.catalogue.specimens import SPECIMENS as FIELDS

__all__ = ["FIELDS", "paper", "picture"]


def picture(kind: str = "JPEG", size: tuple[int, int] = (60, 40), **save: Any) -> bytes:
    """A small picture, left half red, right half blue."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, *size))
    out = io.BytesIO()
    image.save(out, kind, **save)
    return out.getvalue()


def paper(action: str = "", password: str = "", pages: int = 1) -> bytes:
    """A PDF; ``action`` smuggles the given content in."""
    writer = pypdf.PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    if action == "script":
        _open_action(writer, {"/S": NameObject("/JavaScript"), "/JS": TextStringObject("app.alert(1)")})
    elif action == "attachment":
        writer.add_attachment("a.exe", b"MZ")
    elif action == "launch":
        _open_action(writer, {"/S": NameObject("/Launch"), "/F": TextStringObject("cmd.exe")})
    elif action == "page_script":
        page = writer.pages[0]
        act = DictionaryObject({NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("x")})
        page[NameObject("/AA")] = DictionaryObject({NameObject("/O"): writer._add_object(act)})
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _open_action(writer: pypdf.PdfWriter, entries: dict[str, Any]) -> None:
    action = DictionaryObject({NameObject(key): value for key, value in entries.items()})
    writer._root_object[NameObject("/OpenAction")] = writer._add_object(action)
