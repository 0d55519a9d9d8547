"""指标目录: every indicator with its 口径, unit and value, by line of work."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from minzheng.datacenter.indicators import asked, declaring, selectors, words
from minzheng.datacenter.indicators.declaring import Indicator
from minzheng.kernel.pages.drawing import draw


def catalogue(request: HttpRequest) -> HttpResponse:
    """The indicators of one line (the first one unless another is asked for), or those that words are found in."""
    at = asked.asked(request)
    text, source = request.GET.get("q", "").strip()[:40], request.GET.get("source", "")
    every = declaring.all()
    lines = sorted(
        {one.line for one in every}, key=lambda code: list(words.LINES).index(code) if code in words.LINES else 99
    )
    line = request.GET.get("line", "")
    if line not in lines:
        line = "" if text or source else (lines[0] if lines else "")
    found = [one for one in every if _fits(one, text, source, line)]
    told = selectors.values([one.code for one in found], at.place, at.period.text, actor=at.actor) if at.place else {}
    rows = [(one, told.get(one.code), words.here(one.code, at.place, at.period.text)) for one in found]
    rows.sort(key=lambda row: row[1] is None or row[1].value is None)
    return draw(
        request, "indicators/list.html", request.page, at=at, rows=rows, choices=words.choices(at.period), q=text,  # type: ignore[attr-defined]
        lines=[(code, words.line(code), sum(one.line == code for one in every)) for code in lines], line=line, source=source,
        sources=list(words.SOURCES.items()), total=len(every),
    )  # fmt: skip


def _fits(one: Indicator, text: str, source: str, line: str) -> bool:
    if line and one.line != line:
        return False
    if source and one.source != source:
        return False
    return not text or text in one.name or text in one.definition or text == one.code
