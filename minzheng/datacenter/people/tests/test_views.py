"""一人一档、一户一档: one view over all lines, each part only for whom its own right allows."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from minzheng.datacenter.people.low_income.refresh import refresh
from minzheng.datacenter.people.tests.conftest import COUNTY, TOWN_A, VILLAGE_A, award, home, person
from minzheng.datacenter.people.views import lifeline
from minzheng.kernel import clock
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.awards.models import PaymentLine
from minzheng.kernel.cases.models import Case, CaseMember, Evidence

D = datetime.date


@pytest.fixture
def file(county: Any) -> dict[str, Any]:
    """李小明, 11, with 低保 (paid twice), a benefit for children, a check, a visit."""
    father, child = person("李建国", D(1980, 5, 1)), person("李小明", D(2015, 6, 1))
    household = home(father, child)
    paid = award("assistance.dibao", father, child, household=household)
    for month in (1, 2):
        PaymentLine.objects.create(
            award=paid,
            item_code=paid.item_code,
            month=D(2026, month, 1),
            amount_fen=49800,
            state="paid",
            region_code=VILLAGE_A,
        )
    guarded = award("children.difficult", child, first=D(2026, 5, 1), amount_fen=70000)
    case = Case.objects.create(
        no="990101-DB-2026-3", item_code="assistance.dibao", state="IN_PAYMENT", region_code=VILLAGE_A, applicant=father,
        applicant_name="李建国", household=household, form={},
    )  # fmt: skip
    member = CaseMember.objects.create(case=case, seq=1, person=father, name="李建国", relation="本人")
    fact = {
        "class_title": "工资性收入", "amount_fen": 254000, "on": "2026-10-31", "source_title": "人社", "title": "示范服装厂",
        "reference": "SB-1",
    }  # fmt: skip
    report = {
        "members": [
            {"member": str(member.pk), "facts": [fact]},
            {"member": "1", "facts": [{**fact, "title": "别人的"}]},
        ]
    }
    Evidence.objects.create(case=case, kind="match_report", title="核对报告", at=clock.now(), data=report)
    Evidence.objects.create(
        case=case, kind="visit", title="入户调查", at=clock.now(), data={"investigators": [{"name": "钱多多"}]}
    )
    refresh(COUNTY)
    return {"father": father, "child": child, "home": household, "paid": paid, "guarded": guarded}


def open_file(client: Client, person_id: int) -> str:
    client.post(reverse("files.reason"), {"file": f"person:{person_id}", "reason": "review"})
    return client.get(reverse("persons.file", kwargs={"pk": person_id})).content.decode()


def test_个人档案一页看全_待遇核对走访类别_每次打开记一笔(file: dict[str, Any], browse: Callable[..., Client]) -> None:
    page = open_file(browse("town_clerk", TOWN_A), file["father"].pk)
    for words in ("历年待遇", "<svg", "996.00", "示范服装厂", "2026-10-31", "人社", "钱多多", "低保", "登记标签"):
        assert words in page, words
    assert "别人的" not in page
    assert AuditEntry.objects.filter(action="read", object_id=file["father"].pk, reason="动态复核").count() == 1
    finance = browse("matching_officer")
    assert "996.00" not in open_file(finance, file["father"].pk)


def test_儿童的待遇和标签_没有权限的人在合起来的页上也看不到(
    file: dict[str, Any], browse: Callable[..., Client]
) -> None:
    home_url = reverse("households.file", kwargs={"pk": file["home"].pk})
    for role, sees in (("county_reviewer", True), ("matching_officer", False)):
        client = browse(role)
        client.post(reverse("files.reason"), {"file": f"household:{file['home'].pk}", "reason": "review"})
        page = client.get(home_url).content.decode()
        assert ("困境儿童" in page) is sees and "李小明" in page, role
    from minzheng.datacenter.people.views import selectors

    for role, items in (
        ("auditor", {"assistance.dibao", "children.difficult"}),
        ("data_officer", {"assistance.dibao"}),
    ):
        actor = browse.__closure__[0].cell_contents(role) if browse.__closure__ else None
        held = selectors.awards_of_person(actor, file["child"].pk)
        assert {one.award.item_code for one in held} == items, role


def test_图按年画_没有待遇不画_文字转义() -> None:
    bars = [
        lifeline.Bar("低保", D(2009, 1, 1), D(2020, 12, 31), "ended", "<低保>"),
        lifeline.Bar("低保", D(2024, 1, 1), None, "active", "现在"),
    ]
    drawn = str(lifeline.picture(bars, D(2026, 11, 21), "甲&乙"))
    assert drawn.count("<rect") == 4 and "&lt;低保&gt;" in drawn and "甲&amp;乙" in drawn
    assert "2012" in drawn and "2009" not in drawn and "style" not in drawn
    assert lifeline.picture([], D(2026, 11, 21), "") == ""
