"""What the lottery fund's keepers are reminded of: spending that falls behind, last year's list that is not public yet."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from minzheng.kernel.base import CONFIRMED
from minzheng.kernel.funds import publishing
from minzheng.kernel.funds.hands import MANAGE, place_of
from minzheng.kernel.funds.models import WelfareProject
from minzheng.kernel.funds.terms import number

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor


def of(actor: Actor, today: datetime.date) -> list[tuple[str, str]]:
    """(sentence, page code) for whoever enters money. No query outside the months in which there is something to say."""
    if not actor.has(MANAGE):
        return []
    found = []
    for place in sorted({place_of(code) for code in actor.scopes(MANAGE)}):
        if today.month > number("lottery_rate_month", today) and (sentence := slow(place, today)):
            found.append((sentence, "funds.projects"))
        if sentence := unpublished(place, today):
            found.append((sentence, "funds.lists"))
    return found


def slow(region_code: str, today: datetime.date) -> str:
    """ "" or that the year's projects have spent less than they should have by now."""
    told = publishing.figures(region_code, today.year)["totals"]
    least = number("lottery_rate", today)
    if not told["budget"] or 100 * told["spent"] >= least * told["budget"]:
        return ""
    rate = 100 * told["spent"] // told["budget"]
    return f"公益金项目支出进度 {rate}%，低于 {number('lottery_rate_month', today)} 月底应达到的 {least}%，请催办各执行单位。"


def unpublished(region_code: str, today: datetime.date) -> str:
    """ "" or that last year's use of the lottery fund has still to be published."""
    month, year = number("publish_month", today), today.year - 1
    if today.month < month - 1 or publishing.newest(region_code, year) is not None:
        return ""
    if not WelfareProject.objects.filter(region_code=region_code, year=year, state=CONFIRMED).exists():
        return ""
    late = "已经过期" if today.month > month else f"最迟 {month} 月底前"
    return f"{year} 年福彩公益金使用情况还没有公布（{late}），请编制公告。"
