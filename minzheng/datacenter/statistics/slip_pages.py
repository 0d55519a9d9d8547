"""订正单: the list, and one slip with what it changes and what follows from it."""

from __future__ import annotations

from typing import Any

from minzheng.datacenter.statistics import acts, reckoning, selectors, showing
from minzheng.datacenter.statistics.models import StatCorrection
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.columns import Badge, Link, Moment, Region, Text
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.filters import ByChoice, ByRegion
from minzheng.kernel.parts.page import DetailBody, ListBody
from minzheng.kernel.parts.panels import Facts, Table

TONES = {"asked": "wait", "confirmed": "good", "refused": "bad"}
STATES = dict(StatCorrection.STATES)


def lines(row: StatCorrection, drawing: Drawing) -> list[dict[str, Any]]:
    """What changes, by place: the cells that were asked for and the totals that follow."""
    version = selectors.version_of(row.report)
    drawing.load_regions(line["region"] for line in row.moved)
    found = []
    for line in row.moved:
        cell = version.cells[line["cell"]]
        asked = line["cell"] in row.changes and line["region"] == row.region_code
        found.append(
            {
                "place": drawing.region(line["region"]), "title": f"{cell.title}（{cell.unit}）", "old": reckoning.shown(line["old"], cell),
                "new": reckoning.shown(line["new"], cell), "why": "提出订正" if asked else "随之变化",
            }
        )  # fmt: skip
    return found


LIST = ListBody(
    selectors.corrections,
    (
        Text("no", "单号", css="nowrap"),
        Text(lambda row: showing.title_of(row.report), "报表"),
        Region("region_code", "地区"),
        Text("reason", "原因"),
        Text("asked_name", "提出人"),
        Moment("asked_at", "提出时间", sort="asked_at"),
        Badge("state", "状态", names=STATES, tones=TONES, sort="state"),
    ),
    sort="-asked_at",
    link=("stats.correction", {"pk": "pk"}),
    filters=(
        ByChoice("state", "状态", choices=tuple(StatCorrection.STATES)),
        ByRegion("region", "地区", permission=selectors.READ),
    ),
    lead="封存以后发现错了的，提订正单，由另一个人确认；原来的版本保留。",
    empty="没有订正单。封存的报表有错，打开那张表点“订正”。",
)
DETAIL = DetailBody(
    acts.slip,
    (
        Table(
            "订正内容",
            rows=lines,
            columns=(
                Text("place", "地区"),
                Text("title", "项目"),
                Text("old", "原数", css="num"),
                Text("new", "订正后", css="num"),
                Text("why", ""),
            ),
            empty="没有变化。",
        ),
    ),
    side=(
        Facts(
            "办理",
            columns=1,
            items=(
                Link(lambda row: showing.title_of(row.report), "报表", page="stats.show", args={"pk": "report_id"}),
                Region("region_code", "地区"),
                Text("reason", "原因和依据"),
                Text("asked_name", "提出人"),
                Moment("asked_at", "提出时间"),
                Badge("state", "状态", names=STATES, tones=TONES),
                Text("decided_name", "确认人"),
                Moment("decided_at", "确认时间"),
                Text("opinion", "意见"),
            ),
        ),
    ),
    title=lambda row: f"订正单 {row.no}",
    subtitle=lambda row: f"{showing.title_of(row.report)} · {STATES[row.state]}",
    actions=(
        Action("确认订正", "stats.correction_confirm", args={"pk": "pk"}, primary=True, offered=acts.decides),
        Action("不同意", "stats.correction_refuse", args={"pk": "pk"}, danger=True, offered=acts.decides),
    ),
    parent="stats.corrections",
)
