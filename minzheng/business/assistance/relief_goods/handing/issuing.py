"""发放: one person of an open campaign receives the campaign's goods, once; what expires first goes first.

The database keeps "once" (unique campaign and person while not taken back): of many at the same moment one wins, the
others are told who was first. Expired lots are never handed out."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import transaction

from minzheng.business.assistance.relief_goods.handing.campaigns import on_time
from minzheng.business.assistance.relief_goods.models import Campaign, Goods, Issue, Lot, Movement, Receiver
from minzheng.business.assistance.relief_goods.selectors import ISSUE, pieces_of
from minzheng.business.assistance.relief_goods.store.booking import Move, locked, move
from minzheng.business.assistance.relief_goods.store.errors import Refused, require
from minzheng.kernel import clock
from minzheng.kernel.audit.services import record
from minzheng.kernel.subjects.merging import files_of

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor


@transaction.atomic
def issue(
    *, actor: Actor, receiver: Receiver, received_by: str = "", relation: str = "本人", on: datetime.date | None = None
) -> Issue:
    """Hand out the campaign's goods. `received_by`: who fetched them, the person by default; another must be named with the
    relation. Raises Refused: not open, received already (under any of the person's files), dead, not enough in the store."""
    campaign = Campaign.objects.select_related("store").get(pk=receiver.campaign_id)
    require(actor, ISSUE, campaign.region_code)
    day = on or clock.today()
    if not on_time(campaign, day):
        raise Refused("这一批还没有开始发放、已经结束，或者日期不在发放期内。")
    fetched = received_by.strip() or receiver.name
    if fetched != receiver.name and relation.strip() in ("", "本人"):
        raise Refused("代领的请写明代领人与本人的关系。", {"relation": "请写明关系，如“儿子”“村干部”。"})
    _refuse_second(campaign, receiver)
    made = Issue(
        region_code=receiver.region_code, campaign=campaign, receiver=receiver, person_id=receiver.person_id,
        name=receiver.name, received_by=fetched[:60], relation=(relation.strip() or "本人")[:20], issued_on=day,
        issuer=actor.id or 0, issuer_name=actor.name,
    )  # fmt: skip
    # Whoever does the same at this moment waits here for our commit, and then finds that the place is taken.
    Issue.objects.bulk_create([made], ignore_conflicts=True)
    if not Issue.objects.filter(pk=made.pk).exists():
        _refuse_second(campaign, receiver)
    moves = [
        part
        for one in campaign.goods.select_related("goods").order_by("goods__code")
        for part in _first_expiring(campaign, one.goods, one.pieces, day, receiver.person_id)
    ]
    move(
        actor=actor, kind="issue", key=f"relief:issue:{made.pk}", moves=moves, on=day, region_code=campaign.region_code,
        reason=f"{campaign.no} {campaign.title}", reference=f"reliefcampaign:{campaign.pk}", issue=made,
    )  # fmt: skip
    record(actor=actor, action="relief.issue", obj=made, detail={"campaign": campaign.no})
    return made


@transaction.atomic
def take_back(*, actor: Actor, issue: Issue, reason: str) -> Issue:
    """收回 what was handed out by mistake: the pieces go back to their lots, and the person may receive again."""
    made = Issue.objects.select_for_update(of=("self",)).select_related("campaign").get(pk=issue.pk)
    require(actor, ISSUE, made.campaign.region_code)
    if made.voided:
        raise Refused("这一笔已经收回过了。")
    if not reason.strip():
        raise Refused("请写明收回的原因。", {"reason": "请写明原因。"})
    rows = list(Movement.objects.filter(issue=made, kind="issue").order_by("pk"))
    lots = locked([row.lot_id for row in rows])
    made.voided, made.void_reason = True, reason.strip()[:200]
    made.save(update_fields=["voided", "void_reason"])
    move(
        actor=actor, kind="void", key=f"relief:void:{made.pk}",
        moves=[Move(lots[row.lot_id], -row.pieces, made.person_id) for row in rows], on=clock.today(),
        region_code=made.campaign.region_code, reason=f"收回：{reason.strip()}",
        reference=f"reliefcampaign:{made.campaign_id}", issue=made,
    )  # fmt: skip
    record(actor=actor, action="relief.take_back", obj=made, reason=reason.strip()[:200])
    return made


def _refuse_second(campaign: Campaign, receiver: Receiver) -> None:
    """Somebody whose files were merged is one person, whichever file the goods were handed out under."""
    rows = Issue.objects.filter(campaign=campaign, person__in=files_of(receiver.person_id), voided=False)
    done = rows.order_by("pk").first()
    if done is not None:
        raise Refused(
            f"{receiver.name}已于 {done.issued_on:%Y-%m-%d} 领过这一批（由{done.received_by}领取，{done.issuer_name}发放），"
            "每人只能领一次。"
        )


def _first_expiring(campaign: Campaign, goods: Goods, pieces: int, day: datetime.date, person: int) -> Sequence[Move]:
    """`pieces` out of the store's lots that have not expired, the first to expire first, then the oldest."""
    rows = Lot.objects.filter(store=campaign.store, goods=goods)
    usable = [lot.pk for lot in rows if lot.expires_on is None or lot.expires_on >= day]
    held = {pk for pk, count in pieces_of(usable).items() if count > 0}
    lots = sorted(
        locked(list(held)).values(), key=lambda lot: (lot.expires_on or datetime.date.max, lot.received_on, lot.pk)
    )
    there = pieces_of(lot.pk for lot in lots)  # again, now that nobody else can take from them
    moves, left = [], pieces
    for lot in lots:
        part = min(left, there.get(lot.pk, 0))
        if part > 0:
            moves.append(Move(lot, -part, person))
            left -= part
    if left:
        raise Refused(
            f"“{campaign.store.name}”的{goods.title}不够：每人 {pieces} {goods.unit}，可发的只有 {pieces - left} {goods.unit}"
            "（过期的不能发）。请先入库或调拨。"
        )
    return moves
