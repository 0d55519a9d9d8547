"""Reading objections: the list of a township, one objection with its words, who said it (logged), and the answer by
receipt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.utils.timezone import localdate

from minzheng.kernel.audit import services as audit
from minzheng.kernel.cases.objections.errors import ObjectionRefused
from minzheng.kernel.cases.objections.models import PublicObjection
from minzheng.kernel.cases.objections.recording import normal_code

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.documents.models import Attachment

READ, IDENTIFY = "objection.read", "objection.identify"
SHORTEST_REASON = 4


def visible(actor: Actor) -> QuerySet[PublicObjection]:
    """Objections to cases of the regions of one post with objection.read. Never the family's, never the village's."""
    if not actor.is_staff:
        return PublicObjection.objects.none()
    return PublicObjection.objects.filter(actor.scope_q(READ)).select_related("case")


def get(actor: Actor, pk: int) -> PublicObjection | None:
    """One objection, and the line in the log that its words were read; None for what one may not see."""
    row = visible(actor).filter(pk=pk).first()
    if row is not None:
        audit.record_read(actor=actor, obj=row, reason="办理公示异议")
    return row


def identity(actor: Actor, pk: int, reason: str) -> tuple[str, str]:
    """(name, phone) of whoever objected, logged with the reason. Raises PublicObjection.DoesNotExist outside the post's
    region or without objection.identify there, and ObjectionRefused without a reason."""
    row = visible(actor).get(pk=pk)
    if actor.can(IDENTIFY, row.region_code) is None:
        raise PublicObjection.DoesNotExist
    if len(reason.strip()) < SHORTEST_REASON:
        raise ObjectionRefused(f"查看反映人须写明用途（至少 {SHORTEST_REASON} 个字），例如“电话核实门面地址”。")
    if row.anonymous:
        raise ObjectionRefused("这是匿名反映，没有留姓名和电话。")
    audit.record_read(actor=actor, obj=row, reason=f"查看异议反映人：{reason.strip()}"[:200])
    return row.name, row.phone


def photo(actor: Actor, pk: int, attachment: int) -> Attachment | None:
    """One photo that came with an objection the actor may read, logged."""
    from minzheng.kernel.documents.models import Attachment

    row = visible(actor).filter(pk=pk).first()
    if row is None or str(attachment) not in row.photos:
        return None
    audit.record_read(actor=actor, obj=row, reason="查看异议照片")
    return Attachment.objects.filter(pk=attachment, removed_at=None).first()


def loose_photo(attachment: int) -> Attachment | None:
    """A photo not yet sent with an objection; the caller knows that it was uploaded in this very session."""
    from minzheng.kernel.documents.models import Attachment

    return Attachment.objects.filter(pk=attachment, kind="objection", case=None, removed_at=None).first()


@dataclass(frozen=True)
class Answer:
    """What a receipt shows: no name, no family, no clerk."""

    code: str
    received_on: date
    subject: str
    state: str
    anonymous: bool
    due_on: date | None
    answer: str
    outcome: str


def by_receipt(typed: str) -> Answer | None:
    """The state and answer of one objection; None for a number that does not exist."""
    code = normal_code(typed)
    row = PublicObjection.objects.filter(code=code).first() if code else None
    if row is None:
        return None
    return Answer(
        row.code,
        localdate(row.received_at),
        row.get_subject_display(),
        row.state,
        row.anonymous,
        row.due_on,
        row.answer,
        row.outcome,
    )
