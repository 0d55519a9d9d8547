"""看板: problems first, numbers of one's own places alone, a fixed number of queries, every number with its list."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from minzheng.datacenter.dashboards import declaring as boards
from minzheng.datacenter.dashboards.declaring import Screen, Tile
from minzheng.datacenter.dashboards.lists import rows_of
from minzheng.datacenter.indicators import declaring
from minzheng.datacenter.indicators.declaring import Figure, Span
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import actor_of
from minzheng.kernel.cases.models import Case
from minzheng.kernel.regions.models import Region
from minzheng.kernel.regions.selectors import forget

pytestmark = pytest.mark.django_db
COUNTY, TOWN_A, TOWN_B = "990101000000", "990101001000", "990101002000"
TODAY = datetime.date(2026, 11, 18)
#: Persons by town in the month that ended last; no month is like another.
PERSONS = {TOWN_A: 7031, TOWN_B: 5047}


@pytest.fixture(autouse=True)
def _declared(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A screen and two indicators for these tests alone; what the folders declare is found before."""
    assert declaring.all() and boards.screens() and boards.problems()
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
    # the county has two more than the month before, and fewer would be better
    assert "比上月 ▲2 人（不到0.1%）" in county and "比2025年同期 ▲24 人（0.2%）" in county
    assert "比上月 ▲1 人" in one and 'class="figure tone-bad"' in county
    # a share is worked out anew in every place; with one town there is no map of towns
    assert county.count("100%") >= 1 and "tile-map" in county and "tile-map" not in one


def test_别的地方_不存在的期间和看板_都是404(browse: Callable[..., Client], places: None) -> None:
    leader = browse("town_leader", TOWN_A)
    for name in ("show", "print", "wall"):
        url = reverse(f"dashboards.{name}", kwargs={"code": "test"})
        told = [
            leader.get(url, asked).status_code
            for asked in ({"region": TOWN_B}, {"region": COUNTY}, {"region": "x"}, {"period": "2026-13"})
        ]
        assert told == [404] * 4
        assert leader.get(url, {"region": TOWN_A, "period": "2026Q3"}).status_code == 200
    assert leader.get(reverse("dashboards.show", kwargs={"code": "none"})).status_code == 404
    # a county may look at one of its towns, and nobody without the permission at anything
    assert "7,031 人" in words(browse("auditor", COUNTY), region=TOWN_A)
    assert browse("village_worker", TOWN_A).get(reverse("dashboards.home")).status_code == 403


def test_问题在前_数和点开的名单一致(browse: Callable[..., Client], family: dict[str, Any]) -> None:
    case: Case = family["case"]
    Case.objects.filter(pk=case.pk).update(due_on=TODAY - datetime.timedelta(days=3), item_code="assistance.dibao")
    county, other = browse("bureau_head", COUNTY), browse("town_leader", TOWN_B)
    text = words(county)
    assert text.index("需要处理的问题") < text.index("总数")
    found = re.search(
        r'<a href="([^"]*)"><span class="trouble-level">红</span><span class="trouble-count">(\d+)</span>', text
    )
    assert found and found[2] == "1" and "件办件超过办理期限" in text
    assert "没有发现：将到期办件" in text
    # the link opens the list with as many rows; the other town is told of nothing
    listed = county.get(found[1].replace("&amp;", "&")).content.decode()
    assert case.no in listed and "共 <strong>1</strong>" in listed.replace("\n", "")
    none = words(other)
    assert "trouble-count" not in none and "没有发现：超期办件、将到期办件" in none
    # the screen of the line splits them by benefit; who may not read cases is not told their number
    line = county.get(reverse("dashboards.show", kwargs={"code": "assistance"}), {"region": TOWN_A}).content.decode()
    assert "件低保办件超过办理期限" in line and f"item=assistance.dibao&amp;region={TOWN_A}" in line
    assert "件办件超过办理期限" not in words(browse("finance", COUNTY))


def test_各名单的同名条件互不相扰(staff: Callable[[str, str], Any]) -> None:
    view = boards.View(actor_of(staff("bureau_head", COUNTY)), TOWN_A, TODAY)
    asked = (("cases.list", {"state": "ACCEPTED"}), ("monitor.queue", {"state": "open", "town": TOWN_A}),
             ("payruns.lines", {"state": "returned", "region": TOWN_A}), ("duty.list", {"state": "late"}))  # fmt: skip
    assert not any(rows_of(view, page, **query).query.is_empty() for page, query in asked)
    # a filter that the list does not know is not quietly everything
    assert rows_of(view, "monitor.queue", state="no such state").query.is_empty()


def test_查询次数不随地方和行数变(browse: Callable[..., Client], family: dict[str, Any]) -> None:
    client, url = browse("bureau_head", COUNTY), reverse("dashboards.show", kwargs={"code": "test"})

    def asked() -> int:
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        return len([one for one in captured if not one["sql"].startswith(("SAVEPOINT", "RELEASE"))])

    few = asked()
    town = Region.objects.get(code=TOWN_B)
    for n in range(3, 12):
        town.pk, town.code, town.name = None, f"990101{n:03d}000", f"第{n}镇"
        town.save(force_insert=True)
    case = Case.objects.get(pk=family["case"].pk)
    for n in range(20):
        case.pk, case.no, case.applicant_id, case.due_on = None, f"T{n}", None, TODAY - datetime.timedelta(days=1)
        case.save(force_insert=True)
    forget()
    many = asked()
    assert many == few <= 30, (few, many)


def test_打印页的表都打开_大屏自己刷新_都不超出本人范围(browse: Callable[..., Client], places: None) -> None:
    county, leader = browse("bureau_head", COUNTY), browse("town_leader", TOWN_B)
    pages = {
        name: (county.get(url).content.decode(), leader.get(url).content.decode())
        for name in ("print", "wall")
        for url in [reverse(f"dashboards.{name}", kwargs={"code": "test"})]
    }
    assert (
        "<details" not in pages["print"][0] and "2025-11" in pages["print"][0] and "打印，内部使用" in pages["print"][0]
    )
    assert "为止，到时回到登录页" in pages["wall"][0]
    assert 'hx-trigger="every 5m"' in pages["wall"][0] and '"X-Poll": "1"' in pages["wall"][0]
    for whole, own in pages.values():
        assert "7,031" in whole and "7,031" not in own and "5,047 人" in own


def test_声明的每个看板_指标和问题都存在() -> None:
    known = {one.code for one in declaring.all()}
    found = boards.screens()
    missing = {(one.code, code) for one in found.values() for tile in one.tiles for code in tile.indicators} - {
        (one.code, code) for one in found.values() for code in known
    }
    assert not missing
    named = {code for one in found.values() for code in one.problems} - {"*"}
    assert named <= set(boards.problems())
    assert {"leadership", "assistance", "elderly", "children", "disability", "funeral", "money"} <= set(found)
    assert all(boards.problems_of(one) for one in found.values())
    with pytest.raises(ValueError, match="已经声明过"):
        boards.screen(Screen("test", "另一个", tiles=()))
