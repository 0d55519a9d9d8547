"""历年待遇 as a picture: one line a benefit, years from left to right. SVG by attributes alone (no style, no script); the
table below it says the same in words."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from django.utils.safestring import SafeString, mark_safe

INK, MUTED, LINE = "#17212e", "#526072", "#d3dce6"
COLOURS = {"active": "#0b57a4", "tapering": "#5b8fc4", "suspended": "#b4530a", "ended": "#8a99aa"}
WORDS = {"active": "享受中", "tapering": "渐退", "suspended": "暂停", "ended": "已停发"}
WIDE, LEFT, RIGHT, TOP, ROW = 860, 150, 14, 34, 30
#: How many years back are drawn at most; what began earlier is cut at the left edge.
MOST_YEARS = 15
#: How many are drawn at least, so that a few months do not look like a life.
LEAST_YEARS = 3


@dataclass(frozen=True)
class Bar:
    """One award: where it stands (title), from when to when (None: still), its state and what it says on pointing."""

    title: str
    since: datetime.date
    until: datetime.date | None
    state: str
    says: str


def picture(bars: Sequence[Bar], today: datetime.date, about: str) -> SafeString:
    """ "" when there is nothing to draw."""
    if not bars:
        return mark_safe("")
    began = min(min(bar.since for bar in bars).year, today.year - LEAST_YEARS + 1)
    first = max(began, today.year - MOST_YEARS + 1)
    years = today.year - first + 1
    titles = list(dict.fromkeys(bar.title for bar in bars))
    high = TOP + ROW * len(titles) + 30
    body = _axis(first, years, high)
    for row, title in enumerate(titles):
        y = TOP + ROW * row
        body.append(_text(LEFT - 10, y + 15, title, "end"))
        for bar in bars:
            if bar.title == title:
                body.append(_bar(bar, first, years, today, y))
    body += _key(high - 8, [state for state in COLOURS if any(bar.state == state for bar in bars)])
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {high}" width="{WIDE}" height="{high}" role="img" '
        f'class="lifeline" font-size="12" fill="{INK}"><title>{escape(about)}</title>'
    )
    # Only numbers, fixed words and escaped texts were put in.
    return mark_safe(head + "".join(body) + "</svg>")  # noqa: S308


def _x(day: datetime.date, first: int, years: int) -> float:
    """Where a day stands between the edges."""
    span = (WIDE - LEFT - RIGHT) / years
    begin = datetime.date(day.year, 1, 1)
    share = (day - begin).days / ((datetime.date(day.year + 1, 1, 1) - begin).days)
    return max(LEFT, min(WIDE - RIGHT, LEFT + span * (day.year - first + share)))


def _axis(first: int, years: int, high: int) -> list[str]:
    step = 1 if years <= 10 else 2
    parts = []
    for year in range(first, first + years):
        x = _x(datetime.date(year, 1, 1), first, years)
        parts.append(f'<line x1="{x:.1f}" y1="{TOP - 10}" x2="{x:.1f}" y2="{high - 28}" stroke="{LINE}"/>')
        if (year - first) % step == 0:
            parts.append(_text(x + 3, 16, f"{year}", fill=MUTED))
    return parts


def _bar(bar: Bar, first: int, years: int, today: datetime.date, y: int) -> str:
    start, end = _x(bar.since, first, years), _x(min(bar.until or today, today), first, years)
    return (
        f'<rect x="{start:.1f}" y="{y + 4}" width="{max(end - start, 3):.1f}" height="16" rx="2" '
        f'fill="{COLOURS.get(bar.state, MUTED)}"><title>{escape(bar.says)}</title></rect>'
    )


def _key(y: float, states: list[str]) -> list[str]:
    parts, x = [], float(LEFT)
    for state in states:
        parts.append(f'<rect x="{x:.1f}" y="{y - 10}" width="12" height="10" fill="{COLOURS[state]}"/>')
        parts.append(_text(x + 17, y - 1, WORDS[state], fill=MUTED))
        x += 34 + 13 * len(WORDS[state])
    return parts


def _text(x: float, y: float, words: str, anchor: str = "start", fill: str = INK) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}">{escape(words)}</text>'
