"""People, posts and households for the tests of this folder."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from itertools import count

import pytest

from minzheng.kernel.accounts.actors import SYSTEM, Actor, actor_of
from minzheng.kernel.accounts.models import Assignment, User
from minzheng.kernel.orgs.models import Organization
from minzheng.kernel.subjects import idcard, services
from minzheng.kernel.subjects.models import Person

COUNTY, TOWN_A, TOWN_B = "990101000000", "990101001000", "990101002000"
VILLAGE_A, VILLAGE_B = "990101001001", "990101002001"
_serial = count(1)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINZHENG_TODAY", "2026-11-21")


@pytest.fixture
def post(db: None) -> Callable[..., Actor]:
    """post("town_clerk", TOWN_A) → an actor with this one post."""
    bureau = Organization.objects.create(
        code="T-MZJ", name="测试民政局", kind="bureau", region_code=COUNTY, valid_from=datetime.date(2000, 1, 1)
    )

    def make(role: str, region: str) -> Actor:
        user = User.objects.create(username=f"u{next(_serial)}", name="经办")
        Assignment.objects.create(
            user=user, role=role, organization=bureau, region_code=region, valid_from=datetime.date(2020, 1, 1)
        )
        return actor_of(user)

    return make


def new_id_no(birth: datetime.date = datetime.date(1980, 5, 1)) -> str:
    serial = next(_serial)
    return idcard.make("990101", birth + datetime.timedelta(days=serial // 900), serial % 900 + 1)


def person(name: str, region: str = VILLAGE_A, **extra: object) -> Person:
    values = {"id_no": new_id_no(), "region_code": region} | extra
    return services.ensure_person(actor=SYSTEM, name=name, **values)
