"""动态码 (TOTP, RFC 6238) and 恢复码: the second proof of who signs in.

The secret is sealed in the database. A code is taken once: the time step of the last one taken is kept under a row
lock, so a code that was looked over the shoulder cannot be used again within its half minute. Recovery codes are shown
once when they are made; only their keyed digests are kept, and each signs in once.
"""

from __future__ import annotations

import hmac
import re
import secrets
import time
import unicodedata
from dataclasses import dataclass

import pyotp
import segno
from django.db import transaction
from django.utils import timezone

from minzheng.kernel.accounts import roles
from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.accounts.errors import AccountError
from minzheng.kernel.accounts.limits import limit
from minzheng.kernel.accounts.models import Assignment, RecoveryCode, SecondFactor, User
from minzheng.kernel.audit import services as audit
from minzheng.kernel.crypto import sealing
from minzheng.kernel.ids import new_id

ISSUER = "民政一体化平台"
STEP = 30
WRONG = "动态码或恢复码不对，或这个动态码已经用过。请等下一个动态码出现后再输。"
# Without letters and digits that look alike on paper.
_ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"


@dataclass(frozen=True)
class Enrolment:
    """What the enrolment page shows: the secret to type, and the same as a picture (an image address with the data in it)."""

    secret: str
    picture: str


def required(posts: tuple[Assignment, ...]) -> bool:
    """Whether one of these posts demands a second factor."""
    return any(one.role in roles.SECOND_FACTOR for one in posts)


def enrolled(user: User) -> bool:
    return user.second_factor_at is not None


@transaction.atomic
def begin(*, actor: Actor) -> Enrolment:
    """The secret to enrol with: the one of an unfinished enrolment, or a new one. Nothing is in force before `confirm`."""
    user = _self(actor)
    if enrolled(user):
        raise AccountError("动态码已经启用；要换设备，请先停用后再重新启用。")
    row = SecondFactor.objects.select_for_update().filter(user=user, confirmed_at=None).first()
    if row is None:
        row = SecondFactor.objects.create(id=new_id(), user=user, secret=pyotp.random_base32())
    address = pyotp.TOTP(row.secret).provisioning_uri(name=user.username, issuer_name=ISSUER)
    picture = segno.make(address, error="m").svg_data_uri(scale=5, border=3)
    return Enrolment(" ".join(re.findall(".{1,4}", row.secret)), picture)


@transaction.atomic
def confirm(*, actor: Actor, code: str) -> list[str]:
    """Put the second factor in force with a code of the new device; returns the recovery codes, to be shown once."""
    user = User.objects.select_for_update().get(pk=_self(actor).pk)
    row = SecondFactor.objects.select_for_update().filter(user=user, confirmed_at=None).first()
    if row is None:
        raise AccountError("请先用手机上的验证器扫描二维码，再输入它显示的 6 位动态码。")
    if not _take(row, code):
        raise AccountError("动态码不对。请核对手机时间是否准确，再输入验证器现在显示的 6 位数字。")
    row.confirmed_at = timezone.now()
    row.save(update_fields=["confirmed_at", "last_step"])
    user.second_factor_at = row.confirmed_at
    user.save(update_fields=["second_factor_at"])
    if actor.user is not None:
        actor.user.second_factor_at = row.confirmed_at
    audit.record(actor=actor, action="accounts.second_factor_on", obj=user)
    return _new_recovery_codes(user)


@transaction.atomic
def check(*, user: User, code: str) -> bool:
    """Whether this is a present code of the user's device, or an unused recovery code. Either is used up."""
    row = SecondFactor.objects.select_for_update().filter(user=user).exclude(confirmed_at=None).first()
    if row is not None and _take(row, code):
        row.save(update_fields=["last_step"])
        return True
    return _use_recovery_code(user, code)


@transaction.atomic
def renew_recovery_codes(*, actor: Actor) -> list[str]:
    """New recovery codes; the old ones stop working."""
    user = _self(actor)
    if not enrolled(user):
        raise AccountError("还没有启用动态码，启用时会给出恢复码。")
    audit.record(actor=actor, action="accounts.recovery_codes", obj=user)
    return _new_recovery_codes(user)


@transaction.atomic
def remove(user: User) -> None:
    """Take the second factor away: device lost, or changed. All sessions of the account end."""
    SecondFactor.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()
    user.second_factor_at = None
    user.session_epoch += 1
    user.save(update_fields=["second_factor_at", "session_epoch"])


def codes_left(user: User) -> int:
    return user.recovery_codes.filter(used_at=None).count()


def _self(actor: Actor) -> User:
    if actor.user is None or actor.user.kind != "staff":
        raise AccountError("只有工作人员账号使用动态码，请先登录。")
    return actor.user


def _take(row: SecondFactor, code: str) -> bool:
    """Whether the code is that of this half minute or of a neighbour, and later than the last one taken."""
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", code))
    if len(digits) != 6:
        return False
    now = int(time.time()) // STEP
    totp = pyotp.TOTP(row.secret)
    for step in (now - 1, now, now + 1):
        if hmac.compare_digest(totp.at(step * STEP), digits) and step > row.last_step:
            row.last_step = step
            return True
    return False


def _digest(user: User, code: str) -> bytes:
    plain = re.sub(r"[^A-Z0-9]", "", unicodedata.normalize("NFKC", code).upper())
    return bytes.fromhex(sealing.mac("recovery_code", f"{user.pk}:{plain}".encode()))


def _new_recovery_codes(user: User) -> list[str]:
    RecoveryCode.objects.filter(user=user).delete()
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(10)) for _ in range(limit("recovery_codes"))]
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, digest=_digest(user, code)) for code in codes)
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def _use_recovery_code(user: User, code: str) -> bool:
    digest = _digest(user, code)
    row = RecoveryCode.objects.select_for_update().filter(user=user, digest=digest, used_at=None).first()
    if row is None:
        return False
    row.used_at = timezone.now()
    row.save(update_fields=["used_at"])
    audit.record(actor=Actor(user=user), action="accounts.recovery_code_used", obj=user)
    return True


__all__ = [
    "Enrolment",
    "begin",
    "check",
    "codes_left",
    "confirm",
    "enrolled",
    "remove",
    "renew_recovery_codes",
    "required",
]
