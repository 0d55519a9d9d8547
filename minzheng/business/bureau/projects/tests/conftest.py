"""A county with two townships, a library of two classes, and the people who may do something in it."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest

from minzheng.business.bureau.projects import services
from minzheng.business.bureau.projects.models import Project, ProjectLibrary
from minzheng.business.bureau.projects.money import WAN
from minzheng.kernel.accounts.actors import Actor, actor_of
from minzheng.kernel.accounts.models import Assignment, User
from minzheng.kernel.orgs.models import Organization
from minzheng.kernel.regions.models import Region
from minzheng.kernel.regions.selectors import forget

COUNTY, TOWN_A, TOWN_B = "990101000000", "990101001000", "990101002000"
START = datetime.date(2020, 1, 1)
PLACES = ((COUNTY, "示范县", 3, ""), (TOWN_A, "青石镇", 4, COUNTY), (TOWN_B, "柳溪乡", 4, COUNTY))


@pytest.fixture
def office(db: None) -> Organization:
    for code, name, level, parent in PLACES:
        values = {
            "name": name,
            "full_name": name,
            "level": level,
            "parent_code": parent,
            "valid_from": START,
            "source": "测试",
        }
        Region.objects.get_or_create(code=code, defaults=values)
    forget()
    return Organization.objects.create(
        code="MZ-P", name="示范县民政局", kind="bureau", region_code=COUNTY, valid_from=START
    )


@pytest.fixture
def hire(office: Organization) -> Callable[..., Actor]:
    """Somebody with one post; each call is another person."""
    made: dict[str, int] = {}

    def make(role: str, place: str = COUNTY) -> Actor:
        made[role] = made.get(role, 0) + 1
        user = User.objects.create_user(f"{role}{made[role]}.{place}", "x", name=f"{role}{made[role]}")
        Assignment.objects.create(
            user=user, role=role, organization=office, region_code=place, post="测试", valid_from=START
        )
        return actor_of(user)

    return make


@pytest.fixture
def keeper(hire: Callable[..., Actor]) -> Actor:
    return hire("policy_officer")


@pytest.fixture
def head(hire: Callable[..., Actor]) -> Actor:
    return hire("bureau_head")


@pytest.fixture
def library(keeper: Actor) -> ProjectLibrary:
    """2026–2027: 养老 two projects of 300, 殡葬 one of 100 万元."""
    return services.save_library(
        actor=keeper, classes=[("养老服务设施", 2, 300 * WAN), ("殡葬服务设施", 1, 100 * WAN)],
        values={"region_code": COUNTY, "name": "测试项目库", "first_year": 2026, "last_year": 2027, "stated_count": 3,
                "stated_fen": 400 * WAN, "goal_fen": 400 * WAN, "document": "测试〔2026〕1号"},
    )  # fmt: skip


@pytest.fixture
def build(library: ProjectLibrary, keeper: Actor) -> Callable[..., Project]:
    """One project: name, class, 万元, place."""

    def make(name: str, category: str = "养老服务设施", wan: int = 200, place: str = TOWN_A, **more: Any) -> Project:
        values = {"name": name, "owner": "测试建设单位", "region_code": place, "total_fen": wan * WAN,
                  "category": library.categories.get(name=category)}  # fmt: skip
        return services.create(
            actor=keeper, library=library, values=values | more, years={2026: wan * WAN // 2, 2027: wan * WAN // 2},
            money={"central_budget": wan * WAN // 2, "local": wan * WAN // 2},
        )  # fmt: skip

    return make


@pytest.fixture
def three(build: Callable[..., Project]) -> list[Project]:
    return [
        build("甲养老院", wan=200),
        build("乙养老院", wan=100, place=TOWN_B),
        build("丙骨灰堂", "殡葬服务设施", 100, TOWN_B),
    ]
