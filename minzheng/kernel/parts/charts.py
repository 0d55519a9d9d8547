"""Charts as SVG drawn by the server: attributes only, no style and no script, as the content policy asks. Every chart stands
above the table with the same numbers, so it says no more than its title to those who cannot see it. Where its parts are
links they have names of their own.

Colours differ in lightness, lines in dashes and marks, and values are written beside them: a chart is read in print and by
the colour-blind, too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil, floor, log10
from xml.sax.saxutils import escape, quoteattr

from django.utils.safestring import SafeString, mark_safe

INK, MUTED, LINE = "#17212e", "#526072", "#d3dce6"
BASE, REFORM, GOOD, BAD, SAME = "#8a99aa", "#0b57a4", "#17643a", "#b4530a", "#c9d3de"
WIDE, LEFT, FONT = 880, 150, 12
#: A chart in a tile: narrow, so that its letters stay readable at phone width.
TILE = 460
#: Series of one chart: colour, dashes of the line, mark at each point.
SERIES = ((REFORM, "", "circle"), (BAD, "7 4", "square"), (INK, "2 4", "diamond"), ("#6f7f91", "10 3 2 3", "circle"))
Number = int | float | Decimal


def svg(
    height: int, title: str, body: list[str], wide: int = WIDE, font: int = FONT, linked: bool = False
) -> SafeString:
    """The picture around its parts. `linked`: it holds links, so it is a group with a name and no single image."""
    role = f'role="group" aria-label={quoteattr(title)}' if linked else 'role="img"'
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {height}" width="{wide}" height="{height}" '
        f'class="chart" {role} font-size="{font}" fill="{INK}"><title>{escape(title)}</title>'
    )
    # Only numbers and escaped texts were put in.
    return mark_safe(head + "".join(body) + "</svg>")  # noqa: S308


def text(x: float, y: float, words: str, anchor: str = "start", fill: str = INK) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}">{escape(words)}</text>'


def rect(x: float, y: float, wide: float, high: float, fill: str, says: str = "") -> str:
    told = f"<title>{escape(says)}</title>" if says else ""
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(wide, 0):.1f}" height="{high:.1f}" fill="{fill}">{told}</rect>'


def link(href: str, says: str, inside: str) -> str:
    """The parts inside as a link with a name; without an address as they are."""
    return f"<a href={quoteattr(href)} aria-label={quoteattr(says)}>{inside}</a>" if href else inside


def key(entries: Sequence[tuple[str, str]], y: float = 4, left: float = LEFT) -> list[str]:
    """Coloured squares with what they stand for, in one line."""
    parts, x = [], float(left)
    for color, words in entries:
        parts += [rect(x, y, 12, 12, color), text(x + 17, y + 10.5, words, fill=MUTED)]
        x += 30 + 13 * len(words)
    return parts


def columns(
    title: str, rows: Sequence[tuple[str, int, int]], unit: str, shown: str = "{:,}",
    sides: tuple[str, str] = ("现行", "假设"),
) -> SafeString:  # fmt: skip
    """Pairs of columns (label, baseline, reform), from zero; for months. `sides`: what the two of a pair are called."""
    top = max([1, *(max(one, other) for _, one, other in rows)])
    top = ceil(top / 4) * 4 if top < 40 else top  # whole numbers at each of the four lines
    high, bottom, left = 170, 210, 84
    step = (WIDE - left - 10) / max(len(rows), 1)
    body = key([(BASE, sides[0]), (REFORM, sides[1])])
    for part in range(5):
        y = bottom - high * part / 4
        body += [
            f'<path d="M{left} {y:.1f}H{WIDE - 6}" stroke="{LINE}" stroke-width="1"/>',
            text(left - 8, y + 4, shown.format(top * part // 4), "end", MUTED),
        ]
    every = 1 if len(rows) <= 14 else len(rows) // 12 + 1
    for i, (label, one, other) in enumerate(rows):
        x, wide = left + step * i + step * 0.14, step * 0.34
        for place, (number, color, side) in enumerate(((one, BASE, sides[0]), (other, REFORM, sides[1]))):
            tall = high * number / top
            says = f"{label} {side} {shown.format(number)}{unit}"
            body.append(rect(x + place * (wide + 2), bottom - tall, wide, tall, color, says))
        if i % every == 0:
            body.append(text(left + step * (i + 0.5), bottom + 17, label, "middle", MUTED))
    return svg(bottom + 28, title, body)


def differences(title: str, rows: Sequence[tuple[str, int]], unit: str) -> SafeString:
    """Bars to the right for more, to the left for less; (label, whole number)."""
    most = max([1, *(abs(number) for _, number in rows)])
    low = min([0, *(number for _, number in rows)])
    room = WIDE - LEFT - 120
    zero = LEFT + (room / 2 if low < 0 else 0)
    scale = (room / 2 if low < 0 else room) / most
    body = [f'<path d="M{zero:.1f} 2V{len(rows) * 24 + 4}" stroke="{MUTED}" stroke-width="1"/>']
    for i, (label, number) in enumerate(rows):
        y, wide = i * 24 + 6, abs(number) * scale
        x = zero - wide if number < 0 else zero
        body += [
            text(LEFT - 8, y + 12, label, "end"),
            rect(x, y, wide, 16, BAD if number < 0 else REFORM, f"{label} {number:,}{unit}"),
            text(zero + (wide if number >= 0 else 0) + 6, y + 12, f"{number:,}{unit}", fill=MUTED),
        ]
    return svg(len(rows) * 24 + 10, title, body)


def ticks(low: Number, high: Number, about: int = 4, whole: bool = False) -> list[float]:
    """Round numbers (1, 2, 2.5 or 5 times a power of ten) from below `low` to above `high`; `whole`: nothing between
    whole numbers, for what is counted."""
    if high <= low:
        high = float(low) + (abs(float(low)) or 1.0)
    span = float(high) - float(low)
    rough = span / about
    power = 10.0 ** floor(log10(rough))
    step = next(power * one for one in (1, 2, 2.5, 5, 10) if power * one >= rough * 0.999)
    if whole:
        step = max(1.0, float(ceil(step)))
    first, last = floor(float(low) / step), ceil(float(high) / step)
    return [round(step * n, 10) for n in range(first, last + 1)]


@dataclass(frozen=True)
class Point:
    """One value of a series or one bar. `value` None: not known, drawn as a gap, never as zero. `shown`: the value as
    people read it; `href`: the list behind it."""

    label: str
    value: Number | None
    shown: str = ""
    href: str = ""


def lines(title: str, series: Sequence[tuple[str, Sequence[Point]]], wide: int = TILE, high: int = 190) -> SafeString:
    """Courses over the same labels (months): (name, points). The axis need not begin at zero; its ticks are written."""
    known = [float(one.value) for _, points in series for one in points if one.value is not None]
    if not known:
        return mark_safe("")
    low, top = min(known), max(known)
    whole = all(one == int(one) for one in known)
    marks = ticks(0 if low >= 0 and low <= top / 2 else low, top, whole=whole)
    names = [f"{mark:,.10g}" for mark in marks]
    left, top_edge = 14 + 7.2 * max(map(len, names)), 26.0 if len(series) > 1 else 12.0
    bottom, right = high - 24.0, wide - 12.0
    scale = (bottom - top_edge) / (marks[-1] - marks[0])
    labels = [one.label for one in series[0][1]]
    step = (right - left) / max(len(labels) - 1, 1)
    body = _courses_key([name for name, _ in series], left) if len(series) > 1 else []
    for mark, name in zip(marks, names, strict=True):
        y = bottom - (mark - marks[0]) * scale
        body += [
            f'<path d="M{left:.1f} {y:.1f}H{right:.1f}" stroke="{LINE}" stroke-width="1"/>',
            text(left - 6, y + 4, name, "end", MUTED),
        ]
    every = _stride(labels, right - left)
    for i, label in enumerate(labels):
        if (len(labels) - 1 - i) % every == 0:
            anchor = "end" if i == len(labels) - 1 else "start" if i == 0 else "middle"
            body.append(text(left + step * i + (6 if anchor == "end" else 0), high - 6, label, anchor, MUTED))
    for number, (name, points) in enumerate(series):
        at = [
            (left + step * i, bottom - (float(one.value) - marks[0]) * scale, one) if one.value is not None else None
            for i, one in enumerate(points)
        ]
        body += _course(number, name, at)
    return svg(high, title, body, wide, 13, linked=any(one.href for _, points in series for one in points))


def _stride(labels: Sequence[str], room: float) -> int:
    """Every how many labels are written: as many as fit, both ends among them where that can be."""
    last = max(len(labels) - 1, 1)
    fits = max(1, ceil(last * (20 + 6.5 * max(map(_width, labels))) / room))
    return next((n for n in range(fits, min(fits * 2, last) + 1) if last % n == 0), fits)


def _courses_key(names: Sequence[str], left: float) -> list[str]:
    parts, x = [], left
    for number, name in enumerate(names):
        color, dash, mark = SERIES[number % len(SERIES)]
        parts.append(_stroke(f"M{x:.1f} 11h26", color, dash) + _mark(mark, x + 13, 11, color))
        parts.append(text(x + 32, 15, name, fill=MUTED))
        x += 48 + 13 * len(name)
    return parts


def _course(number: int, name: str, at: Sequence[tuple[float, float, Point] | None]) -> list[str]:
    color, dash, mark = SERIES[number % len(SERIES)]
    path, pen = "", "M"
    for one in at:
        path += f"{pen}{one[0]:.1f} {one[1]:.1f}" if one else ""
        pen = "L" if one else "M"
    parts = [_stroke(path, color, dash)]
    for one in at:
        if one:
            x, y, point = one
            says = f"{name} {point.label} {point.shown}".strip()
            parts.append(link(point.href, says, _mark(mark, x, y, color, says)))
    return parts


def _stroke(path: str, color: str, dash: str) -> str:
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<path d="{path}" fill="none" stroke="{color}" stroke-width="2"{dashes}/>'


def _mark(shape: str, x: float, y: float, color: str, says: str = "") -> str:
    told = f"<title>{escape(says)}</title>" if says else ""
    if shape == "square":
        return f'<rect x="{x - 3.5:.1f}" y="{y - 3.5:.1f}" width="7" height="7" fill="{color}">{told}</rect>'
    if shape == "diamond":
        return f'<path d="M{x:.1f} {y - 5:.1f}l5 5l-5 5l-5 -5z" fill="{color}">{told}</path>'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{color}">{told}</circle>'


def bars(title: str, rows: Sequence[Point], wide: int = TILE, tone: Callable[[Point], str] | None = None) -> SafeString:
    """One bar a row, from zero, the value written behind it; a value that is not known has no bar but says so."""
    most = max([1e-9, *(float(one.value) for one in rows if one.value is not None)])
    left = 16 + 13 * max([4, *(len(one.label) for one in rows)])
    room = wide - left - 20 - 8 * max([4, *(_width(one.shown) for one in rows)])
    body = []
    for i, one in enumerate(rows):
        y, long = i * 26 + 4, max(float(one.value or 0), 0) / most * room
        color = tone(one) if tone else REFORM
        inside = text(left - 8, y + 14, one.label, "end") + rect(left, y, long, 18, color)
        inside += text(left + long + 6, y + 14, one.shown or "—", fill=INK)
        body.append(link(one.href, f"{one.label} {one.shown}", inside))
    return svg(len(rows) * 26 + 6, title, body, wide, 13, linked=any(one.href for one in rows))


def _width(words: str) -> int:
    """Letters of Latin width; a Chinese character takes two."""
    return sum(2 if ord(letter) > 0x2E80 else 1 for letter in words)
