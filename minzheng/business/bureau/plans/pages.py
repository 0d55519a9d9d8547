"""工作计划: the list, a plan as a tree, the editor with text left and extractions right, the indicators of all plans."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from minzheng.business.bureau.plans import forms, importing, selectors, showing
from minzheng.business.bureau.plans.models import INDICATOR_KINDS, KINDS, Plan, PlanIndicator, PlanItem
from minzheng.business.bureau.plans.parsing import UnreadableDocument
from minzheng.business.bureau.plans.selectors import MANAGE, READ
from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.orgs import selectors as orgs
from minzheng.kernel.pages.drawing import draw
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.columns import Badge, Link, Moment, Number, Text
from minzheng.kernel.parts.examples import first_of
from minzheng.kernel.parts.filters import ByChoice, ByRegion, Search
from minzheng.kernel.parts.page import ActionBody, Custom, ExportBody, FormBody, ListBody, Menu, Page

NO_ONE = "计划文件只有任务和数字，没有任何人的信息"
GROUP = "计划"
MOST_BYTES = 20 * 1024 * 1024
TONES = {"target": "info", "plan": "plain", "actual": "good", "standard": "wait", "table_row": "info"}


def _page(request: HttpRequest) -> Page:
    return request.page  # type: ignore[attr-defined, no-any-return]


def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The tree of a plan: parts, items with their sentences, indicators under each."""
    actor = actor_in(request)
    version = selectors.latest(actor, pk)
    if version is None:
        raise Http404
    return draw(
        request, "plans/detail.html", _page(request), version=version, plan=version.plan, blocks=showing.blocks(version),
        may=actor.can(MANAGE, version.region_code) is not None, versions=version.plan.versions.order_by("-number"),
        may_supervise=actor.can("duty.manage", version.region_code) is not None,
        serious=[one for one in version.findings if one["kind"] not in ("repeated", "growth")],
        other=[one for one in version.findings if one["kind"] in ("repeated", "growth")],
    )  # fmt: skip


def editor(request: HttpRequest, pk: int) -> HttpResponse:
    """Text left, extractions right; each word points at its extraction and back."""
    version = selectors.latest(actor_in(request), pk, MANAGE)
    if version is None:
        raise Http404
    blocks = showing.blocks(version)
    chosen = request.GET.get("only", "")
    if chosen == "with":
        blocks = [block for block in blocks if block.cards]
    return draw(
        request, "plans/editor.html", _page(request), version=version, plan=version.plan, blocks=blocks, only=chosen
    )


def upload(request: HttpRequest) -> HttpResponse:
    actor = actor_in(request)
    offices = orgs.organizations_in(actor.scopes(MANAGE))
    refusals: list[str] = []
    wrong: dict[str, str] = {}
    own = [str(one.organization_id) for one in actor.assignments if str(one.organization_id) in dict(offices)]
    given = {"org": request.POST.get("org", own[0] if own else ""), "year": request.POST.get("year", "").strip()}
    if request.method == "POST":
        try:
            done = _uploaded(request, dict(offices), given)
            return HttpResponseRedirect(
                forms.editor_url(done.version)
                if done.created
                else reverse("plans.detail", kwargs={"pk": done.version.plan_id})
            )
        except UnreadableDocument as error:
            wrong = {"file": str(error)}
        except Refused as error:
            refusals, wrong = error.sentences, error.fields
    return draw(
        request,
        "plans/upload.html",
        _page(request),
        422 if refusals or wrong else 200,
        refusals=refusals,
        errors=wrong,
        inputs=[{"id": f"f-{name}", "error": sentence} for name, sentence in wrong.items()],
        offices=offices,
        given=given,
    )


def _uploaded(request: HttpRequest, offices: dict[str, str], given: dict[str, str]) -> importing.Imported:
    file = request.FILES.get("file")
    if file is None:
        raise Refused([], {"file": "请选择要导入的文件。"})
    if (file.size or 0) > MOST_BYTES:
        raise Refused([], {"file": "文件超过 20 MB：请去掉图片后再导入。"})
    if given["year"] and not given["year"].isdigit():
        raise Refused([], {"year": "请填四位年份。"})
    chosen = given["org"] if len(offices) != 1 else next(iter(offices))
    org = orgs.current(pk=int(chosen)) if chosen in offices else None
    if org is None:
        raise Refused([], {"org": "请选择这份计划是哪个单位的。"})
    return importing.import_document(
        actor=actor_in(request),
        org=org,
        year=int(given["year"]) if given["year"] else None,
        content=file.read(),
        name=file.name or "计划",
    )


def _managed(actor: Any, pk: int) -> PlanIndicator | None:
    return selectors.indicators(actor, MANAGE).filter(pk=pk).first()


def _state(rows: QuerySet[Any], value: str, drawing: Any) -> QuerySet[Any]:
    return rows.filter(state=value)


_plan = first_of(Plan.objects.order_by("pk"))
_indicator = first_of(PlanIndicator.objects.order_by("pk"))
_some_item = first_of(PlanItem.objects.order_by("pk"))

PAGES = [
    Page("plans.list", "console/plans/", "工作计划", READ, ListBody(
        selectors.plans,
        (Text("title", "标题", sort="title"), Number("year", "年度", sort="year"), Badge("kind", "种类", names=dict(KINDS)),
         Text("org_name", "单位"), Number("item_count", "条目"), Number("indicator_count", "指标"),
         Number("version_number", "版本", narrow=False), Moment("created_at", "导入时间", sort="created_at", narrow=False)),
        sort="-created_at", link=("plans.detail", {"pk": "pk"}),
        filters=(Search("q", "标题", field="title"), ByChoice("kind", "种类", choices=tuple(KINDS)), ByRegion("region", "地区", permission=READ)),
        actions=(Action("导入计划", "plans.upload", icon="plus", primary=True), Action("全部指标", "plans.indicators")),
        lead="工作要点、总结和规划：导入后按条目列出，每个量化指标都指回原文。",
        empty="还没有导入计划。点“导入计划”，选择工作要点、总结或规划的文件（Word、PDF、网页或文本）。"),
         menu=Menu(GROUP, 10, "list"), impersonal=NO_ONE),
    Page("plans.indicators", "console/plans/indicators/", "计划指标", READ, ListBody(
        selectors.live,
        (Link("subject", "指标", page="plans.detail", args={"pk": "version.plan_id"}, sort="subject"), Number(lambda one: one.figure, "数值", css="nowrap"),
         Badge("kind", "种类", names=dict(INDICATOR_KINDS), tones=TONES), Text("scope", "口径", narrow=False), Text("deadline", "期限"),
         Text("item.label", "条目", narrow=False), Text("version.plan.title", "计划"), Number("version.plan.year", "年度", sort="version__plan__year")),
        sort="pk", filters=(
            Search("q", "指标或原句", by=lambda rows, value, drawing: rows.filter(selectors.by_words(drawing.actor, value))),
            ByChoice("kind", "种类", choices=tuple(INDICATOR_KINDS)), ByChoice("state", "状态", choices=PlanIndicator.STATES[:3], by=_state),
            ByRegion("region", "地区", permission=READ)),
        export="plans.indicators_export", lead="各份计划最新版本里的量化指标，剔除和合并的不列。",
        empty="没有指标。先在“工作计划”里导入一份。"),
         menu=Menu(GROUP, 11, "check"), impersonal=NO_ONE),
    Page("plans.indicators_export", "console/plans/indicators/export/", "导出计划指标", READ, ExportBody("plans.indicators"), impersonal=NO_ONE),
    Page("plans.upload", "console/plans/new/", "导入计划", MANAGE, Custom(upload, parent="plans.list")),
    Page("plans.detail", "console/plans/<int:pk>/", "计划", READ, Custom(detail, methods=("GET",), parent="plans.list"), example=_plan),
    Page("plans.editor", "console/plans/<int:pk>/edit/", "核对指标", MANAGE, Custom(editor, methods=("GET",), parent="plans.detail"), example=_plan),
    Page("plans.correct", "console/plans/indicators/<int:pk>/", "更正指标", MANAGE, FormBody(
        forms.correct_fields, forms.correct, get=_managed, initial=forms.correct_initial,
        parent="plans.indicators", lead="照原文更正；原文和读出的原样都保留，可以恢复。"), example=_indicator),
    Page("plans.split", "console/plans/indicators/<int:pk>/split/", "拆分指标", MANAGE, ActionBody(
        _managed, forms.split, question="同一处文字是两个指标（如城市和农村）时用：拆出一个同样的，再改成另一个。", submit="拆分", parent="plans.indicators"), example=_indicator),
    Page("plans.merge", "console/plans/indicators/<int:pk>/merge/", "合并指标", MANAGE, ActionBody(
        _managed, forms.merge, fields=forms.merge_fields, question="同一个指标写了两处时用：并到另一处，统计时只算一个。", submit="合并", parent="plans.indicators"), example=_indicator),
    Page("plans.strike", "console/plans/indicators/<int:pk>/strike/", "剔除指标", MANAGE, ActionBody(
        _managed, forms.strike, fields=forms.STRIKE, question="这个数是名称、口号或者别的，不是指标。", submit="剔除", parent="plans.indicators", danger=True), example=_indicator),
    Page("plans.restore", "console/plans/indicators/<int:pk>/restore/", "恢复指标", MANAGE, ActionBody(
        _managed, forms.restore, question="撤销更正、剔除和合并，恢复成读出的样子。", submit="恢复", parent="plans.indicators"), example=_indicator),
    Page("plans.add", "console/plans/items/<int:pk>/add/", "添加指标", MANAGE, FormBody(
        forms.add_fields, forms.add, get=selectors.item, initial=forms.add_initial, parent="plans.indicators", submit="添加", lead="自动没有读出的，照原文补上。"), example=_some_item),
]  # fmt: skip
