"""流程图: a declared flow as one SVG and, for those who cannot see it, as a table of the same steps.

Drawn from the declaration alone and always the same for the same flow, so that it can be kept in the documentation and
compared. Stages are columns; a number on an arrow is the row of the table. Acts that do not change the state, and those
possible almost anywhere (withdrawing, a death), are in the table only. No styles, no script: attributes, as the content
policy asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

if TYPE_CHECKING:
    from minzheng.kernel.cases.flow import Act, Flow, State

COLUMN, ROW, WIDTH, HEIGHT, MARGIN, HEAD = 196, 92, 132, 44, 24, 40
# An act possible in so many states is told once, below, instead of being drawn from each.
ANYWHERE = 5
TALL = 4
INK, LINE, PAPER, HERE = "#1f2933", "#52606d", "#ffffff", "#0b57d0"
TONES = {"plain": "#f1f3f5", "active": "#e7f0fd", "wait": "#fff4e0", "good": "#e6f4ea", "bad": "#fdeaea"}


@dataclass(frozen=True)
class Row:
    """One line of the table. `number` 0: not drawn."""

    number: int
    act: str
    sources: tuple[str, ...]
    target: str


def _drawn(act: Act) -> bool:
    return bool(act.to) and len(act.from_states) < ANYWHERE


def rows(flow: Flow) -> list[Row]:
    """Every act that changes the state, numbered in the order of the declaration; then, with 0, what is not drawn."""
    drawn, told, number = [], [], 0
    for act in flow.acts:
        for target in dict.fromkeys(t for s in act.from_states for t in act.targets(s)):
            sources = tuple(s for s in act.from_states if target in act.targets(s) and s != target)
            if not sources:
                continue
            if _drawn(act):
                number += 1
                drawn.append(Row(number, act.title, sources, target))
            else:
                told.append(Row(0, act.title, sources, target))
    return [*drawn, *told]


def places(flow: Flow) -> dict[str, tuple[int, int]]:
    """Upper left corner of every state: a column for each stage in order of first mention, states one below another; a
    stage with many states takes two columns, filled by turns."""
    found, left = {}, MARGIN
    for stage in dict.fromkeys(state.stage for state in flow.states):
        inside = [state.code for state in flow.states if state.stage == stage]
        columns = 2 if len(inside) > TALL else 1
        for number, code in enumerate(inside):
            column, row = number % columns, number // columns
            found[code] = (left + column * COLUMN, HEAD + MARGIN + row * ROW)
        left += columns * COLUMN
    return found


def svg(flow: Flow, current: str | None = None) -> str:
    """The diagram; `current` is marked as where the case is now. Raises KeyError for a state the flow does not have."""
    here = flow.state(current) if current else None
    at = places(flow)
    wide = max(x for x, _ in at.values()) + WIDTH + 110
    high = max(y for _, y in at.values()) + HEIGHT + MARGIN
    title = "办理流程图" + (f"，现在在“{here.title}”" if here else "")
    desc = "各环节从左到右；箭头上的数字是表中的序号。" + "；".join(
        _sentence(flow, row) for row in rows(flow) if row.number
    )
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}" '
        'role="img" aria-labelledby="flow-title flow-desc" font-family="sans-serif" font-size="15">',
        f'<title id="flow-title">{escape(title)}</title>',
        f'<desc id="flow-desc">{escape(desc)}</desc>',
        '<defs><marker id="flow-arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" '
        f'orient="auto"><path d="M0 0 8 4 0 8z" fill="{LINE}"/></marker></defs>',
        f'<rect width="{wide}" height="{high}" fill="{PAPER}"/>',
    ]
    for stage in dict.fromkeys(state.stage for state in flow.states):
        x = min(at[state.code][0] for state in flow.states if state.stage == stage) + WIDTH // 2
        parts.append(
            f'<text x="{x}" y="{HEAD}" text-anchor="middle" fill="{LINE}" font-weight="700">{escape(stage)}</text>'
        )
    parts += [_arrow(flow, row, source, at) for row in rows(flow) if row.number for source in row.sources]
    parts += [_node(state, at[state.code], state.code == current) for state in flow.states]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _sentence(flow: Flow, row: Row) -> str:
    sources = "、".join(flow.state(s).title for s in row.sources)
    return f"{row.number} {row.act}：{sources}→{flow.state(row.target).title}"


def _node(state: State, place: tuple[int, int], here: bool) -> str:
    x, y = place
    stroke, width = (HERE, 4) if here else (LINE, 1.5)
    mark = ' aria-current="step"' if here else ""
    dash = "" if not state.terminal else ' stroke-dasharray="6 3"'
    label = f"{state.title}（现在）" if here else state.title
    size = 15 if len(label) <= 7 else 13
    return (
        f'<g data-state={quoteattr(state.code)}{mark}><rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="8" '
        f'fill="{TONES.get(state.tone, TONES["plain"])}" stroke="{stroke}" stroke-width="{width}"{dash}/>'
        f'<text x="{x + WIDTH // 2}" y="{y + HEIGHT // 2 + 5}" text-anchor="middle" font-size="{size}" fill="{INK}">'
        f"{escape(label)}</text></g>"
    )


def _arrow(flow: Flow, row: Row, source: str, at: dict[str, tuple[int, int]]) -> str:
    """From the side that faces the target; arrows of different acts leave at different heights, and those that pass
    other columns bend through the free space below the boxes."""
    points = _curve(at[source], at[row.target], row.number)
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = points
    x, y = _along(points, 0.3 + 0.1 * (row.number % 5))
    what = f"{row.act}：{flow.state(source).title}→{flow.state(row.target).title}"
    return (
        f"<g><title>{escape(what)}</title>"
        f'<path d="M{ax} {ay} C{bx} {by} {cx} {cy} {dx} {dy}" fill="none" stroke="{LINE}" stroke-width="1.3" '
        'marker-end="url(#flow-arrow)"/>'
        f'<circle cx="{x}" cy="{y}" r="9" fill="{PAPER}" stroke="{LINE}" stroke-width="1"/>'
        f'<text x="{x}" y="{y + 4}" text-anchor="middle" font-size="11" fill="{INK}">{row.number}</text></g>'
    )


def _curve(one: tuple[int, int], other: tuple[int, int], number: int) -> list[tuple[int, int]]:
    (x1, y1), (x2, y2) = one, other
    shift = (number * 7) % (HEIGHT - 12) + 6
    if x1 == x2:
        reach = x1 + WIDTH + 14 + 26 * (abs(y2 - y1) // ROW) + (number % 4) * 7
        return [(x1 + WIDTH, y1 + shift), (reach, y1 + shift), (reach, y2 + shift), (x2 + WIDTH, y2 + shift)]
    ahead, columns = x2 > x1, abs(x2 - x1) // COLUMN
    start = (x1 + WIDTH, y1 + shift) if ahead else (x1, y1 + shift)
    end = (x2, y2 + shift) if ahead else (x2 + WIDTH, y2 + shift)
    reach = (40 if columns == 1 else COLUMN // 2) * (1 if ahead else -1)
    dip = 0 if columns == 1 or y1 != y2 else 62 + (number % 3) * 8
    return [start, (start[0] + reach, start[1] + dip), (end[0] - reach, end[1] + dip), end]


def _along(points: list[tuple[int, int]], part: float) -> tuple[int, int]:
    """A point of the cubic curve."""
    weights = ((1 - part) ** 3, 3 * (1 - part) ** 2 * part, 3 * (1 - part) * part**2, part**3)
    x, y = (round(sum(w * p[axis] for w, p in zip(weights, points, strict=True))) for axis in (0, 1))
    return x, y


def table(flow: Flow) -> str:
    """The same steps as a Markdown table: number, act, from, to. “—”: not in the picture."""
    lines = ["| 序号 | 动作 | 从 | 到 |", "|---|---|---|---|"]
    for row in rows(flow):
        sources = "、".join(flow.state(s).title for s in row.sources)
        lines.append(f"| {row.number or '—'} | {row.act} | {sources} | {flow.state(row.target).title} |")
    return "\n".join(lines) + "\n"
