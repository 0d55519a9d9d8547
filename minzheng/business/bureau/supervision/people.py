"""Who can be made responsible: staff who today hold duty.feedback and work in the office."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from minzheng.business.bureau.supervision.hands import FEEDBACK
from minzheng.kernel.accounts.roles import ROLES
from minzheng.kernel.accounts.selectors import posts_with
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.regions import codes

if TYPE_CHECKING:
    from minzheng.kernel.accounts.models import User
    from minzheng.kernel.orgs.models import Organization


def worker(pk: int, org: Organization) -> User:
    """The person, if by one of today's posts in this office they may report over its place. Raises Refused."""
    for post in posts_with(FEEDBACK).filter(user_id=pk, organization_id=org.pk):
        if codes.covers(post.region_code, org.region_code):
            return post.user
    raise Refused([], {"responsible": f"所选的人今天不在“{org.name}”任职，或者没有反馈督办任务的岗位，请重新选择。"})


def choices(places: Iterable[str]) -> list[tuple[str, str]]:
    """(id, “丁宁（青石镇民政服务窗口 · 民政助理）”) of staff of these places who may be made responsible."""
    rows = (
        posts_with(FEEDBACK)
        .filter(codes.scope_q(places))
        .order_by("region_code", "organization_id", "user__name", "pk")
    )
    found: dict[str, str] = {}
    for one in rows:
        where = f"{one.organization.name} · {one.post or ROLES[one.role].title}"
        found.setdefault(str(one.user_id), f"{one.user.name}（{where}）")
    return list(found.items())
