"""盘点与报损: what was found is proposed by the keeper and changes the books when another person confirms it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from minzheng.business.assistance.relief_goods.models import Count, CountLine, Lot, Store
from minzheng.business.assistance.relief_goods.selectors import CONFIRM, MANAGE, pieces_of
from minzheng.business.assistance.relief_goods.store.booking import Move, locked, move
from minzheng.business.assistance.relief_goods.store.errors import Refused, require
from minzheng.kernel import clock
from minzheng.kernel.audit.services import record

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor


@dataclass(frozen=True)
class Found:
    """What was found of one lot, and why it differs from the books."""

    pieces: int
    explanation: str = ""


@transaction.atomic
def propose(*, actor: Actor, store: Store, kind: str, on: datetime.date, found: Mapping[int, Found]) -> Count:
    """`found`: lot id → what is there (kind "count") or how many are lost (kind "loss"). A difference needs an explanation.

    Raises Refused: nothing found, a lot of another store, a difference without its reason, more lost than there is."""
    require(actor, MANAGE, store.region_code)
    if on > clock.today():
        raise Refused("日期不能晚于今天。", {"on": "不能晚于今天。"})
    lots = {lot.pk: lot for lot in Lot.objects.select_related("goods").filter(pk__in=found, store=store)}
    if not found or set(lots) != set(found):
        raise Refused("请至少填一批本库点的物资。")
    books = pieces_of(lots)
    count = Count(
        region_code=store.region_code,
        store=store,
        kind=kind,
        counted_on=on,
        made_by=actor.id or 0,
        made_name=actor.name,
    )
    lines, problems = [], []
    for pk, one in found.items():
        book = books.get(pk, 0)
        there = book - one.pieces if kind == "loss" else one.pieces
        name = f"{lots[pk].goods.title}（批号 {lots[pk].no}）"
        if there < 0 or one.pieces < 0:
            problems.append(f"{name}账上只有 {book}，填的 {one.pieces} 不对。")
        elif there != book and not one.explanation.strip():
            problems.append(f"{name}账上 {book}、实有 {there}，请说明差异的原因。")
        lines.append(
            CountLine(count=count, lot=lots[pk], book=book, found=there, explanation=one.explanation.strip()[:200])
        )
    if problems:
        raise Refused(problems)
    if kind == "loss" and all(line.difference == 0 for line in lines):
        raise Refused("报损的件数都是 0，没有可报的。")
    count.save(force_insert=True)
    CountLine.objects.bulk_create(lines)
    record(actor=actor, action="relief.count", obj=count, detail={"kind": kind, "lots": len(lines)})
    return count


@transaction.atomic
def decide(*, actor: Actor, count: Count, agreed: bool, opinion: str = "") -> Count:
    """核准 or not. Only somebody else than who proposed it; the differences, as counted, are booked at once.

    Raises Refused: decided already, own proposal, pieces gone meanwhile (the lot has fewer than the loss)."""
    count = Count.objects.select_for_update(of=("self",)).select_related("store").get(pk=count.pk)
    require(actor, CONFIRM, count.region_code)
    if count.state != "proposed":
        raise Refused(f"这份{count.get_kind_display()}已经由{count.decided_name}办理：{count.get_state_display()}。")
    if count.made_by and count.made_by == actor.id:
        raise Refused("提出盘点、报损的人不能自己核准，请由另一人办理。")
    if not agreed and not opinion.strip():
        raise Refused("不核准的请写明原因。", {"opinion": "请写明原因。"})
    count.state = "confirmed" if agreed else "refused"
    count.decided_by, count.decided_name, count.opinion = actor.id or 0, actor.name, opinion.strip()[:200]
    count.save(update_fields=["state", "decided_by", "decided_name", "opinion"])
    lines = [line for line in count.lines.select_related("lot") if line.difference]
    if agreed and lines:
        lots = locked([line.lot_id for line in lines])
        move(
            actor=actor, kind=count.kind, key=f"relief:count:{count.pk}",
            moves=[Move(lots[line.lot_id], line.difference) for line in lines], on=count.counted_on,
            region_code=count.region_code, reason=f"{count.get_kind_display()}：{lines[0].explanation}",
            reference=f"reliefcount:{count.pk}", count=count,
        )  # fmt: skip
    record(actor=actor, action="relief.count_decide", obj=count, detail={"agreed": agreed})
    return count
