"""Writing accounts and appointments (任职). Every function is one transaction with one audit line."""

from __future__ import annotations

import datetime
import unicodedata

from django.db import transaction
from django.db.models import Q

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.accounts.citizens import send_login_code, sign_in_citizen
from minzheng.kernel.accounts.errors import AccountError, RoleRefused
from minzheng.kernel.accounts.models import Assignment, User
from minzheng.kernel.accounts.passwords import require_strong
from minzheng.kernel.accounts.roles import ROLES, title, why_apart
from minzheng.kernel.accounts.signing import sign_in, sign_out
from minzheng.kernel.audit import services as audit
from minzheng.kernel.orgs.models import Organization
from minzheng.kernel.regions import codes
from minzheng.kernel.subjects.selectors import DEMO_PROVINCE

__all__ = [
    "assign_role",
    "change_own_password",
    "create_user",
    "end_assignment",
    "reset_password",
    "send_login_code",
    "set_active",
    "set_care_mode",
    "sign_in",
    "sign_in_citizen",
    "sign_out",
]


def _require(actor: Actor, permission: str, region_code: str) -> Actor:
    """The actor narrowed to the post that allows this. Raises RoleRefused. The system itself may (first set-up)."""
    if actor.is_system:
        return actor
    assignment = actor.can(permission, region_code)
    if assignment is None:
        raise RoleRefused("您的岗位不能在该地区管理账号或任职，请由负责该地区的系统管理员、安全管理员办理。")
    return actor.acting_as(assignment).at_address(actor.address)


@transaction.atomic
def create_user(
    *, actor: Actor, username: str, name: str, password: str, region_code: str, phone: str = "", is_demo: bool = False
) -> User:
    """A staff account without any post yet. `region_code` is where the creator must be allowed to manage accounts."""
    acting = _require(actor, "accounts.manage", region_code)
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
    user = User.objects.create_user(wanted, password, name=name.strip(), phone=phone, is_demo=invented)
    audit.record(actor=acting, action="accounts.create", obj=user, region_code=region_code)
    return user


@transaction.atomic
def assign_role(
    *,
    actor: Actor,
    user: User,
    role: str,
    organization: Organization,
    region_code: str,
    valid_from: datetime.date,
    valid_to: datetime.date | None = None,
    post: str = "",
) -> Assignment:
    """Give a post. Raises RoleRefused for an unknown role, a period that is over, or an incompatible post held at
    any time of the period, anywhere (三员分立, 调查与确认分离, 钱与事分离)."""
    acting = _require(actor, "accounts.grant", region_code)
    # Two grants at once must see each other: the user's row is the lock.
    user = User.objects.select_for_update().get(pk=user.pk)
    if actor.id == user.pk:
        raise RoleRefused("不能给自己授予岗位，请由另一名安全管理员办理。")
    if role not in ROLES:
        raise RoleRefused(f"没有“{role}”这个岗位，请从岗位列表中选择。")
    if user.kind != "staff" or not user.is_active:
        raise RoleRefused("只能给启用中的工作人员账号授予岗位。")
    if valid_to is not None and valid_to < max(valid_from, clock.today()):
        raise RoleRefused("任职的截止日期早于开始日期或今天，请改正日期。")
    _refuse_incompatible(user, role, valid_from, valid_to)
    assignment = Assignment.objects.create(
        user=user,
        role=role,
        organization=organization,
        region_code=codes.full(region_code),
        post=post,
        valid_from=valid_from,
        valid_to=valid_to,
        granted_by=actor.user,
    )
    detail = {
        "role": role,
        "user": str(user.pk),
        "organization": organization.code,
        "from": str(valid_from),
        "to": str(valid_to or ""),
    }
    audit.record(actor=acting, action="accounts.assign", obj=assignment, region_code=region_code, detail=detail)
    return assignment


def _refuse_incompatible(user: User, role: str, start: datetime.date, end: datetime.date | None) -> None:
    overlapping = user.assignments.filter(Q(valid_to=None) | Q(valid_to__gte=start))
    if end is not None:
        overlapping = overlapping.filter(valid_from__lte=end)
    for held in overlapping:
        reason = why_apart(role, held.role)
        if reason:
            raise RoleRefused(
                f"{user.name}在同一时期任“{title(held.role)}”，不能再任“{title(role)}”：{reason}。"
                "请换人任职，或先结束原任职。"
            )


@transaction.atomic
def end_assignment(*, actor: Actor, assignment: Assignment, on: datetime.date, reason: str = "") -> Assignment:
    """Take a post away after the last day `on`; the row stays as history."""
    acting = _require(actor, "accounts.grant", assignment.region_code)
    assignment = Assignment.objects.select_for_update().get(pk=assignment.pk)
    if on < assignment.valid_from:
        raise RoleRefused("结束日期早于任职开始日期，请改正日期。")
    assignment.valid_to = on
    assignment.save(update_fields=["valid_to"])
    audit.record(
        actor=acting,
        action="accounts.end_assignment",
        obj=assignment,
        region_code=assignment.region_code,
        reason=reason,
        detail={"to": str(on)},
    )
    return assignment


@transaction.atomic
def set_active(*, actor: Actor, user: User, active: bool, region_code: str, reason: str) -> User:
    """Switch an account on or off; an open session of a switched-off account ends with its next request."""
    acting = _require(actor, "accounts.manage", region_code)
    if actor.id == user.pk:
        raise AccountError("不能停用或启用自己的账号，请由另一名系统管理员办理。")
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
def reset_password(*, actor: Actor, user: User, password: str, region_code: str) -> None:
    """Set a new password for somebody else; all their sessions end (the session hash changes)."""
    acting = _require(actor, "accounts.manage", region_code)
    require_strong(password, username=user.username, name=user.name)
    user.set_password(password)
    user.save(update_fields=["password"])
    audit.record(actor=acting, action="accounts.reset_password", obj=user, region_code=region_code)


@transaction.atomic
def change_own_password(*, actor: Actor, old: str, new: str) -> None:
    """Change one's own password; the old one must be given."""
    user = actor.user
    if user is None or user.kind != "staff" or not user.check_password(old):
        raise AccountError("原口令不对，请重新输入。")
    if old == new:
        raise AccountError("新口令与原口令相同，请换一个。")
    require_strong(new, username=user.username, name=user.name)
    user.set_password(new)
    user.save(update_fields=["password"])
    audit.record(actor=actor, action="accounts.change_password", obj=user)


@transaction.atomic
def set_care_mode(*, actor: Actor, on: bool) -> None:
    """Remember 大字版 for a signed-in user."""
    if actor.user is None:
        return
    actor.user.care_mode = on
    actor.user.save(update_fields=["care_mode"])
    audit.record(actor=actor, action="accounts.care_mode", obj=actor.user, detail={"on": on})
