"""低收入人口数据库: spans, refresh, tags, lists and numbers."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from minzheng.datacenter.people.errors import PeopleRefused
from minzheng.datacenter.people.low_income import classes_of, services
from minzheng.datacenter.people.low_income.catalogue import classes, tags
from minzheng.datacenter.people.low_income.refresh import refresh
from minzheng.datacenter.people.low_income.spans import Span, award_span, ended_by_death, united
from minzheng.datacenter.people.models import LowIncomeEntry, PersonTag
from minzheng.datacenter.people.tests.conftest import (
    COUNTY,
    START,
    TODAY,
    TOWN_A,
    TOWN_B,
    VILLAGE_A2,
    VILLAGE_B,
    award,
    home,
    person,
)
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM, Actor
from minzheng.kernel.items import registry
from minzheng.kernel.subjects.models import Person
from minzheng.kernel.subjects.services import record_death

D = datetime.date


def test_类别表里的事项都存在_六类齐全() -> None:
    named = {item for one in classes().values() for item in one.items}
    named |= {item for one in tags().values() for item in one.items}
    assert {registry.get(item).code for item in named} == named
    assert list(classes()) == ["tekun", "dibao", "poverty_watch", "dibao_edge", "rigid_expense", "other"]


def test_待遇变成起止_相接的合成一段_停发的到月底() -> None:
    assert award_span(1, "dibao", D(2026, 1, 1), None, "active", TODAY) == (D(2026, 1, 1), None)
    assert award_span(1, "dibao", D(2026, 1, 1), D(2026, 2, 1), "ended", TODAY) == (D(2026, 1, 1), D(2026, 2, 28))
    assert award_span(1, "dibao", D(2026, 1, 1), D(2026, 12, 1), "active", TODAY) == (D(2026, 1, 1), None)
    one = Span(1, "dibao", D(2025, 1, 1), D(2025, 6, 30), basis="甲")
    two = Span(1, "dibao", D(2025, 7, 1), None, basis="乙")
    later = Span(1, "dibao", D(2024, 1, 1), D(2024, 6, 30))
    joined = united([two, later, one, Span(2, "dibao", D(2025, 7, 1), None)])
    assert [(s.person_id, s.since, s.until) for s in joined] == [
        (1, D(2024, 1, 1), D(2024, 6, 30)), (1, D(2025, 1, 1), None), (2, D(2025, 7, 1), None),
    ]  # fmt: skip
    assert joined[1].basis == "乙"
    assert ended_by_death(two, D(2025, 8, 9)).until == D(2025, 8, 9)
    assert ended_by_death(two, D(2025, 6, 9)) is None


@pytest.fixture
def roll(county: Any) -> dict[str, Any]:
    """周桂兰 alone on 低保 since January; 李家 on 低保边缘, the child born 2015; 王老五 on 特困 until June; 陈静 in the other town."""
    old = person("周桂兰", D(1940, 3, 14), health={"disability_level": 2})
    father, child = person("李建国", D(1980, 5, 1), VILLAGE_A2), person("李小明", D(2015, 6, 1), VILLAGE_A2)
    gone, other = person("王老五", D(1950, 1, 1)), person("陈静", D(1970, 2, 2), VILLAGE_B)
    home(old)
    home(father, child)
    awards = {
        "old": award("assistance.dibao", old),
        "family": award("assistance.dibao_edge", father, child, first=D(2026, 3, 1), amount_fen=0),
        "child": award("children.difficult", child, first=D(2026, 5, 1)),
        "gone": award("assistance.tekun", gone, first=D(2025, 1, 1), last_month=D(2026, 6, 1), state="ended"),
        "other": award("assistance.dibao", other, first=D(2026, 11, 1)),
        "both": award("assistance.rigid_expense", old, first=D(2026, 4, 1), amount_fen=0),
    }
    return {"old": old, "father": father, "child": child, "gone": gone, "other": other, "awards": awards}


def test_更新一次进出分明_再更新一次什么都不变(roll: dict[str, Any]) -> None:
    done = refresh(COUNTY)
    assert (done.entered, done.people) == (6, 4)
    held = classes_of([p.pk for p in roll.values() if isinstance(p, Person)], TODAY)
    assert held[roll["old"].pk] == ("dibao", "rigid_expense")
    assert held[roll["child"].pk] == ("dibao_edge",) and roll["gone"].pk not in held
    assert classes_of([roll["gone"].pk], D(2026, 6, 30)) == {roll["gone"].pk: ("tekun",)}
    main = LowIncomeEntry.objects.filter(person=roll["old"], main=True)
    assert [row.class_code for row in main] == ["dibao"]
    found = {(t.person_id, t.code) for t in PersonTag.objects.filter(until=None)}
    assert found == {
        (roll["old"].pk, "alone_old"), (roll["old"].pk, "aged_80"), (roll["old"].pk, "disabled"),
        (roll["old"].pk, "disabled_severe"), (roll["old"].pk, "alone"), (roll["child"].pk, "minor"),
        (roll["child"].pk, "child_difficult"),
    }  # fmt: skip
    before = list(LowIncomeEntry.objects.order_by("pk").values())
    assert refresh(COUNTY).row()[:5] == (0, 0, 0, 0, 0)
    assert list(LowIncomeEntry.objects.order_by("pk").values()) == before


def test_停发退出_死亡退出_更正撤回_主要类别跟着变(roll: dict[str, Any]) -> None:
    refresh(COUNTY)
    old, awards = roll["old"], roll["awards"]
    type(awards["old"]).objects.filter(pk=awards["old"].pk).update(state="ended", last_month=D(2026, 10, 1))
    type(awards["both"]).objects.filter(pk=awards["both"].pk).update(first_month=D(2026, 5, 1))
    record_death(actor=SYSTEM, person=roll["father"], on=D(2026, 11, 3), reason="死亡医学证明")
    done = refresh(COUNTY)
    assert (done.entered, done.changed, done.withdrawn) == (1, 2, 1)
    dibao = LowIncomeEntry.objects.get(person=old, class_code="dibao")
    assert (dibao.until, dibao.main) == (D(2026, 10, 31), False)
    rigid = LowIncomeEntry.objects.get(person=old, class_code="rigid_expense", withdrawn_at=None)
    assert rigid.main and rigid.since == D(2026, 5, 1)
    assert LowIncomeEntry.objects.get(person=roll["father"]).until == D(2026, 11, 3)


def test_人工登记有理由有期限_到期自动退出(post: Callable[..., Actor], roll: dict[str, Any], monkeypatch: Any) -> None:
    clerk, poor = post("town_clerk", TOWN_A), person("吴困难", D(1966, 6, 6))
    given = {"actor": clerk, "person_id": poor.pk, "since": D(2026, 11, 1), "basis": "村级评议 11 月 1 日"}
    with pytest.raises(PeopleRefused, match="不能人工登记"):
        services.enter(**given, code="dibao", expires_on=D(2026, 12, 31))
    with pytest.raises(PeopleRefused, match="12 个月"):
        services.enter(**given, code="other", expires_on=D(2028, 1, 1))
    with pytest.raises(PeopleRefused, match="不在您的办理范围"):
        services.enter(**{**given, "actor": post("town_clerk", TOWN_B)}, code="other", expires_on=D(2026, 12, 31))
    entry = services.enter(**given, code="other", expires_on=D(2026, 12, 31))
    services.tag(actor=clerk, person_id=poor.pk, code="lost_job", expires_on=D(2026, 12, 15), basis="厂里停工")
    refresh(COUNTY)
    assert LowIncomeEntry.objects.get(pk=entry.pk).main
    monkeypatch.setenv("MINZHENG_TODAY", "2027-01-05")
    refresh(COUNTY)
    assert LowIncomeEntry.objects.get(pk=entry.pk).until == D(2026, 12, 31)
    assert PersonTag.objects.get(person=poor, code="lost_job").until == D(2026, 12, 15)


def test_统计的每个数字都能打开同样多的名单(roll: dict[str, Any], browse: Callable[..., Client]) -> None:
    refresh(COUNTY)
    held = LowIncomeEntry.objects.filter(class_code="dibao", until=None).order_by("pk")[0]
    for day in (3, 4):  # told twice and thrice: by the award, and by hand
        again = {"by": "manual", "region_code": held.region_code, "recorded_at": clock.now(), "since": D(2026, 11, day)}
        LowIncomeEntry.objects.create(person_id=held.person_id, class_code="dibao", **again)
    client = browse("county_reviewer")
    page = client.get(reverse("low_income.table")).content.decode()
    links = [part.split('"')[0].replace("&amp;", "&") for part in page.split('href="')[1:] if "low-income/?" in part]
    numbers = [int(part.split(">")[1].split("<")[0]) for part in page.split('href="')[1:] if "low-income/?" in part]
    assert len(links) >= 8
    for link, n in zip(links, numbers, strict=True):
        assert f"共 <strong>{n}</strong> 条" in client.get(link).content.decode(), (link, n)
    months = client.get(reverse("low_income.months")).content.decode()
    assert "2026年11月" in months and "since_from=2026-11-01" in months


def test_列表的查询次数不随人数增加_儿童标签只给有权限的人看(
    roll: dict[str, Any], browse: Callable[..., Client]
) -> None:
    refresh(COUNTY)
    client = browse("county_reviewer")
    url = reverse("low_income.list")
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        text = client.get(url).content.decode()
    assert "困境儿童" in text
    for n in range(15):
        award("assistance.dibao", person(f"人{n}", D(1960, 1, 1 + n)))
    refresh(COUNTY)
    with CaptureQueriesContext(connection) as many:
        client.get(url, {"class": "dibao", "region": TOWN_A})
    assert len(many) <= len(few) + 1
    finder = browse("matching_officer")
    assert "困境儿童" not in finder.get(url).content.decode()
    assert finder.get(url, {"tag": "child_difficult"}).content.decode().count("李小明") == 0
    own = browse("town_clerk", TOWN_B).get(url).content.decode()
    assert "陈静" in own and "周桂兰" not in own
    aged = client.get(url, {"age": "80-"}).content.decode()
    assert "周桂兰" in aged and "陈静" not in aged
    special = client.get(reverse("low_income.special"), {"code": "alone_old"}).content.decode()
    assert "周桂兰" in special and "一人户" in special


def test_日期算到天_闰日生的人(county: Any) -> None:
    from minzheng.kernel.ages import age_on, born_by

    assert age_on(D(2004, 2, 29), D(2024, 2, 28)) == 19 and age_on(D(2004, 2, 29), D(2024, 2, 29)) == 20
    assert born_by(D(2024, 2, 29), 3) == D(2021, 2, 28)
    assert START < TODAY
