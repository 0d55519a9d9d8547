"""Taking in and giving out attachments: real type, virus scan, photos encoded anew, PDFs checked, stored encrypted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from django.conf import settings
from django.db import transaction

from minzheng.kernel import clock
from minzheng.kernel.audit import services as audit
from minzheng.kernel.crypto.sealing import sm3
from minzheng.kernel.documents import vault
from minzheng.kernel.documents.errors import DocumentError, UploadRefused
from minzheng.kernel.documents.models import Attachment
from minzheng.kernel.documents.uploads import antivirus, images, papers, sniff
from minzheng.kernel.ids import new_id

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.cases.models import Case

#: Most attachments of one case: an ordinary family has thirty or forty; more is a mistake or meant to fill the disk.
MAX_PER_CASE = 150
DESTROYED = "保管期满，内容已经依法销毁，只留目录。"
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
    scanned_by = antivirus.scan(data)
    thumb, pages = b"", 1
    if content_type == sniff.PDF:
        pages = papers.check(data)
    else:
        image = images.clean(data, content_type)
        data, content_type, thumb = image.data, image.content_type, image.thumb
    twin = _twin(case, kind, sm3(data))
    if twin is not None:
        return twin
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
        pages=pages,
        scanned_by=scanned_by,
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


def _twin(case: Case | None, kind: str, sha: str) -> Attachment | None:
    """The same content of the same kind in the same case: sent twice by a shaky line or a second press."""
    if case is None:
        return None
    return Attachment.objects.filter(case=case, kind=kind[:40], sha=sha, removed_at=None, destroyed_at=None).first()


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
    if attachment.destroyed_at is not None:
        raise DocumentError(DESTROYED)
    return vault.get(
        attachment.path, bound_to=f"attachment:{attachment.pk}", sha=attachment.sha
    ), attachment.content_type


def open_thumbnail(attachment: Attachment) -> bytes | None:
    """The thumbnail (JPEG); a PDF has none."""
    if attachment.removed_at or attachment.destroyed_at or attachment.content_type == sniff.PDF:
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
