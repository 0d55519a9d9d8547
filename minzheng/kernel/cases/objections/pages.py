"""Objections as staff see them: the list with its deadlines, one objection with its words and photos, who said it (asked
for with a reason, logged), and the sheets for the village notice board."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from minzheng.kernel import clock
from minzheng.kernel.cases import counts
from minzheng.kernel.cases.objections import boards, selectors
from minzheng.kernel.cases.objections.errors import ObjectionRefused
from minzheng.kernel.cases.objections.models import PublicObjection
from minzheng.kernel.documents import services as documents
from minzheng.kernel.documents.errors import DocumentError
from minzheng.kernel.pages.drawing import draw, drawing_of
from minzheng.kernel.parts.columns import Badge, Deadline, Link, Moment, Region, Text
from minzheng.kernel.parts.examples import first_of
from minzheng.kernel.parts.filters import ByChoice, ByRegion
from minzheng.kernel.parts.page import Custom, ListBody, Menu, Page

TONES = {"checking": "warn", "recorded": "plain", "answered": "good"}

LIST = ListBody(
    selectors.visible,
    (
        Text("code", "回执号", css="nowrap"),
        Link("case.no", "办件", page="cases.detail", args={"pk": "case_id"}, css="nowrap"),
        Region("region_code", "村（社区）"),
        Text(lambda row: row.get_subject_display(), "反映什么"),
        Badge("state", "状态", names=dict(PublicObjection.STATES), tones=TONES),
        Badge("anonymous", "署名", names=lambda row: "匿名" if row.anonymous else "实名"),
        Moment("received_at", "收到时间", sort="received_at"),
        Deadline(lambda row: None if row.state == "answered" else row.due_on, "答复期限", sort="due_on"),
    ),
    filters=(
        ByChoice("state", "状态", choices=PublicObjection.STATES),
        ByRegion("region", "地区", permission=selectors.READ),
        counts.OBJECTIONS,
    ),
    sort="-received_at",
    link=("objections.detail", {"pk": "pk"}),
    empty="还没有收到公示异议。群众在公示页上提意见，或窗口登记异议后，会列在这里。",
    lead="实名的逐件核实，期限内答复；匿名的作为线索。反映人的身份只有经办人可以查看，每次查看都有记录。",
)


def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One objection; POST with a reason shows who said it, on this answer only."""
    drawing = drawing_of(request)
    row = selectors.get(drawing.actor, pk)
    if row is None:
        raise Http404("没有找到。")
    known, refusal = None, ""
    if request.method == "POST":
        try:
            known = selectors.identity(drawing.actor, pk, request.POST.get("why", ""))
        except ObjectionRefused as error:
            refusal = str(error)
        except PublicObjection.DoesNotExist:
            refusal = "您的岗位不能查看反映人；查看反映人由本乡镇经办人员办理。"
    page = request.page  # type: ignore[attr-defined]
    others = list(row.case.public_objections.exclude(pk=row.pk).order_by("received_at", "pk"))
    return draw(
        request,
        "console/objection.html",
        page,
        status=422 if refusal else 200,
        title=f"公示异议 {row.code}",
        row=row,
        known=known,
        refusal=refusal,
        others=others,
        may_identify=drawing.actor.can(selectors.IDENTIFY, row.region_code) is not None,
    )


def photo(request: HttpRequest, pk: int, attachment: int) -> HttpResponse:
    one = selectors.photo(drawing_of(request).actor, pk, attachment)
    if one is None:
        raise Http404("没有找到。")
    body, kind = documents.open_attachment(one)
    response = HttpResponse(body, content_type=kind)
    response["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(one.label or '照片')}"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def board_list(request: HttpRequest) -> HttpResponse:
    """What hangs today, sheet by sheet; POST issues the sheet as a numbered N05 and opens its PDF."""
    drawing = drawing_of(request)
    refusal = ""
    if request.method == "POST":
        try:
            sheet = boards.issue(actor=drawing.actor, key=request.POST.get("sheet", ""), on=clock.today())
        except (boards.NoSuchSheet, DocumentError) as error:
            refusal = str(error)
        else:
            return HttpResponseRedirect(reverse("documents.pdf", kwargs={"pk": sheet.pk}))
    page = request.page  # type: ignore[attr-defined]
    return draw(
        request,
        "console/publicity_boards.html",
        page,
        status=422 if refusal else 200,
        sheets=boards.sheets(drawing.actor, clock.today()),
        refusal=refusal,
    )


_example = first_of(PublicObjection.objects.order_by("pk"))


def _photo_example() -> dict[str, Any] | None:
    row = PublicObjection.objects.exclude(photos=[]).order_by("pk").first()
    return {"pk": row.pk, "attachment": int(row.photos[0])} if row else None


PAGES = [
    Page(
        "objections.list",
        "console/objections/",
        "公示异议",
        selectors.READ,
        LIST,
        menu=Menu("办理", 6, "alert"),
    ),
    Page(
        "objections.detail",
        "console/objections/<int:pk>/",
        "公示异议",
        selectors.READ,
        Custom(detail, kind="detail"),
        example=_example,
        reads="办理公示异议",
    ),
    Page(
        "objections.photo",
        "console/objections/<int:pk>/photo/<int:attachment>/",
        "异议照片",
        selectors.READ,
        Custom(photo, methods=("GET",)),
        example=_photo_example,
        reads="查看异议照片",
    ),
    Page(
        "publicity.boards",
        "console/publicity/",
        "公示榜",
        "case.publicity",
        Custom(board_list, kind="list"),
        menu=Menu("办理", 7, "print"),
    ),
]
