"""材料与文书的写操作：收材料、移除材料、制发文书、登记送达、排印。"""

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

#: 一件办件的材料上限：正常家庭不过三四十份，再多就是误操作或有意占用空间。
MAX_PER_CASE = 150
SERVICE_METHODS = ("直接", "邮寄", "电子", "留置", "公告")
_SUFFIXES = {sniff.JPEG: "jpg", sniff.PNG: "png", sniff.PDF: "pdf"}


class Upload(Protocol):
    """Django 的 UploadedFile，或任何能 ``read`` 的东西。"""

    def read(self, size: int = ..., /) -> bytes: ...


@transaction.atomic
def store_attachment(*, case: Case | None, kind: str, label: str, upload: Upload, actor: Actor) -> Attachment:
    """收一份材料：认出真实类型，照片重新编码，PDF 检查，加密落盘。不能收的抛出 UploadRefused（一句话说怎么办）。

    ``sha`` 是存下来的内容的 SM3（照片为重新编码之后的），显示给上传人和审核人。"""
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
    """（内容，类型）。移除了的、打不开的、SM3 不符的抛出 DamagedFile。"""
    if attachment.removed_at is not None:
        raise DocumentError("这份材料已经移除，不能再打开。")
    return vault.get(
        attachment.path, bound_to=f"attachment:{attachment.pk}", sha=attachment.sha
    ), attachment.content_type


def open_thumbnail(attachment: Attachment) -> bytes | None:
    """小图（JPEG）；PDF 没有小图。"""
    if attachment.removed_at is not None or attachment.content_type == sniff.PDF:
        return None
    return vault.get(vault.sibling(attachment.path, "thumb"), bound_to=f"thumb:{attachment.pk}", sha=None)


@transaction.atomic
def remove(*, attachment: Attachment, actor: Actor, reason: str = "") -> None:
    """移除一份材料。草稿里的连文件一起删除；提交以后只做标记，文件随卷保存。"""
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
    """制发一份文书：核对必备要素，定制发机关、文号和查验码，登记；排印由后台任务或第一次查看时完成。

    ``fields`` 的键与类型见 ``catalogue``；缺要素抛出 MissingField，一次说全。与调用者同一事务：办件没办成，文号也不占。"""
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
        kept["remedy"] = authority.remedy_text(agency)
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
    """办件里已有的要素，制发人不必再给；给了的以给的为准。"""
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
    """按存下的要素重新排一份 PDF；同样的要素得到同样的字节，可与登记的 SM3 对照。"""
    fields = document.fields | {
        "title": document.title,
        "document_no": document.number,
        "verify_code": document.verify_code,
    }
    return rendering.render(catalogue.NOTICES[document.code], fields, issued_on=document.issued_on.isoformat())


@transaction.atomic
def render(*, document_id: int) -> IssuedDocument:
    """排印一次并加密存档；已排过的不再排。"""
    document = IssuedDocument.objects.select_for_update().get(pk=document_id)
    if not document.path:
        data = printed_bytes(document)
        document.path = vault.put(data, bound_to=f"document:{document.pk}", suffix="pdf")
        document.sha = sm3(data)
        document.save(update_fields=["path", "sha"])
    return document


def pdf(document: IssuedDocument) -> bytes:
    """文书的 PDF。还没排印的现在排；存档打不开或 SM3 不符的抛出 DamagedFile。"""
    if not document.path:
        ready = render(document_id=document.pk)
        document.path, document.sha = ready.path, ready.sha
    return vault.get(document.path, bound_to=f"document:{document.pk}", sha=document.sha)


@transaction.atomic
def record_service(*, document: IssuedDocument, method: str, on: date, actor: Actor) -> None:
    """登记送达方式与送达日：救济期限从这一天起算。"""
    if method not in SERVICE_METHODS:
        raise DocumentError(f"没有“{method}”这种送达方式；请选：{'、'.join(SERVICE_METHODS)}。")
    if on < document.issued_on:
        raise DocumentError(f"送达日 {on} 早于文书日期 {document.issued_on}，请核对。")
    document.service_method, document.served_on = method, on
    document.save(update_fields=["service_method", "served_on"])
    audit.record(actor=actor, action="document.serve", obj=document, detail={"method": method, "on": on.isoformat()})


def form_pdf(*, code: str, case: Case, fields: Mapping[str, Any], addressee: str = "") -> bytes:
    """只打印、不编号的表：F01 入户调查表、F02 近亲属备案表、N16 供纸质签署的授权书。``fields`` 与目录对应。"""
    form = catalogue.notice(code)
    kept = elements.stored(form, fields)
    form.check(kept)
    kept |= {
        "title": form.title(kept["matter"]),
        "addressee": addressee or case.applicant_name,
        "internal_no": case.no or "",
    }
    return rendering.render(form, kept, issued_on=clock.today().isoformat())
