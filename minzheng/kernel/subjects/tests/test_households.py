"""Household membership is bitemporal: when it was true and when we knew it can both be asked."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM, Actor, actor_of
from minzheng.kernel.accounts.models import User
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.subjects import selectors, services
from minzheng.kernel.subjects.errors import MembershipConflict
from minzheng.kernel.subjects.models import Household, HouseholdMember

from .conftest import TOWN_A, TOWN_B, VILLAGE_A, VILLAGE_B, person

pytestmark = pytest.mark.django_db


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text + "T12:00:00+08:00")


@pytest.fixture
def home(db: None) -> Household:
    with clock.at(moment("2024-01-10")):
        return services.open_household(
            actor=SYSTEM, head=person("周桂兰"), region_code=VILLAGE_A, is_urban=False, valid_from=day("2024-01-01")
        )


def names(home: Household, on: str, as_known: str | None = None) -> list[str]:
    rows = selectors.household_members(home, day(on), moment(as_known) if as_known else None)
    return [row.person.name for row in rows]


def join(home: Household, name: str, since: str, known: str, **extra: object) -> HouseholdMember:
    with clock.at(moment(known)):
        return services.add_member(
            actor=SYSTEM, household=home, person=person(name), relation="子女", valid_from=day(since), **extra
        )


def test_户主在前_新户有自己的编号(home: Household) -> None:
    join(home, "周小满", "2024-02-01", "2024-02-01")
    assert names(home, "2024-03-01") == ["周桂兰", "周小满"]
    assert names(home, "2024-01-15") == ["周桂兰"]
    assert home.no.startswith(VILLAGE_A + "2024") and len(home.no) == 21
    other = services.open_household(actor=SYSTEM, head=person("李四"), region_code=VILLAGE_A, is_urban=False)
    assert other.no != home.no


def test_迟报的变化_当时所知与现在所知各不相同(home: Household) -> None:
    row = join(home, "周小满", "2024-02-01", "2024-02-01")
    with clock.at(moment("2024-09-01")):
        services.end_membership(actor=SYSTEM, membership=row, last_day=day("2024-06-30"), reason="迁出，9月才报")
    assert names(home, "2024-06-30") == ["周桂兰", "周小满"], "截止日当天仍是成员"
    assert names(home, "2024-07-01") == ["周桂兰"]
    assert names(home, "2024-07-01", as_known="2024-08-01") == ["周桂兰", "周小满"], "8 月发放时按当时所知"
    assert names(home, "2024-07-01", as_known="2024-09-02") == ["周桂兰"]
    assert names(home, "2024-02-01", as_known="2024-01-20") == ["周桂兰"], "还没记录时不知道"


def test_更正保留旧行_不能在旧行上再改(home: Household) -> None:
    row = join(home, "周小满", "2024-02-01", "2024-02-01")
    with clock.at(moment("2024-03-01")):
        fixed = services.correct_membership(
            actor=SYSTEM, membership=row, reason="日期录错", valid_from=day("2024-01-05"), relation="孙子女"
        )
    assert HouseholdMember.objects.filter(person=row.person).count() == 2
    assert selectors.household_members(home, day("2024-01-06"))[1].relation == "孙子女"
    assert selectors.household_members(home, day("2024-02-06"), moment("2024-02-20"))[1].relation == "子女"
    with pytest.raises(MembershipConflict, match="刷新"):
        services.correct_membership(actor=SYSTEM, membership=row, reason="又改", relation="其他")
    services.withdraw_membership(actor=SYSTEM, membership=fixed, reason="登记错人")
    assert names(home, "2024-03-01") == ["周桂兰"]
    assert len(selectors.membership_history(home)) == 3


def test_一个人同一天不能在两户_迁移前后不留空档(home: Household) -> None:
    row = join(home, "周小满", "2024-02-01", "2024-02-01")
    other = services.open_household(
        actor=SYSTEM, head=person("李四"), region_code=VILLAGE_B, is_urban=True, valid_from=day("2024-01-01")
    )
    with pytest.raises(MembershipConflict, match=home.no):
        services.add_member(
            actor=SYSTEM, household=other, person=row.person, relation="配偶", valid_from=day("2024-05-01")
        )
    services.move_member(actor=SYSTEM, membership=row, to=other, on=day("2024-05-01"), relation="配偶", reason="结婚")
    assert names(home, "2024-04-30") == ["周桂兰", "周小满"] and names(home, "2024-05-01") == ["周桂兰"]
    assert names(other, "2024-05-01") == ["李四", "周小满"] and names(other, "2024-04-30") == ["李四"]
    assert selectors.household_of(row.person, day("2024-05-01")) == other
    with pytest.raises(MembershipConflict):
        services.correct_membership(
            actor=SYSTEM,
            membership=HouseholdMember.objects.get(household=other, person=row.person),
            reason="",
            valid_from=day("2024-04-15"),
        )


def test_截止早于开始不收(home: Household) -> None:
    with pytest.raises(MembershipConflict, match="早于"):
        join(home, "周小满", "2024-02-01", "2024-02-01", valid_to=day("2024-01-31"))


def test_家庭档案也按范围打开并记录_群众只开自家(home: Household, post: Callable[[str, str], Actor]) -> None:
    clerk = post("town_clerk", TOWN_A)
    assert selectors.open_household(clerk, home.pk, "年度复核") == home
    assert AuditEntry.objects.get(action="read").object_type == "household"
    with pytest.raises(Household.DoesNotExist):
        selectors.open_household(post("town_clerk", TOWN_B), home.pk, "年度复核")
    citizen = actor_of(User.objects.create(username="c1", name="周桂兰", kind="citizen", person_id=home.head_id))
    assert selectors.open_household(citizen, home.pk, "").pk == home.pk
    assert AuditEntry.objects.filter(action="read", reason="本人查看").exists()
    stranger = actor_of(User.objects.create(username="c2", name="别人", kind="citizen", person=person("别人")))
    with pytest.raises(Household.DoesNotExist):
        selectors.open_household(stranger, home.pk, "")


def test_成员连同人员一次取出(home: Household, django_assert_num_queries: Callable) -> None:
    for n in range(4):
        join(home, f"周小{'一二三四'[n]}", "2024-02-01", "2024-02-01")
    with django_assert_num_queries(1):
        assert selectors.household_members(home, day("2024-03-01"))[0].person.name == "周桂兰"
