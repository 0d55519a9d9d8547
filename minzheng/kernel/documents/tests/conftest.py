"""Shared fixtures: a temporary vault, four places of the demo county, agencies and staff of township and county, one
submitted case.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from minzheng.kernel.accounts.actors import Actor, actor_of
from minzheng.kernel.accounts.models import User
from minzheng.kernel.cases.models import Case
from minzheng.kernel.documents.tests.desk import COUNTY, OTHER, TOWN, VILLAGE, organization, staff
from minzheng.kernel.orgs.models import Organization
from minzheng.kernel.regions import selectors
from minzheng.kernel.regions.models import Region
from minzheng.kernel.subjects.models import Person


@pytest.fixture(autouse=True)
def cabinet(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    return tmp_path / "files"


@pytest.fixture(autouse=True)
def places(request: pytest.FixtureRequest) -> None:
    if "django_db" not in request.keywords:
        return
    request.getfixturevalue("db")
    selectors.forget()
    for code, name, level in ((COUNTY, "示范县", 3), (TOWN, "柳溪镇", 4), (OTHER, "青石镇", 4), (VILLAGE, "桃源村", 5)):
        Region.objects.create(
            code=code, name=name, full_name=name, level=level, valid_from=date(2020, 1, 1), source="测试"
        )


@pytest.fixture
def bureau() -> Organization:
    return organization("990101-MZJ", "示范县民政局", "bureau", COUNTY, "示民")


@pytest.fixture
def office() -> Organization:
    return organization("990101001-MZ", "柳溪镇人民政府", "township", TOWN, "柳政")


@pytest.fixture
def clerk(office: Organization) -> Actor:
    return staff("liuxi_clerk", "town_clerk", TOWN, office)


@pytest.fixture
def reviewer(bureau: Organization) -> Actor:
    return staff("county_reviewer", "county_reviewer", COUNTY, bureau)


@pytest.fixture
def applicant() -> Person:
    person = Person(name="周䶮兰", region_code=VILLAGE, id_no="990101195203141527")
    person.save()
    return person


@pytest.fixture
def case(applicant: Person) -> Case:
    case = Case(
        region_code=VILLAGE,
        item_code="test.benefit",
        applicant=applicant,
        applicant_name=applicant.name,
        submitted_at=timezone.now(),
        no="990101001-TB-2026-1",
    )
    case.save()
    return case


@pytest.fixture
def citizen(applicant: Person) -> Actor:
    return actor_of(User.objects.create(username="c1", name=applicant.name, kind="citizen", person=applicant))
