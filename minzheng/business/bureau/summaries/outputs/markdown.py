"""Markdown: headings, paragraphs, tables; numbers are links where the platform's address is known."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minzheng.business.bureau.summaries.documents import Body, Grid, Paragraph, Run, layout

if TYPE_CHECKING:
    from minzheng.business.bureau.summaries.outputs import Colophon

_HEADS = {"title": "# ", "part": "## ", "item": "### ", "caption": "**{}**"}
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#])")


def render(body: Body, colophon: Colophon) -> bytes:
    lines: list[str] = []
    for line in layout(body):
        if isinstance(line, Grid):
            lines += ["\n".join(_grid(line, colophon.base)), ""]
            continue
        text = _text(line, colophon.base)
        head = _HEADS.get(line.style, "")
        lines += [head.format(text) if "{}" in head else f"{head}{text}", ""]
        if line.style == "title" and (colophon.number or colophon.draft):
            lines += [colophon.number or colophon.draft, ""]
    lines += [one for one in (colophon.org, colophon.day) if one]
    return ("\n".join(lines).rstrip() + "\n").encode()


def _text(line: Paragraph, base: str) -> str:
    return "".join(_run(run, base) for run in line.runs)


def _run(run: Run, base: str) -> str:
    words = _SPECIAL.sub(r"\\\1", run.text.replace("\n", ""))
    return f"[{words}]({base}{run.url})" if base and run.url else words


def _grid(grid: Grid, base: str) -> list[str]:
    def row(cells: tuple[tuple[Run, ...], ...]) -> str:
        return "| " + " | ".join("".join(_run(run, base) for run in cell) for cell in cells) + " |"

    return [row(grid.columns), "|" + "---|" * len(grid.columns), *(row(cells) for cells in grid.rows)]
