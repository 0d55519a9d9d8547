"""Papers of an entry: adding, opening, removing; and the entry itself on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpRequest, HttpResponse

from minzheng.business.bureau.registers import papers, selectors, services
from minzheng.business.bureau.registers.desk import entry_url
from minzheng.business.bureau.registers.models import RegisterEntry, RegisterFile
from minzheng.business.bureau.registers.selectors import WRITE
from minzheng.business.bureau.registers.typed import PHOTOS
from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.audit import services as audit
from minzheng.kernel.documents import selectors as documents
from minzheng.kernel.documents import services as vault
from minzheng.kernel.documents.answers import file_response
from minzheng.kernel.documents.uploads.sniff import PDF
from minzheng.kernel.parts.fields import Photo
from minzheng.kernel.parts.page import Done

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

FILES = Photo("files", "照片或文件", required=True, kind=services.KIND, accept=PHOTOS)


def attach(actor: Actor, values: dict[str, Any], entry: RegisterEntry) -> Done:
    count = services.attach(actor=actor, entry=entry, uploads=values["files"])
    return Done(f"已添加 {count} 份附件。", entry_url(entry))


def of_entry(actor: Actor, pk: int, attachment: int) -> RegisterFile | None:
    """A file of an entry that this actor may change; one query, found or not."""
    return (
        RegisterFile.objects.select_related("entry")
        .filter(entry__in=selectors.entries(actor, WRITE).filter(pk=pk).values("pk"), attachment_id=attachment)
        .filter(removed_at=None)
        .first()
    )


def detach(actor: Actor, file: RegisterFile, values: dict[str, Any]) -> Done:
    services.detach(actor=actor, entry=file.entry, file=file, reason=values["reason"])
    return Done("已移除。", entry_url(file.entry))


def show(request: HttpRequest, pk: int, attachment: int) -> HttpResponse:
    """One file to whoever may read the entry; `?size=thumb` for the small picture."""
    actor = actor_in(request)
    row = selectors.file(actor, pk, attachment)
    stored = documents.loose_attachment(attachment, services.KIND) if row else None
    if row is None or stored is None:
        raise Http404("没有找到。")
    if request.GET.get("size") == "thumb":
        thumb = vault.open_thumbnail(stored)
        if thumb is None:
            raise Http404("没有找到。")
        return file_response(thumb, "image/jpeg", "thumb.jpg")
    audit.record_read(actor=actor, obj=row.entry, reason="查看台账附件")
    data, kind = vault.open_attachment(stored)
    return file_response(data, kind, f"{stored.label or '附件'}.{stored.path.rpartition('.')[2]}")


def printed(request: HttpRequest, pk: int) -> HttpResponse:
    """The entry on A4, with room for signatures."""
    actor = actor_in(request)
    entry = selectors.entry(actor, pk)
    if entry is None:
        raise Http404("没有找到。")
    audit.record_read(actor=actor, obj=entry, reason="打印台账记录")
    return file_response(papers.sheet(actor, entry), PDF, f"{entry.no}.pdf")
