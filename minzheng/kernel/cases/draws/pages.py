"""抽查 pages: the county publishes a draw, draws, records each visit; the public page shows what lets anybody check it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html

from minzheng.kernel import clock
from minzheng.kernel.cases.draws import results as draw_results
from minzheng.kernel.cases.draws import services as draws
from minzheng.kernel.cases.draws.models import SpotDraw, SpotTask
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.items import registry
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.columns import Badge, Column, Date, Link, Moment, Number, Region, Text
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.examples import first_of
from minzheng.kernel.parts.fields import Choice, Count, Field, YesNo
from minzheng.kernel.parts.fields import Date as Day
from minzheng.kernel.parts.fields import Text as Line
from minzheng.kernel.parts.page import ActionBody, Custom, DetailBody, Done, FormBody, ListBody, Menu, Page
from minzheng.kernel.parts.panels import Facts, Table
from minzheng.kernel.regions.selectors import children, region_name

STATES = dict(SpotDraw.STATES)
TONES = {"published": "wait", "drawn": "info", "closed": "good"}
RESULTS = dict(SpotTask.RESULTS)
RESULT_TONES = {"ok": "good", "minor": "warn", "wrong": "bad"}
PUBLIC_ROWS = 100


def _place(actor: Any) -> str:
    scopes = actor.scopes(draws.PERMISSION)
    if not scopes:
        raise Refused("您的岗位不能组织抽查。")
    return str(scopes[0])


def _fields(actor: Any, obj: Any) -> list[Field]:
    towns = [(town.code, town.name) for town in children(_place(actor))]
    items = tuple((item.code, item.title) for item in registry.all_items())
    return [
        Line("title", "名称", required=True, max_length=80, help="如“2026年第四季度低保确认抽查”。"),
        Day("since", "决定日期自", required=True, not_after=clock.today),
        Day("until", "决定日期至", required=True, not_after=clock.today),
        Choice("items", "事项", options=items, many=True, help="不选的为全部事项。"),
        Choice("towns", "乡镇（街道）", options=tuple(towns), many=True, help="不选的为全部。"),
        YesNo("delegated_only", "只抽乡镇自行确认的", help="审核确认权下放的乡镇，由县里抽查。"),
        Count("share_percent", "每层抽查比例", required=True, maximum=100, unit="%"),
        Count("at_least", "每层至少几件", maximum=1000, unit="件"),
        Choice("strata", "分层", options=draws.STRATA, many=True, help="不选的不分层。"),
    ]


def _save(actor: Any, values: dict[str, Any], obj: Any) -> Done:
    rule = draws.Rule(
        since=str(values["since"]),
        until=str(values["until"]),
        items=tuple(values.get("items") or ()),
        towns=tuple(values.get("towns") or ()),
        delegated_only=bool(values.get("delegated_only")),
        share_percent=int(values.get("share_percent") or 0),
        at_least=int(values.get("at_least") or 0),
        strata=tuple(values.get("strata") or ()),
    )
    one = draws.publish(actor=actor, region_code=_place(actor), title=values["title"], rule=rule)
    return Done(f"已公布抽查 {one.no} 的范围和种子摘要。", reverse("draws.detail", kwargs={"pk": one.pk}))


def _one(actor: Any, pk: int) -> SpotDraw | None:
    return draws.visible_to(actor).filter(pk=pk).first()


def _run(actor: Any, obj: SpotDraw, values: dict[str, Any]) -> Done:
    one = draws.draw(actor=actor, pk=obj.pk)
    return Done(f"已抽取 {one.tasks.count()} 件。", reverse("draws.detail", kwargs={"pk": one.pk}))


def _task(actor: Any, pk: int) -> SpotTask | None:
    return draws.tasks_of(actor).filter(pk=pk).first()


def _task_fields(actor: Any, obj: SpotTask | None) -> list[Field]:
    flow = registry.for_case(obj.case).flow if obj else registry.all_items()[0].flow
    act = flow.act("spot_visit")
    return list(act.fields) if act else []


def _record(actor: Any, values: dict[str, Any], obj: SpotTask) -> Done:
    draw_results.record_result(actor=actor, task_id=obj.pk, data=values)
    return Done("抽查结果已登记。", reverse("draws.detail", kwargs={"pk": obj.draw_id}))


def _stratum(row: Any) -> str:
    """东安镇，低保: the stratum in words; the whole draw has none."""
    if not row.stratum:
        return "合计"
    parts = row.stratum.split("|")
    return "，".join(region_name(p) if p.isdigit() else registry.get(p).short for p in parts)


def _rule(row: SpotDraw) -> str:
    rule = draws.rule_of(row)
    items = "、".join(registry.get(code).short for code in rule.items) or "全部事项"
    towns = "、".join(region_name(code) for code in rule.towns) or region_name(row.region_code)
    own = "乡镇自行确认的" if rule.delegated_only else ""
    strata = "、".join(dict(draws.STRATA)[code] for code in rule.strata)
    layers = f"按{strata}分层，每层" if strata else "不分层，"
    return (
        f"{towns}{rule.since} 至 {rule.until} {own}{items}决定；{layers}抽 {rule.share_percent}%，"
        f"至少 {rule.at_least} 件；近亲属备案户、投诉户每户必查"
    )


_example = first_of(SpotDraw.objects.order_by("pk"))


_task_example = first_of(SpotTask.objects.order_by("pk"))


def public(request: HttpRequest) -> HttpResponse:
    """Newest first: rule, digests, seed once revealed, how many were wrong. No names, no case numbers."""
    rows = []
    for one in SpotDraw.objects.order_by("-published_at")[:PUBLIC_ROWS]:
        whole = draw_results.rates(one)[0] if one.state != "published" else None
        rows.append({"draw": one, "rule": _rule(one), "size": len(one.population), "rate": whole})
    return render(request, "public/draws.html", {"title": "抽查公布", "rows": rows, "today": clock.today()})


@dataclass(frozen=True)
class Report(Column):
    """The way to report what a visit found, until it is reported."""

    def text(self, row: Any, drawing: Drawing) -> str:
        return "已登记" if self.get(row) else "待登记"

    def cell(self, row: Any, drawing: Drawing) -> str:
        if self.get(row):
            return self.text(row, drawing)
        return format_html('<a href="{}">登记结果</a>', reverse("draws.task", kwargs={"pk": row.pk}))


LIST = ListBody(
    draws.visible_to,
    (
        Text("no", "编号", sort="no", css="nowrap"),
        Text("title", "名称"),
        Region("region_code", "范围"),
        Number(lambda row: len(row.population), "范围内件数"),
        Badge("state", "状态", names=STATES, tones=TONES, sort="state"),
        Moment("published_at", "公布时间", sort="published_at"),
        Moment("drawn_at", "抽取时间", sort="drawn_at"),
    ),
    sort="-published_at",
    link=("draws.detail", {"pk": "pk"}),
    actions=(Action("组织抽查", "draws.new", icon="plus", primary=True),),
    empty="还没有抽查。县级组织抽查后列在这里：先公布范围和种子摘要，满规定时间再抽取。",
)
DETAIL = DetailBody(
    _one,
    (
        Facts(
            "公布的内容",
            columns=1,
            items=(
                Text(_rule, "规则"),
                Text("population_sha", "范围摘要（SM3）"),
                Text("seed_sha", "种子摘要（SM3）"),
                Text(lambda row: row.revealed_seed or "抽取时公布", "种子"),
                Moment("published_at", "公布时间"),
                Moment("draw_after", "最早抽取时间"),
                Moment("drawn_at", "抽取时间"),
            ),
        ),
        Table(
            "抽查任务",
            rows=lambda one, drawing: draws.tasks_of(drawing.actor).filter(draw=one).order_by("seq"),
            columns=(
                Link("case.no", "办件", page="cases.detail", args={"pk": "case_id"}),
                Text("case.applicant_name", "申请人"),
                Text(_stratum, "层"),
                Badge("mandatory", "来源", names=lambda row: "必查" if row.mandatory else "抽中"),
                Date("due_on", "应完成"),
                Badge("result", "结果", names=RESULTS, tones=RESULT_TONES),
                Report("result", "办理"),
            ),
            empty="还没有抽取。公布满规定时间后，点“抽取”。",
        ),
    ),
    side=(
        Table(
            "差错率",
            rows=lambda one, drawing: draw_results.rates(one),
            columns=(
                Text(_stratum, "层"),
                Number("tasks", "任务"),
                Number("done", "已查"),
                Number("wrong", "有误"),
                Number("percent", "差错率"),
            ),
        ),
    ),
    title=lambda one: one.title,
    subtitle=lambda one: f"{one.no} · {STATES[one.state]}",
    actions=(
        Action("抽取", "draws.draw", args={"pk": "pk"}, primary=True, when=lambda one: one.state == "published"),
        Action("公布页", "draws.public"),
    ),
    parent="draws.list",
)

PAGES = [
    Page("draws.list", "console/draws/", "抽查", draws.PERMISSION, LIST, menu=Menu("办理", 30, "list")),
    Page(
        "draws.new",
        "console/draws/new/",
        "组织抽查",
        draws.PERMISSION,
        FormBody(
            _fields,
            _save,
            initial=lambda actor, obj: {"share_percent": 30, "at_least": 1, "strata": ["town"]},
            submit="公布范围和种子摘要",
            parent="draws.list",
            lead="种子由系统随机生成，谁也看不到；先公布摘要，满规定时间后再抽取，任何人都可以复算。",
        ),
    ),
    Page("draws.detail", "console/draws/<int:pk>/", "抽查", draws.PERMISSION, DETAIL, example=_example),
    Page(
        "draws.draw",
        "console/draws/<int:pk>/draw/",
        "抽取",
        draws.PERMISSION,
        ActionBody(_one, _run, question="公布种子并抽取？只能抽一次。", submit="抽取", parent="draws.detail"),
        example=_example,
    ),
    Page(
        "draws.task",
        "console/draws/tasks/<int:pk>/",
        "登记抽查结果",
        draws.PERMISSION,
        FormBody(_task_fields, _record, get=_task, submit="登记结果", parent="draws.list"),
        example=_task_example,
        reads="抽查入户",
    ),
    Page("draws.public", "spot-checks/", "抽查公布", None, Custom(public, methods=("GET",)), audience="public"),
]
