"""消息的读操作。"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import QuerySet

from minzheng.kernel.notices.models import OutboxMessage

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor


def inbox(actor: Actor) -> QuerySet[OutboxMessage]:
    """群众本人的站内信，新的在前。别人（包括工作人员）看不到。"""
    if not actor.person_id:
        return OutboxMessage.objects.none()
    return OutboxMessage.objects.filter(channel="inapp", recipient=actor.person_id).order_by("-created_at", "-pk")


def of_case(actor: Actor, case_id: int) -> QuerySet[OutboxMessage]:
    """一件办件发出过的消息，给经办人看送达情况；须能在该办件所在地查看办件。"""
    rows = OutboxMessage.objects.filter(case_id=case_id).order_by("-created_at", "-pk")
    if actor.is_staff:
        return rows.filter(actor.scope_q("case.read", "case__region_code"))
    return rows.filter(recipient=actor.person_id) if actor.person_id else rows.none()
