"""People and posts for the tests of accounts."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest

from minzheng.kernel.accounts.models import Assignment, User
from minzheng.kernel.orgs.models import Organization

COUNTY, TOWN_A, TOWN_B = "990101000000", "990101001000", "990101002000"
VILLAGE_A = "990101001001"
PASSWORD = "Zhong-2026-yao"


@pytest.fixture
def bureau(db: None) -> Organization:
    return Organization.objects.create(
        code="T-MZJ", name="测试民政局", kind="bureau", region_code=COUNTY, valid_from=datetime.date(2000, 1, 1)
    )


@pytest.fixture
def staff(bureau: Organization) -> Callable[..., User]:
    """staff("li", ("town_clerk", TOWN_A)) → a user with these posts since 2020."""

    def make(username: str, *posts: tuple[str, str], password: str = PASSWORD, **extra: object) -> User:
        user = User.objects.create_user(username, password, name=f"工{username}", **extra)
        for role, region in posts:
            Assignment.objects.create(
                user=user, role=role, organization=bureau, region_code=region, valid_from=datetime.date(2020, 1, 1)
            )
        return user

    return make
