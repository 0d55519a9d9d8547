"""群众登录: phone number and one-time code. Any number may ask for a code, so nothing is learned about who has a file.

Only a keyed digest of the code is kept. Limits run on the real clock (`timezone.now`), never on a frozen demo day.
"""

from __future__ import annotations

import datetime
import hmac
import re
import secrets
import unicodedata
from dataclasses import dataclass

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from minzheng.kernel.accounts import lockout, senders, signing
from minzheng.kernel.accounts.addresses import client_address
from minzheng.kernel.accounts.errors import AccountError, LockedOut, SignInRefused
from minzheng.kernel.accounts.models import LoginAttempt, LoginCode, User
from minzheng.kernel.crypto import sealing
from minzheng.kernel.crypto.fields import BlindIndex
from minzheng.kernel.ids import new_id

VALID_FOR = datetime.timedelta(minutes=5)
RESEND_AFTER = datetime.timedelta(seconds=60)
CODES_AN_HOUR = 5
CODES_A_DAY = 12
ADDRESS_CODES_AN_HOUR = 60
TRIES = 5
WRONG = "验证码不对或已过期，请核对后再输，或重新获取验证码。"


@dataclass(frozen=True)
class CodeSent:
    """What the page may say. `shown_code` is only ever set in a demonstration."""

    phone: str
    valid_minutes: int
    shown_code: str | None = None


def normal_phone(text: str) -> str:
    """The 11 digits of a mobile number, blanks, dashes, +86 and full-width digits accepted. Raises AccountError."""
    digits = re.sub(r"[\s\-—]", "", unicodedata.normalize("NFKC", text))
    digits = re.sub(r"^(\+?86)(?=1\d{10}$)", "", digits)
    if not re.fullmatch(r"1[3-9]\d{9}", digits):
        raise AccountError("手机号应为 11 位数字，请核对后重新输入。")
    return digits


def _digest(code_id: int, code: str) -> bytes:
    return bytes.fromhex(sealing.mac("login_code", f"{code_id}:{code}".encode()))


@transaction.atomic
def send_login_code(*, phone: str, address: str = "", channel: str = "sms") -> CodeSent:
    """Send a new six-digit code; an earlier one stops working. ``channel``: one of ``senders.channels()``.

    Raises AccountError when asked too often: once a minute, five an hour and twelve a day for a number, sixty an hour
    from an address. Requests for one number wait for each other, so that parallel ones cannot slip through."""
    number = normal_phone(phone)
    if channel not in senders.channels():
        raise AccountError("没有这种接收验证码的方式，请选短信。")
    index, now = BlindIndex.of_value("phone", number), timezone.now()
    _wait_for(index)
    recent = list(
        LoginCode.objects.filter(phone_index=index, created_at__gte=now - datetime.timedelta(hours=1)).order_by(
            "-created_at"
        )
    )
    if recent and now - recent[0].created_at < RESEND_AFTER:
        raise AccountError("验证码刚刚发过，请 1 分钟后再获取。")
    asked = LoginAttempt.objects.filter(
        username="send-code", address=address, at__gte=now - datetime.timedelta(hours=1)
    ).count()
    today = LoginCode.objects.filter(phone_index=index, created_at__gte=now - datetime.timedelta(days=1)).count()
    if today >= CODES_A_DAY:
        raise AccountError("这个号码今天获取验证码的次数过多，请明天再试，或到乡镇（街道）民政窗口办理。")
    if len(recent) >= CODES_AN_HOUR or asked >= ADDRESS_CODES_AN_HOUR:
        raise AccountError("获取验证码次数过多，请 1 小时后再试，或到乡镇（街道）民政窗口办理。")
    code_id, code = new_id(), f"{secrets.randbelow(1_000_000):06d}"
    LoginCode.objects.filter(phone_index=index, used_at=None).update(used_at=now)
    LoginCode.objects.create(id=code_id, phone_index=index, digest=_digest(code_id, code), expires_at=now + VALID_FOR)
    LoginAttempt.objects.create(username="send-code", address=address, succeeded=True)
    shown = senders.sender(channel).send(phone=number, code=code)
    return CodeSent(number, int(VALID_FOR.total_seconds() // 60), shown)


def _wait_for(index: bytes) -> None:
    """One request for this number at a time, until the transaction ends."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(index[:8], "big", signed=True)])


def confirm_phone(*, phone: str, code: str, address: str = "") -> str:
    """The number, once the code sent to it was given; nobody is signed in. Wrong codes count as for signing in.

    Raises AccountError, SignInRefused or LockedOut."""
    number = normal_phone(phone)
    index = BlindIndex.of_value("phone", number)
    attempt = lockout.begin(f"phone:{index.hex()}", address)
    if not _redeem(index, unicodedata.normalize("NFKC", code).strip()):
        raise SignInRefused(WRONG)
    lockout.succeed(attempt)
    return number


def sign_in_citizen(*, request: HttpRequest, phone: str, code: str) -> User:
    """Check the code and open the session; the first sign-in of a number opens an account without a person's file.

    Raises SignInRefused (one sentence for every cause) or LockedOut."""
    try:
        number = normal_phone(phone)
    except AccountError as error:
        raise SignInRefused(str(error)) from None
    index = BlindIndex.of_value("phone", number)
    attempt = lockout.begin(f"phone:{index.hex()}", client_address(request))
    if not _redeem(index, unicodedata.normalize("NFKC", code).strip()):
        raise SignInRefused(WRONG)
    user = _account(number, index)
    if not signing.usable(user):
        raise SignInRefused(WRONG)
    lockout.succeed(attempt)
    signing.open_session(request=request, user=user, action="auth.sign_in_citizen")
    return user


@transaction.atomic
def _redeem(index: bytes, code: str) -> bool:
    """Use up one try; the code itself only once. The row lock makes parallel tries count one by one."""
    now = timezone.now()
    row = (
        LoginCode.objects.select_for_update()
        .filter(phone_index=index, used_at=None, expires_at__gt=now, attempts__lt=TRIES)
        .order_by("-created_at")
        .first()
    )
    if row is None:
        return False
    row.attempts += 1
    good = hmac.compare_digest(bytes(row.digest), _digest(row.pk, code))
    row.used_at = now if good else None
    row.save(update_fields=["attempts", "used_at"])
    return good


@transaction.atomic
def _account(number: str, index: bytes) -> User:
    from minzheng.kernel.subjects.selectors import demo_loaded

    user = User.objects.filter(kind="citizen", phone_index=index).order_by("created_at").first()
    if user is not None:
        return user
    pk = new_id()
    user = User(
        id=pk, username=f"c{pk}", name=f"手机用户{number[-4:]}", kind="citizen", phone=number, is_demo=demo_loaded()
    )
    user.set_unusable_password()
    user.save(force_insert=True)
    return user


__all__ = [
    "AccountError",
    "CodeSent",
    "LockedOut",
    "SignInRefused",
    "confirm_phone",
    "normal_phone",
    "send_login_code",
    "sign_in_citizen",
]
