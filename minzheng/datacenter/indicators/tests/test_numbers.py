"""A number is what its list counts; periods, places and formulas come together as they should."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from minzheng.datacenter.indicators import computing, declaring, periods, selectors, services
from minzheng.datacenter.indicators.models import IndicatorMonth, IndicatorValue
from minzheng.datacenter.indicators.tests.county import COUNTY, MONTH, TOWNS
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import Actor, actor_of
from minzheng.kernel.accounts.models import User
from minzheng.kernel.pages import registry
from minzheng.kernel.parts.drawing import Drawing, attribute
from minzheng.kernel.parts.page import ListBody

JUNE = "2026-06"


def _list(one: declaring.Indicator, actor: Actor, place: str, dims: dict[str, str]) -> Decimal:
    """What the list behind an indicator adds up to, through the page's own rows and filters."""
    assert one.drill is not None
    body = registry.get(one.drill.page).body
    assert isinstance(body, ListBody)
    query = dict(one.drill.query(place, MONTH, dims))
    rows, drawing = body.rows(actor), Drawing(actor=actor, today=clock.today())
    for filter_ in body.filters:
        rows = filter_.apply(rows, query, drawing)
    assert set(query) <= {filter_.name for filter_ in body.filters}, f"{one.code} 的名单页没有这样的条件：{query}"
    found = list(rows)
    if not one.drill.adds:
        return Decimal(len(found))
    return sum((Decimal(attribute(row, one.drill.adds)) for row in found), Decimal(0)) * one.drill.scale


@pytest.mark.usefixtures("filled")
def test_每个系统指标的数等于它的名单(staff: Callable[[str, str], User]) -> None:
    actor = actor_of(staff("county_reviewer", COUNTY))
    # The office's own work (registers, tasks, projects) is filled and proved in its own folders.
    drilled = [one for one in declaring.all() if one.drill and ".bureau." not in getattr(one.run, "__module__", "")]
    assert len(drilled) > 100
    codes = [one.code for one in drilled]
    told = {place: selectors.values(codes, place, JUNE) for place in (COUNTY, TOWNS[0])}
    urban = selectors.values([one.code for one in drilled if one.dimensions], COUNTY, JUNE, dims={"urban": "1"})
    nothing = []
    for one in drilled:
        for place, values in told.items():
            assert values[one.code].value == _list(one, actor, place, {}), (one.code, place)
        if one.dimensions:
            assert urban[one.code].value == _list(one, actor, COUNTY, {"urban": "1"}), one.code
        if not told[COUNTY][one.code].value:
            nothing.append(one.code)
    assert nothing == [], "样例里没有这些数，等于没有验证"


@pytest.mark.usefixtures("filled")
def test_期间地方和公式() -> None:
    value = selectors.value
    # Two towns, each: a (2 persons) and b (1) and f (3) in June; c ended with May; e is suspended; d begins in July.
    assert value("assistance.dibao.households", COUNTY, JUNE).value == 6
    assert value("assistance.dibao.persons", COUNTY, JUNE).value == 12
    assert value("assistance.dibao.persons", TOWNS[1], JUNE).value == 6
    assert value("assistance.dibao.persons", COUNTY, "2026Q2").value == 12, "存量取期末月"
    assert value("assistance.dibao.persons", COUNTY, "2026").value == 2 * (2 + 1 + 2), "本年的期末是正在过的七月"
    may, june = (value("assistance.dibao.households", COUNTY, month).value for month in ("2026-05", JUNE))
    new, ended = (value(f"assistance.dibao.{word}", COUNTY, JUNE).value for word in ("new", "ended"))
    assert june == may + new - ended
    assert value("assistance.dibao.new", COUNTY, "2026H1").value == 2 * (5 + 1 - 1), (
        "流量各月相加（暂停的当月也算新增）"
    )
    assert value("assistance.dibao.new", COUNTY, "2026H1").value == sum(
        one.value or 0 for one in selectors.series("assistance.dibao.new", COUNTY, [f"2026-0{n}" for n in range(1, 7)])
    )
    assert value("payments.returned_rate", COUNTY, JUNE).value == value("payments.returned_lines", COUNTY, JUNE).value / value(
        "payments.answered_lines", COUNTY, JUNE).value * 100  # fmt: skip
    assert value("cases.on_time_rate", COUNTY, JUNE).shown == "50%"
    zero = value("cases.on_time_rate", COUNTY, "2026-02")
    assert zero.value is None and zero.shown == "—" and "分母为 0" in zero.why_missing
    assert value("cases.decided", COUNTY, "2026-02").value == 0, "没有就是零，不是缺"
    late = value("cases.decided", COUNTY, "2026-09")
    assert late.value is None and "还没有开始" in late.why_missing
    towns = selectors.by_town("assistance.dibao.persons", COUNTY, JUNE)
    assert [place.code for place, _ in towns] == list(TOWNS) and sum(one.value or 0 for _, one in towns) == 12
    change = selectors.compare("cases.received", COUNTY, JUNE, "last_period")
    assert (change.now.value, change.before.value, change.difference, change.turn) == (4, 4, 0, "same")
    no_split = value("cases.received", COUNTY, JUNE, dims={"urban": "1"})
    assert no_split.value is None and "没有按" in no_split.why_missing


def test_上级取各县最低_村看不到() -> None:
    for county, amount in (("990101", 700), ("990102", 650)):
        IndicatorValue.objects.create(
            code="assistance.dibao.standard_urban", region_code=f"{county}000000", month=MONTH, value=amount
        )
    for county in ("990101", "990102"):
        IndicatorMonth.objects.create(
            region_code=f"{county}000000", month=MONTH, computed_at=clock.now(), declared=declaring.digest()
        )
    assert selectors.value("assistance.dibao.standard_urban", "990100000000", JUNE).value == 650
    assert selectors.value("assistance.dibao.standard_urban", "990101000000", JUNE).shown == "700 元/人·月"
    assert selectors.value("cases.received", "990101001001", JUNE).why_missing == "只统计到乡镇（街道）"
    assert "还没有计算" in selectors.value("cases.received", "990100000000", "2026-05").why_missing


@pytest.mark.usefixtures("filled")
def test_查多少指标都是同样几次查询() -> None:
    codes = [one.code for one in declaring.all()]
    selectors.values(codes, COUNTY, JUNE)
    counts = []
    for wanted in (codes[:2], codes):
        with CaptureQueriesContext(
            connection,
        ) as found:
            selectors.values(wanted, COUNTY, JUNE)
        counts.append(len(found))
    assert counts[0] <= counts[1] <= 8, counts
    with CaptureQueriesContext(connection) as found:
        selectors.by_town("assistance.dibao.persons", COUNTY, JUNE)
    assert len(found) <= 8
    with CaptureQueriesContext(connection) as found:
        computing.figures(COUNTY, MONTH)
    # 230 numbers and more: what one folder counts is one query.
    assert len(found) <= 24, [one["sql"][:80] for one in found]


def test_期间的写法() -> None:
    told = {text: periods.parse(text).title for text in ("2026-06", "2026Q2", "2026H1", "2026", "2021-2025")}
    assert list(told.values()) == ["2026年6月", "2026年第二季度", "2026年上半年", "2026年", "2021—2025年"]
    assert periods.parse("2026H1").before.text == "2025H2" and periods.parse("2026H1").back(1).text == "2025H1"
    assert periods.parse("2026Q1").before.text == "2025Q4" and periods.parse("2021-2025").before.text == "2016-2020"
    assert (
        periods.parse("2026-03").back(1).first == datetime.date(2025, 3, 1)
        and len(periods.parse("2021-2025").months) == 60
    )
    for bad in ("2026-13", "2026Q5", "六月", "", "2025-2021", "0000"):
        with pytest.raises(periods.BadPeriod):
            periods.parse(bad)
    shown = selectors.shown
    assert [shown(None, "人"), shown(Decimal(0), "户"), shown(Decimal(1234), "人"), shown(Decimal("123456.78"), "元")] == [
        "—", "0 户", "1,234 人", "12.35 万元",
    ]  # fmt: skip
    assert shown(Decimal("98.50"), "%", 2) == "98.5%" and shown(Decimal("1423000000"), "元") == "14.23 亿元"


def test_没有岗位的地区看不到(staff: Callable[[str, str], User]) -> None:
    clerk: Actor = actor_of(staff("town_clerk", TOWNS[0]))
    assert selectors.value("cases.received", TOWNS[0], JUNE, actor=clerk).value == 0
    for place in (TOWNS[1], COUNTY):
        hidden = selectors.value("cases.received", place, JUNE, actor=clerk)
        assert hidden.value is None and "岗位" in hidden.why_missing
    with pytest.raises(services.IndicatorRefused, match="岗位"):
        services.compute(actor=clerk, region_code=COUNTY, month=MONTH)
