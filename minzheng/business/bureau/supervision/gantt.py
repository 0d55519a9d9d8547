"""甘特图 as SVG drawn by the server: attributes only, no style and no script; each bar is a link. It stands above the table
with the same dates, so it says no more than its title to those who cannot see it."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from django.utils.safestring import SafeString

from minzheng.kernel.months import month_after
from minzheng.kernel.parts.charts import INK, LINE, MUTED, link, svg, text

PAPER = "#e7edf4"
#: Fill of the part that is done; the part still to do is lighter.
FILL = {"red": "#b42318", "yellow": "#c98500", "green": "#17643a", "grey": "#8a99aa", "blue": "#0b57a4"}
WIDE, LEFT, ROW, TOP, RIGHT = 1040, 300, 26, 34, 12
MOST_WORDS = 23


@dataclass(frozen=True)
class Bar:
    """One task: `progress` in percent; `steps`: [(day, title, done)]."""

    title: str
    url: str
    start: datetime.date
    end: datetime.date
    progress: int
    colour: str
    says: str
    steps: Sequence[tuple[datetime.date, str, bool]] = ()


def draw(
    title: str, bars: Sequence[Bar], first: datetime.date, last: datetime.date, today: datetime.date
) -> SafeString:
    """Tasks from top to bottom, months from left to right, a line for today; what lies outside is cut at the edge."""
    height = TOP + ROW * max(len(bars), 1) + 8
    axis = _Axis(first, last)
    body = [*_months(axis, height), *(part for n, bar in enumerate(bars) for part in _row(axis, n, bar))]
    if first <= today <= last:
        x = axis.at(today)
        body += [
            f'<path d="M{x:.1f} {TOP - 6}V{height - 4}" stroke="{FILL["red"]}" stroke-width="1.5" stroke-dasharray="4 3"/>',
            text(x, TOP - 20, f"今天 {today:%m-%d}", "middle", FILL["red"]),
        ]
    return svg(height, title, body, wide=WIDE, linked=True)


class _Axis:
    """Days to places: from LEFT to the right edge."""

    def __init__(self, first: datetime.date, last: datetime.date) -> None:
        self.first, self.last = first, max(last, first + datetime.timedelta(days=1))
        self.scale = (WIDE - LEFT - RIGHT) / (self.last - self.first).days

    def at(self, day: datetime.date) -> float:
        inside = min(max(day, self.first), self.last)
        return LEFT + (inside - self.first).days * self.scale


def _months(axis: _Axis, height: int) -> list[str]:
    parts, day = [], axis.first.replace(day=1)
    months = (axis.last.year - axis.first.year) * 12 + axis.last.month - axis.first.month + 1
    every = 1 if months <= 14 else 3 if months <= 40 else 12
    while day <= axis.last:
        x = axis.at(day)
        parts.append(f'<path d="M{x:.1f} {TOP - 6}V{height - 4}" stroke="{LINE}" stroke-width="1"/>')
        if (day.month - 1) % every == 0 and x < WIDE - 40:
            label = f"{day.month}月" if day.month > 1 and every == 1 else f"{day:%Y-%m}"
            parts.append(text(x + 3, TOP - 9, label, fill=MUTED))
        day = month_after(day)
    return parts


def _row(axis: _Axis, n: int, bar: Bar) -> list[str]:
    y = TOP + ROW * n
    start, end = axis.at(bar.start), axis.at(bar.end + datetime.timedelta(days=1))
    wide = max(end - start, 3)
    done = wide * bar.progress / 100
    words = bar.title if len(bar.title) <= MOST_WORDS else bar.title[: MOST_WORDS - 1] + "…"
    drawn = [
        text(LEFT - 10, y + 16, words, "end"),
        f'<rect x="{start:.1f}" y="{y + 5}" width="{wide:.1f}" height="15" rx="2" fill="{PAPER}" '
        f'stroke="{FILL[bar.colour]}" stroke-width="1"/>',
        f'<rect x="{start:.1f}" y="{y + 5}" width="{done:.1f}" height="15" rx="2" fill="{FILL[bar.colour]}"/>',
    ]
    # the name begins with what is seen, which may be cut short
    seen = "" if words == bar.title else f"{words} "
    parts = [link(bar.url, f"{seen}{bar.title}：{bar.says}", "".join(drawn))]
    for day, title, reached in bar.steps:
        x, fill = axis.at(day), FILL["green"] if reached else "#ffffff"
        said = f"节点 {title} {day}{'，已完成' if reached else ''}"
        parts.append(
            f'<path d="M{x:.1f} {y + 4}l7 8.5l-7 8.5l-7 -8.5z" fill="{fill}" stroke="{INK}"><title>{escape(said)}</title></path>'
        )
    return parts
