"""On the screens: reports that should have come."""

from __future__ import annotations

from minzheng.datacenter.dashboards.lists import listed

listed(
    "stats.missing", "没有上报的统计报表", "stats.list", "张统计报表过期没有上报", order=60, state="open", late="yes"
)
