"""A screen filled for one view: its troubles, its numbers, charts and the tables with the same numbers.

All numbers of a screen are asked for together, so that more tiles of numbers and series cost no more queries; each chart
by place costs a fixed few."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.utils.safestring import SafeString

from minzheng.datacenter.dashboards import maps, numbers, outlines
from minzheng.datacenter.dashboards.choosing import TOWN
from minzheng.datacenter.dashboards.declaring import Problem, Screen, Tile, Trouble, View, problems_of
from minzheng.datacenter.dashboards.numbers import Number, Told, key
from minzheng.datacenter.indicators import declaring, selectors
from minzheng.datacenter.indicators.selectors import Place, Value
from minzheng.datacenter.simulation.showing import Cell
from minzheng.kernel.parts import charts
from minzheng.kernel.regions import codes

#: Places beside each other on one page; more are in the list behind the indicator.
MOST_ROWS = 40


@dataclass
class Filled:
    """A tile ready to draw: numbers, or a chart above the table with the same numbers."""

    anchor: str
    title: str
    kind: str
    how: str = ""
    numbers: list[Number] = field(default_factory=list)
    unit: str = ""
    chart: SafeString | str = ""
    heads: list[tuple[str, str]] = field(default_factory=list)
    lines: list[list[Cell]] = field(default_factory=list)
    empty: str = ""
    notes: list[str] = field(default_factory=list)
    wide: bool = False
    wall: bool = True


@dataclass
class Board:
    """`calm`: titles of the questions that found nothing; `tiles` in the declared order."""

    screen: Screen
    view: View
    troubles: list[tuple[Problem, Trouble]]
    calm: list[str]
    tiles: list[Filled]
    frozen: bool
    as_of: Any = None


@dataclass(frozen=True)
class Canvas:
    """What tiles are drawn from and how large. `town(code)`: address of the same screen for a place below; `chosen`: the
    indicator drawn on maps that have it; `wide`: of charts, the narrower the larger their letters; `font`: of maps; `rows`: bars
    at most."""

    view: View
    town: Callable[[str], str]
    chosen: str = ""
    wide: int = charts.TILE
    font: int = 13
    rows: int = MOST_ROWS
    told: Told = field(default_factory=Told)


def fill(screen: Screen, on: Canvas) -> Board:
    """Troubles and tiles of a screen; see Canvas."""
    view = on.view
    troubles, calm = _troubles(screen, view)
    wanted = [tile for tile in screen.tiles if _shown(tile, view)]
    on, tiles = replace(on, told=numbers.ask(wanted, view)), []
    for number, tile in enumerate(wanted, start=1):
        filled = _FILL[tile.kind](tile, on)
        filled.anchor, filled.how = f"tile-{number}", tile.how
        filled.wide, filled.wall = tile.wide, tile.wall
        tiles.append(filled)
    values = [on.told.now[key(tile, code)] for tile in wanted if tile.kind == "number" for code in tile.indicators]
    frozen = bool(values) and all(one.frozen for one in values if one.value is not None)
    return Board(screen, view, troubles, calm, tiles, frozen, max((one.as_of for one in values), default=None))


def _shown(tile: Tile, view: View) -> bool:
    if tile.permission and not view.may(tile.permission):
        return False
    by_place = (tile.kind in ("map", "table") and tile.rows is None) or (
        tile.kind == "bars" and len(tile.indicators) == 1
    )
    return not (by_place and codes.level(view.place) >= TOWN)


def _troubles(screen: Screen, view: View) -> tuple[list[tuple[Problem, Trouble]], list[str]]:
    """What is wrong, red before yellow; and the questions that found nothing."""
    found, calm = [], []
    for one in problems_of(screen):
        if view.may(one.permission):
            told = [trouble for trouble in one.find(view) if trouble.count]
            found += [(one, trouble) for trouble in told]
            calm += [] if told else [one.title]
    return sorted(found, key=lambda pair: (pair[1].tone != "bad", pair[0].order)), calm


def _number(tile: Tile, on: Canvas) -> Filled:
    return Filled("", tile.title, "number", numbers=numbers.figures(tile, on.view, on.told))


def _series(tile: Tile, on: Canvas) -> Filled:
    series = [(declaring.get(code), on.told.months[key(tile, code)][-tile.months :]) for code in tile.indicators]
    scale, unit = _scale([one.value for _, values in series for one in values], series[0][0].unit)
    points = [
        (
            each.name,
            [
                charts.Point(_month(one.period, not n), _scaled(one.value, scale), one.shown, one.url)
                for n, one in enumerate(values)
            ],
        )
        for each, values in series
    ]
    known = [one.value for _, values in series for one in values if one.value is not None]
    filled = Filled("", tile.title, "series", empty=tile.empty)
    if not known:
        return filled
    filled.unit = unit
    if any(known):
        filled.chart = charts.lines(f"{tile.title}（{unit}），逐月", points, on.wide)
    else:
        filled.notes = [f"{series[0][1][0].period} 至 {series[0][1][-1].period} 都是 0。"]
    filled.heads = [
        ("月份", ""),
        *((each.name, "num") for each, _ in series),
    ]
    for at in reversed(range(len(series[0][1]))):
        cells = [Cell(series[0][1][at].period, label="月份")]
        filled.lines.append([*cells, *(_cell(values[at], each.name) for each, values in series)])
    return filled


def _month(period: str, first: bool) -> str:
    """“11月”; the first of a course with its year: “25年10月”."""
    year, month = period.split("-")
    return f"{year[2:]}年{int(month)}月" if first else f"{int(month)}月"


def _scale(values: Sequence[Decimal | None], unit: str) -> tuple[Decimal, str]:
    """Money on an axis in 万元 where it is large."""
    most = max((abs(one) for one in values if one is not None), default=Decimal(0))
    return (Decimal(10_000), "万元") if unit == "元" and most >= 10_000 else (Decimal(1), unit)


def _scaled(value: Decimal | None, scale: Decimal) -> Decimal | None:
    return None if value is None else value / scale


def _cell(one: Value, label: str) -> Cell:
    return Cell(one.shown if one.value is not None else "—", "num", one.url if one.value is not None else "", label)


def _bars(tile: Tile, on: Canvas) -> Filled:
    """Several indicators side by side; or the places of one, the largest first."""
    if len(tile.indicators) > 1:
        rows = [(declaring.get(code).name, "", on.told.now[key(tile, code)]) for code in tile.indicators]
        head = "指标"
    else:
        found = _by_place(tile, tile.indicators[0], on.view)
        rows = [(place.name, place.code, one) for place, one in found]
        rows.sort(key=lambda row: (row[2].value is None, -(row[2].value or 0)))
        head = "地方"
    filled = Filled("", tile.title, "bars", empty=tile.empty)
    if not any(one.value for _, _, one in rows):
        return filled
    unit = declaring.get(tile.indicators[0]).unit
    points = [charts.Point(name, one.value, one.shown, one.url) for name, _, one in rows[: on.rows]]
    filled.chart = charts.bars(f"{tile.title}（{unit}）", points, on.wide)
    filled.heads = [(head, ""), ("数值", "num")]
    for name, code, one in rows[:MOST_ROWS]:
        first = Cell(name, href=on.town(code) if code and code != on.view.place else "", label=head)
        filled.lines.append([first, _cell(one, unit)])
    return filled


def _by_place(tile: Tile, code: str, view: View) -> list[tuple[Place, Value]]:
    return selectors.by_town(code, view.place, view.period, actor=view.actor, dims=tile.only)


def _map(tile: Tile, on: Canvas) -> Filled:
    code = on.chosen if on.chosen in tile.indicators else tile.indicators[0]
    one, found = declaring.get(code), _by_place(tile, code, on.view)
    parts = [(place, value) for place, value in found if place.code != on.view.place]
    filled = Filled("", f"{tile.title}：{one.name}", "map", empty=tile.empty)
    if not parts:
        return filled
    scale, unit = _scale([value.value for _, value in parts], one.unit)
    layout = outlines.layout(on.view.place, [place.code for place, _ in parts])
    areas = [
        maps.Area(place.code, place.name, _float(value.value, scale), _bare(value.value, scale, one), value.url)
        for place, value in parts
    ]
    filled.chart = maps.drawn(f"{one.name}（{unit}），各地", layout, areas, unit, on.font)
    filled.notes = [layout.note] if layout.note else []
    filled.heads = [("地方", ""), (one.name, "num")]
    for place, value in sorted(found, key=lambda row: (row[1].value is None, -(row[1].value or 0))):
        own = place.code == on.view.place
        filled.lines.append(
            [Cell(place.name, href="" if own else on.town(place.code), label="地方"), _cell(value, one.name)]
        )
    return filled


def _float(value: Decimal | None, scale: Decimal) -> float | None:
    return None if value is None else float(value / scale)


def _bare(value: Decimal | None, scale: Decimal, one: declaring.Indicator) -> str:
    """The number alone: the unit stands in the legend."""
    return selectors.shown(_scaled(value, scale), "", 2 if scale > 1 else one.decimals)


def _table(tile: Tile, on: Canvas) -> Filled:
    """Rows of a function, or the places with several indicators."""
    filled = Filled("", tile.title, "table", empty=tile.empty)
    if tile.rows is not None:
        filled.heads = [(head, "" if number == 0 else "num") for number, head in enumerate(tile.heads)]
        for row in tile.rows(on.view):
            first = Cell(row.cells[0], href=row.url, label=tile.heads[0])
            rest = [Cell(text, "num", label=head) for text, head in zip(row.cells[1:], tile.heads[1:], strict=True)]
            filled.lines.append([first, *rest])
        return filled
    found = [(declaring.get(code), _by_place(tile, code, on.view)) for code in tile.indicators]
    names = {place.code: place.name for _, rows in found for place, _ in rows}
    columns = [(one, {place.code: value for place, value in rows}) for one, rows in found]
    filled.heads = [("地方", ""), *((one.name, "num") for one, _ in columns)]
    for code, name in list(names.items())[:MOST_ROWS]:
        cells = [_cell(values[code], one.name) if code in values else Cell("—", "num") for one, values in columns]
        filled.lines.append([Cell(name, href=on.town(code) if code != on.view.place else "", label="地方"), *cells])
    return filled


def _list(tile: Tile, on: Canvas) -> Filled:
    return replace(_table(tile, on), kind="list")


_FILL: dict[str, Callable[[Tile, Canvas], Filled]] = {
    "number": _number, "series": _series, "bars": _bars, "map": _map, "table": _table, "list": _list,
}  # fmt: skip
