"""Planned and done investment by year, as SVG without style or script; the table under it holds the same numbers."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from django.utils.safestring import SafeString, mark_safe

from minzheng.business.bureau.projects.money import wan

INK, MUTED, LINE, PLAN, DONE = "#17212e", "#526072", "#d3dce6", "#8a99aa", "#0b57a4"
WIDE, HIGH, LEFT, BOTTOM = 880, 150, 96, 190


def years(title: str, rows: Sequence[tuple[int, int, int, str]]) -> SafeString:
    """(year, planned fen, done fen, address): two columns a year, from zero; each pair is a link."""
    top = max([1, *(max(planned, done) for _year, planned, done, _url in rows)])
    step = (WIDE - LEFT - 10) / max(len(rows), 1)
    body = [
        _rect(LEFT, 4, 12, 12, PLAN),
        _text(LEFT + 17, 14, "计划"),
        _rect(LEFT + 70, 4, 12, 12, DONE),
        _text(LEFT + 87, 14, "完成（万元）"),
    ]
    for part in range(5):
        y = BOTTOM - HIGH * part / 4
        body.append(f'<path d="M{LEFT} {y:.1f}H{WIDE - 6}" stroke="{LINE}" stroke-width="1"/>')
        body.append(_text(LEFT - 8, y + 4, f"{top * part / 4 / 1_000_000:,.0f}", "end"))
    for at, (year, planned, done, url) in enumerate(rows):
        x, wide = LEFT + step * at + step * 0.2, min(step * 0.28, 60)
        bars = "".join(
            _rect(x + side * (wide + 2), BOTTOM - HIGH * fen / top, wide, HIGH * fen / top, color)
            for side, (fen, color) in enumerate(((planned, PLAN), (done, DONE)))
        )
        says = escape(f"{year} 年计划 {wan(planned)} 万元，完成 {wan(done)} 万元")
        body.append(
            f"<a href={quoteattr(url)}><title>{says}</title>{bars}{_text(x + wide, BOTTOM + 17, str(year), 'middle')}</a>"
        )
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {BOTTOM + 28}" width="{WIDE}" height="{BOTTOM + 28}" class="chart" role="img" font-size="12" fill="{INK}"><title>{escape(title)}</title>'
    # Only numbers and escaped texts were put in.
    return mark_safe(head + "".join(body) + "</svg>")  # noqa: S308


def _rect(x: float, y: float, wide: float, high: float, fill: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{max(high, 0):.1f}" fill="{fill}"/>'


def _text(x: float, y: float, words: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{MUTED}">{escape(words)}</text>'
