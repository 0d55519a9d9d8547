"""Refusals of the project library, as the generic views show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minzheng.kernel.cases.errors import NotAllowed, Refused

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

__all__ = ["NotAllowed", "Refused", "require"]

_WHAT = {"project.read": "查看", "project.manage": "管理", "project.confirm": "确认"}


def require(actor: Actor, permission: str, region_code: str) -> Actor:
    """The actor under the one post that grants the permission over the place. Raises NotAllowed."""
    if actor.is_system:
        return actor
    post = actor.can(permission, region_code)
    if post is None:
        raise NotAllowed(
            f"您的岗位不能{_WHAT[permission]}这个地区的项目，请由项目所在地或上级民政部门负责项目的人员办理。"
        )
    return actor.acting_as(post).at_address(actor.address)
