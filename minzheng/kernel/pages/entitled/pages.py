"""这一家还能享受什么: reading it is reading the case, with the same right and the same line in the log."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from minzheng.kernel.audit import services as audit
from minzheng.kernel.cases import selectors
from minzheng.kernel.cases.errors import NotFound
from minzheng.kernel.cases.models import Case
from minzheng.kernel.items import registry
from minzheng.kernel.items.guarded import guarded_case
from minzheng.kernel.oversight import purposes
from minzheng.kernel.pages.drawing import draw, drawing_of
from minzheng.kernel.pages.entitled.reckoned import NotReckoned, Whole, whole_of
from minzheng.kernel.parts.examples import first_of
from minzheng.kernel.parts.page import Custom, Page


def entitled(request: HttpRequest, pk: int) -> HttpResponse:
    drawing = drawing_of(request)
    try:
        case = selectors.get(drawing.actor, pk)
    except NotFound as error:
        raise Http404("没有找到。") from error
    purpose = purposes.for_reader(drawing.actor, case)
    audit.record_read(actor=drawing.actor, obj=case, reason=purpose.reason, purpose=purpose.code)
    whole: Whole | None = None
    problem = ""
    try:
        whole = whole_of(case, drawing.actor, drawing.today)
    except NotReckoned as error:
        problem = str(error)
    page: Any = request.page  # type: ignore[attr-defined]
    return draw(
        request,
        "console/entitled.html",
        page,
        title="这一家还能享受什么",
        case=case,
        item=registry.get(case.item_code),
        place=drawing.region(case.region_code),
        today=drawing.today,
        whole=whole,
        problem=problem,
        may_start=drawing.actor.can("case.create", case.region_code) is not None,
    )


PAGES = [
    Page(
        "cases.entitled",
        "console/cases/<int:pk>/entitled/",
        "这一家还能享受什么",
        "case.read",
        Custom(entitled, kind="detail"),
        example=first_of(Case.objects.exclude(state="DRAFT").order_by("pk")),
        reads="看这一家还能享受什么",
        step_up=guarded_case,
    )
]
