"""Outlines of places for the map: ``regions/<six digits>/map.json``, GeoJSON drawn as SVG paths, or equal tiles.

The file is a FeatureCollection of Polygons or MultiPolygons in degrees, each with ``properties.code`` (the division code).
Nothing is fetched from outside; a place without a file has tiles in the order of its codes, the same everywhere."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import ceil, cos, hypot, radians, sqrt
from pathlib import Path
from typing import Any

from minzheng.kernel.regions import codes
from minzheng.policy.errors import PACKAGE

REGIONS = PACKAGE / "regions"
WIDE, GAP, NARROWEST = 460, 6, 4
Ring = tuple[tuple[float, float], ...]


class BadOutline(ValueError):
    """The file cannot be drawn; a Chinese sentence says where and why."""


@dataclass(frozen=True)
class Shape:
    """One place: `path` is SVG, (x, y) where its words stand, `room` how wide they may be."""

    code: str
    path: str
    x: float
    y: float
    room: float


@dataclass(frozen=True)
class Layout:
    """Shapes in a picture of this size. `outlined`: drawn from a file and not as tiles; `note`: what is amiss with it."""

    high: float
    shapes: tuple[Shape, ...]
    outlined: bool = False
    note: str = ""


def layout(place: str, parts: Sequence[str], folder: Path = REGIONS) -> Layout:
    """How to draw the parts of a place: outlines where its file has all of them, otherwise tiles."""
    file = folder / codes.full(place)[:6] / "map.json"
    if codes.level(place) <= 3 and file.is_file():
        try:
            drawn = outlines(file, file.stat().st_mtime_ns)
        except BadOutline as bad:
            return Layout(*_tiles(parts), note=f"{bad}现在用方格图。")
        missing = [code for code in parts if code not in {shape.code for shape in drawn.shapes}]
        if not missing:
            wanted = set(parts)
            return Layout(drawn.high, tuple(one for one in drawn.shapes if one.code in wanted), True)
        return Layout(*_tiles(parts), note=f"轮廓图里没有 {'、'.join(missing)}，现在用方格图。")
    return Layout(*_tiles(parts))


def _tiles(parts: Sequence[str]) -> tuple[float, tuple[Shape, ...]]:
    """Equal squares in rows, in the order of the codes; about four wide to three high."""
    across = max(NARROWEST, ceil(sqrt(len(parts) * 4 / 3)))
    side = (WIDE - 2 - GAP * (across - 1)) / across
    shapes = []
    for number, code in enumerate(sorted(parts)):
        x, y = 1 + (number % across) * (side + GAP), 1 + (number // across) * (side + GAP)
        path = f"M{x:.1f} {y:.1f}h{side:.1f}v{side:.1f}h-{side:.1f}z"
        shapes.append(Shape(code, path, x + side / 2, y + side / 2, side - 6))
    rows = ceil(len(parts) / across)
    return rows * side + max(rows - 1, 0) * GAP + 2, tuple(shapes)


@lru_cache(maxsize=16)
def outlines(file: Path, changed: int) -> Layout:
    """A file as shapes; read once for each state of the file. Raises BadOutline."""
    features = _features(file)
    points = [point for _, rings in features for ring in rings for point in ring]
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    if east == west or north == south:
        raise BadOutline(f"轮廓图 {_name(file)} 的坐标都在一条线上。")
    # Degrees of longitude are shorter away from the equator; good enough for a county.
    squeeze = cos(radians((north + south) / 2))
    scale = (WIDE - 4) / ((east - west) * squeeze)

    def on_paper(ring: Ring) -> Ring:
        return tuple((2 + (x - west) * squeeze * scale, 2 + (north - y) * scale) for x, y in ring)

    shapes = []
    for code, rings in features:
        drawn = [on_paper(ring) for ring in rings]
        x, y, room = _place_for_words(max(drawn, key=lambda ring: abs(_area(ring))))
        shapes.append(Shape(code, "".join(map(_path, drawn)), x, y, room))
    return Layout((north - south) * scale + 4, tuple(shapes), True)


def _features(file: Path) -> list[tuple[str, list[Ring]]]:
    try:
        told: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        found = [_feature(one) for one in told["features"]]
    except (OSError, ValueError, KeyError, TypeError) as wrong:
        raise BadOutline(f"轮廓图 {_name(file)} 读不了：{wrong}，应是带区划代码的 GeoJSON 面。") from wrong
    if not found:
        raise BadOutline(f"轮廓图 {_name(file)} 里没有一个地方。")
    return found


def _feature(one: dict[str, Any]) -> tuple[str, list[Ring]]:
    shape = one["geometry"]
    parts: Iterable[Any] = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
    if shape["type"] not in ("Polygon", "MultiPolygon"):
        raise ValueError(f"{shape['type']} 不是面")
    rings = [tuple((float(point[0]), float(point[1])) for point in ring) for part in parts for ring in part]
    if any(len(ring) < 4 for ring in rings):
        raise ValueError("一个面至少要四个点，首尾相同")
    return codes.full(str(one["properties"]["code"])), rings


def _name(file: Path) -> str:
    return f"regions/{file.parent.name}/{file.name}"


def _path(ring: Ring) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ring[:-1]) + "z"


def _area(ring: Ring) -> float:
    return sum(x * v - u * y for (x, y), (u, v) in pairwise(ring)) / 2


def _place_for_words(ring: Ring) -> tuple[float, float, float]:
    """The point farthest from the border, sideways counting more because words are wide: (x, y, width there)."""
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    left, right, top, bottom = min(xs), max(xs), min(ys), max(ys)
    best = (0.0, (left + right) / 2, (top + bottom) / 2)
    for i in range(1, 20):
        for j in range(1, 20):
            x, y = left + (right - left) * i / 20, top + (bottom - top) * j / 20
            if _inside(x, y, ring):
                best = max(best, (_distance(x, y, ring), x, y))
    far, x, y = best
    return x, y, max(far * 3, 24.0)


def _inside(x: float, y: float, ring: Ring) -> bool:
    crossed = False
    for (x1, y1), (x2, y2) in pairwise(ring):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            crossed = not crossed
    return crossed


def _distance(x: float, y: float, ring: Ring) -> float:
    """To the nearest side, lengths across counted for six tenths."""
    nearest = float("inf")
    for (x1, y1), (x2, y2) in pairwise(ring):
        across, down = (x2 - x1) * 0.6, y2 - y1
        to_x, to_y = (x - x1) * 0.6, y - y1
        long = across * across + down * down
        part = max(0.0, min(1.0, (to_x * across + to_y * down) / long)) if long else 0.0
        nearest = min(nearest, hypot(to_x - part * across, to_y - part * down))
    return nearest
