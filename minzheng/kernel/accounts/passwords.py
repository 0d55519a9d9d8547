"""Password rules (GB/T 22239—2019, level three, 身份鉴别: complexity and change). The numbers stand in `limits`."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING

from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils import timezone

from minzheng.kernel.accounts.errors import WeakPassword
from minzheng.kernel.accounts.limits import limit

if TYPE_CHECKING:
    from minzheng.kernel.accounts.models import User

_CLASSES = (r"[a-z]", r"[A-Z]", r"\d", r"[^A-Za-z0-9]")
_NUMBERS = "零一二三四"


def rules_text() -> str:
    """The rules in one sentence, shown where a password is set."""
    return (
        f"至少 {limit('password_length')} 位；大写字母、小写字母、数字、符号至少{_NUMBERS[limit('password_classes')]}种；"
        f"不含姓名和用户名；不得与最近 {limit('password_history')} 个口令相同。"
    )


def broken_rules(password: str, *, username: str = "", name: str = "") -> list[str]:
    """Every rule the password breaks, as short Chinese phrases; empty when it may be used."""
    broken = []
    if len(password) < limit("password_length"):
        broken.append(f"至少 {limit('password_length')} 位")
    if sum(bool(re.search(pattern, password)) for pattern in _CLASSES) < limit("password_classes"):
        broken.append(f"大写字母、小写字母、数字、符号至少包含{_NUMBERS[limit('password_classes')]}种")
    lowered = password.lower()
    if (username and username.lower() in lowered) or (name and name in password):
        broken.append("不得包含用户名或姓名")
    if re.search(r"(.)\1{3}", password):
        broken.append("不得连续四位相同")
    try:
        CommonPasswordValidator().validate(password)
    except ValidationError:
        broken.append("不得使用常见口令")
    return broken


def require_strong(password: str, *, username: str = "", name: str = "") -> None:
    """Raises WeakPassword naming all broken rules at once."""
    broken = broken_rules(password, username=username, name=name)
    if broken:
        raise WeakPassword("口令不符合规定：" + "；".join(broken) + "。请换一个口令。")


def require_new(user: User, password: str) -> None:
    """Raises WeakPassword when the password is the present one or one of the last few."""
    count = limit("password_history")
    earlier = list(user.passwords_used.order_by("-at", "-pk").values_list("encoded", flat=True)[:count])
    if any(check_password(password, encoded) for encoded in {user.password, *earlier}):
        raise WeakPassword(f"口令不符合规定：不得与最近 {count} 个口令相同。请换一个口令。")


def put(user: User, password: str, *, must_change: bool) -> None:
    """Set a checked password on a stored account, inside the caller's transaction. All its sessions end with it."""
    from minzheng.kernel.accounts.models import PasswordUsed

    if user.password and user.has_usable_password():
        PasswordUsed.objects.create(user=user, encoded=user.password)
    user.set_password(password)
    user.password_changed_at = timezone.now()
    user.must_change_password = must_change
    user.save(update_fields=["password", "password_changed_at", "must_change_password"])
    kept = list(user.passwords_used.order_by("-at", "-pk").values_list("pk", flat=True)[: limit("password_history")])
    user.passwords_used.exclude(pk__in=kept).delete()


def expires_at(user: User) -> datetime.datetime:
    """When the password must have been changed."""
    return (user.password_changed_at or user.created_at) + datetime.timedelta(days=limit("password_days"))


def expired(user: User) -> bool:
    return timezone.now() >= expires_at(user)
