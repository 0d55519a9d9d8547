"""Writing attachments and notices: accept and remove attachments, issue notices, record service, typeset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.timezone import localdate

from minzheng.kernel import clock
from minzheng.kernel.audit import services as audit
from minzheng.kernel.crypto.sealing import sm3
from minzheng.kernel.documents import authority, terms, vault
from minzheng.kernel.documents.catalogue import elements
from minzheng.kernel.documents.catalogue import notices as catalogue
from minzheng.kernel.documents.errors import DocumentError
from minzheng.kernel.documents.models import IssuedDocument, ServiceRecord
from minzheng.kernel.documents.service.serving import SERVICE_METHODS, Proof, record_service
from minzheng.kernel.documents.typesetting import rendering
from minzheng.kernel.documents.uploads import papers
from minzheng.kernel.documents.uploads.attaching import (
    DESTROYED,
    Upload,
    open_attachment,
    open_thumbnail,
    remove,
    store_attachment,
)
from minzheng.kernel.jobs.services import enqueue

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.cases.models import Case

__all__ = [
    "SERVICE_METHODS",
    "form_pdf",
    "issue",
    "open_attachment",
    "open_thumbnail",
    "pdf",
    "printed_bytes",
    "receipt_pdf",
    "record_service",
    "remove",
    "render",
    "serve_with_photos",
    "store_attachment",
]


@transaction.atomic
def issue(
    *,
    code: str,
    case: Case | None,
    addressee_name: str,
    fields: Mapping[str, Any],
    actor: Actor,
    on: date,
    region_code: str = "",
) -> IssuedDocument:
    """Issue a notice: check the required elements, settle agency, number and verification code, register it; a job or
    the first viewing typesets it.

    Keys and kinds of ``fields``: see ``catalogue``; MissingField names everything missing at once. Same transaction as
    the caller: when the act fails, no number is used up.
    """
    notice = catalogue.NOTICES.get(code)
    if notice is None:
        raise DocumentError(f"没有代码为“{code}”的文书，不能制发；现有：{'、'.join(catalogue.NOTICES)}。")
    place = region_code or (case.region_code if case is not None else "")
    kept = elements.stored(notice, _known(case) | dict(fields))
    notice.check(kept)
    agency = authority.agency_for(notice, actor=actor, region_code=place, on=on)
    number, inner = authority.numbers(notice, agency=agency, number_code=authority.number_code_of(case), year=on.year)
    kept |= {"agency": agency.name, "internal_no": inner, "addressee": addressee_name}
    if notice.remedy:
        kept["remedy"] = authority.remedy_text(agency, on)
    if case is not None and case.is_demo:
        kept["demo"] = True
    document = IssuedDocument(
        code=code,
        number=number,
        title=notice.title(kept["matter"]),
        case=case,
        region_code=place,
        addressee_name=addressee_name[:60],
        fields=kept,
        verify_code=authority.new_verify_code(),
        issued_on=on,
        issued_by=actor.user,
    )
    document.save(force_insert=True)
    audit.record(
        actor=actor,
        action="document.issue",
        obj=document,
        detail={"code": code, "number": number, "internal_no": inner},
    )
    enqueue("documents.render", args={"document": str(document.pk)}, key=f"documents.render:{document.pk}")
    return document


def _known(case: Case | None) -> dict[str, Any]:
    """Elements the case already knows and the issuer need not give; what is given wins."""
    if case is None:
        return {}
    from minzheng.kernel.items import registry

    try:
        matter = registry.get(case.item_code).title
    except registry.UnknownItem:
        matter = ""
    return {
        "matter": matter,
        "case_no": case.no,
        "applied_on": localdate(case.submitted_at) if case.submitted_at else None,
        "id_no": case.applicant.id_no if case.applicant_id and case.applicant else "",
    }


def printed_bytes(document: IssuedDocument) -> bytes:
    """Typeset again from the stored elements; the same elements give the same bytes, to hold against the registered
    SM3.
    """
    fields = document.fields | {
        "title": document.title,
        "document_no": document.number,
        "verify_code": document.verify_code,
    }
    return rendering.render(catalogue.NOTICES[document.code], fields, issued_on=document.issued_on.isoformat())


@transaction.atomic
def render(*, document_id: int) -> IssuedDocument:
    """Typeset once, encrypt and keep; not again once done."""
    document = IssuedDocument.objects.select_for_update().get(pk=document_id)
    if not document.path and document.destroyed_at is None:
        data = printed_bytes(document)
        document.path = vault.put(data, bound_to=f"document:{document.pk}", suffix="pdf")
        document.sha, document.pages = sm3(data), papers.count(data)
        document.save(update_fields=["path", "sha", "pages"])
    return document


def pdf(document: IssuedDocument) -> bytes:
    """The PDF of a notice, typeset now if it was not yet. DamagedFile when the stored one cannot be opened or does not
    match its SM3.
    """
    if document.destroyed_at is not None:
        raise DocumentError(DESTROYED)
    if not document.path:
        ready = render(document_id=document.pk)
        document.path, document.sha = ready.path, ready.sha
    return vault.get(document.path, bound_to=f"document:{document.pk}", sha=document.sha)


@transaction.atomic
def serve_with_photos(
    *,
    document: IssuedDocument,
    method: str,
    on: date,
    actor: Actor,
    failed: bool = False,
    uploads: Sequence[Upload] = (),
    **proof: str,
) -> ServiceRecord:
    """Record an attempt to serve together with its photos; a refused attempt leaves none of them."""
    photos = [
        store_attachment(
            case=document.case, kind="service", label=f"{document.title}送达证明"[:80], upload=one, actor=actor
        ).pk
        for one in uploads
    ]
    return record_service(
        document=document, method=method, on=on, actor=actor, failed=failed, proof=Proof(photos=photos, **proof)
    )


def receipt_pdf(document: IssuedDocument) -> bytes:
    """送达回证 (F03): the last attempt filled in, or blank to take along."""
    form = catalogue.FORMS["F03"]
    last = document.services.last()
    fields = {
        "matter": document.fields.get("matter", ""),
        "document_title": document.title,
        "document_no": document.number,
        "agency": document.fields.get("agency", ""),
        "announce_days": str(terms.number("announce_days", document.issued_on)),
    }
    if last is not None:
        fields |= {
            "method": last.method,
            "acted_on": last.acted_on,
            "served_on": last.served_on if last.outcome == "served" else None,
            "receiver": last.receiver,
            "relation": last.relation,
            "witnesses": last.witnesses,
            "post_no": last.post_no,
            "place": last.place,
            "note": last.note,
            "consent": last.consent,
            "recorder": last.recorded_by.name if last.recorded_by else "",
            "proofs": str(len(last.proofs)) if last.proofs else "",
        }
    kept = elements.stored(form, fields) | {
        "title": form.suffix,
        "addressee": document.addressee_name,
        "internal_no": document.fields.get("internal_no", ""),
    }
    return rendering.render(form, kept, issued_on=clock.today().isoformat())


def form_pdf(*, code: str, case: Case, fields: Mapping[str, Any], addressee: str = "") -> bytes:
    """Forms printed without a number: F01 home visit, F02 close relatives, N16 consent to be signed on paper.
    ``fields`` as in the catalogue.
    """
    form = catalogue.notice(code)
    kept = elements.stored(form, fields)
    form.check(kept)
    kept |= {
        "title": form.title(kept["matter"]),
        "addressee": addressee or case.applicant_name,
        "internal_no": case.no or "",
    }
    return rendering.render(form, kept, issued_on=clock.today().isoformat())
