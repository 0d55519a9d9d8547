"""Reading attachments and notices: who may see which is decided here alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from minzheng.kernel.documents import terms
from minzheng.kernel.documents.authority import normal_verify_code
from minzheng.kernel.documents.catalogue import notices as catalogue
from minzheng.kernel.documents.models import Attachment, IssuedDocument
from minzheng.kernel.items import guarded

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.cases.models import Case

_NOTHING = Q(pk__in=[])


def visible_attachments(actor: Actor) -> QuerySet[Attachment]:
    """Staff: attachments of submitted cases within their scope, and their own uploads; citizens: those of their
    applications and their own uploads. Removed ones never.
    """
    rows = Attachment.objects.filter(removed_at=None)
    if actor.is_anonymous or actor.user is None:
        return rows.none()
    own = Q(uploaded_by=actor.user)
    if actor.is_citizen:
        return rows.filter(own | _applicant(actor))
    return rows.filter(
        own
        | (
            actor.scope_q("document.read", "case__region_code")
            & guarded.readable_q(actor, "case__item_code", "case__region_code")
            & Q(case__submitted_at__isnull=False)
        )
    )


def attachment(actor: Actor, pk: int) -> Attachment | None:
    """One attachment; None alike for what one may not see and what does not exist."""
    return visible_attachments(actor).select_related("case").filter(pk=pk).first()


def loose_attachment(pk: int, kind: str) -> Attachment | None:
    """One photograph of this kind that belongs to no case (a visit, a lead); whoever calls this has checked who may see
    what it belongs to."""
    return Attachment.objects.filter(pk=pk, kind=kind, case=None, removed_at=None).first()


def loose_attachments(pks: Iterable[int], kind: str) -> dict[int, Attachment]:
    """The same for several at once, by their numbers."""
    return Attachment.objects.filter(kind=kind, case=None, removed_at=None).in_bulk(list(pks))


def sizes_of(pks: Iterable[int]) -> dict[int, int]:
    """{attachment: bytes}; for whoever shows a list of them and has checked that it may."""
    return dict(Attachment.objects.filter(pk__in=list(pks)).values_list("pk", "size"))


def visible_documents(actor: Actor) -> QuerySet[IssuedDocument]:
    """Staff: notices within their scope; citizens: those sent to their own applications, never
    papers between offices."""
    if actor.is_anonymous or actor.user is None:
        return IssuedDocument.objects.none()
    if actor.is_citizen:
        return IssuedDocument.objects.filter(_applicant(actor)).exclude(code__in=catalogue.INTERNAL)
    # Where it was issued, and where its case is now: a case that moved takes its notices along.
    here = actor.scope_q("document.read") | actor.scope_q("document.read", "case__region_code")
    return IssuedDocument.objects.filter(here, guarded.readable_q(actor, "case__item_code", "case__region_code"))


def document(actor: Actor, pk: int) -> IssuedDocument | None:
    """One notice; None alike for what one may not see and what does not exist."""
    return visible_documents(actor).select_related("case").filter(pk=pk).first()


def unserved(actor: Actor) -> QuerySet[IssuedDocument]:
    """Notices that still have to be served, within the actor's scope; announcements that hang out are still here."""
    rows = visible_documents(actor).filter(served_on=None, code__in=catalogue.SERVED, destroyed_at=None)
    return rows.select_related("case")


def late_since(today: date) -> date:
    """Notices issued before this day and not served are late: the last day from which the working days allowed have
    passed."""
    from minzheng.kernel.calendar.selectors import working_days_left

    allowed, day = terms.number("unserved_days", today), today
    while working_days_left(day, today) <= allowed:
        day -= timedelta(days=1)
    return day + timedelta(days=1)


def by_verify_code(typed: str) -> IssuedDocument | None:
    """Public verification: find a notice by code; typed spaces, dashes, case and O/0, I/1 make no difference."""
    code = normal_verify_code(typed)
    return IssuedDocument.objects.filter(verify_code=code).first() if code else None


def latest(case: Case, code: str) -> IssuedDocument | None:
    """The newest notice of this code in the case. The case was fetched for the actor by the caller."""
    return IssuedDocument.objects.filter(case=case, code=code).order_by("-issued_on", "-pk").first()


def _applicant(actor: Actor) -> Q:
    return Q(case__applicant=actor.person_id) if actor.person_id else _NOTHING
