"""Relief goods of the test county: a store with lots, a campaign in which 周桂兰 is to receive, one in which she has, a count.

These stand above the kernel, so they are fetched by name."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from importlib import import_module
from typing import Any

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM, actor_of
from minzheng.kernel.accounts.models import User
from minzheng.kernel.ledger.models import LedgerTransaction

TOWN_A = "990101001000"
STORE, LOT = "青石镇老粮站物资点", "PH-TEST-77"
CAMPAIGN = "青石镇冬令慰问发放"


def _of(name: str) -> Any:
    return import_module(f"minzheng.business.assistance.relief_goods.{name}")


def load_catalogue() -> None:
    _of("store.services").load_catalogue(actor=SYSTEM)


def fill(family: dict[str, Any], staff: Callable[[str, str], User]) -> dict[str, Any]:
    """{"addresses", "keys", "relief_rows"} of these pages."""
    store_acts, campaigns, models = _of("store.services"), _of("handing.campaigns"), _of("models")
    keeper, person, today = actor_of(staff("town_clerk", TOWN_A)), family["person"], clock.today()
    load_catalogue()
    goods = models.Goods.objects.get(code="CLOTH-QUILT")
    store = store_acts.save_store(actor=keeper, values={"region_code": TOWN_A, "name": STORE})
    lot = store_acts.receive(
        actor=keeper, store=store, goods=goods, no=LOT, pieces=9, origin="donation", on=today,
        expires_on=today + datetime.timedelta(days=10),
    )  # fmt: skip

    def campaign(title: str) -> Any:
        one = campaigns.plan(actor=keeper, title=title, occasion="season", store=store, goods={goods.pk: 1})
        who = campaigns.Wanted(person.pk, person.name, person.region_code)
        campaigns.add(actor=keeper, campaign=one, basis="list", people=[who])
        return one, one.receivers.get()

    draft, _listed = campaign(CAMPAIGN)
    begun, waiting = campaign(CAMPAIGN + "二")
    campaigns.begin(actor=keeper, campaign=begun)
    over, receiver = campaign(CAMPAIGN + "三")
    campaigns.begin(actor=keeper, campaign=over)
    issue = _of("handing.issuing").issue(actor=keeper, receiver=receiver)
    counts = _of("store.counts")
    found = {lot.pk: counts.Found(7, "受潮")}
    count = counts.propose(actor=keeper, store=store, kind="count", on=today, found=found)
    voucher = LedgerTransaction.objects.order_by("pk").first()
    pages: tuple[tuple[Any, tuple[str, ...]], ...] = (
        (lot.pk, ("relief.lot", "relief.out", "relief.transfer", "relief.loss")),
        (store.pk, ("relief.store", "relief.store_edit", "relief.count_new")),
        (count.pk, ("relief.count", "relief.decide")),
        (goods.pk, ("relief.goods_edit",)),
        (draft.pk, ("relief.campaign", "relief.add_awards", "relief.add_region", "relief.people_import", "relief.issue_pdf", "relief.begin")),
        (begun.pk, ("relief.finish",)),
        (waiting.pk, ("relief.issue", "relief.take_off")),
        (issue.pk, ("relief.issue_record", "relief.take_back")),
        (voucher.pk if voucher else 0, ("ledger.detail",)),
    )  # fmt: skip
    return {
        "addresses": {code: {"pk": pk} for pk, codes in pages for code in codes},
        "keys": [str(one.pk) for one in (lot, store, count, draft, begun, waiting, issue)],
        "relief_rows": {
            "store": store,
            "lot": lot,
            "campaign": draft,
            "receiver": waiting,
            "issue": issue,
            "count": count,
        },
    }


def more(rows: dict[str, Any], again: Callable[..., Any], n: int) -> None:
    """One more of each, with a list and issues of their own."""
    store = again(rows["store"], name=f"库点{n}")
    again(rows["lot"], store=store, no=f"PH-{n}")
    campaign = again(rows["campaign"], no=f"WZ-TEST-{n}", store=store)
    receiver = again(rows["receiver"], campaign=campaign)
    again(rows["issue"], campaign=campaign, receiver=receiver)
    again(rows["count"], store=store)
