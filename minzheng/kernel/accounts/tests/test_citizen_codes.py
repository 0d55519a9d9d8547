"""一次验证码: how often one may ask, how often guess, from one place or many; the channels a code may take."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.utils import timezone

from minzheng.kernel.accounts import citizens, senders
from minzheng.kernel.accounts.errors import AccountError, LockedOut, SignInRefused
from minzheng.kernel.accounts.models import LoginCode, User

pytestmark = pytest.mark.django_db

PHONE = "13977770000"


class Box:
    """A gateway that keeps what it was given."""

    sent: list[str] = []

    def send(self, *, phone: str, code: str) -> str | None:
        Box.sent.append(code)
        return None


@pytest.fixture(autouse=True)
def _gateway(settings: Any) -> None:
    Box.sent = []
    settings.LOGIN_CODE_SENDER = f"{__name__}.Box"


def asked(phone: str = PHONE, address: str = "10.0.0.1", **extra: Any) -> str:
    """A code, the one before having been sent long enough ago."""
    LoginCode.objects.update(created_at=timezone.now() - datetime.timedelta(hours=2))
    citizens.send_login_code(phone=phone, address=address, **extra)
    return Box.sent[-1]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_核对手机号不登录不建账号_用过就作废() -> None:
    code = asked()
    assert citizens.confirm_phone(phone=PHONE, code=code) == PHONE
    assert not User.objects.filter(kind="citizen").exists()
    with pytest.raises(SignInRefused):
        citizens.confirm_phone(phone=PHONE, code=code)


def test_从很多地方猜同一个码_五次就作废() -> None:
    code = asked()
    for n in range(5):
        with pytest.raises(SignInRefused):
            citizens.confirm_phone(phone=PHONE, code=wrong(code), address=f"10.0.1.{n}")
    with pytest.raises(SignInRefused, match="验证码不对或已过期"):
        citizens.confirm_phone(phone=PHONE, code=code, address="10.0.1.99")


def test_从一个地方猜很多号码_也要停() -> None:
    codes = [f"139777{n:05d}" for n in range(130)]
    with pytest.raises(LockedOut):
        for phone in codes:
            try:
                citizens.confirm_phone(phone=phone, code="123456", address="10.0.2.1")
            except LockedOut:
                raise
            except SignInRefused:
                continue


def test_一天要太多次_明天再来() -> None:
    for _ in range(citizens.CODES_A_DAY):
        asked()
    with pytest.raises(AccountError, match="请明天再试"):
        asked()
    assert len(Box.sent) == citizens.CODES_A_DAY


def test_刚发过的一分钟内不重发() -> None:
    citizens.send_login_code(phone=PHONE)
    with pytest.raises(AccountError, match="1 分钟后"):
        citizens.send_login_code(phone=PHONE)


def test_新码一到旧码作废() -> None:
    first, second = asked(), asked()
    if first != second:
        with pytest.raises(SignInRefused):
            citizens.confirm_phone(phone=PHONE, code=first)
    assert citizens.confirm_phone(phone=PHONE, code=second) == PHONE


def test_语音等渠道由设置接入_没有的说清楚(settings: Any) -> None:
    assert senders.channels() == {"sms": "短信"}
    with pytest.raises(AccountError, match="请选短信"):
        citizens.send_login_code(phone=PHONE, channel="voice")
    settings.LOGIN_CODE_CHANNELS = {"voice": ("语音电话", f"{__name__}.Box")}
    assert senders.channels() == {"sms": "短信", "voice": "语音电话"}
    assert asked(channel="voice").isdigit()
