"""Refusals of the store, as the generic views show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minzheng.kernel.cases.errors import NotAllowed, Refused

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

__all__ = ["Refused", "require"]

_WHAT = {"stock.manage": "管理物资", "stock.issue": "发放物资", "stock.confirm": "核准盘点和报损"}


def require(actor: Actor, permission: str, region_code: str) -> None:
    """One single post must grant the permission over the place. Raises NotAllowed."""
    if not actor.is_system and actor.can(permission, region_code) is None:
        raise NotAllowed(f"您的岗位不能在这里{_WHAT.get(permission, '办理')}，请由本库点所在地的人员办理。")
