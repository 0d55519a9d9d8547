"""Signing in: lock-out, captcha, idle sign-out; none of them tells whether an account exists."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from minzheng.kernel.accounts import citizens, lockout, services
from minzheng.kernel.accounts.addresses import client_address
from minzheng.kernel.accounts.errors import AccountError, LockedOut, SignInRefused
from minzheng.kernel.accounts.limits import limit
from minzheng.kernel.accounts.middleware import SEEN, ActorMiddleware
from minzheng.kernel.accounts.models import LoginAttempt, LoginCode, User
from minzheng.kernel.accounts.signing import REFUSED
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.notices.models import OutboxMessage
from minzheng.kernel.orgs.models import Organization
from minzheng.kernel.subjects.selectors import DEMO_BUREAU

from .conftest import COUNTY, PASSWORD, TOWN_A

pytestmark = pytest.mark.django_db
Staff = Callable[..., User]
PHONE = "15401019999"


def request(address: str = "10.0.0.1", **extra: Any) -> HttpRequest:
    made = RequestFactory().get("/", REMOTE_ADDR=address, **extra)
    made.session = import_module(settings.SESSION_ENGINE).SessionStore()
    made.user = AnonymousUser()
    return made


def sign_in(username: str = "li", password: str = PASSWORD, address: str = "10.0.0.1") -> User:
    return services.sign_in(request=request(address), username=username, password=password)


def test_登录成功换新会话_写审计_用户名不分大小写全半角(staff: Staff) -> None:
    user = staff("li", ("town_clerk", TOWN_A))
    asked = request()
    asked.session.create()
    before = asked.session.session_key
    assert services.sign_in(request=asked, username=" ＬＩ ", password=PASSWORD) == user
    assert asked.session.session_key != before
    assert asked.actor.can("case.read", TOWN_A)
    line = AuditEntry.objects.get(action="auth.sign_in")
    assert (line.actor_id, line.address) == (user.pk, "10.0.0.1")
    services.sign_out(request=asked)
    assert asked.actor.is_anonymous and AuditEntry.objects.filter(action="auth.sign_out", actor_id=user.pk).exists()


def test_用户不存在_口令错_停用_说同一句话(staff: Staff) -> None:
    staff("li")
    staff("off", is_active=False)
    User.objects.create_user("c1", PASSWORD, name="群众", kind="citizen")
    for username, password in [("li", "x"), ("nobody", PASSWORD), ("off", PASSWORD), ("c1", PASSWORD)]:
        with pytest.raises(SignInRefused) as refused:
            sign_in(username, password)
        assert str(refused.value) == REFUSED
    assert AuditEntry.objects.filter(action="auth.refused").count() == 4


def test_连错五次锁定_正确口令也不行_别的地址不受影响(staff: Staff) -> None:
    staff("li")
    for _ in range(limit("lock_tries")):
        with pytest.raises(SignInRefused):
            sign_in(password="wrong")
    with pytest.raises(LockedOut, match="15 分钟"):
        sign_in()
    assert AuditEntry.objects.filter(action="auth.locked_out").count() == 1
    assert sign_in(address="10.0.0.2")
    LoginAttempt.objects.update(at=timezone.now() - lockout.window() - datetime.timedelta(seconds=1))
    assert sign_in(), "过了锁定时间可以再试"


def test_不存在的用户名同样会锁定() -> None:
    for _ in range(limit("lock_tries")):
        with pytest.raises(SignInRefused) as refused:
            sign_in("nobody")
        assert not isinstance(refused.value, LockedOut)
    with pytest.raises(LockedOut):
        sign_in("nobody")


def test_成功登录后错误次数重新计(staff: Staff) -> None:
    staff("li")
    for _ in range(3):
        for _ in range(limit("lock_tries") - 1):
            with pytest.raises(SignInRefused):
                sign_in(password="wrong")
        sign_in()
    assert LoginAttempt.objects.filter(succeeded=True).count() == 3


def test_同一地址撒网试探也会锁定(staff: Staff) -> None:
    staff("li")
    LoginAttempt.objects.bulk_create(
        LoginAttempt(username=f"u{n}", address="10.0.0.1", succeeded=False) for n in range(limit("address_tries"))
    )
    with pytest.raises(LockedOut):
        sign_in()


def test_示范账号只在示范数据在库时可用(staff: Staff) -> None:
    user = staff("li", is_demo=True)
    client = Client()
    with pytest.raises(SignInRefused):
        sign_in()
    load_demo()
    assert sign_in() == user
    client.force_login(user)
    Organization.objects.filter(code=DEMO_BUREAU).delete()
    assert settings.AUTHENTICATION_BACKENDS == ["minzheng.kernel.accounts.backends.AccountBackend"]
    from minzheng.kernel.accounts.backends import AccountBackend

    assert AccountBackend().get_user(user.pk) is None, "示范数据撤走后，旧会话也作废"


def load_demo() -> None:
    Organization.objects.create(
        code=DEMO_BUREAU, name="示范县民政局", kind="bureau", region_code=COUNTY, valid_from=datetime.date(2000, 1, 1)
    )


def code_for(phone: str = PHONE) -> str:
    message = OutboxMessage.objects.filter(channel="sms").order_by("-created_at", "-pk").first()
    assert message is not None and message.to == citizens.normal_phone(phone)
    return message.body.split("验证码 ")[1][:6]


def enter(code: str, phone: str = PHONE) -> User:
    return services.sign_in_citizen(request=request(), phone=phone, code=code)


def test_群众凭手机验证码登录_首次登录开户_再次登录是同一账号() -> None:
    sent = services.send_login_code(phone=" +86 154-0101-9999 ")
    assert sent.phone == PHONE and sent.shown_code is None, "没有示范数据时验证码绝不上屏"
    first = enter(code_for())
    assert first.kind == "citizen" and first.phone == PHONE and not first.has_usable_password()
    LoginCode.objects.update(created_at=timezone.now() - datetime.timedelta(minutes=2))
    services.send_login_code(phone=PHONE)
    assert enter(code_for()) == first


def test_库里只存验证码的摘要(settings: Any) -> None:
    services.send_login_code(phone=PHONE)
    row = LoginCode.objects.get()
    assert code_for().encode() not in bytes(row.digest) and len(bytes(row.digest)) == 32


def test_验证码用过_过期_输错五次_被新码顶替_都不再有效() -> None:
    services.send_login_code(phone=PHONE)
    code = code_for()
    enter(code)
    with pytest.raises(SignInRefused):
        enter(code)

    old = timezone.now() - datetime.timedelta(minutes=2)
    LoginCode.objects.update(created_at=old)
    services.send_login_code(phone=PHONE)
    code = code_for()
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    LoginCode.objects.update(attempts=citizens.TRIES)
    with pytest.raises(SignInRefused):
        enter(code)
    LoginCode.objects.filter(used_at=None).update(attempts=0)
    with pytest.raises(SignInRefused):
        enter(wrong)
    assert LoginCode.objects.get(used_at=None).attempts == 1
    LoginCode.objects.update(created_at=old)
    services.send_login_code(phone=PHONE)
    if code_for() != code:
        with pytest.raises(SignInRefused):
            enter(code)
    LoginCode.objects.filter(used_at=None).update(expires_at=timezone.now())
    with pytest.raises(SignInRefused) as refused:
        enter(code_for())
    assert str(refused.value) == citizens.WRONG


def test_一分钟内和一小时内的次数有限() -> None:
    services.send_login_code(phone=PHONE)
    with pytest.raises(AccountError, match="1 分钟"):
        services.send_login_code(phone=PHONE)
    for _ in range(citizens.CODES_AN_HOUR - 1):
        LoginCode.objects.update(created_at=timezone.now() - datetime.timedelta(minutes=2))
        services.send_login_code(phone=PHONE)
    LoginCode.objects.update(created_at=timezone.now() - datetime.timedelta(minutes=2))
    with pytest.raises(AccountError, match="1 小时"):
        services.send_login_code(phone=PHONE)


def test_手机号写错说清楚() -> None:
    with pytest.raises(AccountError, match="11 位"):
        services.send_login_code(phone="12345")


def test_示范数据在库时示范号码的验证码可上屏_真实用户的绝不上屏() -> None:
    load_demo()
    User.objects.create(username="c1", name="示范群众", kind="citizen", phone="15401010001", is_demo=True)
    User.objects.create(username="c2", name="真实群众", kind="citizen", phone="15401010002", is_demo=False)
    shown = services.send_login_code(phone="15401010001").shown_code
    assert shown is not None and enter(shown, "15401010001").username == "c1"
    assert services.send_login_code(phone="15401010002").shown_code is None


def through_middleware(asked: HttpRequest) -> HttpRequest:
    ActorMiddleware(lambda _request: HttpResponse())(asked)
    return asked


def test_一刻钟没有操作就退出_并写审计(staff: Staff) -> None:
    user = staff("li", ("town_clerk", TOWN_A))
    asked = request()
    services.sign_in(request=asked, username="li", password=PASSWORD)
    assert through_middleware(asked).actor.user == user and not asked.session_timed_out
    asked.session[SEEN] -= 14 * 60
    assert not through_middleware(asked).actor.is_anonymous
    asked.session[SEEN] -= 16 * 60
    assert through_middleware(asked).session_timed_out and asked.actor.is_anonymous
    assert AuditEntry.objects.filter(action="auth.idle_out", actor_id=user.pk).count() == 1


def test_未登录的请求不查库(django_assert_num_queries: Callable) -> None:
    asked = request()
    with django_assert_num_queries(0):
        assert through_middleware(asked).actor.is_anonymous


def test_转发地址只信任登记的代理(settings: Any) -> None:
    forged = {"HTTP_X_FORWARDED_FOR": "1.2.3.4, 10.9.9.9"}
    assert client_address(request("10.0.0.1", **forged)) == "10.0.0.1"
    settings.TRUSTED_PROXIES = {"10.0.0.1"}
    assert client_address(request("10.0.0.1", **forged)) == "10.9.9.9"
