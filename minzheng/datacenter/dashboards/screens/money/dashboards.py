"""发放与资金: money that came back, money that will not last, and what was paid."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode

from django.urls import reverse

from minzheng.datacenter.dashboards.declaring import Screen, Tile, Trouble, View, problem, screen
from minzheng.datacenter.dashboards.lists import listed
from minzheng.datacenter.funding import selectors as funding
from minzheng.kernel.funds.hands import READ as FUNDS
from minzheng.kernel.regions import codes
from minzheng.kernel.regions.selectors import region_names


@problem("funds.short", "资金缺口预警", permission=FUNDS, order=35)
def short(view: View) -> Iterable[Trouble]:
    """Places whose money does not last until the end of the year, by the newest daily forecast."""
    found = [one for one in funding.warnings(view.actor) if codes.covers(view.place, one.region_code)]
    names = region_names(one.region_code for one in found) if len(found) > 1 else {}
    for one in found:
        url = f"{reverse('funding.forecast')}?{urlencode({'region': one.region_code})}"
        where = f"{names.get(one.region_code, '')}：" if names else ""
        yield Trouble(1, f"处资金预测不够：{where}{one.sentence}", url, tone="bad" if one.level == "red" else "warn")


listed(
    "pay.unknown",
    "银行结果不明的发放",
    "payruns.lines",
    "笔发放银行结果不明",
    order=32,
    line="money",
    state="unknown",
    counted="live",
)
listed("pay.requests", "待确认的账户更正", "account_requests.list", "个发放账户的更正等确认", order=60, line="money",
       tone="warn", state="waiting")  # fmt: skip

MONEY = screen(
    Screen(
        "money", "发放与资金", order=60,
        problems=("pay.returned", "funds.short"),
        tiles=(
            Tile("number", "发放", (
                "payments.paid", "payments.paid_lines", "payments.returned", "payments.returned_lines",
                "payments.returned_rate",
            )),
            Tile("number", "资金指标", ("funds.allotted", "funds.drawn", "funds.progress"), how="县级的资金，不分到乡镇。"),
            Tile("bars", "各项待遇发放资金", (
                "assistance.dibao.paid", "assistance.tekun.paid", "assistance.temporary.paid", "elderly.old_age.paid",
                "elderly.care_subsidy.paid", "disability.two_subsidies.paid", "children.orphan.paid",
                "children.unattended.paid",
            )),
            Tile("series", "发放到账金额", ("payments.paid",)),
            Tile("series", "发放退回率", ("payments.returned_rate",)),
            Tile("map", "各地", ("payments.paid", "payments.returned_lines", "payments.returned_rate")),
        ),
    )
)  # fmt: skip
