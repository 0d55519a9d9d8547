"""A township with a store, a keeper, its head, and three people."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from minzheng.business.assistance.relief_goods.handing import campaigns
from minzheng.business.assistance.relief_goods.handing.campaigns import Wanted
from minzheng.business.assistance.relief_goods.models import Campaign, Goods, Lot, Store
from minzheng.business.assistance.relief_goods.store import services
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM, Actor, actor_of
from minzheng.kernel.accounts.models import Assignment, User
from minzheng.kernel.orgs.models import Organization
from minzheng.kernel.regions.models import Region
from minzheng.kernel.regions.selectors import forget
from minzheng.kernel.subjects import idcard
from minzheng.kernel.subjects.models import Person

COUNTY, TOWN, OTHER, VILLAGE = "990101000000", "990101001000", "990101002000", "990101001001"
START = datetime.date(2020, 1, 1)
NUMBERS = [idcard.make("990101", datetime.date(1960, 1, 1 + n), 11 + n) for n in range(3)]


@dataclass
class Yard:
    """What the tests work in. `days(n)`: n days from today."""

    keeper: Actor
    head: Actor
    county: Actor
    store: Store
    other: Store
    people: list[Person]

    def days(self, number: int) -> datetime.date:
        return clock.today() + datetime.timedelta(days=number)

    def lot(self, code: str, pieces: int, no: str, *, expires: int | None = None, **more: Any) -> Lot:
        given = {
            "store": self.store, "goods": Goods.objects.get(code=code), "no": no, "pieces": pieces, "origin": "purchase",
            "on": self.days(-30), "expires_on": None if expires is None else self.days(expires),
        }  # fmt: skip
        return services.receive(actor=self.keeper, **given | more)

    def campaign(self, begun: bool = True, **goods: int) -> Campaign:
        wanted = {Goods.objects.get(code=code.replace("_", "-")).pk: pieces for code, pieces in goods.items()}
        one = campaigns.plan(actor=self.keeper, title="冬令物资", occasion="season", store=self.store, goods=wanted)
        people = [Wanted(person.pk, person.name, person.region_code) for person in self.people]
        campaigns.add(actor=self.keeper, campaign=one, basis="list", people=people)
        return campaigns.begin(actor=self.keeper, campaign=one) if begun else one


def make_yard() -> Yard:
    for code, name, level, parent in (
        (COUNTY, "示范县", 3, ""), (TOWN, "青石镇", 4, COUNTY), (OTHER, "柳溪镇", 4, COUNTY), (VILLAGE, "石桥村", 5, TOWN),
    ):  # fmt: skip
        Region.objects.get_or_create(
            code=code, defaults={"name": name, "full_name": name, "level": level, "parent_code": parent,
                                 "valid_from": START, "source": "测试"},
        )  # fmt: skip
    forget()
    bureau = Organization.objects.create(code="R", name="局", kind="bureau", region_code=COUNTY, valid_from=START)

    def hire(role: str, place: str, name: str) -> Actor:
        user = User.objects.create_user(f"{role}.{place}", "x", name=name)
        Assignment.objects.create(user=user, role=role, organization=bureau, region_code=place, valid_from=START)
        return actor_of(user)

    services.load_catalogue(actor=SYSTEM)
    rows = (("周桂兰", VILLAGE), ("李大山", VILLAGE), ("王秀英", TOWN))
    people = [
        Person.objects.create(name=name, region_code=place, id_no=number, birth_date=datetime.date(1960, 1, 1))
        for (name, place), number in zip(rows, NUMBERS, strict=True)
    ]
    keeper, county = hire("town_clerk", TOWN, "保管员"), hire("pay_clerk", COUNTY, "县经办")
    store = services.save_store(actor=keeper, values={"region_code": TOWN, "name": "青石镇物资点"})
    other = services.save_store(actor=county, values={"region_code": OTHER, "name": "柳溪镇物资点"})
    return Yard(keeper, hire("town_leader", TOWN, "镇长"), county, store, other, people)


@pytest.fixture
def yard(db: None) -> Yard:
    return make_yard()


@pytest.fixture
def refuses() -> Callable[..., Any]:
    """`with refuses("sentence")`: the act is refused with this sentence."""
    from minzheng.kernel.cases.errors import Refused

    return lambda text: pytest.raises(Refused, match=text)
