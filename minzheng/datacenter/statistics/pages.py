"""统计报表 pages: the board, the list, one report and its acts, corrections, forms (表式), the yearbook."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse

from minzheng.datacenter.statistics import (
    acts,
    board,
    forms,
    papers,
    periods,
    report_page,
    selectors,
    shell_pages,
    showing,
    slip_pages,
    yearbook,
)
from minzheng.datacenter.statistics.models import StatCorrection, StatReport
from minzheng.datacenter.statistics.selectors import OPEN, READ, REPORT, REVIEW, SEAL
from minzheng.kernel import clock
from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.pages.drawing import draw, drawing_of
from minzheng.kernel.pages.views.export import disposition
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.columns import Badge, Deadline, Moment, Region, Text
from minzheng.kernel.parts.examples import first_of
from minzheng.kernel.parts.filters import ByChoice, ByRegion
from minzheng.kernel.parts.page import ActionBody, BoardBody, Custom, ExportBody, FormBody, ListBody, Menu, Page
from minzheng.kernel.parts.panels import Figures, Table
from minzheng.kernel.regions.selectors import region_name, region_names

GROUP = "统计"
IMPERSONAL = showing.IMPERSONAL


def _state(rows: QuerySet[Any], value: str, drawing: Any) -> QuerySet[Any]:
    return rows.filter(state__in=OPEN) if value == "open" else rows.filter(state=value)


def _late(rows: QuerySet[Any], value: str, drawing: Any) -> QuerySet[Any]:
    overdue = Q(state__in=OPEN, due_on__lt=drawing.today)
    return rows.filter(overdue | Q(late=True)) if value == "yes" else rows.exclude(overdue).filter(late=False)


def _kind(rows: QuerySet[Any], value: str, drawing: Any) -> QuerySet[Any]:
    return rows.filter(Q(below_count__gt=0) if value == "sum" else Q(below_count=0))


def _some_periods(drawing: Any) -> list[tuple[str, str]]:
    """Periods of the last year, the newest first."""
    found = []
    for kind, many in ((periods.MONTH, 12), (periods.QUARTER, 5), (periods.YEAR, 2)):
        one = periods.newest_ended(kind, drawing.today)
        for _ in range(many):
            found.append((one.text, one.title))
            one = one.before
    return found


LIST = ListBody(
    selectors.listed,
    (
        Text(showing.title_of, "报表"),
        Region("region_code", "地区"),
        Badge("state", "状态", names=showing.STATES, tones=showing.TONES, sort="state"),
        Text(lambda row: f"{row.accepted_count} / {row.below_count}" if row.below_count else "", "下级已审核", css="nowrap"),
        Deadline("due_on", "截止", sort="due_on", stopped=lambda row: row.state not in OPEN, provisional="due_provisional"),
        Badge(lambda row: "late" if selectors.is_late(row) else "", "迟报", names={"late": "迟报"}, tones={"late": "bad"}),
        Text("reported_name", "填报人", narrow=False),
        Moment("reported_at", "上报时间", sort="reported_at", narrow=False),
    ),
    sort="-due_on", link=("stats.show", {"pk": "pk"}), export="stats.list_export",
    filters=(
        ByChoice("shell", "报表", choices=lambda drawing: showing.shell_choices()), ByChoice("period", "报告期", choices=_some_periods),
        ByChoice("state", "状态", choices=(("open", "没有上报"), *StatReport.STATES), by=_state),
        ByChoice("late", "迟报", choices=(("yes", "迟报、过期"), ("no", "没有")), by=_late),
        ByChoice("kind", "种类", choices=(("sum", "汇总表"), ("own", "基层表")), by=_kind),
        ByRegion("region", "地区", permission=READ),
    ),
    actions=(Action("布置报表", "stats.open", icon="plus"), Action("订正单", "stats.corrections"), Action("表式", "stats.shells"),
             Action("年鉴", "stats.yearbook", icon="book")),
    lead="本地区各张统计报表：乡镇填报，县级审核、汇总、封存。",
    empty="还没有报表。每个报告期过完，系统自动布置；也可以点“布置报表”。",
)  # fmt: skip
BOARD = BoardBody(
    (
        Figures("现在", figures=board.figures),
        Table("等我办的", rows=board.waiting, columns=board.WAITING, anchor="waiting", empty="没有等您办的报表。新的报告期过完以后会出现在这里。"),
        Table("收集进度", rows=board.collecting, columns=board.COLLECTING, anchor="collecting",
              empty="没有正在收集的汇总表。", more=lambda obj: ("全部报表", "/console/statistics/reports/")),
    ),
)  # fmt: skip


def _report(request: HttpRequest, pk: int) -> StatReport:
    report = selectors.get(actor_in(request), pk)
    if report is None or report.state == StatReport.WAITING:
        raise Http404
    return report


def pdf(request: HttpRequest, pk: int) -> HttpResponse:
    report = _report(request, pk)
    return _file(papers.report_pdf(report, actor_in(request)), "application/pdf", f"{showing.title_of(report)}.pdf")


def workbook(request: HttpRequest, pk: int) -> HttpResponse:
    report = _report(request, pk)
    made = papers.report_workbook(report, drawing_of(request, plain=True))
    return _file(made, papers.XLSX, f"{showing.title_of(report)}.xlsx")


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = disposition(name.replace(" ", "_"))
    return response


def _asked(request: HttpRequest) -> tuple[str, list[tuple[str, str]], int, list[int], bool]:
    """(place, places, year, years, public) of the yearbook; a place that is not to be seen is 404."""
    scopes = actor_in(request).scopes(READ)
    names = region_names(scopes)
    place = request.GET.get("region", "") or (scopes[0] if scopes else "")
    if place not in scopes:
        raise Http404
    found = yearbook.years(place)
    year = request.GET.get("year", "")
    chosen = (
        int(year) if year.isascii() and year.isdigit() and int(year) in found else (found or [clock.today().year])[0]
    )
    return place, [(code, names.get(code, code)) for code in scopes], chosen, found, request.GET.get("public") == "1"


def book(request: HttpRequest) -> HttpResponse:
    """The yearbook on screen."""
    place, places, year, years, public = _asked(request)
    return draw(
        request, "statistics/yearbook.html", request.page,  # type: ignore[attr-defined]
        book=yearbook.make(place, year, public=public), place=place, places=places, year=year, years=years or [year], public=public,
        query=request.GET.urlencode(), hidden_note=papers.HIDDEN_NOTE,
    )  # fmt: skip


def book_pdf(request: HttpRequest) -> HttpResponse:
    place, _, year, _, public = _asked(request)
    made = yearbook.make(place, year, public=public)
    return _file(papers.yearbook_pdf(made, actor_in(request)), "application/pdf", f"{made.title}.pdf")


def book_workbook(request: HttpRequest) -> HttpResponse:
    place, _, year, _, public = _asked(request)
    made = yearbook.make(place, year, public=public)
    return _file(papers.yearbook_workbook(made, drawing_of(request, plain=True)), papers.XLSX, f"{made.title}.xlsx")


def _act(code: str, path: str, title: str, permission: str, get: Any, run: Any, question: str, **more: Any) -> Page:
    """The page of one act on a report."""
    more.setdefault("submit", title)
    return Page(
        code, f"console/statistics/<int:pk>/{path}/", title, permission,
        ActionBody(get, run, question=lambda one: f"{region_name(one.region_code)} {showing.title_of(one)}：{question}",
                   parent="stats.show", **more),
        example=_some,
    )  # fmt: skip


_some = first_of(StatReport.objects.exclude(state=StatReport.WAITING).order_by("pk"))
_open = first_of(StatReport.objects.filter(state__in=OPEN).order_by("pk"))
_sealed = first_of(StatReport.objects.filter(state=StatReport.SEALED).order_by("pk"))
_slip = first_of(StatCorrection.objects.order_by("pk"))
PAGES = [
    Page("stats.board", "console/statistics/", "统计报表", READ, BOARD, menu=Menu(GROUP, 40, "list"), impersonal=IMPERSONAL),
    Page("stats.list", "console/statistics/reports/", "全部报表", READ, LIST, impersonal=IMPERSONAL),
    Page("stats.list_export", "console/statistics/reports/export/", "导出报表清单", READ, ExportBody("stats.list")),
    Page("stats.open", "console/statistics/open/", "布置报表", REVIEW, FormBody(
        forms.open_fields, acts.open_period, initial=forms.open_initial, submit="布置", parent="stats.list",
        lead="给一个报告期建立报表，逐级到乡镇。报告期过完系统会自动布置，这里用来补布置。")),
    Page("stats.show", "console/statistics/<int:pk>/", "统计报表", READ, report_page.DETAIL, example=_some, impersonal=IMPERSONAL),
    Page("stats.fill", "console/statistics/<int:pk>/fill/", "填报", REPORT, Custom(report_page.fill, parent="stats.list"), example=_open),
    _act("stats.take", "take", "取数", REPORT, acts.own, acts.take, "从系统重新取数？手工填的格不变。"),
    _act("stats.collect", "collect", "汇总", REVIEW, acts.to_collect, acts.collect, "把审核通过的下级报表加总？没有到齐的先按到的算。"),
    _act("stats.submit", "submit", "上报", REPORT, acts.own, acts.send, "核对通过才能上报，上报以后不能再改。"),
    _act("stats.withdraw", "withdraw", "撤回上报", REPORT, acts.own, acts.withdraw, "撤回来改？", submit="撤回"),
    _act("stats.accept", "accept", "审核通过", REVIEW, acts.to_judge, acts.accept, "核对过，没有问题？"),
    _act("stats.return", "return", "退回", READ, acts.to_judge, acts.give_back, "退回让填报人改。", fields=forms.RETURN, danger=True),
    _act("stats.seal", "seal", "封存", SEAL, acts.to_judge, acts.seal, "连同下级的报表一起封存？封存以后只能用订正单更正。"),
    Page("stats.correct", "console/statistics/<int:pk>/correct/", "订正", REPORT, Custom(report_page.correct, parent="stats.list"),
         example=_sealed),
    Page("stats.pdf", "console/statistics/<int:pk>/report.pdf", "报表", READ, Custom(pdf, methods=("GET",)), example=_some),
    Page("stats.workbook", "console/statistics/<int:pk>/report.xlsx", "报表表格", READ, Custom(workbook, methods=("GET",)), example=_some),
    Page("stats.corrections", "console/statistics/corrections/", "订正单", READ, slip_pages.LIST, impersonal=IMPERSONAL),
    Page("stats.correction", "console/statistics/corrections/<int:pk>/", "订正单", READ, slip_pages.DETAIL, example=_slip,
         impersonal=IMPERSONAL),
    Page("stats.correction_confirm", "console/statistics/corrections/<int:pk>/confirm/", "确认订正", SEAL, ActionBody(
        acts.slip_to_decide, acts.confirm, fields=forms.OPINION, submit="确认订正", parent="stats.correction",
        question="确认后报表和上级的汇总数都改成新数，成为新的一版；原来的版本保留。"), example=_slip),
    Page("stats.correction_refuse", "console/statistics/corrections/<int:pk>/refuse/", "不同意订正", SEAL, ActionBody(
        acts.slip_to_decide, acts.refuse, fields=forms.REFUSAL, submit="不同意", danger=True, parent="stats.correction",
        question="报表保持不变。"), example=_slip),
    Page("stats.shells", "console/statistics/forms/", "表式", READ, Custom(shell_pages.listing, methods=("GET",), parent="stats.list"),
         impersonal=IMPERSONAL),
    Page("stats.shell", "console/statistics/forms/<slug:code>/", "表式", READ,
         Custom(shell_pages.one, methods=("GET",), parent="stats.shells"), example=lambda: {"code": "relief"}, impersonal=IMPERSONAL),
    Page("stats.yearbook", "console/statistics/yearbook/", "统计年鉴", READ, Custom(book, methods=("GET",), parent="stats.list"),
         menu=Menu(GROUP, 45, "book"), impersonal=IMPERSONAL),
    Page("stats.yearbook_pdf", "console/statistics/yearbook.pdf", "统计年鉴", READ, Custom(book_pdf, methods=("GET",))),
    Page("stats.yearbook_workbook", "console/statistics/yearbook.xlsx", "统计年鉴表格", READ, Custom(book_workbook, methods=("GET",))),
]  # fmt: skip
