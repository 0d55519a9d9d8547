"""A child's case is seen by those who may read children's files, by nobody else who reads cases; opening it asks again who
one is."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from minzheng.business.children.tests.test_items import DEAD, SCHOOL, agreed, child, forwarded, steps
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.accounts.proof import PROVED
from minzheng.kernel.awards import selectors as awards
from minzheng.kernel.cases import selectors, services
from minzheng.kernel.cases.errors import NotFound
from minzheng.kernel.cases.models import Case
from minzheng.kernel.cases.tests.place import APPLIED, COUNTY, TOWN, VILLAGE, Kin, Place
from minzheng.kernel.cases.workbench import workbench
from minzheng.kernel.documents import selectors as documents
from minzheng.kernel.items.guarded import guarded_case

pytestmark = pytest.mark.django_db


def orphan(place: Place) -> Case:
    case = forwarded(place, "children.orphan", SCHOOL, DEAD)
    agreed(place, case)
    place.do(case, "approve", place.reviewer)
    return case


def test_经办员和县级看得到_村干部和财务看不到() -> None:
    with clock.at(APPLIED):
        place = Place()
        case = orphan(place)
        village = place.staff("village", "村干部", "village_worker", VILLAGE)
        head = place.staff("head", "局长", "bureau_head", COUNTY)
        finance = place.staff("finance", "财务", "finance", COUNTY)
        assert selectors.visible_to(place.clerk).filter(pk=case.pk).exists()
        assert selectors.visible_to(place.reviewer).filter(pk=case.pk).exists()
        for other in (village, head):
            assert not selectors.visible_to(other).filter(pk=case.pk).exists()
            assert not awards.visible_to(other).filter(case=case).exists()
            assert not documents.visible_documents(other).filter(case=case).exists()
        assert not awards.visible_to(finance).filter(case=case).exists()
        assert awards.lines_visible_to(finance).filter(award__case=case).exists()
        assert awards.visible_to(place.reviewer).filter(case=case).exists()


def test_替孩子登记的村干部看得到自己登记的这一件() -> None:
    with clock.at(APPLIED):
        place = Place()
        village = place.staff("village", "村干部", "village_worker", VILLAGE)
        case = services.start_draft(item_code="children.orphan", actor=village, channel="proxy", region_code=VILLAGE)
        Case.objects.filter(pk=case.pk).update(state="SUBMITTED")
        assert selectors.visible_to(village).filter(pk=case.pk).exists()


def test_没有权限的人不能办儿童的办件() -> None:
    with clock.at(APPLIED):
        place = Place()
        case = place.personal_submitted("children.orphan", child(), SCHOOL, steps=steps(*DEAD))
        matcher = place.staff("matcher", "核对员", "matching_officer", TOWN)
        with pytest.raises(NotFound):
            place.do(case, "accept", matcher)


def test_工作台不列没有权限看的儿童办件() -> None:
    with clock.at(APPLIED):
        place = Place()
        place.personal_submitted("children.orphan", child(), SCHOOL, steps=steps(*DEAD))

        def shown(actor: Actor) -> int:
            return sum(group.total for group in workbench(actor))

        assert shown(place.clerk) == 1 and shown(place.stranger) == 0


def test_打开儿童办件要再次验证身份_别的办件不用() -> None:
    with clock.at(APPLIED):
        place = Place()
        case = orphan(place)
        other = place.personal_submitted(
            "disability.two_subsidies",
            Kin("何秋生", "本人", child().born.replace(year=1970)),
            {
                "disability_kind": "肢体", "disability_level": "4", "standing": ["dibao"], "elsewhere": ["none"],
            },
        )  # fmt: skip
        assert guarded_case(place.clerk, {"pk": case.pk}) is True
        assert guarded_case(place.clerk, {"pk": other.pk}) is False
        page = Client()
        page.force_login(place.clerk.user)
        page.get(reverse("cases.workbench"))
        session = page.session  # signed in long ago: the proof given then is no longer fresh
        session[PROVED] = 0
        session.save()
        asked = page.get(reverse("cases.detail", args=[case.pk]))
        assert asked.status_code == 302 and asked["Location"].startswith(reverse("accounts.step_up"))
        assert page.get(reverse("cases.detail", args=[other.pk])).status_code == 200
