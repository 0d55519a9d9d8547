"""Two hands: one person enters, another confirms. Every kind of row of this folder goes through here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.db import transaction

from minzheng.kernel import clock
from minzheng.kernel.audit import services as audit
from minzheng.kernel.base import CONFIRMED, DRAFT, WITHDRAWN
from minzheng.kernel.funds.errors import FundsRefused
from minzheng.kernel.funds.models import FundRow
from minzheng.kernel.regions import codes

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

READ, MANAGE, CONFIRM = "funds.read", "funds.manage", "funds.confirm"
SAME = "录入人不能自己确认，请由另一名财务人员或局领导确认。"
T = TypeVar("T", bound=FundRow)


def acting(actor: Actor, permission: str, region_code: str) -> Actor:
    """The actor under the one post that allows this over the place. Raises FundsRefused."""
    if actor.is_system:
        return actor
    post = actor.can(permission, region_code)
    if post is None:
        who = "财务人员或局领导" if permission == CONFIRM else "财务人员"
        raise FundsRefused(f"您的岗位不能办理这个地区的资金，请由{who}办理。")
    return actor.acting_as(post).at_address(actor.address)


def place_of(region_code: str) -> str:
    """The place that keeps the budget: the county of a township or village, else the place itself. 12 digits."""
    code = codes.full(region_code)
    return codes.full(codes.prefix(code)[:6]) if codes.level(code) > 3 else code


def entered(actor: Actor) -> dict[str, Any]:
    return {"entered_by": actor.user, "entered_name": actor.name, "entered_at": clock.now()}


def record(actor: Actor, action: str, row: FundRow, reason: str = "", **detail: Any) -> None:
    audit.record(
        actor=actor, action=action, obj=row, region_code=row.region_code, reason=reason,
        detail={key: str(value) for key, value in detail.items()},
    )  # fmt: skip


def locked(model: type[T], pk: int) -> T:
    """The row, locked until the transaction ends. Raises FundsRefused."""
    row = model._default_manager.select_for_update(of=("self",)).filter(pk=pk).first()
    if row is None:
        raise FundsRefused("没有这条记录，请刷新清单后重试。")
    return row


def confirming(*, actor: Actor, row: T) -> Actor:
    """Check that this actor may confirm this locked row; returns the acting one. Raises FundsRefused."""
    found = acting(actor, CONFIRM, row.region_code)
    if row.state != DRAFT:
        raise FundsRefused(f"这条记录现为“{row.get_state_display()}”，只有待确认的可以确认。")  # type: ignore[attr-defined]
    if actor.id is not None and actor.id == row.entered_by_id:  # type: ignore[attr-defined]
        raise FundsRefused(SAME)
    return found


def confirmed(actor: Actor, row: FundRow, *more: str) -> None:
    """Write the confirmation. `more`: further fields that were set on the row."""
    row.state, row.confirmed_by, row.confirmed_name, row.confirmed_at = (
        CONFIRMED, actor.user, actor.name, clock.now()
    )  # fmt: skip
    row.save(update_fields=["state", "confirmed_by", "confirmed_name", "confirmed_at", *more])


@transaction.atomic
def withdraw(*, actor: Actor, model: type[T], pk: int, reason: str) -> T:
    """Take back a draft; what is confirmed is corrected by a further row only."""
    row = locked(model, pk)
    found = acting(actor, MANAGE, row.region_code)
    if row.state != DRAFT:
        raise FundsRefused(
            f"这条记录现为“{row.get_state_display()}”，不能撤回；已确认的写错了，请另录一条调整。"  # type: ignore[attr-defined]
        )
    if not reason.strip():
        raise FundsRefused([], {"reason": "请写明撤回的原因。"})
    row.state, row.withdrawn_reason = WITHDRAWN, reason.strip()[:200]
    row.save(update_fields=["state", "withdrawn_reason"])
    record(found, f"{model._meta.model_name}.withdraw", row, reason=reason)
    return row
