"""分户、并户、户主变更: who is where from which day, and that benefits are reported, never touched."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from minzheng.datacenter.people.errors import PeopleRefused
from minzheng.datacenter.people.homes import services
from minzheng.datacenter.people.models import HouseholdChange
from minzheng.datacenter.people.tests.conftest import TOWN_A, TOWN_B, VILLAGE_A, award, home, person
from minzheng.kernel.accounts.actors import SYSTEM, Actor
from minzheng.kernel.awards.models import Award
from minzheng.kernel.cases.models import Case, CaseAct, CaseMember
from minzheng.kernel.subjects.models import Household
from minzheng.kernel.subjects.selectors import household_members, membership_history
from minzheng.kernel.subjects.services import record_death

D = datetime.date
DAY = D(2026, 10, 1)


@pytest.fixture
def family(county: Any) -> dict[str, Any]:
    """李建国 (head), 王芳, their son 李强 and his wife 陈静; 低保 with its case, and an imported award without one."""
    people = {
        "father": person("李建国", D(1960, 1, 1)), "mother": person("王芳", D(1962, 1, 1)),
        "son": person("李强", D(1990, 1, 1)), "wife": person("陈静", D(1992, 1, 1)),
    }  # fmt: skip
    household = home(*people.values())
    case = Case.objects.create(
        no="990101-DB-2026-7", item_code="assistance.dibao", state="IN_PAYMENT", region_code=VILLAGE_A,
        applicant=people["father"], applicant_name="李建国", household=household, form={},
    )  # fmt: skip
    CaseMember.objects.create(case=case, seq=1, person=people["father"], name="李建国", relation="本人")
    paid = award("assistance.dibao", *people.values(), household=household, case=case)
    imported = award("disability.two_subsidies", people["wife"])
    return {**people, "home": household, "case": case, "paid": paid, "imported": imported}


def _said(row: Award) -> dict[str, Any]:
    now = Award.objects.get(pk=row.pk)
    return {field.attname: getattr(now, field.attname) for field in Award._meta.concrete_fields}


def names(household: Household, on: D | None = None) -> list[tuple[str, str]]:
    return [(row.person.name, row.relation) for row in household_members(household, on)]


def test_分户_按日期成立新户_旧户照日期可查_待遇不动只报告变化(
    family: dict[str, Any], post: Callable[..., Actor]
) -> None:
    one, clerk = family, post("town_clerk", TOWN_A)
    given = {
        "actor": clerk, "household_id": one["home"].pk, "on": DAY, "reason_code": "marriage",
        "leaving": {one["son"].pk: "户主", one["wife"].pk: "配偶"}, "head_id": one["son"].pk,
    }  # fmt: skip
    with pytest.raises(PeopleRefused, match="不在您的办理范围"):
        services.split(**{**given, "actor": post("town_clerk", TOWN_B)})
    with pytest.raises(PeopleRefused, match="至少分出一人"):
        services.split(**{**given, "leaving": {p.pk: "" for p in list(one.values())[:4]}})
    with pytest.raises(PeopleRefused, match="留下的人中谁做户主"):
        services.split(**{**given, "leaving": {one["father"].pk: "户主"}, "head_id": one["father"].pk})
    before = _said(one["paid"])
    change = services.split(**given)
    assert names(one["home"]) == [("李建国", "户主"), ("王芳", "家庭成员")]
    assert names(change.other) == [("李强", "户主"), ("陈静", "配偶")]
    assert len(names(one["home"], DAY - datetime.timedelta(days=1))) == 4 and change.other.head_id == one["son"].pk
    assert [row["title"] for row in change.asked] == ["低保"] and change.asked[0]["case"] == str(one["case"].pk)
    assert [row["no"] for row in change.unasked] == [one["imported"].no] and "启动复核" in change.unasked[0]["why"]
    act = CaseAct.objects.get(case=one["case"])
    assert (act.code, act.actor_id) == ("report_change", clerk.id)
    assert _said(one["paid"]) == before


def test_并户_全家并入_关系要填全(family: dict[str, Any], post: Callable[..., Actor]) -> None:
    one, clerk = family, post("town_clerk", TOWN_A)
    grandma = person("赵奶奶", D(1938, 2, 2))
    alone = home(grandma)
    given = {"actor": clerk, "household_id": alone.pk, "into_id": one["home"].pk, "on": DAY, "reason_code": "returned"}
    with pytest.raises(PeopleRefused, match="请填写赵奶奶与新户主的关系"):
        services.join(**given, relations={})
    change = services.join(**given, relations={grandma.pk: "母亲"})
    assert names(alone) == [] and ("赵奶奶", "母亲") in names(one["home"])
    assert {row["title"] for row in change.asked} == {"低保"}
    assert membership_history(alone)[0].reason == "投靠、回迁"


def test_户主死亡_换户主_死者的成员关系到死亡那天(family: dict[str, Any], post: Callable[..., Actor]) -> None:
    one, clerk = family, post("town_clerk", TOWN_A)
    given = {
        "actor": clerk, "household_id": one["home"].pk, "head_id": one["mother"].pk, "on": DAY, "reason_code": "death",
        "relations": {one["son"].pk: "子", one["wife"].pk: "儿媳"},
    }  # fmt: skip
    with pytest.raises(PeopleRefused, match="没有登记死亡日期"):
        services.new_head(**given)
    record_death(actor=SYSTEM, person=one["father"], on=D(2026, 9, 30), reason="死亡医学证明")
    services.new_head(**given)
    assert names(Household.objects.get(pk=one["home"].pk)) == [("王芳", "户主"), ("李强", "子"), ("陈静", "儿媳")]
    assert ("李建国", "户主") in names(one["home"], D(2026, 9, 30))
    with pytest.raises(PeopleRefused, match="已登记死亡|现在的成员"):
        services.new_head(**{**given, "head_id": one["father"].pk, "reason_code": "other"})


def test_页面上分户_看得见报告了哪些办件(family: dict[str, Any], browse: Callable[..., Client]) -> None:
    one, client = family, browse("town_clerk", TOWN_A)
    url = reverse("homes.split", kwargs={"pk": one["home"].pk})
    assert "李强与新户主的关系" in client.get(url).content.decode()
    sent = {
        "leave": [str(one["son"].pk), str(one["wife"].pk)], "head": str(one["son"].pk), "next_head": "",
        f"relation_{one['son'].pk}": "户主", f"relation_{one['wife'].pk}": "配偶", "reason_code": "grown",
        "on": "2026-10-01", "text": "分家单",
    }  # fmt: skip
    assert client.post(url, {**sent, "on": "2099-01-01"}).status_code == 422
    done = client.post(url, sent)
    change = HouseholdChange.objects.get()
    assert done["Location"] == reverse("homes.change", kwargs={"pk": change.pk})
    page = client.get(done["Location"]).content.decode()
    assert "低保" in page and "启动复核" in page and "子女成年独立生活" in page
    assert browse("town_clerk", TOWN_B).get(done["Location"]).status_code == 404
