"""Reading messages: who may see which is decided here alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet

from minzheng.kernel.items import guarded
from minzheng.kernel.notices.models import OutboxMessage
from minzheng.kernel.subjects.models import Person

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor


def inbox(actor: Actor) -> QuerySet[OutboxMessage]:
    """The citizen's own in-app messages (站内信), newest first. Nobody else sees them, staff included."""
    if not actor.person_id:
        return OutboxMessage.objects.none()
    return OutboxMessage.objects.filter(channel="inapp", recipient=actor.person_id).order_by("-created_at", "-pk")


def of_case(actor: Actor, case_id: int) -> QuerySet[OutboxMessage]:
    """Messages sent about a case, so that its clerk sees whether they arrived; one must be able to view cases where it
    belongs.
    """
    rows = OutboxMessage.objects.filter(case_id=case_id).order_by("-created_at", "-pk")
    if actor.is_staff:
        readable = guarded.readable_q(actor, "case__item_code", "case__region_code")
        return rows.filter(actor.scope_q("case.read", "case__region_code") & readable)
    return rows.filter(recipient=actor.person_id) if actor.person_id else rows.none()


def outbox(actor: Actor) -> QuerySet[OutboxMessage]:
    """The outbox of the places that somebody watches over; what is shown of it names nobody. Sign-in codes, which are
    about no place, are seen by all who watch."""
    if not actor.has("outbox.read"):
        return OutboxMessage.objects.none()
    mine = actor.scope_q("outbox.read", "case__region_code")
    mine |= Q(case=None) & actor.scope_q("outbox.read", "recipient__region_code")
    return OutboxMessage.objects.filter(mine | Q(case=None, recipient=None)).select_related("recipient")


def one_of_outbox(actor: Actor, pk: int) -> OutboxMessage | None:
    return outbox(actor).filter(pk=pk).first()


def unreached(actor: Actor) -> QuerySet[OutboxMessage]:
    """联系不上: messages that gave up with no other channel after them and nobody having dealt with them, in the places
    where the actor accepts applications."""
    after = OutboxMessage.objects.filter(fallback_of=OuterRef("pk"))
    rows = OutboxMessage.objects.filter(state="failed", resolved_at=None, case__isnull=False)
    return _local(actor, rows).exclude(Exists(after))


def unreached_one(actor: Actor, pk: int) -> OutboxMessage | None:
    return unreached(actor).filter(pk=pk).first()


def letters(actor: Actor) -> QuerySet[OutboxMessage]:
    """待邮寄: letters still to be printed and handed to the post."""
    return _local(actor, OutboxMessage.objects.filter(channel="post", state="queued", case__isnull=False))


def letter(actor: Actor, pk: int) -> OutboxMessage | None:
    return letters(actor).filter(pk=pk).first()


def person_to_contact(actor: Actor, pk: int) -> Person | None:
    """A person whose wishes this clerk may record."""
    return Person.objects.filter(actor.scope_q("case.accept"), pk=pk).first()


def _local(actor: Actor, rows: QuerySet[OutboxMessage]) -> QuerySet[OutboxMessage]:
    return rows.filter(actor.scope_q("case.accept", "case__region_code")).select_related("case")
