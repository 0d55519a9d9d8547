"""Reading summaries, narrowed to the places of a post."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Max, QuerySet

from minzheng.business.bureau.summaries.models import Summary, SummaryVersion

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

READ, WRITE, ISSUE = "summary.read", "summary.write", "summary.issue"


def summaries(actor: Actor, permission: str = READ) -> QuerySet[Summary]:
    """Summaries with `version_number`, the newest version's."""
    rows = Summary.objects.annotate(version_number=Max("versions__number"))
    return rows if actor.is_system else rows.filter(actor.scope_q(permission))


def summary(actor: Actor, pk: int, permission: str = READ) -> Summary | None:
    return summaries(actor, permission).filter(pk=pk).first()


def version(one: Summary, number: int | None = None) -> SummaryVersion | None:
    """A version of a summary: the one asked for, else the signed one, else the newest."""
    wanted = number or one.signed_version
    rows = one.versions.order_by("-number")
    return rows.filter(number=wanted).first() if wanted else rows.first()
