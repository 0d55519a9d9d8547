"""One authorisation looks at one appointment (任职): powers and scopes of several posts are never merged."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from django.contrib.auth.models import AnonymousUser

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import ANONYMOUS, SYSTEM, actor_of
from minzheng.kernel.accounts.models import Assignment, User
from minzheng.kernel.accounts.roles import ADMINS, PERMISSIONS, ROLES, why_apart
from minzheng.kernel.orgs.models import Organization
from minzheng.kernel.subjects.models import Household

from .conftest import COUNTY, TOWN_A, TOWN_B, VILLAGE_A

pytestmark = pytest.mark.django_db
Staff = Callable[..., User]


def test_经办员在本乡镇各村有权_在外乡镇和上级无权(staff: Staff) -> None:
    actor = actor_of(staff("a", ("town_clerk", TOWN_A)))
    assert actor.can("case.accept", VILLAGE_A).region_code == TOWN_A
    assert actor.can("case.accept", TOWN_A)
    assert actor.can("case.accept", TOWN_B) is None
    assert actor.can("case.accept", COUNTY) is None
    assert actor.can("case.confirm", VILLAGE_A) is None


def test_两个岗位的权限与范围不合并(staff: Staff) -> None:
    actor = actor_of(staff("a", ("town_clerk", TOWN_A), ("policy_officer", COUNTY)))
    assert actor.can("award.read", TOWN_B).role == "policy_officer"
    assert actor.can("case.read", TOWN_B) is None, "政策科看全县待遇，不等于能看外乡镇的办件"
    assert actor.scopes("case.read") == [TOWN_A]
    assert actor.scopes("award.read") == [COUNTY], "县级范围已包含乡镇，不重复列出"


def test_列表条件只含本范围的行_没有权限时一行不含(staff: Staff) -> None:
    for code in (VILLAGE_A, TOWN_A, "990101002003", "990102001001"):
        Household.objects.create(no=code, region_code=code)
    actor = actor_of(staff("a", ("town_clerk", TOWN_A)))
    found = Household.objects.filter(actor.scope_q("household.read")).values_list("region_code", flat=True)
    assert sorted(found) == [TOWN_A, VILLAGE_A]
    assert not Household.objects.filter(actor.scope_q("case.confirm")).exists()
    assert not Household.objects.filter(ANONYMOUS.scope_q("household.read")).exists()


def test_未到任和已离任的岗位不起作用_首尾两日都算(staff: Staff, bureau: Organization) -> None:
    user = staff("a")
    first, last = datetime.date(2026, 3, 1), datetime.date(2026, 6, 30)
    Assignment.objects.create(
        user=user, role="town_clerk", organization=bureau, region_code=TOWN_A, valid_from=first, valid_to=last
    )
    day = datetime.timedelta(days=1)
    assert [actor_of(user, on=on).has("case.accept") for on in (first - day, first, last, last + day)] == [
        False,
        True,
        True,
        False,
    ]
    with clock.at(last + day):
        assert not actor_of(user).has("case.accept"), "默认按业务日期"


def test_停用的账号和未登录者什么也不是(staff: Staff) -> None:
    user = staff("a", ("town_clerk", TOWN_A), is_active=False)
    assert actor_of(user).is_anonymous
    assert actor_of(AnonymousUser()).is_anonymous
    assert actor_of(None).is_anonymous and not actor_of(None).has("case.read")


def test_群众没有工作权限_只有本人档案号(db: None) -> None:
    user = User.objects.create(username="c1", name="群众", kind="citizen", person_id=42)
    actor = actor_of(user)
    assert actor.person_id == 42 and actor.is_citizen and actor.role == "citizen"
    assert not any(actor.has(permission) for permission in PERMISSIONS)


def test_一次身份判断只查一次库(staff: Staff, django_assert_num_queries: Callable) -> None:
    user = staff("a", ("town_clerk", TOWN_A), ("town_clerk", TOWN_B))
    with django_assert_num_queries(1):
        actor = actor_of(user)
        actor.can("case.read", VILLAGE_A)
        actor.scope_q("person.read")
        assert actor.assignments[0].organization.name


def test_以某一任职行事时只剩该岗位(staff: Staff) -> None:
    actor = actor_of(staff("a", ("town_clerk", TOWN_A), ("policy_officer", COUNTY)), address="10.0.0.8")
    acting = actor.acting_as(actor.can("case.accept", VILLAGE_A))
    assert acting.role == "town_clerk" and acting.address == "10.0.0.8"
    assert not acting.can("award.read", TOWN_B)


def test_系统身份没有岗位_由服务函数自行放行() -> None:
    assert SYSTEM.name == "系统" and SYSTEM.role == "system" and SYSTEM.id is None
    assert not SYSTEM.has("case.read")


def test_角色表完整_不相容是对称的() -> None:
    for role in ROLES.values():
        assert role.permissions and role.permissions <= set(PERMISSIONS)
        assert role.code not in role.incompatible
        for other in role.incompatible:
            assert role.code in ROLES[other].incompatible
            assert why_apart(role.code, other)
    assert set(PERMISSIONS) == frozenset().union(*(role.permissions for role in ROLES.values()))


def test_调查与确认_三员与业务_在权限上也不重叠() -> None:
    for role in ROLES.values():
        assert not {"case.investigate", "case.confirm"} <= role.permissions
        assert not {"accounts.manage", "accounts.grant"} <= role.permissions
    for admin in ADMINS:
        assert not any(permission.startswith(("case.", "person.", "award.")) for permission in ROLES[admin].permissions)
