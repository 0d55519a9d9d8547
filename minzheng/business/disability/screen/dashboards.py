"""残疾人两项补贴看板."""

from __future__ import annotations

from minzheng.business.disability.line import CODE, TITLE
from minzheng.datacenter.dashboards.declaring import Screen, Tile, screen
from minzheng.datacenter.dashboards.lists import of_line

of_line(CODE)

SCREEN = screen(
    Screen(
        CODE, TITLE, order=40,
        tiles=(
            Tile("number", "两项补贴", (
                "disability.two_subsidies.persons", "disability.two_subsidies.new_persons",
                "disability.two_subsidies.ended_persons", "disability.two_subsidies.paid", "disability.two_subsidies.level",
            )),
            Tile("map", "各地", (
                "disability.two_subsidies.persons", "disability.two_subsidies.level", "disability.two_subsidies.paid",
            )),
            Tile("series", "领取人数", ("disability.two_subsidies.persons",)),
            Tile("series", "新增、退出人数", ("disability.two_subsidies.new_persons", "disability.two_subsidies.ended_persons")),
            Tile("series", "发放资金", ("disability.two_subsidies.paid",)),
        ),
    )
)  # fmt: skip
