"""Writing accounts. Every function is one transaction with one audit line; posts: `posts`, leave: `leave`."""

from __future__ import annotations

import unicodedata

from django.db import transaction
from django.utils import timezone

from minzheng.kernel.accounts import lockout, passwords, second_factor
from minzheng.kernel.accounts.actors import Actor, valid_posts
from minzheng.kernel.accounts.citizens import send_login_code, sign_in_citizen
from minzheng.kernel.accounts.errors import AccountError, RoleRefused
from minzheng.kernel.accounts.models import User
from minzheng.kernel.accounts.passwords import require_new, require_strong
from minzheng.kernel.accounts.posts import assign_role, end_assignment, require
from minzheng.kernel.accounts.signing import sign_in, sign_out
from minzheng.kernel.accounts.work import work
from minzheng.kernel.audit import services as audit
from minzheng.kernel.regions import codes
from minzheng.kernel.subjects.selectors import DEMO_PROVINCE

__all__ = [
    "assign_role",
    "change_own_password",
    "create_user",
    "drop_own_second_factor",
    "end_assignment",
    "reset_password",
    "reset_second_factor",
    "send_login_code",
    "set_active",
    "set_care_mode",
    "sign_in",
    "sign_in_citizen",
    "sign_out",
    "unlock",
]


def places_of(user: User) -> set[str]:
    """Where this account belongs: the regions of its present posts, and where it was made."""
    return {one.region_code for one in valid_posts(user)} | ({user.region_code} if user.region_code else set())


def require_over(actor: Actor, permission: str, user: User, region_code: str = "") -> Actor:
    """The actor narrowed to the post that allows this over the whole account. Somebody on loan from above also has
    posts above: whoever administers only the county may not touch that account. Raises RoleRefused."""
    places = places_of(user) or ({region_code} if region_code else set())
    if not places and not actor.is_system:
        raise RoleRefused("这个账号还没有任职，也没有登记地区，请用管理命令办理。")
    acting = actor
    for place in sorted(places):
        acting = require(actor, permission, place)
    return acting


@transaction.atomic
def create_user(
    *, actor: Actor, username: str, name: str, password: str, region_code: str, phone: str = "", is_demo: bool = False
) -> User:
    """A staff account without any post yet; its first sign-in asks for a new password. `region_code` is where the
    creator must be allowed to manage accounts."""
    acting = require(actor, "accounts.manage", region_code)
    wanted = unicodedata.normalize("NFKC", username).strip().lower()
    if (
        not wanted.replace("_", "").replace(".", "").replace("-", "").isalnum()
        or not wanted.isascii()
        or len(wanted) > 64
    ):
        raise AccountError("用户名只能用字母、数字、点、横线和下划线，不超过 64 位，请修改。")
    if not name.strip():
        raise AccountError("请填写姓名。")
    require_strong(password, username=wanted, name=name.strip())
    if User.objects.filter(username=wanted).exists():
        raise AccountError(f"用户名“{wanted}”已有人使用，请换一个。")
    invented = is_demo or codes.covers(DEMO_PROVINCE, region_code)
    user = User.objects.create_user(
        wanted,
        password,
        name=name.strip(),
        phone=phone,
        is_demo=invented,
        region_code=codes.full(region_code),
        must_change_password=True,
        password_changed_at=timezone.now(),
    )
    audit.record(actor=acting, action="accounts.create", obj=user, region_code=region_code)
    return user


@transaction.atomic
def set_active(*, actor: Actor, user: User, active: bool, region_code: str = "", reason: str) -> User:
    """Switch an account on or off; an open session of a switched-off account ends with its next request. An account
    that still has open cases is not switched off: nobody's application is to be left without a clerk."""
    acting = require_over(actor, "accounts.manage", user, region_code)
    if actor.id == user.pk:
        raise AccountError("不能停用或启用自己的账号，请由另一名系统管理员办理。")
    waiting = 0 if active else work().open_count(user)
    if waiting:
        raise AccountError(
            f"{user.name}名下还有 {waiting} 件在办，停用后将无人经办。请先由其单位负责人或县级审核确认人员在"
            "“人员与移交”里把办件移交给别人，再停用账号。"
        )
    user.is_active = active
    user.save(update_fields=["is_active"])
    audit.record(
        actor=acting,
        action="accounts.enable" if active else "accounts.disable",
        obj=user,
        region_code=region_code,
        reason=reason,
    )
    return user


@transaction.atomic
def reset_password(*, actor: Actor, user: User, password: str, region_code: str = "", reason: str = "") -> None:
    """Set a new password for somebody else; all their sessions end (the session hash changes), and they must replace it
    at their next sign-in."""
    acting = require_over(actor, "accounts.manage", user, region_code)
    if actor.id == user.pk:
        raise AccountError("自己的口令请在“我的账号”里修改。")
    require_strong(password, username=user.username, name=user.name)
    require_new(user, password)
    passwords.put(user, password, must_change=True)
    audit.record(actor=acting, action="accounts.reset_password", obj=user, region_code=region_code, reason=reason)


@transaction.atomic
def reset_second_factor(*, actor: Actor, user: User, reason: str) -> None:
    """Take away somebody else's second factor (device lost). A security administrator does it and the system
    administrator resets passwords: neither of them alone can enter another's account."""
    acting = require_over(actor, "accounts.grant", user)
    if actor.id == user.pk:
        raise AccountError("不能重置自己的动态码，请由另一名安全管理员办理。")
    if not reason.strip():
        raise AccountError("请写明重置动态码的原因，如“手机遗失，本人当面申请”。")
    if not second_factor.enrolled(user):
        raise AccountError(f"{user.name}没有启用动态码，不用重置。")
    second_factor.remove(user)
    audit.record(actor=acting, action="accounts.reset_second_factor", obj=user, reason=reason.strip())


@transaction.atomic
def drop_own_second_factor(*, actor: Actor) -> None:
    """Change one's own device: the old one stops, every session ends; the next sign-in enrols the new one."""
    user = actor.user
    if user is None or not second_factor.enrolled(user):
        raise AccountError("还没有启用动态码。")
    second_factor.remove(user)
    audit.record(actor=actor, action="accounts.second_factor_off", obj=user)


@transaction.atomic
def unlock(*, actor: Actor, user: User) -> int:
    """Forget the failed sign-ins that still count, once the person is known to be who she is; returns how many."""
    acting = require_over(actor, "accounts.manage", user)
    count = lockout.clear(user.username)
    audit.record(actor=acting, action="accounts.unlock", obj=user, detail={"cleared": count})
    return count


@transaction.atomic
def change_own_password(*, actor: Actor, old: str, new: str) -> None:
    """Change one's own password; the old one must be given."""
    user = actor.user
    if user is None or user.kind != "staff" or not user.check_password(old):
        raise AccountError("原口令不对，请重新输入。")
    if old == new:
        raise AccountError("新口令与原口令相同，请换一个。")
    require_strong(new, username=user.username, name=user.name)
    require_new(user, new)
    passwords.put(user, new, must_change=False)
    audit.record(actor=actor, action="accounts.change_password", obj=user)


@transaction.atomic
def set_care_mode(*, actor: Actor, on: bool) -> None:
    """Remember 大字版 for a signed-in user."""
    if actor.user is None:
        return
    actor.user.care_mode = on
    actor.user.save(update_fields=["care_mode"])
    audit.record(actor=actor, action="accounts.care_mode", obj=actor.user, detail={"on": on})
