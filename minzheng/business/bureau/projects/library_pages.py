"""项目库: libraries, the totals by class and year with their proof, ranking, reminders, adjustments."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from minzheng.business.bureau.projects import (
    charts,
    forms,
    library_forms,
    papers,
    reminders,
    selectors,
    showing,
    sources,
    totals,
)
from minzheng.business.bureau.projects.models import ProjectChange, ProjectLibrary
from minzheng.business.bureau.projects.money import Wan, wan, yi
from minzheng.business.bureau.projects.selectors import CONFIRM, MANAGE, READ
from minzheng.kernel import clock
from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.pages.drawing import draw
from minzheng.kernel.pages.views.export import disposition
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.columns import Badge, Link, Moment, Number, Region, Text
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.examples import first_of
from minzheng.kernel.parts.fields import LongText
from minzheng.kernel.parts.filters import ByChoice, ByRegion
from minzheng.kernel.parts.page import ActionBody, Custom, DetailBody, FormBody, ListBody, Menu, Page
from minzheng.kernel.parts.panels import Facts, Table
from minzheng.kernel.regions.selectors import region_names

GROUP = "计划"
RANKS = (("town", "乡镇"), ("county", "县（市、区）"), ("category", "大类"))
CHANGE_STATES = dict(ProjectChange._meta.get_field("state").choices or ())


def library(request: HttpRequest, pk: int) -> HttpResponse:
    """Totals of a library by class and year; for whoever sees all of it also whether they tie with what was planned."""
    actor = actor_in(request)
    row = selectors.libraries(actor).filter(pk=pk).first()
    if row is None:
        raise Http404("没有找到。")
    whole = actor.is_system or bool(actor.can(READ, row.region_code))
    projects = selectors.projects(actor).filter(library=row, counted=True)
    table = totals.class_by_year(row, projects)
    ties = totals.ties(row) if whole else []
    here = reverse("projects.list") + f"?library={row.pk}"
    chart = charts.years(
        "各年计划投资和完成投资",
        [(y, p, d, here) for y, (p, d) in zip(table.years, table.whole.cells(table.years), strict=True)],
    )
    money = totals.by_source(projects)
    may = {
        name: bool(actor.can(permission, row.region_code))
        for name, permission in (("manage", MANAGE), ("confirm", CONFIRM))
    }
    return draw(
        request, "projects/library.html", request.page, library=row, whole=whole, ties=ties, tied=all(one.ok for one in ties),  # type: ignore[attr-defined]
        years=table.years, rows=[_line(one, table.years, here) for one in table.rows], total=_line(table.whole, table.years, here), chart=chart,
        money=[(sources.title(code), wan(money[code])) for code in sources.sources() if money.get(code)], here=here, may=may,
        enterable=forms.library_to_fill(actor, row.pk) is not None, yi=yi(table.whole.total_fen), goal=_goal(row, table.whole.done_fen),
        waiting=selectors.projects(actor).filter(library=row, counted=False).count(), runs=_runs(actor, row), title=row.name,
    )  # fmt: skip


def _line(row: totals.Row, years: list[int], here: str) -> dict[str, Any]:
    return {
        "name": row.name, "count": row.count, "total": wan(row.total_fen), "planned": wan(row.planned_fen), "done": wan(row.done_fen),
        "rate": showing.share(row.done_fen, row.total_fen), "cells": [(year, wan(p), wan(d)) for year, (p, d) in zip(years, row.cells(years), strict=True)],
        "url": f"{here}&{urlencode({'category': row.name})}",
    }  # fmt: skip


def _goal(row: ProjectLibrary, done: int) -> str:
    if row.goal_fen is None:
        return ""
    return (
        f"计划累计完成投资 {wan(row.goal_fen)} 万元，已完成 {wan(done)} 万元（{showing.share(done, row.goal_fen)}）。"
    )


def _runs(actor: Any, row: ProjectLibrary) -> list[Any]:
    return list(selectors.imports(actor).filter(library=row).order_by("-made_at")[:5])


def library_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_in(request)
    row = selectors.libraries(actor).filter(pk=pk).first()
    if row is None:
        raise Http404("没有找到。")
    response = HttpResponse(papers.totals_sheet(actor, row), content_type="application/pdf")
    response["Content-Disposition"] = disposition(f"{row.name}_分类分年.pdf")
    return response


def _chosen(request: HttpRequest, actor: Any) -> tuple[list[ProjectLibrary], ProjectLibrary | None]:
    """The libraries that may be chosen and the chosen one, the newest at first."""
    rows = list(selectors.libraries(actor).order_by("-first_year", "-pk"))
    wanted = request.GET.get("library", "")
    return rows, next((one for one in rows if str(one.pk) == wanted), rows[0] if rows else None)


def ranking(request: HttpRequest) -> HttpResponse:
    """Places or classes by the rate of this year's investment; the last ones are those to ask."""
    actor, today = actor_in(request), clock.today()
    rows, chosen = _chosen(request, actor)
    by = request.GET.get("by", "town")
    by = by if by in dict(RANKS) else "town"
    lines: list[dict[str, Any]] = []
    if chosen is not None and by == "category":
        found = selectors.by_category(actor, today, chosen)
        lines = [_rank(name, one, {"category": name}, chosen) for name, one in found.items() if one.count]
    elif chosen is not None:
        places = selectors.by_region(actor, today, chosen, 9 if by == "town" else 6)
        names = region_names(places)
        lines = [_rank(names.get(code, code), one, {"region": code}, chosen) for code, one in places.items()]
    lines.sort(key=lambda one: (one["order"] is None, -(one["order"] or 0), one["name"]))
    return draw(
        request,
        "projects/ranking.html",
        request.page,  # type: ignore[attr-defined]
        libraries=rows,
        chosen=chosen,
        by=by,
        kinds=RANKS,
        lines=lines,
        year=today.year,
    )  # type: ignore[attr-defined]


def _rank(name: str, one: selectors.Sums, query: dict[str, str], library: ProjectLibrary) -> dict[str, Any]:
    return {
        "name": name, "order": one.year_rate, "url": reverse("projects.list") + "?" + urlencode({"library": library.pk, **query}), "count": one.count,
        "under_way": one.under_way, "built": one.built, "problems": one.problems, "total": wan(one.total_fen), "planned": wan(one.planned_fen),
        "year_done": wan(one.year_invested_fen), "year_rate": showing.share(one.year_invested_fen, one.planned_fen), "done": showing.share(one.invested_fen, one.total_fen),
        "spent": showing.share(one.paid_fen, one.issued_fen),
    }  # fmt: skip


def warnings(request: HttpRequest) -> HttpResponse:
    """What lags or is late, by project, the late ones first."""
    actor = actor_in(request)
    found = reminders.of(actor, clock.today())
    kind = request.GET.get("kind", "")
    counts = [(code, title, sum(one.kind == code for one in found)) for code, title in reminders.TITLES.items()]
    names = region_names({one.project.region_code for one in found})
    lines = [
        (one, names.get(one.project.region_code, one.project.region_code), reverse("projects.show", kwargs={"pk": one.project.pk}))
        for one in found
        if kind not in reminders.TITLES or one.kind == kind
    ]  # fmt: skip
    due = reminders.spending_due(clock.today())
    return draw(
        request,
        "projects/reminders.html",
        request.page,  # type: ignore[attr-defined]
        lines=lines[:300],
        left_out=max(len(lines) - 300, 0),
        counts=counts,
        kind=kind,
        due=due,
    )  # type: ignore[attr-defined]


def _lines_of(change: ProjectChange, drawing: Drawing) -> list[Any]:
    rows = list(change.lines.select_related("project"))
    for row in rows:
        row.named = f"{row.key} 年" if row.what == "year" else sources.title(row.key) if row.key else ""  # type: ignore[attr-defined]
    return rows


def _said(data: dict[str, int]) -> str:
    return f"{data['count']} 个，{wan(data['fen'])} 万元" if data else ""


CHANGE = DetailBody(
    library_forms.changes_of(READ),
    (
        Table("调整明细（万元）", rows=_lines_of, empty="还没有加入调整。点“加入一条”。",
              columns=(Link("project.name", "项目", page="projects.show", args={"pk": "project_id"}), Text("get_what_display", "调整项"), Text("named", "年度或来源"),
                       Wan("before_fen", "调整前"), Wan("after_fen", "调整后"), Wan(lambda row: row.after_fen - row.before_fen, "增减"))),
    ),
    side=(Facts("批次", columns=1, items=(
        Badge("state", "状态", names=CHANGE_STATES, tones={"draft": "wait", "confirmed": "good"}), Text("reason", "原因"), Text("document", "依据"), Link("library.name", "项目库", page="projects.library", args={"pk": "library_id"}),
        Text(lambda row: _said(row.before), "调整前合计"), Text(lambda row: _said(row.after), "调整后合计"), Text("entered_name", "录入人"), Moment("entered_at", "录入时间"),
        Text("confirmed_name", "确认人"), Moment("confirmed_at", "确认时间"), Text("withdrawn_reason", "撤回原因"))),),
    title=lambda row: f"调整批次 {row.no}", parent="projects.changes",
    actions=(
        Action("加入一条", "projects.change_line", args={"pk": "pk"}, primary=True, offered=lambda actor, row: row.state == "draft" and bool(actor.can(MANAGE, row.region_code))),
        Action("确认", "projects.change_confirm", args={"pk": "pk"}, primary=True, offered=lambda actor, row: row.state == "draft" and bool(actor.can(CONFIRM, row.region_code)) and actor.id != row.entered_by_id),
        Action("撤回", "projects.change_withdraw", args={"pk": "pk"}, danger=True, offered=lambda actor, row: row.state == "draft" and bool(actor.can(MANAGE, row.region_code))),
    ),
)  # fmt: skip


def _readable(actor: Any) -> QuerySet[ProjectLibrary]:
    return selectors.libraries(actor)


_library = first_of(ProjectLibrary.objects.order_by("pk"))
_open_library = first_of(ProjectLibrary.objects.filter(state="open").order_by("pk"))
_change = first_of(ProjectChange.objects.order_by("pk"))

PAGES = [
    Page("projects.libraries", "console/projects/libraries/", "项目库", READ, ListBody(
        _readable, (Text("name", "名称"), Region("region_code", "地区"), Text(lambda row: f"{row.first_year}—{row.last_year}", "年度"), Number("stated_count", "规划项目数"),
                    Wan("stated_fen", "规划总投资（万元）"), Badge("state", "状态", names=dict(ProjectLibrary.STATES), tones={"fixed": "good", "open": "info"})),
        sort="-first_year", link=("projects.library", {"pk": "pk"}), filters=(ByRegion("region", "地区", permission=READ), ByChoice("state", "状态", choices=tuple(ProjectLibrary.STATES))),
        actions=(Action("新建项目库", "projects.library_new", icon="plus", primary=True), Action("调整批次", "projects.changes"), Action("全部项目", "projects.list")),
        lead="一个规划或一年的项目放一个库：大类、子项目、总投资，合计要对得上。", empty="还没有项目库。点“新建项目库”，写上大类，再由表格导入子项目。"),
        menu=Menu(GROUP, 41, "list"), impersonal=showing.NO_ONE),
    Page("projects.library_new", "console/projects/libraries/new/", "新建项目库", MANAGE, FormBody(
        library_forms.library_fields, library_forms.save_library, initial=library_forms.library_initial, parent="projects.libraries")),
    Page("projects.library", "console/projects/libraries/<int:pk>/", "项目库", READ, Custom(library, methods=("GET",), parent="projects.libraries"), example=_library),
    Page("projects.library_pdf", "console/projects/libraries/<int:pk>/totals.pdf", "打印分类分年表", READ, Custom(library_pdf, methods=("GET",)), example=_library),
    Page("projects.library_edit", "console/projects/libraries/<int:pk>/edit/", "修改项目库", MANAGE, FormBody(
        library_forms.library_fields, library_forms.save_library, get=library_forms.libraries_of(MANAGE), initial=library_forms.library_initial, parent="projects.libraries"), example=_library),
    Page("projects.library_fix", "console/projects/libraries/<int:pk>/fix/", "确定项目库", CONFIRM, ActionBody(
        library_forms.libraries_of(CONFIRM), library_forms.run_fix, question="合计相符才能确定；确定以后，改金额、增减项目都要用调整批次，由两个人办理。", submit="确定", parent="projects.libraries"), example=_open_library),
    Page("projects.new", "console/projects/libraries/<int:pk>/new/", "录入项目", MANAGE, FormBody(
        forms.new_fields, forms.save_new, get=forms.library_to_fill, initial=forms.new_initial, parent="projects.libraries",
        lead=lambda row: f"{row.name}。各来源之和等于总投资，单位万元。"), example=_library),
    Page("projects.ranking", "console/projects/ranking/", "项目排名", READ, Custom(ranking, methods=("GET",)), menu=Menu(GROUP, 42, "list")),
    Page("projects.reminders", "console/projects/reminders/", "项目提醒", READ, Custom(warnings, methods=("GET",))),
    Page("projects.changes", "console/projects/changes/", "调整批次", READ, ListBody(
        selectors.changes, (Text("no", "批次号"), Text("library.name", "项目库"), Text("reason", "原因"), Text("document", "依据", narrow=False),
                            Badge("state", "状态", names=CHANGE_STATES, tones={"draft": "wait", "confirmed": "good"}), Text("entered_name", "录入人"), Text("confirmed_name", "确认人"), Moment("entered_at", "录入时间", sort="entered_at")),
        sort="-entered_at", link=("projects.change", {"pk": "pk"}), filters=(ByChoice("state", "状态", choices=tuple(CHANGE_STATES.items())), ByRegion("region", "地区", permission=READ)),
        lead="项目库确定以后，改总投资、年度计划、来源，增加、调出项目，都要有批次：一人录入，另一人确认。", empty="没有调整批次。在已确定的项目库里点“调整”。"), impersonal=showing.NO_ONE),
    Page("projects.change_new", "console/projects/libraries/<int:pk>/change/", "新建调整批次", MANAGE, FormBody(
        library_forms.BEGIN, library_forms.save_begin, get=library_forms.libraries_of(MANAGE), parent="projects.changes", lead=lambda row: row.name), example=_library),
    Page("projects.change", "console/projects/changes/<int:pk>/", "调整批次", READ, CHANGE, example=_change),
    Page("projects.change_line", "console/projects/changes/<int:pk>/line/", "加入调整", MANAGE, FormBody(
        library_forms.line_fields, library_forms.save_line, get=library_forms.changes_of(MANAGE), parent="projects.changes", lead=lambda row: f"{row.no}：{row.reason}。单位万元。", submit="加入"), example=_change),
    Page("projects.change_confirm", "console/projects/changes/<int:pk>/confirm/", "确认调整", CONFIRM, ActionBody(
        library_forms.changes_of(CONFIRM), library_forms.run_confirm, question=lambda row: f"{row.no}：{row.reason}（{row.document}），共 {row.lines.count()} 条。确认后立即生效。", submit="确认", parent="projects.changes"), example=_change),
    Page("projects.change_withdraw", "console/projects/changes/<int:pk>/withdraw/", "撤回调整", MANAGE, ActionBody(
        library_forms.changes_of(MANAGE), library_forms.run_withdraw, fields=(LongText("reason", "原因", required=True, max_length=200),), question=lambda row: f"撤回 {row.no}，不影响项目。", submit="撤回", danger=True, parent="projects.changes"), example=_change),
]  # fmt: skip
