"""A small county of two townships: people, households, awards, posts."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from django.test import Client

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM, Actor, actor_of
from minzheng.kernel.accounts.models import Assignment, User
from minzheng.kernel.accounts.roles import ROLES
from minzheng.kernel.awards.models import Award, AwardMember
from minzheng.kernel.orgs.models import Organization
from minzheng.kernel.regions.models import Region
from minzheng.kernel.regions.selectors import forget
from minzheng.kernel.subjects import idcard, services
from minzheng.kernel.subjects.models import Household, HouseholdMember, Person

COUNTY, TOWN_A, TOWN_B = "990101000000", "990101001000", "990101002000"
VILLAGE_A, VILLAGE_A2, VILLAGE_B = "990101001001", "990101001002", "990101002001"
TODAY, START = datetime.date(2026, 11, 21), datetime.date(2020, 1, 1)
_serial = count(1)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINZHENG_TODAY", TODAY.isoformat())


@pytest.fixture
def county(db: None) -> Organization:
    forget()
    rows = [
        (COUNTY, "示范县", 3, ""), (TOWN_A, "青石镇", 4, COUNTY), (TOWN_B, "柳溪镇", 4, COUNTY),
        (VILLAGE_A, "石桥村", 5, TOWN_A), (VILLAGE_A2, "河湾村", 5, TOWN_A), (VILLAGE_B, "柳树村", 5, TOWN_B),
    ]  # fmt: skip
    for code, name, level, parent in rows:
        Region.objects.create(
            code=code, name=name, full_name=name, level=level, parent_code=parent, valid_from=START, source="测试"
        )
    return Organization.objects.create(
        code="T-MZJ", name="测试民政局", kind="bureau", region_code=COUNTY, valid_from=START
    )


@pytest.fixture
def post(county: Organization) -> Callable[..., Actor]:
    """post("town_clerk", TOWN_A) → an actor with this one post; each call is another person."""

    def make(role: str, region: str = COUNTY) -> Actor:
        user = User.objects.create_user(f"u{next(_serial)}", None, name=ROLES[role].title)
        Assignment.objects.create(user=user, role=role, organization=county, region_code=region, valid_from=START)
        return actor_of(user)

    return make


@pytest.fixture
def browse(post: Callable[..., Actor]) -> Callable[..., Client]:
    def client(role: str, region: str = COUNTY) -> Client:
        visitor = Client()
        visitor.force_login(post(role, region).user, backend="minzheng.kernel.accounts.backends.AccountBackend")
        return visitor

    return client


def number(birth: datetime.date, serial: int | None = None, area: str = "990101") -> str:
    return idcard.make(area, birth, serial or next(_serial) % 900 + 1)


def person(
    name: str, birth: datetime.date = datetime.date(1958, 3, 14), village: str = VILLAGE_A, **extra: Any
) -> Person:
    """A file; `id_no=""` opens one without a number, as imports and shelters do."""
    id_no = extra.pop("id_no", None)
    if id_no == "":
        return Person.objects.create(name=name, birth_date=birth, region_code=village, **extra)
    return services.ensure_person(actor=SYSTEM, name=name, id_no=id_no or number(birth), region_code=village, **extra)


def home(head: Person, *others: Person, village: str = "", since: datetime.date = START) -> Household:
    household = services.open_household(
        actor=SYSTEM, head=head, region_code=village or head.region_code, is_urban=False, valid_from=since
    )
    for one in others:
        services.add_member(actor=SYSTEM, household=household, person=one, relation="家庭成员", valid_from=since)
    return household


def stands_in(household: Household, one: Person) -> HouseholdMember:
    """A membership written behind the services' back, as a former import did."""
    return HouseholdMember.objects.create(
        household=household, person=one, relation="家庭成员", valid_from=START, recorded_at=clock.now()
    )


def award(item: str, *people: Person, first: datetime.date = datetime.date(2026, 1, 1), **extra: Any) -> Award:
    values = {
        "no": f"990101T{next(_serial):010d}", "item_code": item, "payee": people[0], "payee_name": people[0].name,
        "persons": len(people), "amount_fen": 49800, "first_month": first, "decided_on": first, "frozen": {"样": 1},
        "region_code": people[0].region_code,
    } | extra  # fmt: skip
    row = Award.objects.create(**values)
    for one in people:
        AwardMember.objects.create(award=row, person=one, name=one.name, relation="家庭成员")
    return row
