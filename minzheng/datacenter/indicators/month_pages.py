"""Months of a county: live or frozen, freezing, restating with its diff, and each version."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from minzheng.datacenter.indicators import asked, declaring, periods, reading, services, terms, words
from minzheng.datacenter.indicators.models import IndicatorFreeze, IndicatorMonth
from minzheng.datacenter.indicators.selectors import MANAGE, READ
from minzheng.datacenter.indicators.showing import shown
from minzheng.kernel import clock
from minzheng.kernel.months import month_after, month_end
from minzheng.kernel.pages.drawing import draw
from minzheng.kernel.parts.bodies import ActionBody, DetailBody, Done
from minzheng.kernel.parts.columns import Link, Moment, Month, Number, Region, Text
from minzheng.kernel.parts.fields import LongText
from minzheng.kernel.parts.panels import Facts, Table
from minzheng.kernel.regions import codes
from minzheng.kernel.regions.selectors import region_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.parts.drawing import Drawing

#: Months on the board.
SHOWN = 24


@dataclass(frozen=True)
class MonthRow:
    """A county's month. `region_code` is the county: what the permission is asked of."""

    region_code: str
    month: datetime.date
    live: IndicatorMonth | None
    frozen: IndicatorFreeze | None

    @property
    def text(self) -> str:
        return periods.of_month(self.month)

    @property
    def title(self) -> str:
        return f"{region_name(self.region_code)} {periods.parse(self.text).title}"

    @property
    def ended(self) -> bool:
        return month_end(self.month) < clock.today()


def months(request: HttpRequest) -> HttpResponse:
    """The last two years of one county."""
    at = asked.asked(request)
    county = reading.county_of(at.place) if at.place else ""
    counties = list(
        dict.fromkeys((reading.county_of(code), region_name(reading.county_of(code))) for code, _ in at.places)
    )
    rows = _rows(county) if county else []
    return draw(
        request, "indicators/months.html", request.page, at=at, county=county, counties=counties, rows=rows,  # type: ignore[attr-defined]
        may=bool(county and at.actor.can(MANAGE, county)), freeze_day=terms.number("freeze_day"),
    )  # fmt: skip


def _rows(county: str) -> list[MonthRow]:
    this = clock.today().replace(day=1)
    wanted = [month_after(this, -n) for n in range(SHOWN)]
    live = {row.month: row for row in IndicatorMonth.objects.filter(region_code=county, month__in=wanted)}
    frozen: dict[datetime.date, IndicatorFreeze] = {}
    for row in IndicatorFreeze.objects.filter(region_code=county, month__in=wanted).defer("diff").order_by("version"):
        frozen[row.month] = row
    rows = [MonthRow(county, month, live.get(month), frozen.get(month)) for month in wanted]
    last = max((n for n, row in enumerate(rows) if row.live or row.frozen), default=0)
    return rows[: max(last + 1, 3)]


def one(actor: Actor, county: str, month: str) -> MonthRow | None:
    """For the acts: a county over which the actor may manage indicators, and a month that has begun."""
    try:
        place, day = codes.full(county), words.month_of(month)
    except (codes.BadRegionCode, periods.BadPeriod):
        return None
    if actor.can(MANAGE, place) is None or reading.county_of(place) != place or day > clock.today():
        return None
    live = IndicatorMonth.objects.filter(region_code=place, month=day).first()
    return MonthRow(place, day, live, services.current(place, day))


def _board(row: MonthRow) -> str:
    return f"{reverse('indicators.months')}?region={row.region_code}"


def _compute(actor: Any, row: MonthRow, values: dict[str, Any]) -> Done:
    done = services.compute(actor=actor, region_code=row.region_code, month=row.month)
    return Done(f"{row.title}已重新计算：{done.rows} 个数，用时 {done.seconds:.2f} 秒。", _board(row))


def _freeze(actor: Any, row: MonthRow, values: dict[str, Any]) -> Done:
    done = services.freeze(actor=actor, region_code=row.region_code, month=row.month)
    return Done(f"{row.title}已冻结：{done.rows} 个数，不再随业务变化。", _board(row))


def _restate(actor: Any, row: MonthRow, values: dict[str, Any]) -> Done:
    done = services.restate(actor=actor, region_code=row.region_code, month=row.month, reason=values["reason"])
    url = reverse("indicators.version", kwargs={"pk": done.pk})
    return Done(f"{row.title}已更正为第 {done.version} 版，{len(done.diff)} 个数有变化。", url)


def _restate_question(row: MonthRow) -> str:
    if row.frozen is None:
        return f"{row.title}还没有冻结，不用更正。"
    changes = services.difference(row.region_code, row.month, row.frozen.version)
    return (
        f"{row.title}现为第 {row.frozen.version} 版。按现在的记录重新计算后另成一版，原来的版本保留；"
        f"最近一次计算与冻结的数相差 {len(changes)} 个。"
    )


COMPUTE = ActionBody(
    one, _compute, submit="重新计算", parent="indicators.months",
    question=lambda row: f"按现在的记录重新计算{row.title}的全部系统指标。已冻结的数不变，可以据此看要不要更正。",
)  # fmt: skip
FREEZE = ActionBody(
    one, _freeze, submit="冻结", parent="indicators.months",
    question=lambda row: f"先把{row.title}的全部系统指标算一遍，连同已确认的人工填报一起封存。以后要改只能“更正冻结”，并写明理由。",
)  # fmt: skip
RESTATE = ActionBody(
    one, _restate, submit="更正冻结", danger=True, parent="indicators.months", question=_restate_question,
    fields=(LongText("reason", "更正的理由", required=True, max_length=200, help="例如：6月有 3 户补录，漏在冻结以前。"),),
)  # fmt: skip


def version(actor: Actor, pk: int) -> IndicatorFreeze | None:
    row = IndicatorFreeze.objects.filter(pk=pk).first()
    return row if row is not None and actor.can(READ, row.region_code) else None


@dataclass(frozen=True)
class Difference:
    """One line of a diff as it is read."""

    name: str
    region_code: str
    part: str
    old: str
    new: str
    url: str


def differences(row: IndicatorFreeze, drawing: Drawing) -> Sequence[Difference]:
    """All changes of a version, in words."""
    known = {one.code: one for one in declaring.all()}
    found = []
    for change in row.diff:
        about = known.get(change["code"])
        unit, decimals = (about.unit, about.decimals) if about else ("", 4)
        old, new = (None if change[side] is None else Decimal(change[side]) for side in ("old", "new"))
        part = "、".join(declaring.DIMENSIONS[name][value] for name, value in change["dims"].items())
        url = words.here(change["code"], change["region"], periods.of_month(row.month)) if about else ""
        found.append(Difference(
            about.name if about else change["code"], change["region"], part or "—", shown(old, unit, decimals), shown(new, unit, decimals), url,
        ))  # fmt: skip
    return found


VERSION = DetailBody(
    version,
    (
        Table(
            "与上一版相比", rows=differences, empty="第 1 版是首次冻结，没有可比的上一版。",
            columns=(Text("name", "指标"), Region("region_code", "地区"), Text("part", "部分"), Text("old", "原来"), Text("new", "更正为")),
        ),
    ),
    side=(
        Facts("这一版", columns=1, items=(
            Region("region_code", "地区"), Month("month", "月份"), Number("version", "版本"), Number("rows", "数值个数"),
            Text("reason", "更正的理由"), Text("frozen_name", "办理人"), Moment("frozen_at", "时间"), Text(lambda row: row.sha[:16], "校验码"),
        )),
        Table("这个月的各版", rows=lambda row, drawing: IndicatorFreeze.objects.filter(region_code=row.region_code, month=row.month).order_by("version").defer("diff"),
              columns=(Link(lambda one: f"第 {one.version} 版", "版本", page="indicators.version", args={"pk": "pk"}), Moment("frozen_at", "时间"), Text("reason", "理由"))),
    ),
    title=lambda row: f"{region_name(row.region_code)} {row.month:%Y年}{row.month.month}月指标第 {row.version} 版", parent="indicators.months",
)  # fmt: skip


def example() -> dict[str, str] | None:
    """A county's month for the acts."""
    county = IndicatorMonth.objects.order_by("region_code", "month").values_list("region_code", "month").first()
    return {"county": county[0], "month": periods.of_month(county[1])} if county else None
