"""督查通报: the issued ones, a draft to look at before issuing, one to read, to print and as PDF."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from minzheng.business.bureau.supervision import bulletins, colours, forms, papers, selectors
from minzheng.business.bureau.supervision.models import TaskBulletin
from minzheng.business.bureau.supervision.selectors import MANAGE, READ
from minzheng.kernel import clock
from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.audit.services import record
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.documents.answers import file_response
from minzheng.kernel.orgs import selectors as orgs
from minzheng.kernel.pages.drawing import draw
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.columns import Date, Number, Text
from minzheng.kernel.parts.examples import first_of
from minzheng.kernel.parts.filters import ByRegion, DateRange
from minzheng.kernel.parts.page import Custom, ListBody, Menu, Page
from minzheng.kernel.parts.plain_fields import parse_date

if TYPE_CHECKING:
    from minzheng.kernel.orgs.models import Organization

GROUP = "计划"
NO_ONE = "通报只有任务和单位"
HEADS = {"late": "逾期没有办结", "red": "红灯", "done": "已办结"}


def _page(request: HttpRequest) -> Any:
    return request.page  # type: ignore[attr-defined]


def _sections(lines: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    return [(title, [one for one in lines if one["why"] == why]) for why, title in HEADS.items()]


def _lights(figures: dict[str, Any]) -> list[tuple[str, str, int]]:
    return [(colours.SHORT[code], colours.TONES[code], figures["lights"].get(code, 0)) for code in colours.WORST_FIRST]


def new(request: HttpRequest) -> HttpResponse:
    """GET with a period shows what would be issued; POST issues it."""
    actor, today = actor_in(request), clock.today()
    own = forms.owners(actor)
    asked = request.POST if request.method == "POST" else request.GET
    first = parse_date(asked.get("first", "")) or today.replace(day=1)
    last = parse_date(asked.get("last", "")) or today
    owner = _owner(own, asked.get("owner", ""))
    refusals: list[str] = []
    draft = None
    try:
        if owner is None:
            raise Refused("没有可以印发通报的单位：请先由系统管理员登记您的任职机构。")
        if request.method == "POST":
            row = bulletins.issue(
                actor=actor, owner=owner, first=first, last=last, remark=request.POST.get("remark", "")
            )
            messages.success(request, f"已印发{row.title}。")
            return HttpResponseRedirect(reverse("duty.bulletin", kwargs={"pk": row.pk}))
        draft = bulletins.draft(owner, first, last)
    except Refused as error:
        refusals = [*error.sentences, *error.fields.values()]
    return draw(
        request, "supervision/bulletin_new.html", _page(request), 422 if refusals and request.method == "POST" else 200,
        refusals=refusals, own=own, owner=owner, first=first, last=last, draft=draft, remark=asked.get("remark", ""),
        sections=_sections(draft.lines) if draft else [], lights=_lights(draft.figures) if draft else [],
    )  # fmt: skip


def _owner(own: list[tuple[str, str]], asked: str) -> Organization | None:
    """The office asked for, if it is one of one's own; else the first of them."""
    known = dict(own)
    chosen = asked if asked in known else next(iter(known), "")
    return orgs.current(pk=int(chosen)) if chosen else None


def show(request: HttpRequest, pk: int) -> HttpResponse:
    row = _get(request, pk)
    return draw(request, "supervision/bulletin.html", _page(request), bulletin=row, sections=_sections(row.lines),
                lights=_lights(row.figures))  # fmt: skip


def pdf(request: HttpRequest, pk: int) -> HttpResponse:
    row = _get(request, pk)
    record(actor=actor_in(request), action="duty.print", obj=row)
    return file_response(papers.bulletin(row), "application/pdf", f"{row.title}.pdf")


def _get(request: HttpRequest, pk: int) -> TaskBulletin:
    row = selectors.bulletins(actor_in(request)).filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def _period(row: TaskBulletin) -> str:
    return f"{row.first} 至 {row.last}"


_one = first_of(TaskBulletin.objects.order_by("pk"))
PAGES = [
    Page("duty.bulletins", "console/duty/bulletins/", "督查通报", READ, ListBody(
        selectors.bulletins, (
            Text("title", "标题"), Text("owner_name", "印发单位", narrow=False), Text(_period, "统计时间", css="nowrap"),
            Number(lambda row: row.figures["due"], "应办结"), Number(lambda row: row.figures["on_time"], "按期办结"),
            Number(lambda row: "—" if row.figures["rate"] is None else f"{row.figures['rate']}%", "按期完成率"),
            Date("issued_on", "印发日期", sort="issued_on"), Text("issued_name", "印发人", narrow=False)),
        sort="-issued_on", link=("duty.bulletin", {"pk": "pk"}), filters=(DateRange("issued_on", "印发日期"), ByRegion("region", "地区", permission=READ)),
        actions=(Action("拟通报", "duty.bulletin_new", icon="plus", primary=True),),
        empty="还没有印发通报。点“拟通报”，选统计时间，先看稿，再印发。"),
         menu=Menu(GROUP, 23, "doc"), impersonal=NO_ONE),
    Page("duty.bulletin_new", "console/duty/bulletins/new/", "拟通报", MANAGE, Custom(new, parent="duty.bulletins")),
    Page("duty.bulletin", "console/duty/bulletins/<int:pk>/", "督查通报", READ, Custom(show, methods=("GET",), parent="duty.bulletins"), example=_one),
    Page("duty.bulletin_pdf", "console/duty/bulletins/<int:pk>/pdf/", "打印督查通报", READ, Custom(pdf, methods=("GET",), parent="duty.bulletin"), example=_one),
]  # fmt: skip
