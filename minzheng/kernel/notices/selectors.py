"""Reading messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import QuerySet

from minzheng.kernel.notices.models import OutboxMessage

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
        return rows.filter(actor.scope_q("case.read", "case__region_code"))
    return rows.filter(recipient=actor.person_id) if actor.person_id else rows.none()
