"""One report: its grid, findings, the places below it, its history, editions and corrections; and filling it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from minzheng.datacenter.statistics import acts, corrections, forms, selectors, services, showing
from minzheng.datacenter.statistics.errors import StatsRefused
from minzheng.datacenter.statistics.models import StatAct, StatCorrection, StatReport
from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.cases.errors import Stale
from minzheng.kernel.pages.drawing import draw
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.columns import Badge, Date, Deadline, Link, Moment, Region, Text
from minzheng.kernel.parts.page import DetailBody
from minzheng.kernel.parts.panels import Drawn, Entry, Facts, Table, Timeline
from minzheng.kernel.regions.selectors import region_name

if TYPE_CHECKING:
    from minzheng.kernel.parts.drawing import Drawing

_ACTS = dict(StatAct.ACTS)
_TONES = {"return": "bad", "seal": "good", "accept": "good", "correct": "warn"}


def get(actor: Any, pk: int) -> StatReport | None:
    """The report with what its page asks of it once: `parts`, `found`."""
    report: Any = selectors.get(actor, pk)
    if report is not None:
        report.parts = selectors.below(report)
        settled = report.state in (StatReport.SEALED, StatReport.WAITING)
        report.found = [] if settled else selectors.findings(report)
    return report  # type: ignore[no-any-return]


def grid(report: Any, drawing: Drawing) -> dict[str, Any]:
    version = selectors.version_of(report)
    return {
        "heads": showing.heads(version), "lines": showing.grid(report, report.found), "title": showing.title_of(report),
        "lead": selectors.shell_of(report).lead, "empty": report.state == StatReport.WAITING,
        "notes": [
            (version.titles.get(address, "整张表"), text) for address, text in report.notes.items() if text
        ],
    }  # fmt: skip


def checks(report: Any, drawing: Drawing) -> dict[str, Any]:
    found = showing.told(report.found)
    return {"found": found, "stops": sum(1 for one in report.found if one.stops)}


def history(report: StatReport) -> list[Entry]:
    return [
        Entry(one.at, _ACTS[one.code], one.actor_name, one.text, _TONES.get(one.code, "plain"))
        for one in report.acts.all()
    ]  # fmt: skip


def below(report: Any, drawing: Drawing) -> list[StatReport]:
    return list(report.parts)


PARTS = (
    Link(lambda row: region_name(row.region_code), "地区", page="stats.show", args={"pk": "pk"}),
    Badge("state", "状态", names=showing.STATES, tones=showing.TONES),
    Text("reported_name", "填报人"),
    Moment("reported_at", "上报时间"),
    Badge(
        lambda row: "late" if selectors.is_late(row) else None, "迟报", names={"late": "迟报"}, tones={"late": "bad"}
    ),
)
FACTS = (
    Region("region_code", "地区"),
    Badge("state", "状态", names=showing.STATES, tones=showing.TONES),
    Deadline(
        "due_on", "截止日期", stopped=lambda row: row.state not in selectors.OPEN, provisional="due_provisional"
    ),
    Date("due_on", "应报日期"),
    Badge(lambda row: "late" if selectors.is_late(row) else "", "迟报", names={"late": "迟报"}, tones={"late": "bad"}),
    Text("reported_name", "填报人"),
    Moment("reported_at", "上报时间"),
    Text("reviewed_name", "审核人"),
    Text("sealed_name", "封存人"),
    Moment("sealed_at", "封存时间"),
    Text(lambda row: f"第 {row.edition} 版" if row.edition else "", "版次"),
    Text("sha", "封存摘要（SM3）", css="digest"),
)  # fmt: skip
DETAIL = DetailBody(
    get,
    (
        Drawn("核对", template="statistics/checks.html", context=checks, when=lambda one: bool(one.found), anchor="checks"),
        Drawn("报表", template="statistics/grid.html", context=grid, anchor="grid"),
        Table("下级报表", rows=below, columns=PARTS, when=lambda one: bool(one.parts), anchor="below"),
    ),
    side=(
        Facts("基本情况", items=FACTS, columns=1),
        Table(
            "订正单", rows=lambda one, drawing: list(one.corrections.order_by("-asked_at")),
            columns=(
                Link("no", "单号", page="stats.correction", args={"pk": "pk"}),
                Badge("state", "状态", names=dict(StatCorrection.STATES), tones={"asked": "wait", "confirmed": "good"}),
            ),
            when=lambda one: one.edition > 0, empty="没有订正过。",
        ),
        Timeline("办理记录", entries=history),
    ),
    title=showing.title_of,
    subtitle=lambda one: f"{region_name(one.region_code)} · {selectors.shell_of(one).number} · {showing.STATES[one.state]}",
    actions=(
        Action("取数", "stats.take", args={"pk": "pk"}, offered=lambda actor, one: acts.MAY_TAKE(actor, one) and not one.parts,
               icon="download"),
        Action("催报情况和汇总", "stats.collect", args={"pk": "pk"}, primary=True,
               offered=lambda actor, one: acts.MAY_COLLECT(actor, one) and bool(one.parts)),
        Action("填报", "stats.fill", args={"pk": "pk"}, offered=acts.MAY_TAKE, icon="text"),
        Action("上报", "stats.submit", args={"pk": "pk"}, offered=acts.MAY_SEND, primary=True),
        Action("撤回", "stats.withdraw", args={"pk": "pk"}, offered=acts.MAY_WITHDRAW),
        Action("审核通过", "stats.accept", args={"pk": "pk"}, offered=acts.may_accept, primary=True),
        Action("封存", "stats.seal", args={"pk": "pk"}, offered=acts.may_seal, primary=True),
        Action("退回", "stats.return", args={"pk": "pk"}, offered=acts.may_return, danger=True),
        Action("订正", "stats.correct", args={"pk": "pk"}, offered=acts.MAY_CORRECT),
        Action("PDF", "stats.pdf", args={"pk": "pk"}, when=lambda one: one.state != StatReport.WAITING, icon="print"),
        Action("Excel", "stats.workbook", args={"pk": "pk"}, when=lambda one: one.state != StatReport.WAITING, icon="download"),
    ),
    parent="stats.list",
)  # fmt: skip


def fill(request: HttpRequest, pk: int) -> HttpResponse:
    """The form: numbers by hand and explanations; saved, then checked at once."""
    actor = actor_in(request)
    report = acts.own(actor, pk)
    if report is None:
        raise Http404
    if report.state not in selectors.OPEN:
        messages.info(request, f"这张表现在是“{showing.STATES[report.state]}”，不能填报。")
        return HttpResponseRedirect(acts.url_of(report))
    version, leaf, top = services.parts_of(report)
    cells = services.editable(report, version, leaf=leaf, top=top)
    typed, notes, errors, refusals = dict[str, str](), dict[str, str](), dict[str, str](), list[str]()
    if request.method == "POST":
        typed, notes, lock = forms.sent(request.POST, cells)
        try:
            services.save(actor=actor, pk=pk, values=typed, notes=notes, lock=lock)
            return _saved(request, pk)
        except (StatsRefused, Stale) as error:
            refusals, errors = list(error.sentences), dict(error.fields)
    found = [] if report.state == StatReport.WAITING else selectors.findings(report)
    lines = showing.grid(report, found, typed, errors, cells)
    return draw(
        request, "statistics/fill.html", request.page, 422 if refusals else 200,  # type: ignore[attr-defined]
        report=report, heads=showing.heads(version), lines=lines, refusals=refusals, errors=errors, shown=showing.title_of(report),
        wrong=[(box.id, box.error) for line in lines for box in line.boxes if box and box.error],
        place=region_name(report.region_code), found=showing.told(found), stops=sum(1 for one in found if one.stops),
        notes=forms.note_boxes(report, found, notes, errors), leaf=leaf, writes=len(cells), parent="stats.list",
    )  # fmt: skip


def _saved(request: HttpRequest, pk: int) -> HttpResponse:
    report = StatReport.objects.get(pk=pk)
    stops = sum(1 for one in selectors.findings(report) if one.stops)
    if stops or "stay" in request.POST:
        messages.success(request, f"已保存，还有 {stops} 处要改正或说明。" if stops else "已保存，核对通过，可以上报。")
        return HttpResponseRedirect(reverse("stats.fill", kwargs={"pk": pk}) + "#checks")
    messages.success(request, "已保存，核对通过，可以上报。")
    return HttpResponseRedirect(acts.url_of(report))


def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """A slip: new numbers for cells of a sealed report, with the reason."""
    actor = actor_in(request)
    report = acts.own(actor, pk)
    if report is None:
        raise Http404
    if report.state != StatReport.SEALED:
        messages.info(request, "没有封存的报表直接改，不用订正单。")
        return HttpResponseRedirect(acts.url_of(report))
    version, leaf, top = services.parts_of(report)
    cells = corrections.correctable(version, leaf=leaf, top=top)
    typed, errors, refusals = dict[str, str](), dict[str, str](), list[str]()
    reason = str(request.POST.get("reason", ""))[: forms.MOST]
    if request.method == "POST":
        typed, _, _ = forms.sent(request.POST, cells)
        changed = {a: text for a, text in typed.items() if text.strip() != (report.values.get(a) or "")}
        try:
            row = corrections.ask(actor=actor, pk=pk, values=changed, reason=reason)
            messages.success(request, f"订正单 {row.no} 已提出，等另一个人确认。")
            return HttpResponseRedirect(reverse("stats.correction", kwargs={"pk": row.pk}))
        except StatsRefused as error:
            refusals, errors = list(error.sentences), dict(error.fields)
    lines = showing.grid(report, (), typed, errors, cells)
    return draw(
        request, "statistics/correct.html", request.page, 422 if refusals else 200,  # type: ignore[attr-defined]
        report=report, heads=showing.heads(version), lines=lines, refusals=refusals, errors=errors, reason=reason,
        wrong=[(box.id, box.error) for line in lines for box in line.boxes if box and box.error], writes=len(cells),
        shown=showing.title_of(report), place=region_name(report.region_code), parent="stats.list",
    )  # fmt: skip
