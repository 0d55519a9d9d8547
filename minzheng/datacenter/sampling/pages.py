"""抽样 pages: design, publish, draw, check, and what the sample says; two public pages let anybody replay the draw."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from minzheng.datacenter.sampling import forms, papers, public, selectors, services, showing, units, words
from minzheng.datacenter.sampling.models import Sample, SampleUnit
from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.pages.drawing import draw as drawn_page
from minzheng.kernel.pages.drawing import drawing_of
from minzheng.kernel.pages.views.export import disposition
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.columns import Badge, Link, Moment, Money, Number, Region, Text
from minzheng.kernel.parts.examples import first_of
from minzheng.kernel.parts.filters import ByChoice, ByRegion
from minzheng.kernel.parts.page import ActionBody, Custom, DetailBody, Done, ExportBody, FormBody, ListBody, Menu, Page
from minzheng.kernel.parts.panels import Drawn, Facts, Figures, Table

READ, DRAW, CHECK = services.READ, services.DRAW, services.CHECK
TONES = {"published": "wait", "drawn": "info", "closed": "good"}
IMPERSONAL = "只有抽样方案、数量和摘要，没有任何人的信息"


def _one(actor: Any, pk: int) -> Sample | None:
    sample = selectors.visible_to(actor).filter(pk=pk).first()
    if sample is not None:
        sample.report = selectors.report(sample)  # type: ignore[attr-defined]
    return sample


def _drawable(actor: Any, pk: int) -> Sample | None:
    return selectors.visible_to(actor, DRAW).filter(pk=pk).first()


def _save(actor: Any, values: dict[str, Any], obj: Any) -> Done:
    asked = forms.Asked.of(values)
    services.plan(
        actor=actor, region_code=forms.place_of(actor), subject=asked.subject, scope=asked.scope, design=asked.design
    )
    return Done("样本量已算出，请核对后公布。", f"{reverse('sampling.plan')}?{asked.query()}")


def plan(request: HttpRequest) -> HttpResponse:
    """What the design comes to; POST publishes it."""
    actor, refusals, planned, asked = actor_in(request), [], None, None
    try:
        asked = forms.Asked.of(request.GET)
        place = forms.place_of(actor)
        given: dict[str, Any] = {
            "region_code": place,
            "subject": asked.subject,
            "scope": asked.scope,
            "design": asked.design,
        }
        if request.method == "POST":
            sample = services.publish(actor=actor, title=asked.title, **given)
            return HttpResponseRedirect(reverse("sampling.detail", kwargs={"pk": sample.pk}))
        planned = services.plan(actor=actor, **given)
    except Refused as error:
        refusals = [*error.sentences, *error.fields.values()]
    context: dict[str, Any] = {"refusals": refusals, "asked": asked, "planned": planned}
    if planned is not None and asked is not None:
        draft = Sample(region_code=place, subject=asked.subject, scope=asked.scope.as_json(),
                       design=asked.design.as_json(), strata=planned.strata)  # fmt: skip
        names = words.names_of(draft)
        context |= {
            "scope": words.scope_line(draft), "design": words.design_line(draft), "subject": words.SUBJECTS[asked.subject],
            "lines": [(words.stratum_line(s["key"], names), s["size"], words.money(s["fen"]), s["wanted"]) for s in planned.strata],
        }  # fmt: skip
    status = 422 if refusals and request.method == "POST" else 200
    return drawn_page(request, "sampling/plan.html", request.page, status, **context)  # type: ignore[attr-defined]


def _run(actor: Any, obj: Sample, values: dict[str, Any]) -> Done:
    sample = services.draw(actor=actor, pk=obj.pk)
    return Done(f"已抽取 {sample.units.count()} 个。", reverse("sampling.detail", kwargs={"pk": sample.pk}))


def pdf(request: HttpRequest, pk: int) -> HttpResponse:
    sample = _one(actor_in(request), pk)
    if sample is None or sample.state == "published":
        raise Http404
    response = HttpResponse(papers.report(sample, actor_in(request)), content_type="application/pdf")
    response["Content-Disposition"] = disposition(f"抽样报告_{sample.no}.pdf")
    return response


def workbook(request: HttpRequest, pk: int) -> HttpResponse:
    sample = _one(actor_in(request), pk)
    if sample is None or sample.state == "published":
        raise Http404
    content = papers.workbook(sample, drawing_of(request, plain=True))
    response = HttpResponse(content, content_type=papers.XLSX)
    response["Content-Disposition"] = disposition(f"抽样报告_{sample.no}.xlsx")
    return response


LIST = ListBody(
    selectors.visible_to,
    (
        Link("title", "名称", page="sampling.detail", args={"pk": "pk"}, sort="title"),
        Text("no", "编号", css="nowrap", narrow=False),
        Region("region_code", "范围"),
        Badge("subject", "抽查对象", names=words.SUBJECTS),
        Number("size", "总体", sort="size"),
        Number("wanted", "样本量", sort="wanted"),
        Text("created_name", "组织人"),
        Moment("published_at", "公布时间", sort="published_at"),
        Badge("state", "状态", names=words.STATES, tones=TONES, sort="state"),
    ),
    filters=(
        ByRegion("region", "地区", permission=READ),
        ByChoice("subject", "抽查对象", choices=Sample.SUBJECTS),
        ByChoice("state", "状态", choices=Sample.STATES),
    ),
    sort="-published_at",
    link=("sampling.detail", {"pk": "pk"}),
    actions=(
        Action("组织抽样", "sampling.new", icon="plus", primary=True),
        Action("检查任务", "sampling.units"),
        Action("公布页", "sampling.public"),
    ),
    lead="按置信度和可容忍差错率算样本量，分层随机抽取，种子先公布摘要；查完以后推算总体的差错率和差错金额。",
    empty="还没有抽样。点“组织抽样”，选抽查对象和方案，先看样本量，再公布范围和种子摘要；满规定时间后抽取。",
)
DETAIL = DetailBody(
    _one,
    (
        Figures("数量", figures=showing.figures),
        Drawn(
            "结论", template="sampling/verdict.html", context=showing.said, when=lambda one: one.state != "published"
        ),
        Table("推算", rows=showing.estimates, columns=showing.ESTIMATES, when=lambda one: one.state != "published"),
        Table(
            "差错类型",
            rows=showing.kinds,
            columns=(
                Text("kind", "类型"),
                showing.Opens("count", "个数", href=lambda row: row["href"]),
                Money("fen", "差错金额（元）"),
            ),
            empty="还没有查出差错。",
            when=lambda one: one.state != "published",
        ),
        Table(
            "各层",
            rows=lambda one, drawing: [
                {**s, "name": words.stratum_line(s["key"], words.names_of(one))} for s in one.strata
            ],
            columns=(
                Text("name", "层"),
                Number("size", "总体"),
                Number("wanted", "样本量"),
                Money("fen", "金额（元）"),
            ),
            when=lambda one: one.state == "published",
        ),
        Facts(
            "公布的内容",
            columns=1,
            items=(
                Text(words.scope_line, "范围"),
                Text(words.design_line, "方案"),
                Moment("published_at", "公布时间"),
                Moment("draw_after", "最早抽取时间"),
                Moment("drawn_at", "抽取时间"),
                Text("population_sha", "总体摘要（SM3）", css="digest"),
                Text("seed_sha", "种子摘要（SM3）", css="digest"),
                Text(lambda row: row.revealed_seed or "抽取时公布", "种子", css="digest"),
            ),
        ),
        Table(
            "复算",
            rows=showing.steps,
            columns=(
                Text("title", "核对"),
                Badge(
                    "ok",
                    "结果",
                    names={"good": "相符", "bad": "不符", "wait": "未算"},
                    tones={"good": "good", "bad": "bad"},
                ),
            ),
            anchor="replay",
        ),
    ),
    title=lambda one: one.title,
    subtitle=lambda one: f"{one.no} · {words.SUBJECTS[one.subject]} · {words.STATES[one.state]}",
    actions=(
        Action("抽取", "sampling.draw", args={"pk": "pk"}, primary=True, when=lambda one: one.state == "published"),
        Action("PDF 报告", "sampling.pdf", args={"pk": "pk"}, when=lambda one: one.state != "published", icon="print"),
        Action(
            "表格", "sampling.workbook", args={"pk": "pk"}, when=lambda one: one.state != "published", icon="download"
        ),
        Action("公布和复算", "sampling.public_one", args={"no": "no"}),
    ),
    parent="sampling.list",
)
_sample = first_of(Sample.objects.exclude(state="published").order_by("-pk"))
_waiting = first_of(Sample.objects.filter(state="published").order_by("-pk"))
_task = first_of(SampleUnit.objects.filter(result="").order_by("pk"))


def _numbered() -> dict[str, Any] | None:
    no = Sample.objects.order_by("pk").values_list("no", flat=True).first()
    return {"no": no} if no else None


PAGES = [
    Page("sampling.list", "console/sampling/", "抽样检查", READ, LIST, menu=Menu("大数据中心", 80, "check"), impersonal=IMPERSONAL),
    Page("sampling.new", "console/sampling/new/", "组织抽样", DRAW, FormBody(
        forms.new_fields, _save, initial=lambda actor, obj: dict(forms.INITIAL), submit="算样本量", parent="sampling.list",
        lead="先看样本量和各层的分配，核对后再公布。种子由系统随机生成，谁也看不到；公布摘要满规定时间后抽取。")),
    Page("sampling.plan", "console/sampling/plan/", "样本量", DRAW, Custom(plan)),
    Page("sampling.detail", "console/sampling/<int:pk>/", "抽样检查", READ, DETAIL, example=_sample, impersonal=IMPERSONAL),
    Page("sampling.draw", "console/sampling/<int:pk>/draw/", "抽取", DRAW,
         ActionBody(_drawable, _run, question="公布种子并抽取？只能抽一次。", submit="抽取", parent="sampling.detail",
                    about=lambda one: f"{one.title}　{one.no}　{one.size:,} 个中抽 {one.wanted:,} 个"),
         example=_waiting),
    Page("sampling.pdf", "console/sampling/<int:pk>/report.pdf", "抽样报告", READ, Custom(pdf, methods=("GET",)), example=_sample),
    Page("sampling.workbook", "console/sampling/<int:pk>/report.xlsx", "抽样报告表格", READ,
         Custom(workbook, methods=("GET",)), example=_sample),
    Page("sampling.units", "console/sampling/units/", "抽样检查任务", READ, units.UNITS, menu=Menu("大数据中心", 81, "list", "检查任务")),
    Page("sampling.units_export", "console/sampling/units/export/", "导出检查任务", READ, ExportBody("sampling.units")),
    Page("sampling.unit", "console/sampling/units/<int:pk>/", "抽样检查任务", READ, units.UNIT, example=_task, reads="抽样检查"),
    Page("sampling.record", "console/sampling/units/<int:pk>/result/", "登记检查结果", CHECK,
         FormBody(forms.result_fields, units.record, get=units.to_check, submit="登记结果", parent="sampling.unit",
                  lead=lambda unit: f"{unit.name} {unit.number}。登记以后不能改。"),
         example=_task, reads="抽样检查"),
    Page("sampling.public", "sampling/", "抽样检查公布", None, Custom(public.listing, methods=("GET",)), audience="public"),
    Page("sampling.public_one", "sampling/<str:no>/", "抽样检查复算", None, Custom(public.one, methods=("GET",)),
         audience="public", example=_numbered),
    Page("sampling.population", "sampling/<str:no>/population.csv", "总体清单", None, Custom(public.population_file, methods=("GET",)),
         audience="public", example=_numbered),
]  # fmt: skip
