"""My cases, the progress of one, decision and reasons, payments, messages, notices. All for the person alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from minzheng.kernel import clock
from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.audit import services as audit
from minzheng.kernel.cases import selectors
from minzheng.kernel.documents import selectors as documents
from minzheng.kernel.documents import services as papers
from minzheng.kernel.documents.answers import file_response
from minzheng.kernel.documents.typesetting import easyread
from minzheng.kernel.items import registry
from minzheng.kernel.notices import selectors as notices
from minzheng.kernel.payruns.figures import mine as paid
from minzheng.online.portal import deciding, journey, paying
from minzheng.online.portal.rendering import own_case, show

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Case


@dataclass(frozen=True)
class Line:
    """One in the list."""

    title: str
    no: str
    words: str
    tone: str
    deadline: str
    url: str


def mine(request: HttpRequest) -> HttpResponse:
    refused = request.session.pop("portal.refused", [])
    lines = [_line(case) for case in selectors.mine(actor_in(request))]
    return show(request, "mine", "我的办件", back="portal.home", errors=[(text, "") for text in refused], lines=lines)


def _line(case: Case) -> Line:
    item = registry.get(case.item_code)
    state = item.flow.state(case.state)
    draft = case.state == "DRAFT"
    url = (
        reverse("portal.start", kwargs={"item": case.item_code})
        if draft
        else reverse("portal.case", kwargs={"pk": case.pk})
    )
    late = "" if draft or state.terminal else journey.citizen_deadline(case)
    return Line(item.title, case.no or "还没有编号", state.public or state.title, state.tone, late, url)


def case(request: HttpRequest, pk: int) -> HttpResponse:
    """One case: how it stands, the next date, what you should do, how far it has come, notices."""
    one = own_case(request, pk)
    return show(request, "case", "办理进度", back="portal.mine", **journey.of(one, actor_in(request)))


def sent(request: HttpRequest, pk: int) -> HttpResponse:
    """Just submitted: number, next date, what happens next."""
    one = own_case(request, pk)
    if one.state == "DRAFT":
        raise Http404
    return show(request, "sent", "提交好了", back="portal.home", **journey.of(one, actor_in(request)))


def decision(request: HttpRequest, pk: int) -> HttpResponse:
    """The decision: yes or no, how much, why, on what law, how computed, what to do if one disagrees."""
    one = own_case(request, pk)
    found = deciding.of(one, actor_in(request))
    if found is None:
        raise Http404
    back = reverse("portal.case", kwargs={"pk": pk})
    return show(
        request,
        "decision",
        "审核结果",
        back=back,
        case=one,
        item=registry.get(one.item_code),
        decision=found,
        others=deciding.others(one),
    )


def document(request: HttpRequest, pk: int) -> HttpResponse:
    """A notice as PDF, or its large-print page (``?version=easy``). Each download is recorded."""
    one = documents.document(actor_in(request), pk)
    if one is None:
        raise Http404
    easy = request.GET.get("version") == "easy"
    if easy and one.code not in easyread.RETOLD:
        raise Http404
    audit.record_read(actor=actor_in(request), obj=one, reason="本人下载文书")
    data = easyread.pdf(one) if easy else papers.pdf(one)
    return file_response(data, "application/pdf", f"{'大字说明' if easy else one.title}（{one.number}）.pdf")


def payments(request: HttpRequest) -> HttpResponse:
    """Every benefit: how much each month, why it changed, whether it arrived, and what to do when it did not."""
    found = [paying.shown(one) for one in paid.of(actor_in(request))]
    return show(request, "payments", "我的发放", back="portal.home", benefits=found)


def inbox(request: HttpRequest) -> HttpResponse:
    """Messages to this person, newest first."""
    rows = list(notices.inbox(actor_in(request))[:50])
    return show(request, "inbox", "我的消息", back="portal.home", rows=rows, today=clock.today())
