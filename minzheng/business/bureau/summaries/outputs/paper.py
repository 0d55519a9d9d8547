"""PDF by the same layout rules as the DOCX, typeset with the platform's fonts."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typst
from django.conf import settings

from minzheng.business.bureau.summaries.documents import Body, Grid, Run, layout
from minzheng.kernel.documents.typesetting.rendering import one_at_a_time

if TYPE_CHECKING:
    from minzheng.business.bureau.summaries.outputs import Colophon

LAYOUTS = Path(__file__).resolve().parents[1] / "typst"


def render(body: Body, colophon: Colophon) -> bytes:
    """About half a second for five pages."""
    data = {
        "lines": [_line(line, colophon.base) for line in layout(body)],
        "org": colophon.org,
        "day": colophon.day,
        "number": colophon.number,
        "draft": colophon.draft,
        "title": body["org"],
    }
    with one_at_a_time:
        made = _compiler().compile(
            input=str(LAYOUTS / "summary.typ"), format="pdf", sys_inputs={"d": json.dumps(data, ensure_ascii=False)}
        )
    return bytes(made)


def _line(line: Any, base: str) -> dict[str, Any]:
    if isinstance(line, Grid):
        return {
            "style": "grid",
            "columns": [_runs(cell, base) for cell in line.columns],
            "rows": [[_runs(cell, base) for cell in row] for row in line.rows],
        }
    return {"style": line.style, "runs": _runs(line.runs, base)}


def _runs(runs: tuple[Run, ...], base: str) -> list[dict[str, str]]:
    return [{"text": run.text, "url": base + run.url if base and run.url else ""} for run in runs]


@cache
def _compiler() -> Any:
    return typst.Compiler(root=str(LAYOUTS), font_paths=[str(settings.FONT_DIR)], ignore_system_fonts=True)
