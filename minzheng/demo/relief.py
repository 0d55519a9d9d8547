"""实物救助 of the demo county: a county store and one in each of two townships, goods that expire soon or have expired, a
winter campaign half handed out, a count that waits for somebody's confirmation. All through the services."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from minzheng.business.assistance.relief_goods import selectors
from minzheng.business.assistance.relief_goods.handing import campaigns, issuing
from minzheng.business.assistance.relief_goods.models import Goods, Issue, Store
from minzheng.business.assistance.relief_goods.store import counts, services
from minzheng.business.assistance.relief_goods.store.counts import Found
from minzheng.demo.places import COUNTY, townships
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM, Actor, staff_actor

if TYPE_CHECKING:
    from minzheng.demo.load import Loader

#: (goods, lot, pieces, origin, giver, days until it expires) of a township's store; the county's has ten times as many.
LOTS = (
    ("FOOD-RICE", "DM-2511", 60, "purchase", "示范县粮油公司", 240),
    ("FOOD-RICE", "DM-2503", 12, "purchase", "示范县粮油公司", 18),
    ("FOOD-OIL", "YY-2506", 40, "donation", "示范县慈善会", 120),
    ("CLOTH-QUILT", "MB-01", 80, "allocation", "省应急物资库", None),
    ("CLOTH-COAT", "DY-01", 30, "donation", "示范县慈善会", None),
    ("SHELTER-TENT", "ZP-01", 10, "allocation", "省应急物资库", None),
    ("HYG-KIT", "WS-2412", 25, "purchase", "示范县供销社", -6),
)
TOWNS = 2
#: Received on the last days, expired ones long before.
ARRIVED, LONG_AGO = 20, 300


def load_relief(loader: Loader) -> int:
    """Returns how many people have received goods."""
    services.load_catalogue(actor=SYSTEM)
    goods = {one.code: one for one in Goods.objects.all()}
    county = staff_actor("fafang") or SYSTEM
    _fill(county, _store(county, COUNTY, "示范县救灾物资储备中心"), goods, 10)
    received = 0
    for town in townships()[:TOWNS]:
        keeper = staff_actor(town.short) or SYSTEM
        store = _store(keeper, town.code, f"{town.name}物资点")
        _fill(keeper, store, goods, 1)
        received += _campaign(keeper, store, goods, town.name)
        _count(keeper, store)
    return received


def _store(actor: Actor, region_code: str, name: str) -> Store:
    return services.save_store(actor=actor, values={"region_code": region_code, "name": name, "keeper": actor.name})


def _fill(actor: Actor, store: Store, goods: dict[str, Goods], times: int) -> None:
    today = clock.today()
    for code, no, pieces, origin, giver, days in LOTS:
        expired = days is not None and days < 0
        services.receive(
            actor=actor, store=store, goods=goods[code], no=no, pieces=pieces * times, origin=origin, giver=giver,
            on=today - datetime.timedelta(days=LONG_AGO if expired else ARRIVED),
            expires_on=None if days is None else today + datetime.timedelta(days=days),
        )  # fmt: skip


def _campaign(actor: Actor, store: Store, goods: dict[str, Goods], town: str) -> int:
    """A quilt and a bag of rice for everybody of the township who draws 低保; every second one has come."""
    wanted = {goods["CLOTH-QUILT"].pk: 1, goods["FOOD-RICE"].pk: 1}
    one = campaigns.plan(actor=actor, title=f"{town}冬令物资发放", occasion="season", store=store, goods=wanted)
    if not campaigns.add_from_awards(actor=actor, campaign=one, items=["assistance.dibao"]):
        return 0
    one = campaigns.begin(actor=actor, campaign=one)
    for receiver in list(one.receivers.order_by("name", "pk")[:40])[::2]:
        issuing.issue(actor=actor, receiver=receiver)
    return Issue.objects.filter(campaign=one).count()


def _count(actor: Actor, store: Store) -> None:
    """Two of the coats are missing; the township's head has still to confirm it."""
    coats = selectors.lots(SYSTEM).get(store=store, no="DY-01")
    found = {coats.pk: Found(selectors.pieces_of([coats.pk])[coats.pk] - 2, "清点少 2 件，登记本上漏记")}
    counts.propose(actor=actor, store=store, kind="count", on=clock.today(), found=found)
