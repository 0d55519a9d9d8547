"""A county with one township, its offices and posts, for the tests of registers."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from minzheng.business.bureau.registers import services
from minzheng.business.bureau.registers.models import RegisterEntry
from minzheng.business.bureau.registers.reading import books
from minzheng.kernel.accounts.actors import Actor, actor_of
from minzheng.kernel.accounts.models import Assignment, User
from minzheng.kernel.orgs.models import Organization
from minzheng.kernel.regions.models import Region
from minzheng.kernel.regions.selectors import forget

COUNTY, TOWN, OTHER = "990101000000", "990101001000", "990102000000"
START = datetime.date(2020, 1, 1)


@pytest.fixture
def offices() -> dict[str, Organization]:
    """{"county", "town", "other"}: a bureau, its township's window, the bureau next door."""
    places = ((COUNTY, "示范县", 3, ""), (TOWN, "青石镇", 4, COUNTY), (OTHER, "邻县", 3, ""))
    for code, name, level, parent in places:
        Region.objects.create(
            code=code, name=name, full_name=name, level=level, parent_code=parent, valid_from=START, source="测试"
        )
    forget()
    rows = (
        ("county", "示范县民政局", "bureau", COUNTY),
        ("town", "青石镇民政窗口", "township", TOWN),
        ("other", "邻县民政局", "bureau", OTHER),
    )
    return {
        word: Organization.objects.create(code=f"R-{word}", name=name, kind=kind, region_code=place, valid_from=START)
        for word, name, kind, place in rows
    }  # fmt: skip


@pytest.fixture
def hire(offices: dict[str, Organization]) -> Callable[..., User]:
    def make(role: str, where: str = "county", name: str = "王台账") -> User:
        user = User.objects.create_user(f"{role}.{where}.{name}", "x", name=name)
        org = offices[where]
        Assignment.objects.create(
            user=user, role=role, organization=org, region_code=org.region_code, valid_from=START
        )  # fmt: skip
        return user

    return make


@pytest.fixture
def officer(hire: Callable[..., User]) -> Actor:
    return actor_of(hire("policy_officer"))


@pytest.fixture
def signed_in(hire: Callable[..., User]) -> Callable[..., Client]:
    def make(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="minzheng.kernel.accounts.backends.AccountBackend")
        return client

    return make


@pytest.fixture
def enter(officer: Actor, offices: dict[str, Organization]) -> Callable[..., RegisterEntry]:
    """enter("integrity", on, where="town", state="", field=value…)."""

    def make(code: str, on: datetime.date, where: str = "county", state: str = "", **values: Any) -> RegisterEntry:
        return services.enter(actor=officer, book=books()[code], org=offices[where], on=on, values=values, state=state)

    return make
