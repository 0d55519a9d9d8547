"""Writing attachments and notices: accept and remove attachments, issue notices, record service, typeset."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

from django.conf import settings
from django.db import transaction
from django.utils.timezone import localdate

from minzheng.kernel import clock
from minzheng.kernel.audit import services as audit
from minzheng.kernel.crypto.sealing import sm3
from minzheng.kernel.documents import authority, catalogue, elements, images, papers, rendering, sniff, vault
from minzheng.kernel.documents.errors import DocumentError, UploadRefused
from minzheng.kernel.documents.models import Attachment, IssuedDocument
from minzheng.kernel.ids import new_id
from minzheng.kernel.jobs.services import enqueue

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.cases.models import Case

#: Most attachments of one case: an ordinary family has thirty or forty; more is a mistake or meant to fill the disk.
MAX_PER_CASE = 150
SERVICE_METHODS = ("直接", "邮寄", "电子", "留置", "公告")
_SUFFIXES = {sniff.JPEG: "jpg", sniff.PNG: "png", sniff.PDF: "pdf"}


class Upload(Protocol):
    """Django's UploadedFile, or anything that can ``read``."""

    def read(self, size: int = ..., /) -> bytes: ...


@transaction.atomic
def store_attachment(*, case: Case | None, kind: str, label: str, upload: Upload, actor: Actor) -> Attachment:
    """Accept one attachment: recognise its real type, encode photos anew, check PDFs, store encrypted. UploadRefused
    (one sentence with what to do) for what cannot be accepted.

    ``sha`` is the SM3 of the content stored (for photos, after encoding anew), shown to uploader and reviewer.
    """
    if case is not None and Attachment.objects.filter(case=case, removed_at=None).count() >= MAX_PER_CASE:
        raise UploadRefused(f"这件申请的材料已有 {MAX_PER_CASE} 份，不能再加。请先移除重复或无关的材料。")
    data = _read(upload)
    content_type = sniff.content_type(data)
    thumb = b""
    if content_type == sniff.PDF:
        papers.check(data)
    else:
        image = images.clean(data, content_type)
        data, content_type, thumb = image.data, image.content_type, image.thumb
    pk = new_id()
    path = vault.put(data, bound_to=f"attachment:{pk}", suffix=_SUFFIXES[content_type])
    if thumb:
        vault.put(thumb, bound_to=f"thumb:{pk}", suffix="thumb", beside=path)
    attachment = Attachment(
        id=pk,
        case=case,
        kind=kind[:40],
        label=label[:80],
        content_type=content_type,
        size=len(data),
        sha=sm3(data),
        path=path,
        uploaded_by=actor.user,
    )
    attachment.save(force_insert=True)
    audit.record(
        actor=actor,
        action="attachment.store",
        obj=attachment,
        region_code=case.region_code if case else "",
        detail={"case": str(case.pk) if case else None, "kind": kind, "sm3": attachment.sha, "size": attachment.size},
    )
    return attachment


def _read(upload: Upload) -> bytes:
    limit = settings.UPLOAD_MAX_BYTES
    data = upload.read(limit + 1)
    if len(data) > limit:
        raise UploadRefused(f"文件超过 {limit // 1024 // 1024} MB。请用手机普通模式重拍，或把 PDF 拆开、压缩后再上传。")
    return data


def open_attachment(attachment: Attachment) -> tuple[bytes, str]:
    """(content, type). DamagedFile when removed, unreadable or not matching its SM3."""
    if attachment.removed_at is not None:
        raise DocumentError("这份材料已经移除，不能再打开。")
    return vault.get(
        attachment.path, bound_to=f"attachment:{attachment.pk}", sha=attachment.sha
    ), attachment.content_type


def open_thumbnail(attachment: Attachment) -> bytes | None:
    """The thumbnail (JPEG); a PDF has none."""
    if attachment.removed_at is not None or attachment.content_type == sniff.PDF:
        return None
    return vault.get(vault.sibling(attachment.path, "thumb"), bound_to=f"thumb:{attachment.pk}", sha=None)


@transaction.atomic
def remove(*, attachment: Attachment, actor: Actor, reason: str = "") -> None:
    """Remove an attachment. In a draft the file goes too; after submission it is only marked, and the file stays with
    the case.
    """
    locked = Attachment.objects.select_for_update(of=("self",)).select_related("case").get(pk=attachment.pk)
    if locked.removed_at is not None:
        return
    locked.removed_at = clock.now()
    locked.save(update_fields=["removed_at"])
    attachment.removed_at = locked.removed_at
    case = locked.case
    audit.record(
        actor=actor,
        action="attachment.remove",
        obj=locked,
        region_code=case.region_code if case else "",
        reason=reason,
        detail={"case": str(case.pk) if case else None, "kind": locked.kind, "sm3": locked.sha},
    )
    if case is None or case.submitted_at is None:
        path = locked.path
        transaction.on_commit(lambda: _drop(path))


def _drop(path: str) -> None:
    vault.drop(path)
    vault.drop(vault.sibling(path, "thumb"))


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
    if not document.path:
        data = printed_bytes(document)
        document.path = vault.put(data, bound_to=f"document:{document.pk}", suffix="pdf")
        document.sha = sm3(data)
        document.save(update_fields=["path", "sha"])
    return document


def pdf(document: IssuedDocument) -> bytes:
    """The PDF of a notice, typeset now if it was not yet. DamagedFile when the stored one cannot be opened or does not
    match its SM3.
    """
    if not document.path:
        ready = render(document_id=document.pk)
        document.path, document.sha = ready.path, ready.sha
    return vault.get(document.path, bound_to=f"document:{document.pk}", sha=document.sha)


@transaction.atomic
def record_service(*, document: IssuedDocument, method: str, on: date, actor: Actor) -> None:
    """Record how and when it was served (送达): the time to seek remedy runs from that day."""
    if method not in SERVICE_METHODS:
        raise DocumentError(f"没有“{method}”这种送达方式；请选：{'、'.join(SERVICE_METHODS)}。")
    if on < document.issued_on:
        raise DocumentError(f"送达日 {on} 早于文书日期 {document.issued_on}，请核对。")
    document.service_method, document.served_on = method, on
    document.save(update_fields=["service_method", "served_on"])
    audit.record(actor=actor, action="document.serve", obj=document, detail={"method": method, "on": on.isoformat()})


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
