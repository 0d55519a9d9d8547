"""测算: the list of runs, a new one, its sums with charts, the families behind a number, two runs side by side, the workbook."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from minzheng.datacenter.simulation import form, homes, selectors, services, showing, workbook
from minzheng.datacenter.simulation.asking import Options
from minzheng.datacenter.simulation.errors import SimulationRefused
from minzheng.datacenter.simulation.models import SimulationRun
from minzheng.datacenter.simulation.telling import sentence
from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.audit import services as audit
from minzheng.kernel.pages.drawing import draw, drawing_of
from minzheng.kernel.pages.views.export import disposition
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.columns import Badge, Link, Moment, Region, Text
from minzheng.kernel.parts.examples import first_of
from minzheng.kernel.parts.fields import yuan_text
from minzheng.kernel.parts.filters import ByChoice, ByRegion
from minzheng.kernel.parts.page import Custom, ListBody, Menu, Page
from minzheng.kernel.regions.selectors import region_names
from minzheng.policy.errors import PolicyError
from minzheng.policy.figures_hidden import hidden

TONES = {"queued": "wait", "running": "wait", "done": "good", "failed": "bad"}
NO_ONE = "只有户数、人数和金额的合计，没有任何一户的信息"


def _page(request: HttpRequest) -> Page:
    return request.page  # type: ignore[attr-defined, no-any-return]


def _run(request: HttpRequest, pk: int) -> SimulationRun:
    run = selectors.get(actor_in(request), pk)
    if run is None:
        raise Http404
    return run


def new(request: HttpRequest) -> HttpResponse:
    actor = actor_in(request)
    given = request.POST if request.method == "POST" else request.GET
    sheet = form.NewForm(actor, given)
    refusals: list[str] = []
    if request.method == "GET" and "add" in given:
        url = sheet.add()
        if url:
            return HttpResponseRedirect(request.path + url)
    elif request.method == "POST":
        options = sheet.asked()
        if options is not None:
            wanted = services.Wanted(
                sheet.values["region"], sheet.values["title"], sheet.values["purpose"], sheet.kept(), options,
                sheet.set_id, sheet.set_title,
            )  # fmt: skip
            try:
                run = services.ask(actor=actor, wanted=wanted)
                return HttpResponseRedirect(reverse("simulation.detail", kwargs={"pk": run.pk}))
            except SimulationRefused as error:
                refusals, sheet.errors = error.sentences, sheet.errors | error.fields
    status = 422 if refusals or (sheet.errors and request.method == "POST") else 200
    return draw(request, "simulation/new.html", _page(request), status, form=sheet, refusals=refusals)


def detail(request: HttpRequest, pk: int) -> HttpResponse:
    run, actor = _run(request, pk), actor_in(request)
    busy = run.state in (SimulationRun.QUEUED, SimulationRun.RUNNING)
    context: dict[str, Any] = {"run": run, "busy": busy, "tone": TONES[run.state], "options": Options.of(run.options)}
    if busy:
        context["progress"] = selectors.progress(run)
    if run.state == SimulationRun.DONE:
        figures = shown_figures(run, actor)
        names = region_names({row["place"] for row in figures["places"]} | {run.region_code})
        context |= {
            "figures": figures, "tables": showing.tables(figures, names, lambda **f: _link(run, f)), "top": _top(figures),
            "sentence": sentence(figures), "place": names.get(run.region_code, run.region_code),
            "benefits": figures.get("titles", {}), "outside": _outside(figures), "mine": actor.has(services.PERMISSION),
            "unconfigured": [(figures["titles"].get(r["benefit"], r["benefit"]), _span(r["months"])) for r in figures["unconfigured"]],
            "others": selectors.visible_to(actor).filter(state=SimulationRun.DONE).exclude(pk=run.pk).order_by("-asked_at")[:20],
        }  # fmt: skip
    else:
        context |= {"place": region_names([run.region_code]).get(run.region_code, run.region_code)}
    response = draw(request, "simulation/detail.html", _page(request), **context)
    if busy:
        response["Refresh"] = "2"
    return response


def shown_figures(run: SimulationRun, actor: Any, *, for_others: bool = False) -> dict[str, Any]:
    """The sums as this person may see them: small ones hidden below the county, and in what goes to others."""
    least = Options.of(run.options).small
    if least > 1 and (for_others or not selectors.sees_small(actor, run.region_code)):
        return hidden(run.figures, least)
    return dict(run.figures)


def _span(months: list[str]) -> str:
    return months[0] if len(months) == 1 else f"{months[0]} 至 {months[-1]}"


def _link(run: SimulationRun, filters: dict[str, str]) -> str:
    told = {name: value for name, value in filters.items() if value}
    return f"{reverse('simulation.homes', kwargs={'pk': run.pk})}?{urlencode(told)}"


def _top(figures: dict[str, Any]) -> list[tuple[str, str, str, str, str]]:
    """(value, label, note, tone, what) of the row of figures on top."""
    total = figures["total"]
    if total["families"] is None:
        return []
    more = total["reform_fen"] - total["base_fen"]
    whole = total["reform_horizon_fen"] - total["base_horizon_fen"]
    months = len(figures["months"])
    return [
        (f"{total['families']:,}", "在册和近期申请的家庭", f"{total['members']:,} 人", "plain", ""),
        (f"{total['base_households']:,} → {total['reform_households']:,}", "有待遇的户", "现行 → 假设", "info", ""),
        (f"{total['entered']:,}", "新保（户）", f"{total['entered_persons']:,} 人", "good", "entered"),
        (f"{total['left']:,}", "退出（户）", f"{total['left_persons']:,} 人", "warn", "left"),
        (f"{total['raised']:,}", "增发（户）", f"每月多 {yuan_text(total['more_fen'])} 元", "good", "raised"),
        (f"{total['lowered']:,}", "减发（户）", f"每月少 {yuan_text(total['less_fen'])} 元", "warn", "lowered"),
        (showing.signed(more), "每月增减支出（元）", f"{yuan_text(total['base_fen'])} → {yuan_text(total['reform_fen'])}", "info", ""),
        (showing.signed(whole), f"{months} 个月增减支出（元）", "按月逐月相加", "info", ""),
    ]  # fmt: skip


def _outside(figures: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    titles = figures.get("titles", {})
    return [
        (titles.get(row["benefit"], row["benefit"]), showing.number(row["awards"]), showing.number(row["persons"]), showing.money(row["fen"]))
        for row in figures["outside"]
    ]  # fmt: skip


def families(request: HttpRequest, pk: int) -> HttpResponse:
    """The families behind one number, computed now, from what this person may see."""
    run, actor = _run(request, pk), actor_in(request)
    wanted = homes.Wanted.of({"what": "entered", **request.GET.dict()})
    if run.state != SimulationRun.DONE or wanted.what not in homes.WHAT:
        raise Http404
    refusal, found = "", homes.Found([], 0, "")
    try:
        found = homes.find(run, actor, wanted)
    except PolicyError as error:
        refusal = f"{error}。标准或规则在测算之后变了，请重新测算。"
    audit.record_listing(
        actor=actor, page="simulation.homes", rows=len(found.lines), region_code=run.region_code,
        detail={"no": run.no, "what": wanted.what, "purpose": "simulation"},
    )  # fmt: skip
    names = region_names({line.place for line in found.lines} | ({wanted.place} if wanted.place else set()))
    where = [names.get(wanted.place, wanted.place) if wanted.place else "", wanted.group,
             run.figures.get("titles", {}).get(wanted.benefit, wanted.benefit)]  # fmt: skip
    lines = [
        (line, names.get(line.place, line.place), yuan_text(line.before), yuan_text(line.after), showing.signed(line.after - line.before))
        for line in found.lines
    ]  # fmt: skip
    further = "?" + urlencode({**request.GET.dict(), "after": found.further}) if found.further else ""
    return draw(
        request, "simulation/homes.html", _page(request), run=run, heading=homes.WHAT[wanted.what], lines=lines,
        where="、".join(filter(None, where)), found=found, further=further, refusal=refusal,
    )  # fmt: skip


def compare(request: HttpRequest) -> HttpResponse:
    """Two runs side by side: sentence and totals of each, months and places where both have them."""
    actor = actor_in(request)
    done = selectors.visible_to(actor).filter(state=SimulationRun.DONE).order_by("-asked_at")
    chosen = [
        selectors.get(actor, int(request.GET[name])) if request.GET.get(name, "").isdigit() else None for name in ("a", "b")
    ]  # fmt: skip
    pair = [run for run in chosen if run is not None and run.state == SimulationRun.DONE]
    told = [(run, shown_figures(run, actor)) for run in pair]
    names = region_names(
        {row["place"] for _, figures in told for row in figures["places"]} | {r.region_code for r in pair}
    )
    return draw(
        request, "simulation/compare.html", _page(request), runs=list(done[:60]), a=request.GET.get("a", ""),
        b=request.GET.get("b", ""), pair=[(run, names.get(run.region_code, run.region_code), sentence(f)) for run, f in told],
        tables=showing.side_by_side(told, names) if len(told) == 2 else [],
        alike=len(pair) == 2 and pair[0].region_code == pair[1].region_code,
    )  # fmt: skip


def export(request: HttpRequest, pk: int) -> HttpResponse:
    """The workbook: whole for one's own use at the county, with small sums hidden for others. Each is entered and marked."""
    run, actor = _run(request, pk), actor_in(request)
    if run.state != SimulationRun.DONE:
        raise Http404
    own = request.GET.get("to") == "own" and selectors.sees_small(actor, run.region_code)
    figures = shown_figures(run, actor, for_others=not own)
    content, name = workbook.made(run, figures, drawing_of(request, plain=True), own=own)
    response = HttpResponse(content, content_type=workbook.XLSX)
    response["Content-Disposition"] = disposition(name)
    return response


_example = first_of(SimulationRun.objects.filter(state=SimulationRun.DONE).order_by("-asked_at"))

PAGES = [
    Page(
        "simulation.list", "console/simulation/", "测算", selectors.PERMISSION,
        ListBody(
            selectors.visible_to,
            (
                Link("title", "名称", page="simulation.detail", args={"pk": "pk"}, sort="title"),
                Text("no", "编号", narrow=False),
                Region("region_code", "地区"),
                Text("summary", "结果"),
                Text("set_title", "标准调整", narrow=False),
                Text("asked_name", "测算人"),
                Moment("asked_at", "时间", sort="asked_at"),
                Badge("state", "状态", names=dict(SimulationRun.STATES), tones=TONES, sort="state"),
            ),
            filters=(
                ByRegion("region", "地区", permission=selectors.PERMISSION),
                ByChoice("state", "状态", choices=SimulationRun.STATES),
            ),
            sort="-asked_at",
            link=("simulation.detail", {"pk": "pk"}),
            actions=(
                Action("新的测算", "simulation.new", icon="plus", primary=True),
                Action("比较两次测算", "simulation.compare", icon="chart"),
            ),
            lead="标准或规则改了，在册家庭谁进谁出、每月多花多少钱。只留合计，不留名单。",
            empty="还没有测算。点“新的测算”，选参数、填假设的值，几秒钟出结果；标准调整起草以后也可以从那里测算。",
        ),
        menu=Menu("数据", 45, "chart"), impersonal=NO_ONE,
    ),
    Page("simulation.new", "console/simulation/new/", "新的测算", services.PERMISSION, Custom(new)),
    Page("simulation.compare", "console/simulation/compare/", "比较两次测算", selectors.PERMISSION, Custom(compare, methods=("GET",))),
    Page("simulation.detail", "console/simulation/<int:pk>/", "测算结果", selectors.PERMISSION,
         Custom(detail, kind="detail", methods=("GET",)), example=_example, impersonal=NO_ONE),
    Page("simulation.homes", "console/simulation/<int:pk>/homes/", "测算涉及的家庭", selectors.PERMISSION,
         Custom(families, methods=("GET",)), example=_example),
    Page("simulation.export", "console/simulation/<int:pk>/export/", "导出测算", selectors.PERMISSION,
         Custom(export, methods=("GET",)), example=_example),
]  # fmt: skip
