"""Reading export requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from minzheng.kernel.exports.models import ExportRequest

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor


def own(actor: Actor) -> QuerySet[ExportRequest]:
    """One's own exports, newest first."""
    return ExportRequest.objects.filter(user_id=actor.id).order_by("-asked_at") if actor.id else _none()


def to_decide(actor: Actor) -> QuerySet[ExportRequest]:
    """Requests of the places over which the actor holds export.approve, or (read only) audit.read."""
    within = actor.scope_q("export.approve") | actor.scope_q("audit.read")
    # Those made on the spot needed nobody's leave: they are in the log.
    return ExportRequest.objects.filter(within).exclude(Q(decided_at=None) & Q(state="made")).order_by("-asked_at")


def visible_to(actor: Actor) -> QuerySet[ExportRequest]:
    """One's own, and those one may decide on or audit."""
    within = actor.scope_q("export.approve") | actor.scope_q("audit.read")
    return ExportRequest.objects.filter(Q(user_id=actor.id or 0) | within).order_by("-asked_at")


def _none() -> QuerySet[ExportRequest]:
    return ExportRequest.objects.none()
