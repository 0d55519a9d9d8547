"""Reading accounts, posts and leaves; every list is narrowed to the places of one post of whoever asks."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from minzheng.kernel import clock
from minzheng.kernel.accounts.models import Assignment, Leave, User
from minzheng.kernel.accounts.roles import ROLES, title, why_apart
from minzheng.kernel.regions.codes import covers, scope_q

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor


def valid_on(day: datetime.date, prefix: str = "") -> Q:
    """The condition "this assignment holds on the day"."""
    ends = Q(**{f"{prefix}valid_to": None}) | Q(**{f"{prefix}valid_to__gte": day})
    return ends & Q(**{f"{prefix}valid_from__lte": day})


def visible_accounts(actor: Actor, permission: str = "accounts.read") -> QuerySet[User]:
    """Staff accounts of the actor's places: those that were made there, and those that hold or held a post there.

    Each has `present`: today's posts, one's own first."""
    today = clock.today()
    rows = User.objects.filter(kind="staff")
    if not actor.is_system:
        held = Assignment.objects.filter(actor.scope_q(permission), user=OuterRef("pk"))
        made = scope_q(actor.scopes(permission))
        rows = rows.filter(Q(Exists(held)) | (made & ~Q(region_code="")))
    present = Assignment.objects.filter(valid_on(today)).select_related("organization", "on_behalf_of__user")
    return rows.prefetch_related(
        Prefetch("assignments", queryset=present.order_by("-kind", "valid_from", "pk"), to_attr="present")
    )


def account(actor: Actor, pk: int, permission: str = "accounts.read") -> User | None:
    """One visible account, or None."""
    return visible_accounts(actor, permission).filter(pk=pk).first()


def manageable(actor: Actor, pk: int) -> User | None:
    return account(actor, pk, "accounts.manage")


def grantable(actor: Actor, pk: int) -> User | None:
    return account(actor, pk, "accounts.grant")


def with_role(rows: QuerySet[User], role: str, today: datetime.date) -> QuerySet[User]:
    held = Assignment.objects.filter(valid_on(today), user=OuterRef("pk"), role=role)
    return rows.filter(Exists(held))


def in_place(rows: QuerySet[User], region_code: str, today: datetime.date) -> QuerySet[User]:
    held = Assignment.objects.filter(valid_on(today) & scope_q([region_code]), user=OuterRef("pk"))
    return rows.filter(Exists(held))


def posts_of(user: User) -> list[Assignment]:
    """Every post of an account, the newest first."""
    rows = user.assignments.select_related("organization", "on_behalf_of__user", "lent_by")
    return list(rows.order_by("-valid_from", "-pk"))


def post_title(post: Assignment) -> str:
    """“乡镇经办员（代林晓云）”."""
    if post.kind == Assignment.DEPUTY and post.on_behalf_of is not None:
        return f"{title(post.role)}（代{post.on_behalf_of.user.name}）"
    return title(post.role) + ("（借调）" if post.kind == Assignment.LOAN else "")


def colleagues(posts: list[Assignment], exclude: set[int], *, fitting: bool = True) -> list[tuple[str, str]]:
    """(id, “丁宁（青石镇民政服务窗口 · 乡镇经办员）”) of staff of the same county; `fitting`: only those who may deputise
    all these posts. Those of the same organisations come first."""
    today = clock.today()
    counties = {f"{one.region_code[:6]}000000" for one in posts}
    rows = Assignment.objects.filter(valid_on(today) & scope_q(sorted(counties)), user__is_active=True)
    rows = rows.exclude(user_id__in=exclude).exclude(kind=Assignment.DEPUTY).select_related("user", "organization")
    near = {one.organization_id for one in posts}
    found: dict[int, list[Assignment]] = {}
    for row in rows.order_by("region_code", "user__name", "pk"):
        found.setdefault(row.user_id, []).append(row)
    options = []
    for pk, held in found.items():
        if fitting and any(why_apart(one.role, mine.role) for one in held for mine in posts):
            continue
        text = f"{held[0].user.name}（{held[0].organization.name} · {title(held[0].role)}）"
        options.append((held[0].organization_id not in near, str(pk), text))
    return [(pk, text) for _far, pk, text in sorted(options, key=lambda one: one[0])]


def visible_leaves(actor: Actor) -> QuerySet[Leave]:
    """One's own leaves, those one stands in for, and those of the places where one assigns cases or keeps accounts."""
    rows = Leave.objects.select_related("user", "deputy", "decided_by")
    if actor.is_system:
        return rows
    mine = Q(user_id=actor.id) | Q(deputy_id=actor.id)
    return rows.filter(mine | actor.scope_q("case.assign") | actor.scope_q("accounts.read"))


def leave(actor: Actor, pk: int) -> Leave | None:
    return visible_leaves(actor).filter(pk=pk).first()


def standing_in_now(actor: Actor) -> list[Leave]:
    """Leaves in force today in which this person is the deputy."""
    if actor.id is None:
        return []
    today = clock.today()
    rows = Leave.objects.filter(deputy_id=actor.id, state="approved", starts_on__lte=today, ends_on__gte=today)
    return list(rows.select_related("user").order_by("ends_on"))


def waiting_leaves(actor: Actor) -> QuerySet[Leave]:
    """Leaves that wait for a confirmation in places where this person may give one: the leader of a township, the
    security administrator."""
    led = scope_q([post.region_code for post in actor.assignments if post.role == "town_leader"])
    rows = Leave.objects.filter(led | Q(actor.scope_q("accounts.grant")), state="asked")
    return rows.exclude(user_id=actor.id or 0)


def holders(permission: str, region_code: str) -> list[tuple[str, str]]:
    """(id, “丁宁（示范县民政局 · 县级审核确认人员）”) of staff who by one of today's posts hold a permission over a place."""
    roles = [code for code, role in ROLES.items() if permission in role.permissions]
    rows = Assignment.objects.filter(valid_on(clock.today()), role__in=roles, user__is_active=True)
    found: dict[str, str] = {}
    for row in rows.select_related("user", "organization").order_by("user__name", "pk"):
        if covers(row.region_code, region_code):
            found.setdefault(str(row.user_id), f"{row.user.name}（{row.organization.name} · {title(row.role)}）")
    return list(found.items())


def posts_with(permission: str) -> QuerySet[Assignment]:
    """Today's posts of active staff that carry a permission, whatever the place; with `user` and `organization`."""
    roles = [code for code, role in ROLES.items() if permission in role.permissions]
    rows = Assignment.objects.filter(valid_on(clock.today()), role__in=roles, user__is_active=True)
    return rows.select_related("user", "organization")
