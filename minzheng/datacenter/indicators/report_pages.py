"""人工填报: what is to be reported for a place and month, one report, and its confirmation by somebody else."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from minzheng.datacenter.indicators import asked, declaring, periods, reporting, words
from minzheng.datacenter.indicators.declaring import Indicator
from minzheng.datacenter.indicators.models import ManualFigure
from minzheng.datacenter.indicators.selectors import CONFIRM, READ, REPORT
from minzheng.datacenter.indicators.showing import shown
from minzheng.kernel import clock
from minzheng.kernel.months import month_after
from minzheng.kernel.pages.drawing import draw
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.bodies import ActionBody, DetailBody, Done, FormBody, ListBody
from minzheng.kernel.parts.columns import Badge, Moment, Month, Region, Text
from minzheng.kernel.parts.fields import Choice, Field, LongText
from minzheng.kernel.parts.fields import Text as Line
from minzheng.kernel.parts.filters import ByChoice, ByMonth, ByRegion
from minzheng.kernel.parts.panels import Facts
from minzheng.kernel.regions.selectors import region_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.parts.drawing import Drawing

TONES = {"waiting": "wait", "confirmed": "good", "returned": "bad", "replaced": "plain"}
_MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}


def name_of(code: str) -> str:
    """An indicator's name; the code where no folder declares it any more."""
    return _by_code().get(code, code)


def _by_code() -> dict[str, str]:
    return {one.code: one.name for one in declaring.all()}


def _text(row: ManualFigure) -> str:
    try:
        one = declaring.get(row.code)
    except declaring.UnknownIndicator:
        return str(row.value)
    return shown(row.value, one.unit, one.decimals)


def visible(actor: Actor) -> QuerySet[ManualFigure]:
    return ManualFigure.objects.filter(actor.scope_q(READ))


def _one(actor: Actor, pk: int) -> ManualFigure | None:
    return visible(actor).filter(pk=pk).first()


def _confirmable(actor: Actor, pk: int) -> ManualFigure | None:
    row = _one(actor, pk)
    return row if row is not None and actor.can(CONFIRM, row.region_code) else None


def _lines(drawing: Drawing) -> list[tuple[str, str]]:
    codes = dict.fromkeys(one.line for one in declaring.all() if one.is_reported)
    return [(code, words.line(code)) for code in codes]


def _by_line(rows: QuerySet[Any], value: str, drawing: Drawing) -> QuerySet[Any]:
    return rows.filter(code__in=[one.code for one in declaring.all() if one.line == value])


REPORTS = ListBody(
    visible,
    (
        Text(lambda row: name_of(row.code), "指标"), Region("region_code", "地区"), Month("month", "月份", sort="month"),
        Text(_text, "数值"), Badge("state", "状态", names=dict(ManualFigure.STATES), tones=TONES, sort="state"),
        Text("entered_name", "填报人", narrow=False), Moment("entered_at", "填报时间", sort="entered_at"),
        Text("decided_name", "确认人", narrow=False),
    ),
    filters=(
        ByChoice("state", "状态", choices=ManualFigure.STATES), ByChoice("line", "业务", choices=_lines, by=_by_line),
        ByRegion("region", "地区", permission=READ), ByMonth("month", "月份"),
    ),
    sort="-entered_at", link=("indicators.figure", {"pk": "pk"}),
    actions=(Action("填报", "indicators.due", icon="plus", primary=True),),
    lead="人工填报的数，由另一个人确认后才算数；确认后要改，再报一次，原来的保留。",
    empty="还没有人工填报。点“填报”，从要报的指标里选。",
)  # fmt: skip
FIGURE = DetailBody(
    _one,
    (
        Facts("填报", items=(
            Text(lambda row: name_of(row.code), "指标"), Region("region_code", "地区"), Month("month", "月份"), Text(_text, "数值"),
            Text("note", "说明"), Text(lambda row: "".join(row.findings), "核对提示"),
            Badge("state", "状态", names=dict(ManualFigure.STATES), tones=TONES), Text("entered_name", "填报人"),
            Moment("entered_at", "填报时间"), Text("decided_name", "确认或退回人"), Moment("decided_at", "确认或退回时间"),
            Text("returned_reason", "退回原因"),
        )),
    ),
    title=lambda row: name_of(row.code), subtitle=lambda row: f"{region_name(row.region_code)} {row.month:%Y-%m}",
    actions=(
        Action("确认", "indicators.confirm", args={"pk": "pk"}, primary=True, when=lambda row: row.state == "waiting",
               offered=lambda actor, row: bool(actor.can(CONFIRM, row.region_code)) and actor.id != row.entered_by_id),
        Action("退回", "indicators.send_back", args={"pk": "pk"}, danger=True, when=lambda row: row.state == "waiting",
               offered=lambda actor, row: bool(actor.can(CONFIRM, row.region_code))),
        Action("看这个指标", "indicators.show", args={"code": "code"}, when=lambda row: row.code in _by_code()),
    ),
    parent="indicators.reports",
)  # fmt: skip


def _confirm(actor: Any, row: ManualFigure, values: dict[str, Any]) -> Done:
    reporting.confirm(actor=actor, pk=row.pk)
    return Done(f"已确认“{name_of(row.code)}”{_text(row)}。", f"{reverse('indicators.reports')}?state=waiting")


def _send_back(actor: Any, row: ManualFigure, values: dict[str, Any]) -> Done:
    reporting.send_back(actor=actor, pk=row.pk, reason=values["reason"])
    return Done(f"已退回“{name_of(row.code)}”，填报人会看到原因。", f"{reverse('indicators.reports')}?state=waiting")


CONFIRMING = ActionBody(
    _confirmable, _confirm, submit="确认", parent="indicators.reports",
    question=lambda row: f"{region_name(row.region_code)} {row.month:%Y年}{row.month.month}月“{name_of(row.code)}”{_text(row)}，由{row.entered_name}填报。确认后进入统计。",
)  # fmt: skip
RETURNING = ActionBody(
    _confirmable, _send_back, submit="退回", danger=True, parent="indicators.reports",
    fields=(LongText("reason", "退回的原因", required=True, max_length=200),),
    question=lambda row: f"退回{row.entered_name}填报的“{name_of(row.code)}”{_text(row)}。",
)  # fmt: skip


@dataclass(frozen=True)
class Due:
    """One manual indicator of a place and month: the number reported, if any, and the one a year before."""

    one: Indicator
    now: ManualFigure | None
    before: str
    url: str

    @property
    def text(self) -> str:
        return _text(self.now) if self.now else "—"


def due(request: HttpRequest) -> HttpResponse:
    """What there is to report for a place and month, by line of work. Three queries for the numbers."""
    at = asked.asked(request, REPORT)
    month, line = at.period.last, request.GET.get("line", "")
    every = [one for one in declaring.all() if one.is_reported]
    lines = [(code, name, sum(one.line == code for one in every)) for code, name in _lines(None)]  # type: ignore[arg-type]
    line = line if line in {code for code, _, _ in lines} else (lines[0][0] if lines else "")
    rows = [_due(one, month, at.place) for one in every if one.line == line and month.month % _MONTHS[one.every] == 0]
    if at.place and rows:
        rows = _with_numbers(rows, at.place, month)
    return draw(
        request, "indicators/due.html", request.page, at=at, rows=rows, lines=lines, line=line, month=periods.of_month(month),  # type: ignore[attr-defined]
        months=[(text, periods.parse(text).title) for text in reversed(periods.last_months(clock.today(), 24))],
    )  # fmt: skip


def _due(one: Indicator, month: datetime.date, place: str) -> Due:
    keys = {"code": one.code, "month": periods.of_month(month), "region": place or "0"}
    return Due(one, None, "—", reverse("indicators.report", kwargs=keys))


def _with_numbers(rows: list[Due], place: str, month: datetime.date) -> list[Due]:
    year_ago, codes = month_after(month, -12), [row.one.code for row in rows]
    found = ManualFigure.objects.filter(code__in=codes, region_code=place, month__in=(month, year_ago))
    newest: dict[tuple[str, datetime.date], ManualFigure] = {}
    for row in found.exclude(state=ManualFigure.REPLACED).order_by("entered_at"):
        newest[row.code, row.month] = row
    return [
        Due(row.one, newest.get((row.one.code, month)), _text(newest[row.one.code, year_ago]) if (row.one.code, year_ago) in newest else "—", row.url)
        for row in rows
    ]  # fmt: skip


@dataclass(frozen=True)
class Wanted:
    """What a report is about."""

    one: Indicator
    month: datetime.date
    region_code: str


def wanted(actor: Actor, code: str, month: str, region: str) -> Wanted | None:
    try:
        one, day = declaring.get(code), words.month_of(month)
    except (declaring.UnknownIndicator, periods.BadPeriod):
        return None
    place = region.ljust(12, "0") if region.isascii() and region.isdigit() and len(region) == 12 else ""
    if not one.is_reported or day > clock.today() or not place or actor.can(REPORT, place) is None:
        return None
    return Wanted(one, day, place)


def _fields(actor: Any, about: Wanted) -> Sequence[Field]:
    return (
        Choice("region", "地区", required=True, options=asked.places_of(actor, REPORT)),
        Line("value", f"数值（{about.one.unit or '数'}）", required=True, max_length=24, help=about.one.definition),
        LongText("note", "说明", max_length=200, help="与去年同期相差大的，写明原因。"),
    )


def _initial(actor: Any, about: Wanted) -> dict[str, Any]:
    same = ManualFigure.objects.filter(code=about.one.code, region_code=about.region_code, month=about.month)
    last = same.exclude(state=ManualFigure.REPLACED).order_by("-entered_at").first()
    return {
        "region": about.region_code,
        "value": f"{last.value.normalize():f}" if last else "",
        "note": last.note if last else "",
    }


def _save(actor: Any, values: dict[str, Any], about: Wanted) -> Done:
    row = reporting.report_manual(
        actor=actor, code=about.one.code, region_code=values["region"], month=about.month, value=values["value"],
        note=values.get("note") or "",
    )  # fmt: skip
    url = f"{reverse('indicators.due')}?region={row.region_code}&period={about.month:%Y-%m}&line={about.one.line}"
    return Done(f"“{about.one.name}”{_text(row)}已报，等另一个人确认。", url)


REPORTING = FormBody(
    _fields, _save, get=wanted, initial=_initial, submit="上报", parent="indicators.due",
    lead=lambda about: f"{about.month:%Y年}{about.month.month}月“{about.one.name}”。{about.one.definition}。单位：{about.one.unit}。",
)  # fmt: skip


def example() -> dict[str, str] | None:
    """A report that could be made: of the place of the first one that was."""
    row = ManualFigure.objects.order_by("pk").first()
    return {"code": row.code, "month": f"{row.month:%Y-%m}", "region": row.region_code} if row else None
