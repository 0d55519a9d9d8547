"""社会救助看板."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse

from minzheng.business.assistance.line import CODE, TITLE
from minzheng.business.assistance.relief_goods import selectors as goods
from minzheng.datacenter.dashboards.declaring import Screen, Tile, Trouble, View, problem, screen
from minzheng.datacenter.dashboards.lists import of_line
from minzheng.kernel.regions import codes

of_line(CODE)


@problem("assistance.goods", "过期、临期的救灾救助物资", permission=goods.READ, order=60, line=CODE)
def expiring(view: View) -> Iterable[Trouble]:
    """Lots in the stores of the place, expired ones red."""
    states = [
        state for lot, _, state in goods.warnings(view.actor, view.today) if codes.covers(view.place, lot.region_code)
    ]
    url = reverse("relief.board")
    yield Trouble(states.count("expired"), "批物资已经过期", url)
    yield Trouble(states.count("expiring"), "批物资快到保质期", url, tone="warn")


SCREEN = screen(
    Screen(
        CODE, TITLE, order=10,
        tiles=(
            Tile("number", "在享对象", (
                "assistance.dibao.households", "assistance.dibao.persons", "assistance.tekun.persons",
                "assistance.dibao_edge.persons", "assistance.rigid_expense.persons", "assistance.temporary.times",
            )),
            Tile("number", "发放资金", ("assistance.dibao.paid", "assistance.dibao.level", "assistance.tekun.paid", "assistance.temporary.paid")),
            Tile("map", "各地", (
                "assistance.dibao.persons", "assistance.tekun.persons", "assistance.temporary.times", "assistance.dibao.level",
            )),
            Tile("series", "低保新增、退出户数", ("assistance.dibao.new", "assistance.dibao.ended")),
            Tile("series", "低保、特困对象人数", ("assistance.dibao.persons", "assistance.tekun.persons")),
            Tile("bars", "各地低保发放资金", ("assistance.dibao.paid",)),
        ),
    )
)  # fmt: skip
