"""殡葬看板."""

from __future__ import annotations

from minzheng.business.funeral.line import CODE, TITLE
from minzheng.datacenter.dashboards.declaring import Screen, Tile, screen
from minzheng.datacenter.dashboards.lists import of_line

of_line(CODE)

SCREEN = screen(
    Screen(
        CODE, TITLE, order=50,
        tiles=(
            Tile("number", "惠民殡葬", ("funeral.free_basics.times", "funeral.free_basics.granted")),
            Tile("series", "免除基本服务费用的户次", ("funeral.free_basics.times",)),
            Tile("map", "各地", ("funeral.free_basics.times",)),
        ),
    )
)  # fmt: skip
