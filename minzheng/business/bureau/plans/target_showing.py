"""What the target pages show of one target: its sentence, standing, months, towns."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.html import format_html

from minzheng.business.bureau.plans.models import PlanIndicator, TargetLink
from minzheng.business.bureau.plans.targets import STATES, TONES, Progress
from minzheng.datacenter.indicators import periods
from minzheng.datacenter.indicators import selectors as indicators
from minzheng.datacenter.indicators.showing import rounded, shown
from minzheng.kernel import clock
from minzheng.kernel.parts import charts
from minzheng.kernel.parts.columns import Badge, Column, Number, Text
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.regions import selectors as regions

BAR = 120


@dataclass(frozen=True)
class Row:
    """One line of the board."""

    told: Progress

    @property
    def figure(self) -> str:
        return self.told.one.figure

    @property
    def rate(self) -> str:
        return percent(self.told.rate)

    @property
    def elapsed(self) -> str:
        return percent(self.told.elapsed)

    @property
    def bar(self) -> Any:
        """Completion as a bar with a mark where the year stands; nothing where no rate is known."""
        if self.told.rate is None or self.told.elapsed is None:
            return ""
        wide = float(min(self.told.rate, Decimal(100))) * BAR / 100
        at = float(self.told.elapsed) * BAR / 100
        tone = {"good": charts.GOOD, "info": charts.REFORM, "orange": charts.BAD, "bad": charts.BAD}
        body = [
            charts.rect(0, 3, BAR, 8, charts.LINE),
            charts.rect(0, 3, wide, 8, tone.get(self.told.tone, charts.BASE)),
            charts.rect(min(at, BAR - 2), 0, 2, 14, charts.INK),
        ]
        return charts.svg(14, f"完成 {self.rate}，时间过了 {self.elapsed}", body, wide=BAR)


@dataclass(frozen=True)
class Target:
    """One target with its standing, as its page shows it."""

    one: PlanIndicator
    told: Progress

    @property
    def pk(self) -> int:
        return self.one.pk


#: A completion above this is told as “above”.
MOST_PERCENT = 1000


def percent(value: Decimal | None) -> str:
    if value is None:
        return "—"
    # far beyond (a rate of returned payments near nothing) the number says no more
    return f"{rounded(value, 1)}%" if value <= MOST_PERCENT else f"{MOST_PERCENT}% 以上"


def sentence(target: Target, drawing: Drawing) -> dict[str, Any]:
    one = target.one
    words = " ".join(one.sentence.split())
    before, found, after = words.partition(one.words)
    plan = reverse("plans.detail", kwargs={"pk": one.version.plan_id})
    return {"one": one, "before": before, "words": found, "after": after, "plan": f"{plan}#i-{one.pk}"}


class Measured(Column):
    """The present value, a link to its indicator."""

    def cell(self, row: Any, drawing: Drawing) -> str:
        told: Progress = row.told
        return format_html('<a href="{}">{}</a>', told.url, told.actual_words) if told.url else told.actual_words


STANDING = (
    Badge("told.state", "状态", names=STATES, tones=TONES),
    Text("told.sentence", "说明"),
    Text(lambda target: target.one.figure, "目标"),
    Measured("told.actual_words", "目前"),
    Text(lambda target: percent(target.told.rate), "完成率"),
    Text(lambda target: percent(target.told.elapsed), "时间进度"),
    Text("told.forecast_words", "按进度到期"),
)
MEASURED = (
    Text(lambda target: target.told.declared.name if target.told.declared else target.told.link.code, "平台指标"),
    Text(lambda target: target.told.declared.definition if target.told.declared else "", "口径"),
    Text(lambda target: regions.region_name(target.told.link.measured_region), "考核地区"),
    Text(lambda target: periods.parse(target.told.link.period).title, "考核时期"),
    Text(lambda target: dict(TargetLink.AGGREGATES)[target.told.link.aggregate], "汇总办法"),
    Text(lambda target: dict(TargetLink.DIRECTIONS)[target.told.link.direction], "方向"),
    Text("told.link.note", "说明"),
    Text("told.link.linked_name", "关联人"),
)


def course(target: Target, drawing: Drawing) -> dict[str, Any]:
    """The months of the target's period that have begun, at most the last 24, with chart and table."""
    told = target.told
    assert told.declared is not None and told.link is not None
    begun = [month for month in periods.parse(told.link.period).months if month <= clock.today()][-24:]
    names = [periods.of_month(month) for month in begun]
    values = indicators.series(
        told.link.code, told.link.measured_region, names, actor=drawing.actor, dims=told.link.dims or None
    )
    known = [(name, value) for name, value in zip(names, values, strict=True) if value.value is not None]
    points = [
        charts.Point(name[2:], value.value, value.shown, value.url) for name, value in zip(names, values, strict=True)
    ]
    title = f"{told.declared.name}（{told.declared.unit}）"
    return {
        "chart": charts.lines(title, [(told.declared.name, points)]) if len(known) > 1 else "",
        "rows": [(name, value.shown, value.url, value.frozen) for name, value in reversed(known)],
        "unknown": [name for name, value in zip(names, values, strict=True) if value.value is None],
        "title": title,
    }


@dataclass(frozen=True)
class Town:
    name: str
    words: str
    url: str
    state: str


class Opens(Number):
    def cell(self, row: Any, drawing: Drawing) -> str:
        return format_html('<a href="{}">{}</a>', row.url, row.words) if row.url else row.words


TOWNS = (Text("name", "乡镇"), Opens("words", "目前"), Text("state", "说明"))


def towns(target: Target, drawing: Drawing) -> list[Town]:
    """Townships with their values; those below a floor are named."""
    told = target.told
    assert told.declared is not None and told.link is not None
    link = told.link
    need = link.condition if link.aggregate == "share" else told.target if link.aggregate == "each" else None
    rows = indicators.by_town(link.code, link.measured_region, link.period, actor=drawing.actor, dims=link.dims or None)
    return [
        Town(
            place.name,
            shown(value.value, value.unit, told.declared.decimals),
            value.url,
            _against(value.value, need, link),
        )
        for place, value in rows
        if value.value is not None or need is not None
    ]


def _against(value: Decimal | None, need: Decimal | None, link: TargetLink) -> str:
    if value is None:
        return "没有数据"
    if need is None:
        return ""
    return "达到" if (value >= need if link.direction == "up" else value <= need) else "没有达到"
