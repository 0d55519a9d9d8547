"""谁在办事: the user behind a request, with the assignments that are valid today.

A check asks for ONE assignment that grants the permission over the object's region. Rights of several posts are never
merged: a clerk of town A who is finance officer of town B may not read town B's cases. Whoever has several posts may
choose one for the session; then only that one counts.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from django.db.models import Q

from minzheng.kernel import clock
from minzheng.kernel.accounts.roles import ROLES, title, why_apart
from minzheng.kernel.regions import codes

if TYPE_CHECKING:
    from minzheng.kernel.accounts.models import Assignment, User


@dataclass(frozen=True)
class Actor:
    """A user (or nobody, or the system) at one moment. `address` is where the request came from, for the audit line.

    `assignments` are the posts that count now; `posts` are all that are valid today, chosen or not."""

    user: User | None = None
    assignments: tuple[Assignment, ...] = ()
    address: str = ""
    is_system: bool = False
    posts: tuple[Assignment, ...] = ()

    @property
    def is_anonymous(self) -> bool:
        return self.user is None and not self.is_system

    @property
    def is_staff(self) -> bool:
        return self.user is not None and self.user.kind == "staff"

    @property
    def is_citizen(self) -> bool:
        return self.user is not None and self.user.kind == "citizen"

    @property
    def id(self) -> int | None:
        return self.user.pk if self.user is not None else None

    @property
    def person_id(self) -> int | None:
        """The citizen's own file; None for staff, who act for others."""
        return self.user.person_id if self.user is not None and self.is_citizen else None

    @property
    def name(self) -> str:
        if self.is_system:
            return "系统"
        return self.user.name if self.user is not None else ""

    @property
    def role(self) -> str:
        """Code of the first valid post, for the audit line ("citizen", "system", "" otherwise)."""
        if self.is_system:
            return "system"
        if self.assignments:
            return self.assignments[0].role
        return "citizen" if self.is_citizen else ""

    @property
    def role_title(self) -> str:
        return "、".join(dict.fromkeys(title(a.role) for a in self.assignments))

    @property
    def standing_in(self) -> dict[str, str]:
        """For a deputy narrowed to that one post: whose name the act is done in, for the act and its audit line."""
        if len(self.assignments) != 1:
            return {}
        principal = principal_of(self.assignments[0])
        return {"on_behalf_of": str(principal.pk), "on_behalf_of_name": principal.name} if principal else {}

    @cached_property
    def clashes(self) -> dict[int, str]:
        """{assignment id: sentence} of posts that this person must not hold together (granted before the matrix knew).
        The sentence names both."""
        held = self.posts or self.assignments
        found: dict[int, str] = {}
        for one in held:
            for other in held:
                why = why_apart(one.role, other.role)
                if why:
                    found.setdefault(one.pk, _clash(self.name, one, other, why))
        return found

    def clash(self, assignment: Assignment | None) -> str:
        """ "" or why nothing may be done by this post as long as the other one is held too."""
        return self.clashes.get(assignment.pk, "") if assignment is not None else ""

    @cached_property
    def _by_permission(self) -> dict[str, tuple[Assignment, ...]]:
        found: dict[str, list[Assignment]] = {}
        for assignment in self.assignments:
            for permission in ROLES[assignment.role].permissions if assignment.role in ROLES else ():
                found.setdefault(permission, []).append(assignment)
        return {permission: tuple(rows) for permission, rows in found.items()}

    def can(self, permission: str, region_code: str) -> Assignment | None:
        """The one assignment that grants `permission` over `region_code` (12 digits), or None."""
        found = self.grants(permission, region_code)
        return found[0] if found else None

    def has(self, permission: str) -> bool:
        """Whether the permission is held anywhere; enough to show a menu, never to open an object."""
        return permission in self._by_permission

    def scopes(self, permission: str) -> list[str]:
        """Region codes over which the permission is held, without those that another one covers."""
        held = sorted({a.region_code for a in self._by_permission.get(permission, ())})
        return [code for code in held if not any(other != code and codes.covers(other, code) for other in held)]

    def scope_q(self, permission: str, field: str = "region_code") -> Q:
        """Filter for lists; a permission that is not held matches nothing."""
        return codes.scope_q(self.scopes(permission), field)

    def acting_as(self, assignment: Assignment) -> Actor:
        """The same person with this one post only: what an act and its audit line record."""
        return replace(self, assignments=(assignment,))

    def choosing(self, assignment_id: int | None) -> Actor:
        """The same person with only this one of their posts in use; all of them for None or a post that is over."""
        chosen = tuple(one for one in self.posts if one.pk == assignment_id)
        return replace(self, assignments=chosen) if chosen else self

    def grants(self, permission: str, region_code: str) -> list[Assignment]:
        """Every assignment that alone grants `permission` over `region_code`."""
        held = self._by_permission.get(permission, ())
        return [one for one in held if codes.covers(one.region_code, region_code)]

    def at_address(self, address: str) -> Actor:
        return replace(self, address=address)


ANONYMOUS = Actor()
SYSTEM = Actor(is_system=True)


def actor_of(user: object, on: datetime.date | None = None, address: str = "") -> Actor:
    """The actor for a Django user (AnonymousUser and switched-off users give nobody) on a day (default today).

    One query for staff, none for citizens."""
    from minzheng.kernel.accounts.models import User

    if not isinstance(user, User) or not user.is_active:
        return Actor(address=address)
    if user.kind != "staff":
        return Actor(user=user, address=address)
    posts = tuple(valid_posts(user, on))
    return Actor(user=user, assignments=posts, posts=posts, address=address)


def staff_actor(username: str) -> Actor | None:
    """A member of staff by user name with today's posts, for commands that act in somebody's name; None if there is none."""
    from minzheng.kernel.accounts.models import User

    user = User.objects.filter(username=username, kind="staff", is_active=True).first()
    return actor_of(user) if user is not None else None


def valid_posts(user: User, on: datetime.date | None = None) -> list[Assignment]:
    """The posts valid on a day (default today); one's own before those held for somebody else. One query."""
    day = on or clock.today()
    rows = user.assignments.filter(Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day)
    found = list(rows.select_related("organization", "on_behalf_of__user").order_by("valid_from", "pk"))
    return sorted(found, key=lambda one: one.kind == one.DEPUTY)


def principal_of(assignment: Assignment | None) -> User | None:
    """The absent person in whose name a deputy's post acts; None for any other post."""
    if assignment is None or assignment.kind != assignment.DEPUTY or assignment.on_behalf_of is None:
        return None
    return assignment.on_behalf_of.user


def _clash(name: str, one: Assignment, other: Assignment, why: str) -> str:
    return (
        f"{name}同时任“{title(one.role)}”和“{title(other.role)}”，两个岗位不相容：{why}。"
        "在结束其中一个之前，两个岗位都不能办理，请联系安全管理员。"
    )
