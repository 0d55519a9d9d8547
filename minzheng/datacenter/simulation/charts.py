"""The chart that only a simulation has; what charts share is in kernel/parts/charts.py."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.safestring import SafeString

from minzheng.kernel.parts import charts


def shares(title: str, rows: Sequence[tuple[str, int, int, int]]) -> SafeString:
    """One bar of households a row: better off, same, worse off, in parts of the largest row."""
    most = max([1, *(better + same + worse for _, better, same, worse in rows)])
    room = charts.WIDE - charts.LEFT - 170
    body = charts.key([(charts.GOOD, "增加（新保、增发）"), (charts.SAME, "不变"), (charts.BAD, "减少（退出、减发）")])
    for i, (label, better, same, worse) in enumerate(rows):
        x, y = float(charts.LEFT), i * 24 + 26
        body.append(charts.text(charts.LEFT - 8, y + 12, label, "end"))
        for number, color, says in (
            (better, charts.GOOD, "增加"),
            (same, charts.SAME, "不变"),
            (worse, charts.BAD, "减少"),
        ):
            wide = room * number / most
            body.append(charts.rect(x, y, wide, 16, color, f"{label} {says} {number:,} 户"))
            x += wide
        body.append(charts.text(x + 6, y + 12, f"增 {better:,}　不变 {same:,}　减 {worse:,}", fill=charts.MUTED))
    return charts.svg(len(rows) * 24 + 32, title, body)
