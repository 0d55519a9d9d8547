"""任职: incompatible posts cannot be held by one person at the same time."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest

from minzheng.kernel.accounts import services
from minzheng.kernel.accounts.actors import SYSTEM, actor_of
from minzheng.kernel.accounts.errors import AccountError, RoleRefused, WeakPassword
from minzheng.kernel.accounts.models import Assignment, User
from minzheng.kernel.accounts.roles import ROLES
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.orgs.models import Organization

from .conftest import COUNTY, PASSWORD, TOWN_A, TOWN_B

pytestmark = pytest.mark.django_db
Staff = Callable[..., User]
TODAY = datetime.date(2026, 11, 21)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINZHENG_TODAY", str(TODAY))


def give(user: User, role: str, bureau: Organization, **extra: object) -> Assignment:
    values = {"actor": SYSTEM, "region_code": COUNTY, "valid_from": TODAY} | extra
    return services.assign_role(user=user, role=role, organization=bureau, **values)


PAIRS = sorted((a, b) for a in ROLES for b in ROLES[a].incompatible if a < b)


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_不相容的两个岗位先后授予都被拒绝(one: str, other: str, staff: Staff, bureau: Organization) -> None:
    user = staff("a")
    give(user, one, bureau, region_code=TOWN_A)
    with pytest.raises(RoleRefused, match=ROLES[other].title):
        give(user, other, bureau, region_code=TOWN_B)
    assert user.assignments.count() == 1


def test_三员分立和调查确认分离都在不相容之列() -> None:
    assert {("sys_admin", "sec_admin"), ("audit_admin", "sec_admin"), ("county_reviewer", "town_clerk")} <= {
        (a, b) for pair in PAIRS for a, b in (pair, pair[::-1])
    }


def test_离任之后可以转任_尚未开始的任职也算在内(staff: Staff, bureau: Organization) -> None:
    user = staff("a")
    end = TODAY + datetime.timedelta(days=30)
    give(user, "town_clerk", bureau, valid_to=end)
    with pytest.raises(RoleRefused, match="调查人不得审核确认"):
        give(user, "county_reviewer", bureau, valid_from=end)
    give(user, "county_reviewer", bureau, valid_from=end + datetime.timedelta(days=1))
    with pytest.raises(RoleRefused):
        give(user, "town_clerk", bureau, valid_from=end)


def test_授予者须是该地区的安全管理员_且不能授给自己(staff: Staff, bureau: Organization) -> None:
    security, system, clerk = (
        staff("s", ("sec_admin", TOWN_A)),
        staff("y", ("sys_admin", COUNTY)),
        staff("c"),
    )
    row = give(clerk, "town_clerk", bureau, actor=actor_of(security), region_code=TOWN_A)
    assert row.granted_by_id == security.pk
    for actor in (actor_of(security), actor_of(system)):
        with pytest.raises(RoleRefused, match="安全管理员"):
            give(clerk, "town_clerk", bureau, actor=actor, region_code=TOWN_B)
    with pytest.raises(RoleRefused, match="不能给自己"):
        give(security, "auditor", bureau, actor=actor_of(security), region_code=TOWN_A)


def test_日期倒置_未知岗位_群众账号都不能任职(staff: Staff, bureau: Organization) -> None:
    user = staff("a")
    with pytest.raises(RoleRefused, match="截止日期"):
        give(user, "finance", bureau, valid_to=TODAY - datetime.timedelta(days=1))
    with pytest.raises(RoleRefused, match="没有“superuser”"):
        give(user, "superuser", bureau)
    with pytest.raises(RoleRefused, match="工作人员"):
        give(User.objects.create(username="c1", name="群众", kind="citizen"), "finance", bureau)


def test_任职和离任都写审计_离任保留记录(staff: Staff, bureau: Organization) -> None:
    row = give(staff("a"), "finance", bureau)
    services.end_assignment(actor=SYSTEM, assignment=row, on=TODAY, reason="调离")
    row.refresh_from_db()
    assert row.valid_to == TODAY
    lines = AuditEntry.objects.filter(object_type="assignment", object_id=row.pk)
    assert sorted(lines.values_list("action", "reason")) == [
        ("accounts.assign", ""),
        ("accounts.end_assignment", "调离"),
    ]


def test_新账号的口令须合规定_用户名不能重复(bureau: Organization) -> None:
    def create(username: str = "wang.fang", password: str = PASSWORD) -> User:
        return services.create_user(actor=SYSTEM, username=username, name="王芳", password=password, region_code=COUNTY)

    for weak, rule in [
        ("Ab1!", "至少 12 位"),
        ("abcdefghij", "至少包含三种"),
        ("Wang.Fang-2026", "用户名"),
        ("王芳王芳Ab123456", "姓名"),
        ("Ab-1111-zz-yy", "连续四位"),
    ]:
        with pytest.raises(WeakPassword, match=rule):
            create(password=weak)
    user = create("Wang.Fang")
    assert user.username == "wang.fang" and user.check_password(PASSWORD)
    with pytest.raises(AccountError, match="已有人使用"):
        create(" WANG.fang ")
    with pytest.raises(AccountError, match="字母"):
        create("王芳")


def test_停用账号_重置口令要有权限_改自己的口令要旧口令(staff: Staff) -> None:
    system, clerk = staff("y", ("sys_admin", COUNTY)), staff("c", ("town_clerk", TOWN_A))
    with pytest.raises(RoleRefused):
        services.reset_password(actor=actor_of(clerk), user=system, password="Xin-kou-ling-1", region_code=COUNTY)
    services.reset_password(actor=actor_of(system), user=clerk, password="Xin-kou-ling-1", region_code=COUNTY)
    assert clerk.check_password("Xin-kou-ling-1")
    with pytest.raises(AccountError, match="原口令不对"):
        services.change_own_password(actor=actor_of(clerk), old=PASSWORD, new="Zai-huan-yi-ge-2")
    services.change_own_password(actor=actor_of(clerk), old="Xin-kou-ling-1", new="Zai-huan-yi-ge-2")
    services.set_active(actor=actor_of(system), user=clerk, active=False, region_code=COUNTY, reason="离职")
    clerk.refresh_from_db()
    assert not clerk.is_active and actor_of(clerk).is_anonymous
    with pytest.raises(AccountError, match="自己"):
        services.set_active(actor=actor_of(system), user=system, active=False, region_code=COUNTY, reason="")
