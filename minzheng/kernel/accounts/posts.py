"""任职、代理、借调: who holds which post where, from when to when. One transaction and one audit line each.

Three kinds of post. One's own lasts until it is ended. A deputy's (代理) is held in the name of somebody absent and ends
with a date. A loan (借调) is the way out for a bureau too small to fill three separate administrators: somebody of an
upper-level organisation holds the missing post for a time; nobody ever holds two that must be apart.
"""

from __future__ import annotations

import datetime

from django.db import transaction
from django.db.models import Q

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.accounts.errors import RoleRefused
from minzheng.kernel.accounts.models import Assignment, Leave, User
from minzheng.kernel.accounts.roles import ROLES, title, why_apart
from minzheng.kernel.audit import services as audit
from minzheng.kernel.orgs.models import Organization
from minzheng.kernel.regions import codes

_DAY = datetime.timedelta(days=1)


def require(actor: Actor, permission: str, region_code: str) -> Actor:
    """The actor narrowed to the post that allows this. Raises RoleRefused. The system itself may (first set-up)."""
    if actor.is_system:
        return actor
    assignment = actor.can(permission, region_code)
    if assignment is None:
        raise RoleRefused("您的岗位不能在该地区管理账号或任职，请由负责该地区的系统管理员、安全管理员办理。")
    if actor.clash(assignment):
        raise RoleRefused(actor.clash(assignment))
    return actor.acting_as(assignment).at_address(actor.address)


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
    kind: str = Assignment.OWN,
    on_behalf_of: Assignment | None = None,
    lent_by: Organization | None = None,
    reason: str = "",
) -> Assignment:
    """Give a post. Raises RoleRefused for an unknown role, a period that is over, or an incompatible post held at
    any time of the period, anywhere (三员分立, 调查与确认分离, 钱与事分离)."""
    acting = require(actor, "accounts.grant", region_code)
    if actor.id == user.pk:
        raise RoleRefused("不能给自己授予岗位，请由另一名安全管理员办理。")
    made = Assignment(
        user=user,
        role=role,
        organization=organization,
        region_code=codes.full(region_code),
        post=post,
        valid_from=valid_from,
        valid_to=valid_to,
        kind=kind,
        on_behalf_of=on_behalf_of,
        lent_by=lent_by,
        reason=reason,
    )
    return put(acting, made)


def put(acting: Actor, made: Assignment, leave: Leave | None = None) -> Assignment:
    """Check a post against everything the person holds, and store it. The caller has asked who may grant it."""
    # Two grants at once must see each other: the user's row is the lock.
    user = User.objects.select_for_update().get(pk=made.user_id)
    if made.role not in ROLES:
        raise RoleRefused(f"没有“{made.role}”这个岗位，请从岗位列表中选择。")
    if user.kind != "staff" or not user.is_active:
        raise RoleRefused("只能给启用中的工作人员账号授予岗位。")
    if made.valid_to is not None and made.valid_to < max(made.valid_from, clock.today()):
        raise RoleRefused("任职的截止日期早于开始日期或今天，请改正日期。")
    _check_kind(made)
    _refuse_incompatible(user, made.role, made.valid_from, made.valid_to)
    made.leave, made.granted_by = leave, acting.user
    made.save(force_insert=True)
    detail = {
        "role": made.role,
        "user": str(user.pk),
        "organization": made.organization.code,
        "from": str(made.valid_from),
        "to": str(made.valid_to or ""),
        "kind": made.kind,
    }
    if made.on_behalf_of is not None:
        detail["for"] = str(made.on_behalf_of.user_id)
    audit.record(
        actor=acting,
        action="accounts.assign",
        obj=made,
        region_code=made.region_code,
        reason=made.reason,
        detail=detail,
    )
    return made


def _check_kind(made: Assignment) -> None:
    """What deputies and loans must have besides a post."""
    if made.kind not in dict(Assignment.KINDS):
        raise RoleRefused("任职性质只有任职、代理、借调三种，请重新选择。")
    if made.kind != Assignment.OWN and made.valid_to is None:
        raise RoleRefused("代理和借调必须有截止日期，到期自动失效；请填写截止日期。")
    if made.kind == Assignment.DEPUTY:
        _check_deputy(made)
    elif made.kind == Assignment.LOAN:
        _check_loan(made)


def _check_deputy(made: Assignment) -> None:
    principal = made.on_behalf_of
    if principal is None:
        raise RoleRefused("代理须写明代理谁的哪个岗位，请选择被代理的任职。")
    if principal.user_id == made.user_id:
        raise RoleRefused("不能代理自己的岗位，请另选代理人。")
    if principal.kind == Assignment.DEPUTY:
        raise RoleRefused("代理的岗位不能再转给别人代理，请由被代理人所在单位另行安排。")
    if principal.role != made.role or not codes.covers(principal.region_code, made.region_code):
        raise RoleRefused("代理人只能办被代理岗位范围内的事：岗位须相同，数据范围不得更大。")
    assert made.valid_to is not None
    if made.valid_from < principal.valid_from or (principal.valid_to and made.valid_to > principal.valid_to):
        raise RoleRefused("代理期限超出了被代理人的任职期限，请改正日期。")


def _check_loan(made: Assignment) -> None:
    lender = made.lent_by
    if lender is None:
        raise RoleRefused("借调须写明从哪个上级机构借人，请选择借出机构。")
    above = codes.level(lender.region_code) < codes.level(made.region_code)
    if not above or not codes.covers(lender.region_code, made.region_code):
        raise RoleRefused(f"借调只能从上级机构借人：“{lender.name}”不是该地区的上级，请另选借出机构。")


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
    """Take a post away after the last day `on` (yesterday: at once); deputies of this post end with it. The rows stay
    as history."""
    acting = require(actor, "accounts.grant", assignment.region_code)
    if actor.id is not None and actor.id == assignment.user_id:
        raise RoleRefused("不能收回自己的岗位，请由另一名安全管理员办理。")
    return cut(acting, assignment, on, reason)


def cut(acting: Actor, assignment: Assignment, on: datetime.date, reason: str) -> Assignment:
    """End a post and the deputies' posts that hang on it. The caller has asked who may."""
    assignment = Assignment.objects.select_for_update().get(pk=assignment.pk)
    if on < assignment.valid_from - _DAY:
        raise RoleRefused("结束日期早于任职开始日期，请改正日期。")
    if assignment.valid_to is not None and on > assignment.valid_to:
        raise RoleRefused(f"这个任职到 {assignment.valid_to} 为止，结束日期不能更晚；要延长请重新授予。")
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
    for deputy in Assignment.objects.filter(on_behalf_of=assignment, valid_to__gt=on):
        cut(acting, deputy, max(on, deputy.valid_from - _DAY), reason or "被代理的任职结束")
    return assignment
