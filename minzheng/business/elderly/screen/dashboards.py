"""养老看板."""

from __future__ import annotations

from minzheng.business.elderly.line import CODE, TITLE
from minzheng.datacenter.dashboards.declaring import Screen, Tile, screen
from minzheng.datacenter.dashboards.lists import listed, of_line

of_line(CODE)
listed(
    "elderly.found", "到龄未申请高龄津贴的老人", "elderly.old_age.found", "位老人已到龄，还没有申请高龄津贴", order=60, line=CODE,
    asked="place", tone="warn", within="0",
)  # fmt: skip

SCREEN = screen(
    Screen(
        CODE, TITLE, order=20,
        tiles=(
            Tile("number", "在享对象", ("elderly.old_age.persons", "elderly.care_subsidy.persons", "elderly.home_care.persons")),
            Tile("number", "发放资金", ("elderly.old_age.paid", "elderly.care_subsidy.paid")),
            Tile("map", "各地", ("elderly.old_age.persons", "elderly.care_subsidy.persons")),
            Tile("series", "高龄津贴对象人数", ("elderly.old_age.persons",)),
            Tile("series", "发放资金", ("elderly.old_age.paid", "elderly.care_subsidy.paid")),
        ),
    )
)  # fmt: skip
