"""Reading the audit log itself: by auditors within their area, and by a citizen about the own file."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import models
from django.db.models import Q, QuerySet

from minzheng.kernel import clock
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.audit.services import READ


def visible_to(actor: Any) -> QuerySet[AuditEntry]:
    """Lines of the places over which the actor holds audit.read, newest first. Lines without a place (log-ins, jobs)
    are shown to whoever holds the permission anywhere."""
    within = actor.scope_q("audit.read")
    if actor.has("audit.read"):
        within |= Q(region_code="")
    return AuditEntry.objects.filter(within).order_by("-id")


def about(actor: Any, obj: models.Model) -> QuerySet[AuditEntry]:
    """Lines about one object that this actor may see, newest first."""
    return visible_to(actor).filter(object_type=obj._meta.model_name, object_id=obj.pk)


def read_lately(actor: Any, obj: models.Model, minutes: int = 30) -> bool:
    """Whether this actor's reading of the object was recorded just now; one look into the index by object."""
    start = clock.now() - timedelta(minutes=minutes)
    rows = AuditEntry.objects.filter(object_type=obj._meta.model_name, object_id=obj.pk, at__gte=start)
    return rows.filter(actor_id=actor.id, action=READ).exists()


def reads_of_own_file(actor: Any) -> QuerySet[AuditEntry]:
    """Who read the signed-in citizen's file, newest first; nothing for anybody else."""
    if actor.person_id is None:
        return AuditEntry.objects.none()
    return AuditEntry.objects.filter(object_type="person", object_id=actor.person_id, action=READ).order_by("-id")
