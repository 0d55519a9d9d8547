"""The map of a place's towns: five or six steps from light to dark, so that print and the colour-blind read it alike; every
value is written in its place, and a place that is not known is white with a dashed border and never zero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from django.utils.safestring import SafeString

from minzheng.datacenter.dashboards.outlines import WIDE, Layout, Shape
from minzheng.kernel.parts import charts

#: On a middling blue only pure black or white keeps a contrast of 4.5.
BLACK, WHITE = "#000000", "#ffffff"
LIGHT, DARK = (0xE6, 0xEF, 0xF8), (0x0A, 0x3F, 0x7A)


@dataclass(frozen=True)
class Area:
    """One place on the map. `value` None: not known; `shown`: for people, without its unit; `name` short."""

    code: str
    name: str
    value: float | None
    shown: str
    href: str = ""


@dataclass(frozen=True)
class Step:
    """A class of values: from (included) to (not included; the last one is)."""

    low: float
    high: float
    color: str
    ink: str


def steps(values: Sequence[float]) -> list[Step]:
    """Round classes of equal width that hold all values; light is little. One class where all are equal."""
    if not values:
        return []
    low, high = min(values), max(values)
    marks = [low, high] if low == high else charts.ticks(low, high, 4)
    if 0 < high - low < 4 and all(float(one).is_integer() for one in values):
        marks = [float(one) for one in range(int(low), int(high) + 2)]  # counts: one class each, no quarter of a case
    pairs = list(pairwise(marks))
    found = []
    for number, (one, other) in enumerate(pairs):
        part = number / (len(pairs) - 1) if len(pairs) > 1 else 0.35 if high else 0.0
        rgb = [round(a + (b - a) * part) for a, b in zip(LIGHT, DARK, strict=True)]
        ink = BLACK if _luminance(rgb) > 0.179 else WHITE
        found.append(Step(one, other, "#{:02x}{:02x}{:02x}".format(*rgb), ink))
    return found


def step_of(value: float, found: Sequence[Step]) -> Step:
    return next((one for one in found if value < one.high), found[-1])


def _luminance(rgb: Sequence[int]) -> float:
    """WCAG's relative luminance; above 0.179 dark letters have the better contrast."""
    parts = [c / 255 / 12.92 if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in rgb]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def drawn(title: str, layout: Layout, areas: Sequence[Area], unit: str, font: int = 13) -> SafeString:
    """The map as SVG: each place a link with its name and value; the legend under it. `font`: size of its letters."""
    known = {one.code: one for one in areas}
    found = steps([one.value for one in areas if one.value is not None])
    body = []
    for shape in layout.shapes:
        area = known.get(shape.code) or Area(shape.code, shape.code, None, "—")
        body.append(_area(shape, area, found, unit, font))
    legend, high = _legend(found, unit, layout.high + 12, any(one.value is None for one in areas), font)
    return charts.svg(round(high), title, body + legend, WIDE, font, linked=any(one.href for one in areas))


def _area(shape: Shape, area: Area, found: Sequence[Step], unit: str, font: int) -> str:
    step = step_of(area.value, found) if area.value is not None else None
    fill, ink = (step.color, step.ink) if step else ("#ffffff", charts.INK)
    dash = "" if step else ' stroke-dasharray="4 3"'
    says = f"{area.name} {area.shown}{unit if area.value is not None else '（没有数据）'}"
    inside = (
        f'<path d="{shape.path}" fill="{fill}" stroke="#5d6b7a" stroke-width="1"{dash} fill-rule="evenodd">'
        f"<title>{escape(says)}</title></path>"
    )
    name = area.name if font * len(area.name) <= shape.room + 6 or len(area.name) <= 2 else area.name[:2]
    inside += charts.text(shape.x, shape.y - 3, name, "middle", ink)
    inside += charts.text(shape.x, shape.y + font + 1, area.shown, "middle", ink)
    return charts.link(area.href, says, inside)


def _legend(found: Sequence[Step], unit: str, top: float, gaps: bool, font: int) -> tuple[list[str], float]:
    """Squares with their classes, as many in a line as fit, and the height of it all."""
    entries = [(one.color, _class_words(one, found)) for one in found] + ([("#ffffff", "没有数据")] if gaps else [])
    parts, x, y = [], 2.0, top
    words = f"单位：{unit}" if unit else ""
    if words:
        parts.append(charts.text(x, y + 11, words, fill=charts.MUTED))
        x += 18 + font * len(words)
    for color, told in entries:
        wide = 30 + font * 0.57 * sum(2 if ord(letter) > 0x2E80 else 1 for letter in told)
        if x + wide > WIDE:
            x, y = 2.0, y + font + 9
        box = f'<rect x="{x:.1f}" y="{y:.1f}" width="13" height="13" fill="{color}" stroke="#5d6b7a" stroke-width="1"/>'
        parts += [box, charts.text(x + 19, y + 11, told, fill=charts.MUTED)]
        x += wide
    return parts, y + font + 9


def _class_words(one: Step, found: Sequence[Step]) -> str:
    counted = one.high - one.low == 1 and float(one.low).is_integer() and len(found) <= 4
    if one.low == one.high or counted:
        return f"{one.low:,.10g}"
    return f"{one.low:,.10g}–{one.high:,.10g}" if one is found[-1] else f"{one.low:,.10g}–<{one.high:,.10g}"
