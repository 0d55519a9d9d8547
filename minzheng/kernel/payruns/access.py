"""Who may act on a batch, and the batch under lock: every act begins here."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.items import registry
from minzheng.kernel.payruns import reading
from minzheng.kernel.payruns.errors import PayInput, PayNotAllowed, PayNotFound, PayRefused
from minzheng.kernel.payruns.models import PayBatch, PayEvent, PayLine
from minzheng.kernel.payruns.words import STATES
from minzheng.kernel.regions import codes

if TYPE_CHECKING:
    from django.db.models import QuerySet

OPEN = ("BUILDING", "CHECKED", "REVIEWED")


def visible(actor: Actor) -> QuerySet[PayBatch]:
    """Batches of the places where one post grants payment.read; those of guarded benefits (a child's) only to their readers
    and to whoever pays them."""
    return reading.batches(actor) if actor.is_system or actor.is_staff else PayBatch.objects.none()


def find(actor: Actor, given: object) -> PayBatch:
    """A batch by its number or id, within the actor's reach. Raises PayNotFound."""
    text = str(given)
    rows = visible(actor)
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None
    found = rows.filter(no=text).first() or (rows.filter(pk=number).first() if number is not None else None)
    if found is None:
        raise PayNotFound(f"没有编号为“{text}”的发放批次，请核对批次号。")
    return found


def locked(actor: Actor, pk: int, permission: str) -> PayBatch:
    """The batch, locked until the end of the transaction; `actor` narrowed to one post must hold the permission over it.
    Raises PayNotFound, PayNotAllowed."""
    batch = PayBatch.objects.select_for_update().filter(pk=pk).first()
    if batch is None:
        raise PayNotFound("没有这个发放批次，请刷新后再看。")
    require(actor, permission, batch.region_code)
    return batch


def require(actor: Actor, permission: str, region_code: str) -> None:
    """One single post grants the permission over the place, and does not clash with another one of the same person."""
    from minzheng.kernel.accounts.roles import PERMISSIONS

    if actor.is_system:
        return
    post = actor.can(permission, region_code)
    if post is None:
        raise PayNotAllowed(f"您的岗位不能在这个地区{PERMISSIONS[permission]}，请由有此岗位的人员办理。")
    clash = actor.clash(post)
    if clash:
        raise PayNotAllowed(clash)


def in_state(batch: PayBatch, *states: str, act: str) -> None:
    """Raises PayRefused with what the batch is and what it has to be."""
    if batch.state not in states:
        wanted = "、".join(STATES[one] for one in states)
        raise PayRefused(f"批次 {batch.no} 现在是“{STATES[batch.state]}”，只有“{wanted}”的批次才能{act}。")


def event(
    batch: PayBatch,
    act: str,
    actor: Actor,
    *,
    before: str,
    reason: str = "",
    line: PayLine | None = None,
    **detail: Any,
) -> None:
    """One line of the batch's log and one of the audit; the state after is the batch's own."""
    from minzheng.kernel.audit.services import record

    PayEvent.objects.create(
        batch=batch, act=act, from_state=before, to_state=batch.state, line=line, actor_id=actor.id,
        actor_name=actor.name, at=clock.now(), reason=reason[:200], sha=batch.sha, detail=detail,
    )  # fmt: skip
    kept = {"from": before, "to": batch.state, "batch": batch.no, **({"line": str(line.pk)} if line else {})}
    record(
        actor=actor, action=f"pay.{act}", obj=batch, region_code=batch.region_code, reason=reason[:200],
        detail={**kept, **{name: str(value) for name, value in detail.items()}},
    )  # fmt: skip


def save(batch: PayBatch, *fields: str) -> None:
    batch.version += 1
    batch.save(update_fields=["version", *fields])


def month_of(given: object) -> datetime.date:
    """Day 1 of a month given as a date or "YYYY-MM". Raises PayInput."""
    if isinstance(given, datetime.date):
        return given.replace(day=1)
    text = str(given)
    try:
        return datetime.datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007  a month has no time zone
    except ValueError:
        raise PayInput(f"月份“{text}”写得不对，请写成 2026-03 的样子。") from None


def item_of(code: str) -> str:
    """A benefit's item code; raises PayInput."""
    try:
        return registry.get(code).code
    except registry.UnknownItem as error:
        raise PayInput(str(error)) from None


def place_of(code: str) -> str:
    """A known region as 12 digits. Raises PayInput."""
    from minzheng.kernel.regions.models import Region

    try:
        full = codes.full(code)
    except codes.BadRegionCode as error:
        raise PayInput(str(error)) from None
    if not Region.objects.filter(code=full).exists():
        raise PayInput(f"没有区划代码为 {full} 的地区，请核对。")
    return full


def county_of(region_code: str) -> str:
    """The county that a place lies in: months are closed by county."""
    return codes.full(region_code)[:6].ljust(12, "0")


def needed_reason(reason: str, what: str) -> str:
    """Raises PayRefused without one."""
    if not reason.strip():
        raise PayRefused(f"请写明{what}的理由。")
    return reason.strip()
