"""Paper for the store: the stock list, and the list of a campaign with room for signatures."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typst
from django.conf import settings

from minzheng.business.assistance.relief_goods import selectors
from minzheng.kernel import clock
from minzheng.kernel.documents.typesetting.rendering import one_at_a_time
from minzheng.kernel.oversight.papers import agency, stamp_line
from minzheng.kernel.regions.selectors import region_names

if TYPE_CHECKING:
    from minzheng.business.assistance.relief_goods.models import Campaign
    from minzheng.kernel.accounts.actors import Actor

LAYOUTS = Path(__file__).resolve().parent / "typst"
#: A longer list is printed by township or village.
MOST_ROWS = 3000


def stock_list(actor: Actor, store: str = "") -> bytes:
    """The stock of the actor's stores (or of one, by id) on A4, for counting by hand."""
    rows = selectors.lots(actor)
    if store.isdigit():
        rows = rows.filter(store_id=int(store[:18]))
    today = clock.today()
    names = {"expired": "已过期", "expiring": "快到期", "good": ""}
    lines = [
        [lot.store.name, lot.goods.title, lot.goods.spec, lot.no, f"{pieces:,}", lot.goods.unit,
         f"{lot.expires_on:%Y-%m-%d}" if lot.expires_on else "", names[selectors.state_of(lot, today)], "", ""]
        for lot, pieces in selectors.in_stock(rows)[:MOST_ROWS]
    ]  # fmt: skip
    heads = ["库点", "物资", "规格", "批号", "账面", "单位", "保质期至", "提示", "实盘", "差异原因"]
    facts = [["日期", f"{today:%Y年%m月%d日}"], ["批数", str(len(lines))], ["盘点人", ""], ["监盘人", ""]]
    widths = [2, 2, 2, 2, 1, 1, 1.6, 1.2, 1, 2]
    return _typeset(
        actor, "物资库存表", "", facts, heads, widths, lines, "实盘、差异原因由盘点人填写；签名后回系统登记盘点。"
    )


def issue_list(actor: Actor, campaign: Campaign, region: str = "") -> bytes:
    """Who is on the list of a campaign (of a place), what each gets, and a place to sign."""
    from minzheng.kernel.regions import codes

    rows = selectors.listed(actor).filter(campaign=campaign).order_by("region_code", "name", "pk")
    if region:
        rows = rows.filter(codes.scope_q([region]))
    people = list(rows[:MOST_ROWS])
    names = region_names({one.region_code for one in people})
    each = "、".join(
        f"{one.goods.title} {one.pieces} {one.goods.unit}" for one in campaign.goods.select_related("goods")
    )
    lines = [
        [str(number), one.name, names.get(one.region_code, one.region_code), "已领" if one.done else "", "", "", ""]
        for number, one in enumerate(people, start=1)
    ]
    facts = [
        ["每人", each],
        ["库点", campaign.store.name],
        ["依据", campaign.document or "—"],
        ["人数", str(len(lines))],
    ]
    heads = ["序号", "姓名", "村（社区）", "状态", "领取人签名", "与本人关系", "日期"]
    note = "本人领取的签本人姓名；代领的写明关系。发放人当日在系统登记，每人只能领一次。"
    return _typeset(
        actor,
        "物资发放名单",
        f"{campaign.no}　{campaign.title}",
        facts,
        heads,
        [0.7, 1.4, 2, 0.8, 2.4, 1.4, 1.4],
        lines,
        note,
    )


@cache
def _compiler() -> Any:
    return typst.Compiler(root=str(LAYOUTS), font_paths=[str(settings.FONT_DIR)], ignore_system_fonts=True)


def _typeset(
    actor: Actor, title: str, subtitle: str, facts: list[list[str]], heads: list[str], widths: list[float],
    lines: list[list[str]], note: str,
) -> bytes:  # fmt: skip
    data = {
        "agency": agency(), "stamp": stamp_line(actor), "title": title, "subtitle": subtitle, "facts": facts,
        "heads": heads, "widths": widths, "lines": lines, "note": note,
    }  # fmt: skip
    with one_at_a_time:
        made = _compiler().compile(
            input=str(LAYOUTS / "list.typ"), format="pdf", sys_inputs={"d": json.dumps(data, ensure_ascii=False)}
        )
    return bytes(made)
