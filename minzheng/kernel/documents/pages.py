"""Pages of attachments and notices: notice PDF, viewing an attachment, recording service, printed forms, public
verification.
"""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from minzheng.kernel.accounts.addresses import client_address
from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.audit import selectors as reads
from minzheng.kernel.audit import services as audit
from minzheng.kernel.cases.errors import NotFound
from minzheng.kernel.cases.selectors import get as get_case
from minzheng.kernel.documents import selectors, services
from minzheng.kernel.documents.answers import file_response
from minzheng.kernel.documents.authority import normal_verify_code
from minzheng.kernel.documents.catalogue import notices as catalogue
from minzheng.kernel.documents.models import Attachment, IssuedDocument
from minzheng.kernel.documents.service.standing import standing
from minzheng.kernel.documents.throttle import allow
from minzheng.kernel.documents.typesetting import printouts
from minzheng.kernel.documents.uploads.sniff import PDF
from minzheng.kernel.oversight.papers import stamped
from minzheng.kernel.parts.page import STAFF, Custom, Page

#: A verification code has 80 bits; the limit only keeps crawlers off.
VERIFY_TRIES, VERIFY_SECONDS = 30, 60


def document_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """A notice as PDF, opened in the browser. 404 for whatever one may not see; reading is audited."""
    actor = actor_in(request)
    document = selectors.document(actor, pk)
    if document is None:
        raise Http404
    audit.record_read(actor=actor, obj=document, reason="查看文书")
    data = services.pdf(document)
    # What is printed says who printed it; `?original=1` is the file whose SM3 the verification page tells.
    if request.GET.get("original") != "1":
        data = stamped(data, actor)
    return file_response(data, PDF, f"{document.title}（{document.number}）.pdf")


def attachment_file(request: HttpRequest, pk: int) -> HttpResponse:
    """One attachment; ``?size=thumb`` for the thumbnail (a PDF has none: 404)."""
    actor = actor_in(request)
    found = selectors.attachment(actor, pk)
    if found is None:
        raise Http404
    if request.GET.get("size") == "thumb":
        thumb = services.open_thumbnail(found)
        if thumb is None:
            raise Http404
        # On the case page, whose opening was recorded, small pictures are part of it; alone they are a reading.
        whole = [one for one in (found.case, found) if one is not None]
        if not any(reads.read_lately(actor, one) for one in whole):
            audit.record_read(actor=actor, obj=found, reason="查看材料缩略图", purpose="paper")
        return file_response(thumb, "image/jpeg", "thumb.jpg")
    audit.record_read(actor=actor, obj=found, reason="查看材料")
    data, content_type = services.open_attachment(found)
    suffix = found.path.rpartition(".")[2]
    return file_response(data, content_type, f"{found.label or found.kind}.{suffix}")


def verify(request: HttpRequest, code: str = "") -> HttpResponse:
    """Public verification: official number, title, agency, date, whether it still stands, and SM3; nobody's name. Found or
    not, the layout is the same and no reason is given.
    """
    typed = code or request.GET.get("code", "").strip()
    if not allow("verify", client_address(request), tries=VERIFY_TRIES, seconds=VERIFY_SECONDS):
        return render(request, "public/verify.html", {"title": "文书查验", "too_many": True}, status=429)
    if typed and not code:
        clean = normal_verify_code(typed)
        if clean:
            return HttpResponseRedirect(reverse("documents.verify_code", kwargs={"code": clean}))
    document = selectors.by_verify_code(typed) if typed else None
    context = {"title": "文书查验", "typed": typed, "document": document and _public(document), "asked": bool(typed)}
    return render(request, "public/verify.html", context, status=404 if typed and document is None else 200)


def short_link(request: HttpRequest, code: str) -> HttpResponse:
    """``/v/8K3MQ7TR2WXN5H4P``: the short address, to be read aloud or typed; leads to the full one."""
    clean = normal_verify_code(code)
    target = reverse("documents.verify_code", kwargs={"code": clean}) if clean else reverse("documents.verify")
    return HttpResponseRedirect(target)


def _public(document: IssuedDocument) -> dict[str, Any]:
    return {
        "number": document.number,
        "title": document.title,
        "issued_on": document.issued_on,
        "agency": document.fields.get("agency", ""),
        "standing": standing(document),
        "sha": document.sha,
    }


def printout(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Forms for printing (F01 home visit, F02 close relatives, N16 consent), filled in with what is known."""
    actor = actor_in(request)
    try:
        case = get_case(actor, pk)
    except NotFound:
        raise Http404 from None
    if code not in printouts.CODES or not actor.can("case.investigate", case.region_code):
        raise Http404
    suffix = catalogue.notice(code).suffix
    audit.record_read(actor=actor, obj=case, reason=f"打印{suffix}")
    return file_response(stamped(printouts.printed(code, case), actor), PDF, f"{suffix}（{case.no or '未编号'}）.pdf")


def _example(model: type[Attachment] | type[IssuedDocument]) -> dict[str, Any] | None:
    pk = model.objects.filter(case__is_demo=True).order_by("-pk").values_list("pk", flat=True).first()
    return {"pk": pk} if pk else None


def _document_example() -> dict[str, Any] | None:
    return _example(IssuedDocument)


def _attachment_example() -> dict[str, Any] | None:
    pk = (
        Attachment.objects.filter(case__is_demo=True, removed_at=None, case__submitted_at__isnull=False)
        .order_by("-pk")
        .values_list("pk", flat=True)
        .first()
    )
    return {"pk": pk} if pk else None


def _verify_example() -> dict[str, Any] | None:
    code = (
        IssuedDocument.objects.filter(case__is_demo=True).order_by("-pk").values_list("verify_code", flat=True).first()
    )
    return {"code": code} if code else None


def _printout_example() -> dict[str, Any] | None:
    from minzheng.kernel.cases.models import Case

    pk = (
        Case.objects.filter(is_demo=True, accepted_at__isnull=False)
        .order_by("-pk")
        .values_list("pk", flat=True)
        .first()
    )
    return {"pk": pk, "code": "F01"} if pk else None


PAGES = [
    Page(
        "documents.pdf",
        "console/documents/<int:pk>/pdf",
        "文书",
        "document.read",
        Custom(document_pdf, methods=("GET",)),
        example=_document_example,
        reads="查看文书",
    ),
    Page(
        "documents.attachment",
        "console/attachments/<int:pk>",
        "材料",
        STAFF,
        Custom(attachment_file, methods=("GET",)),
        example=_attachment_example,
        reads="查看材料",
    ),
    Page(
        "documents.printout",
        "console/cases/<int:pk>/print/<str:code>",
        "打印表单",
        "case.investigate",
        Custom(printout, methods=("GET",)),
        example=_printout_example,
        reads="打印表单",
    ),
    Page(
        "documents.verify_short",
        "v/<str:code>",
        "文书查验结果",
        None,
        Custom(short_link, methods=("GET",)),
        example=_verify_example,
        audience="public",
    ),
    Page("documents.verify", "verify", "文书查验", None, Custom(verify, methods=("GET",)), audience="public"),
    Page(
        "documents.verify_code",
        "verify/<str:code>",
        "文书查验结果",
        None,
        Custom(verify, methods=("GET",)),
        example=_verify_example,
        audience="public",
    ),
]
