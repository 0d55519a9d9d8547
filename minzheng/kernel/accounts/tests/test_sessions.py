"""会话: polling keeps nothing alive, age ends it, everywhere means everywhere; a chosen post is the only one; back-off."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from minzheng.kernel.accounts import lockout, services
from minzheng.kernel.accounts.actors import actor_of
from minzheng.kernel.accounts.errors import LockedOut, SignInRefused
from minzheng.kernel.accounts.limits import limit, listing
from minzheng.kernel.accounts.models import Assignment, LoginAttempt, User
from minzheng.kernel.accounts.proof import BEGUN, SEEN
from minzheng.kernel.accounts.signing import REFUSED, authenticate
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.orgs.models import Organization

from .conftest import COUNTY, PASSWORD, TOWN_A, TOWN_B

pytestmark = pytest.mark.django_db
Staff = Callable[..., User]


def come(username: str) -> Client:
    client = Client()
    client.post(reverse("accounts.sign_in"), {"username": username, "password": PASSWORD})
    return client


def shift(client: Client, key: str, seconds: int) -> None:
    session = client.session
    session[key] -= seconds
    session.save()


def test_自动刷新和局部片段不算操作_会话照样到时退出(staff: Staff) -> None:
    staff("li", ("town_clerk", TOWN_A))
    client = come("li")
    shift(client, SEEN, 14 * 60)
    before = client.session[SEEN]
    assert client.get(reverse("cases.workbench"), headers={"X-Poll": "1"}).status_code == 200
    assert client.get(reverse("search.suggest"), {"q": "周"}).status_code == 200
    assert client.session[SEEN] == before
    client.get(reverse("cases.workbench"))
    assert client.session[SEEN] > before, "人点开的页面才算"
    shift(client, SEEN, 16 * 60)
    gone = client.get(reverse("cases.list"), headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/x"})
    assert gone["HX-Redirect"].startswith("/login/") and gone.content == b""


def test_一次登录用满时长就退出_不管多忙(staff: Staff) -> None:
    user = staff("li", ("town_clerk", TOWN_A))
    client = come("li")
    shift(client, BEGUN, limit("session_hours") * 3600 + 1)
    assert client.get(reverse("cases.workbench"))["Location"].startswith("/login/")
    assert AuditEntry.objects.filter(action="auth.aged_out", actor_id=user.pk).exists()


def test_在所有设备上退出(staff: Staff) -> None:
    staff("li", ("town_clerk", TOWN_A))
    one, two = come("li"), come("li")
    one.post(reverse("accounts.sign_out_everywhere"))
    for client in (one, two):
        assert client.get(reverse("cases.workbench"))["Location"].startswith("/login/")
    assert come("li").get(reverse("cases.workbench")).status_code == 200


def test_登录后说上次何时何地_其间有几次失败(staff: Staff) -> None:
    staff("li", ("town_clerk", TOWN_A))
    assert "上次登录" not in come("li").get(reverse("cases.workbench")).content.decode()
    Client().post(reverse("accounts.sign_in"), {"username": "li", "password": "wrong"})
    page = come("li").get(reverse("cases.workbench")).content.decode()
    assert "上次登录" in page and "127.0.0.1" in page and "有 1 次没有成功的登录" in page


def test_几个岗位的人选定一个_只按那一个办_审计写用的是哪个(staff: Staff) -> None:
    user = staff("li", ("town_clerk", TOWN_A), ("finance", COUNTY))
    Assignment.objects.filter(user=user, role="finance").update(role="policy_officer")
    client = come("li")
    clerk, officer = Assignment.objects.filter(user=user).order_by("pk")
    assert client.get(reverse("cases.list")).status_code == 200
    assert "全部岗位" in client.get(reverse("accounts.me")).content.decode()
    client.post(reverse("accounts.choose_post"), {"post": str(officer.pk)})
    assert client.get(reverse("cases.list")).status_code == 403
    line = AuditEntry.objects.get(action="auth.choose_post")
    assert (line.role, line.object_id) == ("policy_officer", officer.pk)
    client.post(reverse("accounts.choose_post"), {"post": ""})
    assert client.get(reverse("cases.list")).status_code == 200
    client.post(reverse("accounts.choose_post"), {"post": str(clerk.pk)})
    Assignment.objects.filter(pk=clerk.pk).update(valid_to=datetime.date(2020, 2, 1))
    assert client.get(reverse("cases.list")).status_code == 403, "选定的岗位过期，不会带来别的权限"
    stranger = staff("wu", ("county_reviewer", COUNTY)).assignments.get()
    client.post(reverse("accounts.choose_post"), {"post": str(stranger.pk)})
    assert client.get(reverse("cases.list")).status_code == 403, "别人的岗位选不了"


def attempt(address: str, password: str = "wrong", username: str = "li") -> None:
    authenticate(username=username, password=password, address=address)


def spread(count: int) -> None:
    for n in range(count):
        with pytest.raises(SignInRefused):
            attempt(f"10.9.{n // 200}.{n % 200}")


def test_换着地址猜同一个人_逐次放慢_本人常用的地址不受影响(staff: Staff) -> None:
    staff("li", ("town_clerk", TOWN_A))
    attempt("10.0.0.1", PASSWORD)
    spread(limit("spread_tries"))
    with pytest.raises(LockedOut, match="多处登录失败"):
        attempt("10.8.0.1", PASSWORD)
    attempt("10.0.0.1", PASSWORD)


def test_放慢期间的尝试不计数_到时一定能再试_等不过一刻钟(staff: Staff) -> None:
    staff("li", ("town_clerk", TOWN_A))
    spread(limit("spread_tries"))
    for _ in range(30):
        with pytest.raises(LockedOut):
            attempt("10.8.0.1")
    counted = LoginAttempt.objects.exclude(outcome="slowed").count()
    assert counted == limit("spread_tries")
    ago = timezone.now() - datetime.timedelta(minutes=limit("spread_minutes"), seconds=1)
    LoginAttempt.objects.exclude(outcome="slowed").update(at=ago)
    attempt("10.8.0.2", PASSWORD)


def test_管理员核实本人后可解除_不存在的用户名同样放慢(staff: Staff) -> None:
    user, system = staff("li", ("town_clerk", TOWN_A)), staff("y", ("sys_admin", COUNTY))
    spread(limit("spread_tries"))
    with pytest.raises(LockedOut):
        attempt("10.8.0.1", PASSWORD)
    assert services.unlock(actor=actor_of(system), user=user) >= limit("spread_tries")
    attempt("10.8.0.1", PASSWORD)
    for n in range(limit("spread_tries")):
        with pytest.raises(SignInRefused) as refused:
            attempt(f"10.7.0.{n}", username="nobody")
        assert str(refused.value) == REFUSED
    with pytest.raises(LockedOut):
        attempt("10.7.1.1", username="nobody")


def test_登录记录写得出每次的结果(staff: Staff) -> None:
    from minzheng.kernel.accounts.logins import logins_of, outcome

    user = staff("li", ("town_clerk", TOWN_A))
    with pytest.raises(SignInRefused):
        attempt("10.0.0.1")
    attempt("10.0.0.1", PASSWORD)
    assert [outcome(row) for row in logins_of(user)] == ["登录成功", "未成功"]
    assert lockout.OUTCOMES["slowed"] == "过于频繁，未核对"


def test_每个数字都有来源_单位可以另定(settings: object) -> None:
    rows = list(listing())
    assert len(rows) == 15 and all(row["source"] and row["title"] for row in rows)
    assert limit("password_days") == 90
    settings.ACCOUNT_LIMITS = {"password_days": 60}
    assert limit("password_days") == 60


def test_借调要写明上级机构和期限_县里缺的岗位由市里的人来任(staff: Staff, bureau: Organization) -> None:
    from minzheng.kernel.accounts.actors import SYSTEM
    from minzheng.kernel.accounts.errors import RoleRefused

    city = Organization.objects.create(
        code="T-CITY", name="市民政局", kind="bureau", region_code="990100000000", valid_from=datetime.date(2000, 1, 1)
    )
    lent = staff("shi", ("sec_admin", "990100000000"))
    today = datetime.date.today()

    def loan(**extra: object) -> Assignment:
        values = {
            "actor": SYSTEM, "user": lent, "role": "sec_admin", "organization": bureau, "region_code": COUNTY,
            "valid_from": today, "valid_to": today + datetime.timedelta(days=90), "kind": "loan", "lent_by": city,
        } | extra  # fmt: skip
        return services.assign_role(**values)

    with pytest.raises(RoleRefused, match="截止日期"):
        loan(valid_to=None)
    with pytest.raises(RoleRefused, match="借出机构"):
        loan(lent_by=None)
    with pytest.raises(RoleRefused, match="不是该地区的上级"):
        loan(lent_by=bureau)
    with pytest.raises(RoleRefused, match="三员分立"):
        loan(role="sys_admin")
    made = loan()
    assert (made.kind, made.lent_by_id) == ("loan", city.pk)
    after = made.valid_to + datetime.timedelta(days=1)
    assert [one.kind for one in actor_of(lent, on=after).posts] == ["own"], "到期按日期失效"
    county_admin = staff("xian", ("sys_admin", COUNTY))
    with pytest.raises(RoleRefused):
        services.reset_password(actor=actor_of(county_admin), user=lent, password="Xin-kou-ling-9")


def test_代理必须写明代理谁_不能比被代理人权限大(staff: Staff, bureau: Organization) -> None:
    from minzheng.kernel.accounts.actors import SYSTEM
    from minzheng.kernel.accounts.errors import RoleRefused

    principal, deputy = staff("a", ("town_clerk", TOWN_A)), staff("b", ("town_clerk", TOWN_B))
    post, today = principal.assignments.get(), datetime.date.today()

    def stand_in(**extra: object) -> Assignment:
        values = {
            "actor": SYSTEM, "user": deputy, "role": "town_clerk", "organization": bureau, "region_code": TOWN_A,
            "valid_from": today, "valid_to": today, "kind": "deputy", "on_behalf_of": post,
        } | extra  # fmt: skip
        return services.assign_role(**values)

    for bad, sentence in (
        ({"on_behalf_of": None}, "代理谁"),
        ({"valid_to": None}, "截止日期"),
        ({"region_code": COUNTY}, "数据范围不得更大"),
        ({"role": "matching_officer"}, "岗位须相同"),
        ({"user": principal}, "自己"),
    ):
        with pytest.raises(RoleRefused, match=sentence):
            stand_in(**bad)
    made = stand_in()
    assert actor_of(deputy).can("case.accept", TOWN_A) == made
    third = staff("c", ("town_clerk", TOWN_B))
    with pytest.raises(RoleRefused, match="不能再转"):
        stand_in(user=third, on_behalf_of=made)


def test_时间不会停(monkeypatch: pytest.MonkeyPatch, staff: Staff) -> None:
    """A frozen demo day does not keep a session or a proof alive."""
    monkeypatch.setenv("MINZHENG_TODAY", "2026-11-02")
    staff("li", ("town_clerk", TOWN_A))
    client = come("li")
    assert abs(client.session[SEEN] - time.time()) < 60
