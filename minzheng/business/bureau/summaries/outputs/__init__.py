"""A summary as Markdown, DOCX and PDF. All three print the same paragraphs (documents.layout)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from minzheng.business.bureau.summaries.documents import Body
from minzheng.business.bureau.summaries.outputs import markdown, paper, word


@dataclass(frozen=True)
class Colophon:
    """What is printed below the text, and where its links lead. ``base``: published address of the platform, "" for none."""

    org: str = ""
    day: str = ""
    number: str = ""
    draft: str = ""
    base: str = ""


Output = Callable[[Body, Colophon], bytes]

TYPES = {
    "md": ("text/markdown; charset=utf-8", "纯文本（Markdown）"),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "Word"),
    "pdf": ("application/pdf", "PDF"),
}


def render(body: Body, kind: str, colophon: Colophon) -> bytes:
    """``kind``: md, docx or pdf."""
    made: dict[str, Output] = {"md": markdown.render, "docx": word.render, "pdf": paper.render}
    return made[kind](body, colophon)
