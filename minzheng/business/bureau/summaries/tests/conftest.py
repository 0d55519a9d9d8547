"""A county with a bureau, its people and numbers for two half-years."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal

import pytest

from minzheng.datacenter.indicators import declaring
from minzheng.datacenter.indicators.models import IndicatorMonth, IndicatorValue
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import Actor, actor_of
from minzheng.kernel.accounts.models import Assignment, User
from minzheng.kernel.orgs.models import Organization
from minzheng.kernel.regions.models import Region
from minzheng.kernel.regions.selectors import forget

DIBAO = "assistance.dibao.persons"
COUNTY, TOWN, OTHER_TOWN = "990101000000", "990101001000", "990101002000"
START = datetime.date(2020, 1, 1)
PLAN = """示范县民政局2026年工作要点
一、社会救助
1.应保尽保。年内保障低保对象500人以上,临时救助不少于200人次,发放高龄津贴1000人。
2.开展试点。打造“3公里养老服务圈”,推进社会救助改革。
二、养老服务
3.扩大供给。新增养老床位120张。
"""


@pytest.fixture
def bureau(db: None) -> Organization:
    rows = ((COUNTY, "示范县", 3, "990100000000"), (TOWN, "青石镇", 4, COUNTY), (OTHER_TOWN, "柳溪镇", 4, COUNTY))
    for code, name, level, parent in rows:
        Region.objects.get_or_create(
            code=code,
            defaults={
                "name": name,
                "full_name": name,
                "level": level,
                "parent_code": parent,
                "valid_from": START,
                "source": "测试",
            },
        )
    forget()
    return Organization.objects.create(
        code="MZ-01", name="示范县民政局", kind="bureau", region_code=COUNTY, valid_from=START
    )


@pytest.fixture
def hire(bureau: Organization) -> Callable[..., User]:
    def make(role: str, name: str = "", place: str = COUNTY) -> User:
        user = User.objects.create_user(f"{role}.{name}.{place}", "x", name=name or "王计划")
        Assignment.objects.create(user=user, role=role, organization=bureau, region_code=place, valid_from=START)
        return user

    return make


@pytest.fixture
def officer(hire: Callable[..., User]) -> Actor:
    return actor_of(hire("policy_officer"))


@pytest.fixture
def head(hire: Callable[..., User]) -> Actor:
    return actor_of(hire("bureau_head", "李局长"))


Fill = Callable[[str, str, str, "int | str"], None]


@pytest.fixture
def fill(bureau: Organization) -> Fill:
    """A live value of a month, as if it had been computed: (code, region, 2026-06, value). All months count as computed."""
    months = [datetime.date(year, month, 1) for year in (2020, 2025, 2026) for month in range(1, 13)]
    now, declared = clock.now(), declaring.digest()
    IndicatorMonth.objects.bulk_create(
        [IndicatorMonth(region_code=COUNTY, month=month, computed_at=now, declared=declared) for month in months]
    )

    def put(code: str, region: str, month: str, value: int | str) -> None:
        IndicatorValue.objects.update_or_create(
            code=code, region_code=region, month=datetime.date.fromisoformat(f"{month}-01"), version=0, dims={},
            defaults={"value": Decimal(value)},
        )  # fmt: skip

    return put
