"""流程图: 同样的声明画出同样的图，看不见图的人有同样的表."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from minzheng.kernel.cases import diagram
from minzheng.kernel.items import registry

FLOW = registry.get("assistance.dibao").flow
SVG = "{http://www.w3.org/2000/svg}"


def test_同样的流程画出同样的图_是合法的SVG() -> None:
    drawn = diagram.svg(FLOW)
    assert drawn == diagram.svg(FLOW)
    root = ET.fromstring(drawn)
    assert root.get("role") == "img" and root.find(f"{SVG}title") is not None and root.find(f"{SVG}desc") is not None
    assert "style=" not in drawn and "<script" not in drawn and "href" not in drawn


def test_每个状态画一次_互不重叠() -> None:
    root = ET.fromstring(diagram.svg(FLOW))
    nodes = [g for g in root.iter(f"{SVG}g") if g.get("data-state")]
    assert [g.get("data-state") for g in nodes] == [s.code for s in FLOW.states]
    corners = list(diagram.places(FLOW).values())
    assert len(set(corners)) == len(corners)


def test_现在的状态只标一处() -> None:
    root = ET.fromstring(diagram.svg(FLOW, current="PUBLICITY"))
    marked = [g.get("data-state") for g in root.iter(f"{SVG}g") if g.get("aria-current")]
    assert marked == ["PUBLICITY"] and "现在在“公示中”" in (root.findtext(f"{SVG}title") or "")
    with pytest.raises(KeyError):
        diagram.svg(FLOW, current="没有")


def test_表里有每一个改变状态的动作() -> None:
    told = {(row.act, source, row.target) for row in diagram.rows(FLOW) for source in row.sources}
    assert told == {(FLOW.act(act).title, s, t) for s, act, t in FLOW.edges() if s != t}  # type: ignore[union-attr]
    text = diagram.table(FLOW)
    assert "| 受理 | 已提交 | 已受理 |" in text and all(state.title in text for state in FLOW.states)
