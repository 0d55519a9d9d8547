"""地图: outlines or tiles, the value in each place, steps that print and the colour-blind read; what is not known is not zero."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from minzheng.datacenter.dashboards import maps, outlines
from minzheng.datacenter.dashboards.maps import Area
from minzheng.kernel.parts import charts
from minzheng.kernel.parts.charts import Point

COUNTY = "990101000000"
TOWNS = [f"990101{n:03d}000" for n in range(1, 13)]


def contrast(one: str, other: str) -> float:
    light = sorted((maps._luminance([int(c[i : i + 2], 16) for i in (1, 3, 5)]) for c in (one, other)), reverse=True)
    return (light[0] + 0.05) / (light[1] + 0.05)


def test_示范县有十二个乡镇的轮廓_字都写在自己的地方里() -> None:
    found = outlines.layout(COUNTY, TOWNS)
    assert found.outlined and not found.note and [one.code for one in found.shapes] == TOWNS
    for shape in found.shapes:
        numbers = re.findall(r"(-?[\d.]+) (-?[\d.]+)", shape.path)
        ring = tuple((float(x), float(y)) for x, y in numbers)
        assert outlines._inside(shape.x, shape.y, (*ring, ring[0])) and 0 < shape.y < found.high <= 460


def test_没有轮廓的地方用方格_同样的地方总在同样的位置() -> None:
    one, other = (outlines.layout("430000000000", some) for some in (TOWNS, TOWNS[::-1]))
    assert one == other and not one.outlined and len({shape.path for shape in one.shapes}) == 12
    tops = sorted({round(shape.y) for shape in one.shapes})
    assert len(tops) == 3 and max(shape.x for shape in one.shapes) < 460
    assert len(outlines.layout("430000000000", TOWNS[:1]).shapes) == 1


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ("{", "读不了"),
        ({"features": []}, "没有一个地方"),
        ({"features": [{"properties": {"code": TOWNS[0]}, "geometry": {"type": "Point", "coordinates": [1, 2]}}]}, "不是面"),
        ({"features": [{"properties": {"code": TOWNS[0]}, "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}}]}, "没有 990101002000"),
    ],
)  # fmt: skip
def test_轮廓文件不对_说明原因_改用方格(tmp_path: Path, told: object, sentence: str) -> None:
    (tmp_path / "990101").mkdir()
    text = told if isinstance(told, str) else json.dumps(told)
    (tmp_path / "990101/map.json").write_text(text, encoding="utf-8")
    found = outlines.layout(COUNTY, TOWNS[:2], tmp_path)
    assert not found.outlined and len(found.shapes) == 2 and sentence in found.note and "方格图" in found.note


def test_颜色由浅到深_字看得清_不知道的是虚线不是零() -> None:
    steps = maps.steps([3.0, 40.0, 97.0])
    assert steps[0].low <= 3 and steps[-1].high >= 97 and 4 <= len(steps) <= 6
    shades = [maps._luminance([int(one.color[i : i + 2], 16) for i in (1, 3, 5)]) for one in steps]
    assert shades == sorted(shades, reverse=True) and all(contrast(one.color, one.ink) >= 4.5 for one in steps)
    assert maps.step_of(steps[0].high, steps) is steps[1] and maps.step_of(steps[-1].high, steps) is steps[-1]
    few = maps.steps([0.0, 1.0, 2.0])
    assert [maps._class_words(one, few) for one in few] == ["0", "1", "2"] and maps.step_of(2.0, few) is few[2]
    assert len(maps.steps([5.0, 5.0])) == 1 and maps.steps([]) == []
    areas = [Area(TOWNS[0], "甲<镇", 97, "97", "/a?b=1&c=2"), Area(TOWNS[1], "乙镇", None, "—", "/b")]
    drawn = str(maps.drawn("各地", outlines.layout("430000000000", TOWNS[:2]), areas, "人"))
    assert "甲&lt;镇" in drawn and 'href="/a?b=1&amp;c=2" aria-label="甲&lt;镇 97人"' in drawn
    assert drawn.count("stroke-dasharray") == 1 and "乙镇 —（没有数据）" in drawn and "没有数据</text>" in drawn
    assert 'role="group"' in drawn and "style=" not in drawn and "<script" not in drawn


def test_走势图断开而不当作零_横条写着数() -> None:
    points = [Point("1月", 10, "10 人", "/x"), Point("2月", None), Point("3月", 30, "30 人"), Point("4月", 20, "20 人")]
    drawn = str(charts.lines("人数", [("低保", points)]))
    path = re.search(r'<path d="(M[^"]*)" fill="none"', drawn)
    assert path and path[1].count("M") == 2 and drawn.count("<circle") == 3 and 'href="/x"' in drawn
    assert charts.ticks(0, 97) == [0, 25, 50, 75, 100] and charts.ticks(0, 0) == [0, 0.25, 0.5, 0.75, 1]
    assert charts.lines("空", [("低保", [Point("1月", None)])]) == ""
    bars = str(charts.bars("各地", [Point("甲镇", 5, "5 人"), Point("乙镇", None, "")]))
    assert "5 人" in bars and "—" in bars and 'role="img"' in bars
