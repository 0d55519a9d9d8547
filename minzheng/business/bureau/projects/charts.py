"""Planned and done investment by year, as SVG without style or script; the table under it holds the same numbers."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.safestring import SafeString

from minzheng.business.bureau.projects.money import wan
from minzheng.kernel.parts.charts import BASE, LINE, MUTED, REFORM, WIDE, key, link, rect, svg, text, ticks

#: Fen in 万元.
WAN = 1_000_000
HIGH, LEFT, BOTTOM = 150, 96, 190


def years(title: str, rows: Sequence[tuple[int, int, int, str]]) -> SafeString:
    """(year, planned fen, done fen, address): two columns a year, from zero; each pair is a link."""
    most = max([1, *(max(planned, done) for _year, planned, done, _url in rows)])
    marks = ticks(0, most / WAN)
    top = marks[-1] * WAN
    step = (WIDE - LEFT - 10) / max(len(rows), 1)
    body = key([(BASE, "计划"), (REFORM, "完成（万元）")], left=LEFT)
    for mark in marks:
        y = BOTTOM - HIGH * mark * WAN / top
        body.append(f'<path d="M{LEFT} {y:.1f}H{WIDE - 6}" stroke="{LINE}" stroke-width="1"/>')
        body.append(text(LEFT - 8, y + 4, f"{mark:,g}", "end", MUTED))
    for at, (year, planned, done, url) in enumerate(rows):
        x, wide = LEFT + step * at + step * 0.2, min(step * 0.28, 60)
        bars = "".join(
            rect(x + side * (wide + 2), BOTTOM - HIGH * fen / top, wide, max(HIGH * fen / top, 0), color)
            for side, (fen, color) in enumerate(((planned, BASE), (done, REFORM)))
        )
        says = f"{year} 年计划 {wan(planned)} 万元，完成 {wan(done)} 万元"
        body.append(link(url, says, bars + text(x + wide, BOTTOM + 17, str(year), "middle", MUTED)))
    return svg(BOTTOM + 28, title, body, linked=True)
