"""监测指标：每个监测项报了多少、准不准，阈值是多少、凭什么，哪里停用了；停用和恢复。"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from minzheng.datacenter.monitoring import declare, selectors, showing, switches, terms
from minzheng.datacenter.monitoring.measuring import Precision, precision
from minzheng.datacenter.monitoring.models import MonitorSwitch
from minzheng.datacenter.monitoring.pages import GROUP
from minzheng.datacenter.sources import registry
from minzheng.datacenter.sources.classes import CLASSES
from minzheng.kernel import clock
from minzheng.kernel.pages.drawing import draw, drawing_of
from minzheng.kernel.parts.examples import first_of
from minzheng.kernel.parts.fields import Choice, Date, LongText
from minzheng.kernel.parts.page import ActionBody, Custom, Done, FormBody, Menu, Page
from minzheng.kernel.parts.places import places_below
from minzheng.kernel.regions import codes
from minzheng.kernel.regions.selectors import region_names
from minzheng.policy.params import EVIDENCE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.parts.fields import Field

NO_ONE = "只有各监测项的条数和准确率，没有任何人的信息"
LEADS = {"lead.grid": "网格员发现", "lead.public": "群众反映"}


@dataclass(frozen=True)
class Line:
    """One monitor on the page."""

    code: str
    title: str
    level: str
    all: int
    open: int
    exact: Precision
    off: str = ""
    few: bool = False


def lines(actor: Actor) -> list[Line]:
    """Every declared monitor and the two kinds of leads, those with alerts first."""
    told = selectors.judged(actor)
    off: dict[str, list[str]] = {}
    for one in switches.in_force_about([post.region_code for post in actor.assignments]):
        off.setdefault(one.monitor, []).append(one.region_code)
    names = region_names({code for listed in off.values() for code in listed})
    known = declare.declared()
    titles = {code: (one.title, one.level) for code, one in known.items()} | {c: (t, "") for c, t in LEADS.items()}
    least = terms.number("judged_least")
    found = []
    for code, (title, level) in titles.items():
        n = told.get(code, {"all": 0, "open": 0, "true": 0, "false": 0, "later": 0})
        exact = precision(n["true"], n["false"], n["later"])
        where = "、".join(names.get(one, one) for one in off.get(code, ()))
        found.append(Line(code, title, level, n["all"], n["open"], exact, where, exact.judged < least))
    return sorted(found, key=lambda one: (-one.all, one.code))


def measures(request: HttpRequest) -> HttpResponse:
    drawing = drawing_of(request)
    rows = lines(drawing.actor)
    total = precision(
        sum(one.exact.true for one in rows), sum(one.exact.false for one in rows), sum(one.exact.later for one in rows)
    )
    shown = [(one, showing.LEVEL.cell(one, drawing) if one.level else "") for one in rows]
    return draw(
        request, "monitoring/measures.html", request.page, rows=shown, total=total, terms=terms.TERMS.listing(),  # type: ignore[attr-defined]
        evidence=EVIDENCE, least=terms.number("judged_least"),
    )  # fmt: skip


def measure(request: HttpRequest, code: str) -> HttpResponse:
    """One monitor: what it asks, its thresholds with their source, its counts, where it is switched off."""
    drawing, one = drawing_of(request), declare.get(code)
    if one is None:
        raise Http404("没有这个监测项。")
    place = next(iter(drawing.actor.scopes(selectors.READ)), "")
    county = codes.full(codes.prefix(place)[:6]) if place else codes.NATION
    shown = one.thresholds.shown(county, clock.today()) if one.thresholds else []
    classes = [CLASSES[name][0] for name in one.classes]
    sources = [spec.title for spec in registry.all().values() if set(spec.classes) & set(one.classes)]
    history = list(selectors.switched(drawing.actor).filter(monitor=code)[:20])
    names = region_names({row.region_code for row in history} | {county})
    line = next(row for row in lines(drawing.actor) if row.code == code)
    return draw(
        request, "monitoring/measure.html", request.page, title=one.title, one=one, line=line, classes=classes, sources=sources,  # type: ignore[attr-defined]
        level=showing.LEVEL.cell(line, drawing), place=names.get(county, county),
        thresholds=[(d.title, _value(d, value), d.name, reference, EVIDENCE.get(evidence, evidence)) for d, value, reference, evidence in shown],
        history=[(row, names.get(row.region_code, row.region_code)) for row in history],
        may_switch=drawing.actor.has(switches.MANAGE), today=clock.today(),
    )  # fmt: skip


def _value(declaration: Any, value: Any) -> str:
    if declaration.type == "比例":
        return f"{float(value) * 100:g}%"
    return f"{value} {declaration.unit}".strip()


def _monitor(actor: Actor, code: str) -> declare.Monitor | None:
    return declare.get(code)


def _off_fields(actor: Actor, one: declare.Monitor) -> Sequence[Field]:
    scopes = actor.scopes(switches.MANAGE)
    names = region_names(scopes)
    places = dict([(code, names.get(code, code)) for code in scopes] + places_below(scopes))
    return (
        Choice("region", "在哪里停用", required=True, options=tuple(places.items()), radio_up_to=0),
        Date("since", "从哪天起", required=True, not_before=clock.today),
        LongText("reason", "为什么", required=True, max_length=200),
    )


def _off(actor: Actor, values: dict[str, Any], one: declare.Monitor) -> Done:
    switches.switch_off(
        actor=actor, monitor=one.code, region_code=values["region"], since=values["since"], reason=values["reason"]
    )
    return Done(f"“{one.title}”已停用，已有的预警照常办理。", reverse("monitor.measure", kwargs={"code": one.code}))


def _switch(actor: Actor, pk: int) -> MonitorSwitch | None:
    rows = (
        MonitorSwitch.objects.filter(actor.scope_q(switches.MANAGE))
        if not actor.is_system
        else MonitorSwitch.objects.all()
    )
    return rows.filter(pk=pk).first()


def _on(actor: Actor, row: MonitorSwitch, values: dict[str, Any]) -> Done:
    switches.switch_on(actor=actor, pk=row.pk)
    return Done("已恢复，下次监测起照常。", reverse("monitor.measure", kwargs={"code": row.monitor}))


def _first() -> dict[str, str] | None:
    code = next(iter(declare.declared()), None)
    return {"code": code} if code else None


PAGES = [
    Page(
        "monitor.measures", "console/monitor/measures/", "监测指标", selectors.READ,
        Custom(measures, kind="board", methods=("GET",)), menu=Menu(GROUP, 62, "check", "监测指标"), impersonal=NO_ONE,
    ),
    Page(
        "monitor.measure", "console/monitor/measures/<str:code>/", "监测项", selectors.READ,
        Custom(measure, kind="detail", methods=("GET",)), example=_first, impersonal=NO_ONE,
    ),
    Page(
        "monitor.switch_off", "console/monitor/measures/<str:code>/off/", "停用监测项", switches.MANAGE,
        FormBody(
            _off_fields, _off, get=_monitor, parent="monitor.measures", submit="停用",
            initial=lambda actor, one: {"since": clock.today()}, lead="停用以后这里不再产生这一项的新预警，直到恢复；理由会留存。",
        ),
        example=_first,
    ),
    Page(
        "monitor.switch_on", "console/monitor/switches/<int:pk>/on/", "恢复监测项", switches.MANAGE,
        ActionBody(_switch, _on, question="从下次监测起，这一项在这里照常产生预警。", submit="恢复", parent="monitor.measures"),
        example=first_of(MonitorSwitch.objects.filter(is_demo=True).order_by("pk")),
    ),
]  # fmt: skip
