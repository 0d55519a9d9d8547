"""大数据中心: alerts that wait, files that are probably double, checks and monitoring."""

from __future__ import annotations

from minzheng.datacenter.dashboards.declaring import Screen, Tile, screen
from minzheng.datacenter.dashboards.lists import listed

listed("alerts.escalated", "县级督办的预警", "monitor.queue", "条预警由县级督办", order=26, line="centre", asked="town",
       late="escalated")  # fmt: skip
listed(
    "people.pairs",
    "待判断的疑似重复人员",
    "people.pairs",
    "对疑似重复的人员档案待判断",
    order=60,
    line="centre",
    tone="warn",
)

CENTRE = screen(
    Screen(
        "centre", "大数据中心", order=70, problems=("alerts.red", "alerts.overdue"),
        tiles=(
            Tile("number", "监测预警", (
                "alerts.raised", "alerts.red", "alerts.open", "alerts.late", "alerts.handled_rate", "alerts.precision",
            )),
            Tile("number", "信息核对", (
                "checks.requests", "checks.persons", "checks.run_families", "checks.run_persons", "checks.run_differing",
            )),
            Tile("map", "各地", ("alerts.open", "alerts.raised", "alerts.late", "alerts.handled_rate")),
            Tile("series", "产生、销号的预警", ("alerts.raised", "alerts.handled")),
            Tile("series", "信息核对人次", ("checks.persons",)),
            Tile("bars", "各地月末逾期预警", ("alerts.late",), empty="月末各地都没有逾期的预警。"),
        ),
    )
)  # fmt: skip
