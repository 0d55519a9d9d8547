"""动态码、恢复码、强制启用、再次验证: with real accounts and the rule as it is in the product."""

from __future__ import annotations

import datetime
import itertools
import re
import time
from collections.abc import Callable

import pyotp
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from minzheng.kernel.accounts import second_factor, services
from minzheng.kernel.accounts.actors import SYSTEM, actor_of
from minzheng.kernel.accounts.duties import owed
from minzheng.kernel.accounts.errors import AccountError, RoleRefused
from minzheng.kernel.accounts.limits import limit
from minzheng.kernel.accounts.models import RecoveryCode, SecondFactor, User
from minzheng.kernel.accounts.proof import PROVED
from minzheng.kernel.audit.models import AuditEntry

from .conftest import COUNTY, PASSWORD, TOWN_A

pytestmark = [pytest.mark.django_db, pytest.mark.second_factor]
Staff = Callable[..., User]


def enrol(user: User) -> tuple[pyotp.TOTP, list[str]]:
    """A device for this account, and its recovery codes. The code used for it counts as taken."""
    actor = actor_of(user)
    secret = second_factor.begin(actor=actor).secret.replace(" ", "")
    device = pyotp.TOTP(secret)
    codes = second_factor.confirm(actor=actor, code=device.now())
    user.refresh_from_db()
    return device, codes


def forget_steps(user: User) -> None:
    """As if half a minute had gone by since the last code."""
    SecondFactor.objects.filter(user=user).update(last_step=0)


def come(username: str, password: str = PASSWORD) -> tuple[Client, str]:
    """A browser after user name and password; where it was sent."""
    client = Client()
    response = client.post(reverse("accounts.sign_in"), {"username": username, "password": password})
    return client, response.get("Location", "")


def test_要求的岗位没启用_登录后只能去启用_启用后才能办事(staff: Staff) -> None:
    staff("y", ("sys_admin", COUNTY))
    client, _ = come("y")
    for code in ("cases.workbench", "accounts.list", "accounts.me", "accounts.history"):
        assert client.get(reverse(code))["Location"] == reverse("accounts.second_factor"), code
    fragment = client.get(reverse("accounts.list"), headers={"HX-Request": "true"})
    assert fragment["HX-Redirect"] == reverse("accounts.second_factor") and fragment.content == b""
    page = client.get(reverse("accounts.second_factor")).content.decode()
    assert 'src="data:image/svg+xml' in page
    secret = re.search(r'class="secret">([A-Z2-7 ]+)<', page)
    assert secret is not None
    device = pyotp.TOTP(secret[1].replace(" ", ""))
    bad = client.post(reverse("accounts.second_factor"), {"do": "confirm", "code": "000000"})
    assert bad.status_code == 422 and "动态码不对" in bad.content.decode()
    done = client.post(reverse("accounts.second_factor"), {"do": "confirm", "code": device.now()}).content.decode()
    assert len(re.findall(r"<code>[A-Z2-9]{5}-[A-Z2-9]{5}</code>", done)) == limit("recovery_codes")
    assert client.get(reverse("accounts.list")).status_code == 200


def test_不要求的岗位不强制_示范账号不强制但可以启用(staff: Staff) -> None:
    assert owed(actor_of(staff("c", ("town_clerk", TOWN_A)))) is None
    assert owed(actor_of(staff("d", ("finance", COUNTY), is_demo=True))) is None
    for role in ("finance", "county_reviewer", "bureau_head", "sec_admin", "audit_admin"):
        duty = owed(actor_of(staff(role, (role, COUNTY))))
        assert duty is not None and duty.page == "accounts.second_factor"


def test_登录分两步_动态码只能用一次_恢复码各用一次(staff: Staff) -> None:
    user = staff("s", ("sec_admin", COUNTY))
    device, codes = enrol(user)
    code = device.now()
    client, where = come("s")
    assert where == reverse("accounts.code")
    assert client.get(reverse("accounts.list")).status_code == 302, "第一步不算登录"
    reused = client.post(reverse("accounts.code"), {"code": code})
    assert reused.status_code == 422 and "已经用过" in reused.content.decode(), "启用时用过的码不能再用"
    forget_steps(user)
    assert client.post(reverse("accounts.code"), {"code": device.now()})["Location"] == reverse("cases.workbench")
    assert client.get(reverse("accounts.list")).status_code == 200
    second, _ = come("s")
    assert second.post(reverse("accounts.code"), {"code": device.now()}).status_code == 422, "窗口期内重放被拒"
    assert second.post(reverse("accounts.code"), {"code": codes[0].lower()}).status_code == 302
    third, _ = come("s")
    assert third.post(reverse("accounts.code"), {"code": codes[0]}).status_code == 422, "恢复码只用一次"
    assert second_factor.codes_left(user) == limit("recovery_codes") - 1
    assert AuditEntry.objects.filter(action="accounts.recovery_code_used", actor_id=user.pk).count() == 1


def test_第二步连错会锁定_太久要重来(staff: Staff) -> None:
    user = staff("s", ("sec_admin", COUNTY))
    device, _codes = enrol(user)
    client, _ = come("s")
    for _ in range(limit("lock_tries")):
        assert client.post(reverse("accounts.code"), {"code": "123456"}).status_code == 422
    forget_steps(user)
    locked = client.post(reverse("accounts.code"), {"code": device.now()})
    assert locked.status_code == 422 and "暂停登录" in locked.content.decode()
    late, _ = come("s")
    session = late.session
    session["half_signed_in"] = {**session["half_signed_in"], "at": int(time.time()) - 301}
    session.save()
    assert late.post(reverse("accounts.code"), {"code": device.now()})["Location"] == reverse("accounts.sign_in")


def test_密钥和恢复码不以明文存库(staff: Staff) -> None:
    from django.db import connection

    user = staff("s", ("sec_admin", COUNTY))
    device, codes = enrol(user)
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM kernel_secondfactor")
        assert device.secret.encode() not in bytes(cursor.fetchone()[0])
    stored = b"".join(bytes(row.digest) for row in RecoveryCode.objects.filter(user=user))
    assert all(code.replace("-", "").encode() not in stored for code in codes)


def test_遗失设备由安全管理员重置_写明原因_原登录退出_系统管理员不能(staff: Staff) -> None:
    user = staff("f", ("finance", COUNTY))
    device, _codes = enrol(user)
    client, _ = come("f")
    forget_steps(user)
    client.post(reverse("accounts.code"), {"code": device.now()})
    security, system = staff("s", ("sec_admin", COUNTY)), staff("y", ("sys_admin", COUNTY))
    with pytest.raises(RoleRefused):
        services.reset_second_factor(actor=actor_of(system), user=user, reason="手机遗失")
    with pytest.raises(AccountError, match="原因"):
        services.reset_second_factor(actor=actor_of(security), user=user, reason=" ")
    services.reset_second_factor(actor=actor_of(security), user=user, reason="手机遗失")
    line = AuditEntry.objects.get(action="accounts.reset_second_factor")
    assert (line.reason, line.actor_id) == ("手机遗失", security.pk)
    assert client.get(reverse("cases.workbench"))["Location"].startswith("/login/"), "原来的登录已退出"
    _client, where = come("f")
    assert where == reverse("cases.workbench"), "没有设备了，第一步即登录，然后须重新启用"


def prove_long_ago(client: Client) -> None:
    session = client.session
    session[PROVED] = int(time.time()) - limit("step_up_minutes") * 60 - 1
    session.save()


def test_授予岗位前须再次验证_验证后回到原处_提交的内容丢失会说明(staff: Staff) -> None:
    user, other = staff("s", ("sec_admin", COUNTY)), staff("c", ("town_clerk", TOWN_A))
    device, _codes = enrol(user)
    client, _ = come("s")
    forget_steps(user)
    client.post(reverse("accounts.code"), {"code": device.now()})
    url = reverse("accounts.grant", kwargs={"pk": other.pk})
    assert client.get(url).status_code == 200, "刚登录就是刚验证"
    prove_long_ago(client)
    asked = client.get(url)
    assert asked["Location"].startswith(reverse("accounts.step_up")) and "grant" in asked["Location"]
    fragment = client.get(url, headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/console/accounts/"})
    assert fragment["HX-Redirect"].startswith(reverse("accounts.step_up")) and fragment.content == b""
    posted = client.post(url, {"kind": "own"}, headers={"Referer": "http://testserver" + url})
    page = client.get(posted["Location"]).content.decode()
    assert "刚才提交的内容没有保存" in page
    wrong = client.post(reverse("accounts.step_up"), {"next": url, "secret": "x"})
    assert wrong.status_code == 422 and "不对" in wrong.content.decode()
    assert client.post(reverse("accounts.step_up"), {"next": url, "secret": PASSWORD})["Location"] == url
    assert client.get(url).status_code == 200
    prove_long_ago(client)
    forget_steps(user)
    assert client.post(reverse("accounts.step_up"), {"next": url, "secret": device.now()})["Location"] == url
    stranger = client.post(reverse("accounts.step_up"), {"next": "https://evil.example/x", "secret": PASSWORD})
    assert stranger["Location"] == reverse("cases.workbench"), "不跳到别的网站"


def test_导出发放明细前须再次验证_验证后回到列表(staff: Staff) -> None:
    user = staff("f", ("finance", COUNTY))
    enrol(user)
    client = Client()
    client.force_login(user)
    listing = reverse("payments.list") + "?month=2026-12"
    assert client.get(listing).status_code == 200
    prove_long_ago(client)
    asked = client.get(
        reverse("payments.export") + "?month=2026-12", headers={"Referer": "http://testserver" + listing}
    )
    assert "month%3D2026-12" in asked["Location"] and "export%2F" not in asked["Location"]


def test_别人设的口令_首次登录先改_到期的口令也先改(staff: Staff) -> None:
    user = staff("c", ("town_clerk", TOWN_A))
    system = staff("y", ("sys_admin", COUNTY))
    services.reset_password(actor=actor_of(system), user=user, password="Lin-shi-2026-kl", reason="忘记")
    client, _ = come("c", "Lin-shi-2026-kl")
    assert client.get(reverse("cases.workbench"))["Location"] == reverse("accounts.password")
    answers = {"old": "Lin-shi-2026-kl", "new": "Zi-ji-de-2026-kl", "again": "Zi-ji-de-2026-kl"}
    assert client.post(reverse("accounts.password"), answers).status_code == 302
    client, _ = come("c", "Zi-ji-de-2026-kl")
    assert client.get(reverse("cases.workbench")).status_code == 200
    old = timezone.now() - datetime.timedelta(days=limit("password_days") + 1)
    User.objects.filter(pk=user.pk).update(password_changed_at=old)
    assert client.get(reverse("cases.workbench"))["Location"] == reverse("accounts.password")


def test_最近用过的口令不能再用(staff: Staff, bureau: object) -> None:
    user = staff("c", ("town_clerk", TOWN_A))
    words = [PASSWORD, *(f"Xin-kou-ling-{n}x" for n in range(limit("password_history") + 1))]
    for old, new in itertools.pairwise(words[:-1]):
        services.change_own_password(actor=actor_of(user), old=old, new=new)
        user.refresh_from_db()
    with pytest.raises(AccountError, match="最近 5 个"):
        services.change_own_password(actor=actor_of(user), old=words[-2], new=PASSWORD)
    services.change_own_password(actor=actor_of(user), old=words[-2], new=words[-1])
    user.refresh_from_db()
    services.change_own_password(actor=actor_of(user), old=words[-1], new=PASSWORD)
    assert user.passwords_used.count() <= limit("password_history")


def test_新建的账号须改口令_命令行也能重置动态码(bureau: object) -> None:
    user = services.create_user(
        actor=SYSTEM, username="zhang.san", name="张三", password=PASSWORD, region_code="420821000000"
    )
    assert user.must_change_password and not user.is_demo
    assert owed(actor_of(user)) is not None and owed(actor_of(user)).page == "accounts.password"
    enrol(user)
    services.reset_second_factor(actor=SYSTEM, user=user, reason="手机遗失")
    assert user.second_factor_at is None and not SecondFactor.objects.filter(user=user).exists()
