"""Charts as SVG drawn by the server: attributes only, no style and no script, as the content policy asks. Every chart stands
above the table with the same numbers, so it says no more than its title to those who cannot see it."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from django.utils.safestring import SafeString, mark_safe

INK, MUTED, LINE = "#17212e", "#526072", "#d3dce6"
BASE, REFORM, GOOD, BAD, SAME = "#8a99aa", "#0b57a4", "#17643a", "#b4530a", "#c9d3de"
WIDE, LEFT, FONT = 880, 150, 12


def _svg(height: int, title: str, body: list[str], wide: int = WIDE) -> SafeString:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {height}" width="{wide}" height="{height}" '
        f'class="chart" role="img" font-size="{FONT}" fill="{INK}"><title>{escape(title)}</title>'
    )
    # Only numbers and escaped texts were put in.
    return mark_safe(head + "".join(body) + "</svg>")  # noqa: S308


def _text(x: float, y: float, words: str, anchor: str = "start", fill: str = INK) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}">{escape(words)}</text>'


def _rect(x: float, y: float, wide: float, high: float, fill: str, says: str = "") -> str:
    told = f"<title>{escape(says)}</title>" if says else ""
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(wide, 0):.1f}" height="{high:.1f}" fill="{fill}">{told}</rect>'


def _key(entries: Sequence[tuple[str, str]], y: float = 4) -> list[str]:
    parts, x = [], float(LEFT)
    for color, words in entries:
        parts += [_rect(x, y, 12, 12, color), _text(x + 17, y + 10.5, words, fill=MUTED)]
        x += 30 + 13 * len(words)
    return parts


def columns(
    title: str, rows: Sequence[tuple[str, int, int]], unit: str, shown: str = "{:,}",
    sides: tuple[str, str] = ("现行", "假设"),
) -> SafeString:  # fmt: skip
    """Pairs of columns (label, baseline, reform), from zero; for months. `sides`: what the two of a pair are called."""
    top = max([1, *(max(one, other) for _, one, other in rows)])
    high, bottom, left = 170, 210, 84
    step = (WIDE - left - 10) / max(len(rows), 1)
    body = _key([(BASE, sides[0]), (REFORM, sides[1])])
    for part in range(5):
        y = bottom - high * part / 4
        body += [
            f'<path d="M{left} {y:.1f}H{WIDE - 6}" stroke="{LINE}" stroke-width="1"/>',
            _text(left - 8, y + 4, shown.format(top * part // 4), "end", MUTED),
        ]
    every = 1 if len(rows) <= 14 else len(rows) // 12 + 1
    for i, (label, one, other) in enumerate(rows):
        x, wide = left + step * i + step * 0.14, step * 0.34
        for place, (number, color, side) in enumerate(((one, BASE, sides[0]), (other, REFORM, sides[1]))):
            tall = high * number / top
            says = f"{label} {side} {shown.format(number)}{unit}"
            body.append(_rect(x + place * (wide + 2), bottom - tall, wide, tall, color, says))
        if i % every == 0:
            body.append(_text(left + step * (i + 0.5), bottom + 17, label, "middle", MUTED))
    return _svg(bottom + 28, title, body)


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
            _text(LEFT - 8, y + 12, label, "end"),
            _rect(x, y, wide, 16, BAD if number < 0 else REFORM, f"{label} {number:,}{unit}"),
            _text(zero + (wide if number >= 0 else 0) + 6, y + 12, f"{number:,}{unit}", fill=MUTED),
        ]
    return _svg(len(rows) * 24 + 10, title, body)


def shares(title: str, rows: Sequence[tuple[str, int, int, int]]) -> SafeString:
    """One bar of households a row: better off, same, worse off, in parts of the largest row."""
    most = max([1, *(better + same + worse for _, better, same, worse in rows)])
    room = WIDE - LEFT - 170
    body = _key([(GOOD, "增加（新保、增发）"), (SAME, "不变"), (BAD, "减少（退出、减发）")])
    for i, (label, better, same, worse) in enumerate(rows):
        x, y = float(LEFT), i * 24 + 26
        body.append(_text(LEFT - 8, y + 12, label, "end"))
        for number, color, says in ((better, GOOD, "增加"), (same, SAME, "不变"), (worse, BAD, "减少")):
            wide = room * number / most
            body.append(_rect(x, y, wide, 16, color, f"{label} {says} {number:,} 户"))
            x += wide
        body.append(_text(x + 6, y + 12, f"增 {better:,}　不变 {same:,}　减 {worse:,}", fill=MUTED))
    return _svg(len(rows) * 24 + 32, title, body)
