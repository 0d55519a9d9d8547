"""综合看板: what concerns several lines. First what is wrong, then who is supported with how much, then where."""

from __future__ import annotations

from minzheng.datacenter.dashboards.declaring import Screen, Tile, screen
from minzheng.datacenter.dashboards.lists import listed

listed("cases.overdue", "超期办件", "cases.list", "件办件超过办理期限", order=10, due="overdue")
listed(
    "alerts.red",
    "未销号的红色预警",
    "monitor.queue",
    "条红色预警没有销号",
    order=20,
    asked="town",
    level="red",
    state="open",
)
listed("alerts.overdue", "超期预警", "monitor.queue", "条预警超过处置期限", order=25, asked="town", late="overdue")
listed(
    "pay.returned", "银行退回的发放", "payruns.lines", "笔发放被银行退回，还没有重发", order=30, state="returned",
    counted="live",
)  # fmt: skip
listed(
    "documents.late", "超期未送达的文书", "documents.unserved", "份文书超过送达时限", order=50, tone="warn", late="late"
)
listed("cases.yellow", "将到期办件", "cases.list", "件办件快到期限", order=70, tone="warn", due="yellow")

LEADERSHIP = screen(
    Screen(
        "leadership", "综合", order=1, problems=("*",), lead="点任一数字，到指标页，再点到名单。",
        tiles=(
            Tile("number", "在享人数", (
                "assistance.dibao.persons", "assistance.tekun.persons", "elderly.old_age.persons",
                "disability.two_subsidies.persons", "children.orphan.persons", "children.unattended.persons",
            )),
            Tile("number", "办理和资金", (
                "cases.received", "cases.on_time_rate", "payments.paid", "payments.returned_rate", "alerts.handled_rate",
                "funds.progress",
            )),
            Tile("map", "各地", (
                "assistance.dibao.persons", "assistance.tekun.persons", "elderly.old_age.persons", "payments.paid",
                "cases.overdue", "alerts.open",
            )),
            Tile("series", "低保、特困供养人数", ("assistance.dibao.persons", "assistance.tekun.persons")),
            Tile("series", "发放到账金额", ("payments.paid",)),
            Tile("series", "收到申请、作出决定的办件", ("cases.received", "cases.decided")),
            Tile("series", "产生、销号的预警", ("alerts.raised", "alerts.handled")),
        ),
    )
)  # fmt: skip
