"""看板: problems first, numbers of one's own places alone, a fixed number of queries, every number with its list."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from minzheng.datacenter.dashboards import declaring as boards
from minzheng.datacenter.dashboards.declaring import Screen, Tile
from minzheng.datacenter.indicators import declaring
from minzheng.datacenter.indicators.declaring import Figure, Span
from minzheng.kernel import clock

pytestmark = pytest.mark.django_db
COUNTY, TOWN_A, TOWN_B = "990101000000", "990101001000", "990101002000"
TODAY = datetime.date(2026, 11, 18)
#: Persons by town in the month that ended last; no month is like another.
PERSONS = {TOWN_A: 7031, TOWN_B: 5047}


@pytest.fixture(autouse=True)
def _declared(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A screen and two indicators for these tests alone."""
    monkeypatch.setattr(declaring, "_indicators", dict(declaring._indicators))
    monkeypatch.setattr(boards, "_screens", dict(boards._screens))

    @declaring.indicator(
        "test.persons", "在册人数", "人", period="stock", line="test", definition="测试", basis="测试", better="down"
    )
    def persons(span: Span) -> Iterable[Figure]:
        back = (2026 - span.first.year) * 12 + 10 - span.first.month
        return [Figure(town, Decimal(count - back)) for town, count in PERSONS.items()]

    declaring.ratio("test.share", "占比", numerator="test.persons", denominator="test.persons", line="test",
                    definition="测试", basis="测试", period="stock")  # fmt: skip
    tiles = (
        Tile("number", "总数", ("test.persons", "test.share")),
        Tile("map", "各地", ("test.persons", "test.share")),
        Tile("series", "走势", ("test.persons",)),
        Tile("bars", "排名", ("test.persons",)),
    )
    boards.screen(Screen("test", "测试", tiles=tiles, problems=("cases.overdue", "cases.yellow"), order=0))
    with clock.at(TODAY):
        yield


def words(client: Client, **asked: str) -> str:
    response = client.get(reverse("dashboards.show", kwargs={"code": "test"}), asked)
    assert response.status_code == 200
    return re.sub(r"<script.*?</script>", "", response.content.decode())


def test_县里看合计_乡镇看自己_互相看不到(browse: Callable[..., Client], family: dict[str, Any]) -> None:
    county = words(browse("bureau_head", COUNTY))
    one, other = words(browse("town_leader", TOWN_A)), words(browse("town_leader", TOWN_B))
    assert "12,078 人" in county and "7,031 人" in county and "5,047 人" in county
    assert "7,031 人" in one and "5,047" not in one and "12,078" not in one
    assert "5,047 人" in other and "7,031" not in other and "12,078" not in other
    # 比上月少 2 人（县）、1 人（乡镇）：越少越好
    assert "比上月 ▲2 人（0%）" in county and "tone-bad" in county
