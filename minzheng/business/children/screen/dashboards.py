"""儿童福利看板：只有人数和金额，没有任何孩子的信息."""

from __future__ import annotations

from minzheng.business.children.line import CODE, TITLE
from minzheng.datacenter.dashboards.declaring import Screen, Tile, screen
from minzheng.datacenter.dashboards.lists import of_line

of_line(CODE)

SCREEN = screen(
    Screen(
        CODE, TITLE, order=30,
        tiles=(
            Tile("number", "在享儿童", ("children.orphan.persons", "children.unattended.persons", "children.difficult.persons")),
            Tile("number", "发放资金", ("children.orphan.paid", "children.unattended.paid")),
            Tile("bars", "三类儿童", ("children.orphan.persons", "children.unattended.persons", "children.difficult.persons")),
            Tile("series", "孤儿、事实无人抚养儿童人数", ("children.orphan.persons", "children.unattended.persons")),
            Tile("series", "发放资金", ("children.orphan.paid", "children.unattended.paid")),
        ),
    )
)  # fmt: skip
