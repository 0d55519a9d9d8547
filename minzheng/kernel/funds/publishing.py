"""福彩公益金使用情况公告: the list of a year, tied to the ledger, frozen when it is drafted, public when a second person has
confirmed it (彩票管理条例实施细则: 每年公告上一年度公益金的使用规模、资助项目、执行情况)."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from django.db import transaction

from minzheng.kernel.base import CONFIRMED, DRAFT, WITHDRAWN
from minzheng.kernel.crypto.sealing import sm3
from minzheng.kernel.funds import hands, pots
from minzheng.kernel.funds.errors import FundsRefused
from minzheng.kernel.funds.models import WelfareEntry, WelfareList, WelfareProject
from minzheng.kernel.funds.sources import LOTTERY
from minzheng.kernel.items import registry
from minzheng.kernel.orgs.selectors import office_for
from minzheng.kernel.parts.fields import yuan_text
from minzheng.kernel.regions import codes
from minzheng.kernel.regions.selectors import region_name

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from minzheng.kernel.accounts.actors import Actor


def figures(region_code: str, year: int) -> dict[str, Any]:
    """{"year", "region", "place", "agency", "projects": […], "benefits": […], "totals": {…}}, amounts in fen. Sums only: no
    person is in it. `totals.ledger` is what the ledger has drawn from the lottery fund in that year."""
    place = hands.place_of(region_code)
    projects = _projects(place, year)
    drawn: dict[str, int] = defaultdict(int)
    for one in pots.booked(place, year):
        if one.source == LOTTERY:
            drawn[one.item_code] += one.fen
    titles = {item.code: item.title for item in registry.all_items()}
    benefits: list[dict[str, Any]] = [
        {"item": code, "title": titles.get(code, code), "fen": fen}
        for code, fen in sorted(drawn.items())
        if code and fen
    ]
    allotted = sum(fen for (source, _, _), fen in pots.allotted(place, year).items() if source == LOTTERY)
    spent = sum(one["spent"] for one in projects)
    office = office_for(place, ("bureau",))
    return {
        "year": year, "region": place, "place": region_name(place), "agency": office.name if office else "",
        "projects": projects, "benefits": benefits,
        "totals": {
            "allotted": allotted, "budget": sum(one["budget"] for one in projects), "spent": spent,
            "benefits": sum(one["fen"] for one in benefits), "used": spent + sum(one["fen"] for one in benefits),
            "ledger": sum(drawn.values()),
        },
    }  # fmt: skip


def _projects(place: str, year: int) -> list[dict[str, Any]]:
    """Approved projects by category and number, with their confirmed budget and spending. Two queries."""
    rows = list(WelfareProject.objects.filter(codes.scope_q([place]), year=year, state=CONFIRMED))
    order = [code for code, _ in WelfareProject.CATEGORIES]
    sums: dict[tuple[int, str], int] = defaultdict(int)
    entries = WelfareEntry.objects.filter(project__in=rows, state=CONFIRMED)
    for project, kind, fen in entries.values_list("project_id", "kind", "amount_fen"):
        sums[project, kind] += fen
    return [
        {
            "no": row.no, "name": row.name, "category": row.category, "executor": row.executor, "content": row.content,
            "goal": row.goal, "budget": row.budget_fen + sums[row.pk, "budget"], "spent": sums[row.pk, "spend"],
            "result": row.result, "performance": row.performance, "score": row.score,
            "finished_on": row.finished_on.isoformat() if row.finished_on else "",
        }
        for row in sorted(rows, key=lambda one: (order.index(one.category), one.no))
    ]  # fmt: skip


def untied(told: dict[str, Any]) -> str:
    """ "" or the sentence that the list and the ledger differ."""
    totals = told["totals"]
    if totals["used"] == totals["ledger"]:
        return ""
    return (
        f"清单合计 {yuan_text(totals['used'])} 元，账上从福彩公益金支出 {yuan_text(totals['ledger'])} 元，"
        f"相差 {yuan_text(totals['ledger'] - totals['used'])} 元；请先在账目和项目支出里查明，再公告。"
    )


def digest(told: dict[str, Any]) -> str:
    return sm3(json.dumps(told, ensure_ascii=False, sort_keys=True).encode())


@transaction.atomic
def draft(*, actor: Actor, region_code: str, year: int, is_demo: bool = False) -> WelfareList:
    """The list as it is now, waiting for a second person. Drafts of the same year are withdrawn. Raises FundsRefused."""
    place = hands.place_of(region_code)
    found = hands.acting(actor, hands.MANAGE, place)
    told = figures(place, year)
    if sentence := untied(told):
        raise FundsRefused(sentence)
    if not told["projects"] and not told["benefits"]:
        raise FundsRefused(f"{year} 年没有公益金项目，也没有从公益金支出的待遇，没有可以公告的内容。")
    silent = [one["name"] for one in told["projects"] if not one["result"]]
    if silent:
        raise FundsRefused(
            f"{'、'.join(silent[:5])}{' 等' if len(silent) > 5 else ''}还没有登记执行结果，请登记后再公告。"
        )
    WelfareList.objects.filter(region_code=place, year=year, state=DRAFT).update(
        state=WITHDRAWN, withdrawn_reason="已重新编制"
    )
    row = WelfareList.objects.create(
        region_code=place, year=year, figures=told, sha=digest(told), is_demo=is_demo, **hands.entered(actor)
    )
    hands.record(found, "welfarelist.draft", row, year=year, sha=row.sha)
    return row


@transaction.atomic
def publish(*, actor: Actor, pk: int) -> WelfareList:
    """Make a draft public. What has changed since it was drafted sends it back."""
    row = hands.locked(WelfareList, pk)
    found = hands.confirming(actor=actor, row=row)
    if digest(figures(row.region_code, row.year)) != row.sha:
        raise FundsRefused("编制以后项目、支出或账目有变化，请重新编制公告，再确认公布。")
    hands.confirmed(actor, row)
    hands.record(found, "welfarelist.publish", row, year=row.year, sha=row.sha)
    return row


def published() -> QuerySet[WelfareList]:
    """Public lists, the newest year and version first."""
    return WelfareList.objects.filter(state=CONFIRMED).order_by("-year", "region_code", "-confirmed_at")


def newest(region_code: str, year: int) -> WelfareList | None:
    """The list of a place and year that is public now."""
    return published().filter(region_code=region_code, year=year).first()
