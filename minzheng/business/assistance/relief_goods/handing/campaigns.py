"""发放批次: what everybody gets, and who is on the list: from awards in force, from a loaded list, from a place.

A draft is changed freely, an open one takes further people; needs stock.manage over the campaign's place."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from minzheng.business.assistance.relief_goods.models import Campaign, CampaignGoods, Goods, Issue, Receiver, Store
from minzheng.business.assistance.relief_goods.selectors import MANAGE
from minzheng.business.assistance.relief_goods.store.errors import Refused, require
from minzheng.kernel import clock
from minzheng.kernel.audit.services import record
from minzheng.kernel.awards import selectors as awards
from minzheng.kernel.regions import codes
from minzheng.kernel.registers.numbering import next_number
from minzheng.kernel.subjects.selectors import visible_persons

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

MOST_PER_PERSON = 1000


@dataclass(frozen=True)
class Wanted:
    """Somebody to be put on a list, with the place of the file and a word on why."""

    person: int
    name: str
    region_code: str
    note: str = ""


@transaction.atomic
def plan(
    *, actor: Actor, title: str, occasion: str, store: Store, goods: Mapping[int, int], document: str = ""
) -> Campaign:
    """A draft. `goods`: id of the goods → pieces for each person. Relief bought for a public emergency needs the document
    that declares it."""
    require(actor, MANAGE, store.region_code)
    if store.closed:
        raise Refused(f"“{store.name}”已停用，请选另一个库点。", {"store": "已停用。"})
    if occasion not in dict(Campaign.OCCASIONS):
        raise Refused("请选择发放的事由。", {"occasion": "请选择。"})
    if occasion == "emergency" and not document.strip():
        raise Refused("因突发公共事件发放的，要写明启动响应或批准的文号。", {"document": "请写明文号。"})
    wanted = {pk: pieces for pk, pieces in goods.items() if pieces}
    if not wanted or any(not 0 < pieces <= MOST_PER_PERSON for pieces in wanted.values()):
        raise Refused(f"每人件数至少填一样物资，每样 1 到 {MOST_PER_PERSON} 件。")
    known = {one.pk: one for one in Goods.objects.filter(pk__in=wanted, active=True)}
    if set(known) != set(wanted):
        raise Refused("有的物资已经停用，请重新选择。")
    serial = next_number("relief", region_code=store.region_code, year=clock.today().year)
    campaign = Campaign(
        region_code=store.region_code, no=f"{codes.prefix(store.region_code)}-WZ-{clock.today().year}-{serial:04d}",
        title=title.strip()[:80], occasion=occasion, document=document.strip()[:80], store=store, planned_by=actor.id or 0,
    )  # fmt: skip
    campaign.save(force_insert=True)
    CampaignGoods.objects.bulk_create(
        CampaignGoods(campaign=campaign, goods=known[pk], pieces=pieces) for pk, pieces in wanted.items()
    )
    record(actor=actor, action="relief.plan", obj=campaign, detail={"goods": len(wanted)})
    return campaign


@transaction.atomic
def add_from_awards(*, actor: Actor, campaign: Campaign, items: Iterable[str], region_code: str = "") -> int:
    """Everybody covered by an award of these items in force, in the campaign's place or a place within it. Only awards that
    the actor may see. Returns how many are new on the list."""
    place = _inside(campaign, region_code)
    chosen = list(items)
    if not chosen:
        raise Refused("请至少选一项待遇。", {"items": "请至少选一项。"})
    rows = awards.visible_to(actor).filter(
        codes.scope_q([place]), item_code__in=chosen, state__in=("active", "tapering")
    )
    covered = rows.filter(members__person__isnull=False).values_list(
        "members__person_id", "members__person__merged_into_id", "item_code"
    )
    why: dict[int, str] = {}
    for person, merged, item in covered:
        why.setdefault(merged or person, item)
    living = visible_persons(actor, MANAGE).filter(pk__in=why, death_date=None, merged_into=None)
    wanted = [Wanted(pk, name, region, why[pk]) for pk, name, region in living.values_list("pk", "name", "region_code")]
    return add(actor=actor, campaign=campaign, basis="award", people=wanted)


@transaction.atomic
def add_from_region(*, actor: Actor, campaign: Campaign, region_code: str) -> int:
    """Everybody alive whose file lies in a place inside the campaign's (a flooded village)."""
    place = _inside(campaign, region_code)
    rows = visible_persons(actor, MANAGE).filter(codes.scope_q([place]), death_date=None, merged_into=None)
    wanted = [Wanted(pk, name, region) for pk, name, region in rows.values_list("pk", "name", "region_code")]
    return add(actor=actor, campaign=campaign, basis="region", people=wanted)


@transaction.atomic
def add(*, actor: Actor, campaign: Campaign, basis: str, people: Iterable[Wanted]) -> int:
    """Put people on the list; whoever is on it already stays as they are. Returns how many are new."""
    campaign = _changeable(actor, campaign)
    before = campaign.receivers.count()
    rows = (
        Receiver(
            campaign=campaign, person_id=one.person, name=one.name[:60], region_code=one.region_code, basis=basis,
            note=one.note[:120],
        )
        for one in people
    )  # fmt: skip
    Receiver.objects.bulk_create(rows, ignore_conflicts=True, batch_size=2000)
    new = campaign.receivers.count() - before
    record(actor=actor, action="relief.listed", obj=campaign, detail={"basis": basis, "new": new})
    return new


@transaction.atomic
def take_off(*, actor: Actor, receiver: Receiver, reason: str) -> None:
    """Somebody who should not be on the list. Not after something was handed out."""
    _changeable(actor, receiver.campaign)
    if Issue.objects.filter(receiver=receiver).exists():
        raise Refused(f"{receiver.name}已经有发放记录，不能从名单里去掉；发错的请收回。")
    if not reason.strip():
        raise Refused("请写明去掉的原因。", {"reason": "请写明原因。"})
    record(
        actor=actor, action="relief.unlisted", obj=receiver.campaign, reason=reason.strip()[:200],
        detail={"person": str(receiver.person_id)},
    )  # fmt: skip
    receiver.delete()


@transaction.atomic
def begin(*, actor: Actor, campaign: Campaign) -> Campaign:
    """Open it for handing out; the list must not be empty."""
    campaign = _changeable(actor, campaign)
    if campaign.state != "draft":
        raise Refused("这一批已经在发放中。")
    if not campaign.receivers.exists():
        raise Refused("名单还是空的：请先从待遇、名单或地区加入应领人员。")
    campaign.state, campaign.opened_on = "open", clock.today()
    campaign.save(update_fields=["state", "opened_on"])
    record(actor=actor, action="relief.open", obj=campaign)
    return campaign


@transaction.atomic
def finish(*, actor: Actor, campaign: Campaign) -> Campaign:
    """No more is handed out; who has received nothing stays visible on the list."""
    campaign = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)
    require(actor, MANAGE, campaign.region_code)
    if campaign.state != "open":
        raise Refused("只有发放中的批次可以结束。")
    campaign.state, campaign.closed_on = "closed", clock.today()
    campaign.save(update_fields=["state", "closed_on"])
    record(actor=actor, action="relief.close", obj=campaign)
    return campaign


def needed(campaign: Campaign) -> dict[int, int]:
    """Pieces of each kind of goods (by id) for everybody on the list who has received nothing yet."""
    left = campaign.receivers.exclude(pk__in=Issue.objects.filter(voided=False).values("receiver_id")).count()
    return {one.goods_id: one.pieces * left for one in campaign.goods.all()}


def _changeable(actor: Actor, campaign: Campaign) -> Campaign:
    locked = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)
    require(actor, MANAGE, locked.region_code)
    if locked.state == "closed":
        raise Refused("这一批已经结束，名单不能再改；请另建一批。")
    return locked


def _inside(campaign: Campaign, region_code: str) -> str:
    place = region_code or campaign.region_code
    if not codes.covers(campaign.region_code, place):
        raise Refused("地区不在这一批的范围内，请重新选择。", {"region": "不在这一批的范围内。"})
    return place


def on_time(campaign: Campaign, day: datetime.date) -> bool:
    """Whether something may be handed out under this date."""
    return bool(campaign.state == "open" and campaign.opened_on and campaign.opened_on <= day <= clock.today())
