"""运行情况: one page for the administrators, red, yellow and green; it refreshes itself."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from minzheng.kernel.parts.columns import Badge, Text
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.page import BoardBody, Menu, Page
from minzheng.kernel.parts.panels import Table
from minzheng.site.doctor.result import FAIL, OK, WARN, Result
from minzheng.site.health import components

NAMES = {OK: "正常", WARN: "注意", FAIL: "处理"}
TONES = {OK: "good", WARN: "warn", FAIL: "bad"}
SENTENCES = {
    OK: "各项正常。",
    WARN: "可以使用，有几项需要安排处理。",
    FAIL: "有必须马上处理的问题，见红色各项。",
}
REFRESH_SECONDS = 15
_ORDER = {FAIL: 0, WARN: 1, OK: 2}


def _rows(obj: Any, drawing: Drawing) -> list[Result]:
    """The worst first; examined once for panel and heading."""
    found: list[Result] | None = getattr(drawing.request, "health_rows", None)
    if found is None:
        found = sorted(components.examine(), key=lambda row: _ORDER[row.state])
        setattr(drawing.request, "health_rows", found)  # noqa: B010
    return found


def _context(drawing: Drawing, kwargs: Any) -> dict[str, Any]:
    state = components.worst(_rows(None, drawing))
    return {
        "state": state,
        "tone": TONES[state],
        "verdict": SENTENCES[state],
        "now": timezone.localtime(),
        "seconds": REFRESH_SECONDS,
    }


PAGES = [
    Page(
        "system.health",
        "console/health/",
        "运行情况",
        "system.read",
        BoardBody(
            (
                Table(
                    "各项情况",
                    rows=_rows,
                    columns=(
                        Badge("state", "状态", names=NAMES, tones=TONES),
                        Text("name", "组成"),
                        Text("sentence", "情况与处理办法"),
                    ),
                    empty="没有可以检查的组成。",
                ),
            ),
            template="system/health.html",
            context=_context,
        ),
        menu=Menu("系统", 10, "chart"),
    ),
]
