"""审计链头: print it, fetch it, compare an older one."""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from minzheng.kernel.audit import chain, heads
from minzheng.kernel.audit.models import AuditEntry, AuditSeal
from minzheng.kernel.crypto import signing
from minzheng.kernel.oversight import papers
from minzheng.kernel.pages.drawing import draw, drawing_of
from minzheng.kernel.parts.drawing import Drawing


def head(request: HttpRequest) -> HttpResponse:
    """GET shows the present head. POST `do=print` gives the page, `do=file` the signed file, `do=check` compares a head
    from paper or file with the chain (one link is read; the whole chain is checked by `minzheng audit verify`)."""
    drawing = drawing_of(request)
    doing = request.POST.get("do", "") if request.method == "POST" else ""
    if doing in ("print", "file"):
        return _give(drawing, doing)
    good, sentence = _compared(request.POST.get("head", "")) if doing == "check" else (None, "")
    now = chain.head()
    sealed_at = AuditSeal.objects.filter(seq=now.seq).values_list("sealed_at", flat=True).first()
    return draw(
        request,
        "console/audit_head.html",
        request.page,  # type: ignore[attr-defined]
        status=422 if good is False else 200,
        head=now,
        sealed_at=sealed_at and timezone.localtime(sealed_at),
        fingerprint=signing.fingerprint(),
        given_out=AuditEntry.objects.filter(action="audit.head").order_by("-at").first(),
        good=good,
        sentence=sentence,
        typed=request.POST.get("head", ""),
    )


def _give(drawing: Drawing, doing: str) -> HttpResponse:
    signed = heads.sign_head(actor=drawing.actor)
    name = f"审计链头_{signed.seq}_{drawing.today:%Y%m%d}"
    if doing == "file":
        response = HttpResponse(signed.as_json(), content_type="application/json; charset=utf-8")
        response["Content-Disposition"] = f"attachment; filename=\"head.json\"; filename*=UTF-8''{quote(name)}.json"
        return response
    response = HttpResponse(papers.head_page(signed, papers.stamp_line(drawing.actor)), content_type="application/pdf")
    response["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(name)}.pdf"
    return response


def _compared(text: str) -> tuple[bool, str]:
    """(whether it is in the chain, the sentence)."""
    try:
        known = heads.known(heads.read(text)) if text.strip().startswith("{") else heads.from_paper(text)
    except heads.NotAHead as error:
        return False, str(error)
    for seq, made in known.items():
        there = AuditSeal.objects.filter(seq=seq).values_list("hash", flat=True).first()
        if there is None:
            return False, f"审计链只到第 {chain.head().seq} 环，没有第 {seq} 环：链尾被截断。请立即保全现场并报告。"
        if there != made:
            return False, f"第 {seq} 环与所给的链头不符：该环之前的记录被改写。请立即保全现场并报告。"
        return True, f"第 {seq} 环与所给的链头一致。逐条校验请在服务器上执行 minzheng audit verify --hash {seq}:…"
    return True, "所给的是空链的链头，没有可比对的内容。"
