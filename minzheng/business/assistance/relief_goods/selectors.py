"""实物救助的读操作, narrowed to what the actor may see. Pieces of a lot are the ledger's balance of `stock`."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import Count as CountOf
from django.db.models import Exists, OuterRef, QuerySet, Sum

from minzheng.business.assistance.relief_goods.models import (
    Campaign,
    Count,
    Goods,
    Issue,
    Lot,
    Movement,
    Receiver,
    Store,
)
from minzheng.kernel.ledger import selectors as ledger

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

READ, MANAGE, ISSUE, CONFIRM = "stock.read", "stock.manage", "stock.issue", "stock.confirm"


def _within(rows: QuerySet[Any], actor: Actor, permission: str = READ) -> QuerySet[Any]:
    return rows if actor.is_system else rows.filter(actor.scope_q(permission))


def stores(actor: Actor, permission: str = READ) -> QuerySet[Store]:
    return _within(Store.objects.all(), actor, permission)


def goods(actor: Actor) -> QuerySet[Goods]:
    """The catalogue is the same for everybody who may look."""
    return Goods.objects.all() if actor.is_system or actor.has(READ) else Goods.objects.none()


def lots(actor: Actor, permission: str = READ) -> QuerySet[Lot]:
    return _within(Lot.objects.select_related("goods", "store"), actor, permission)


def movements(actor: Actor) -> QuerySet[Movement]:
    return _within(Movement.objects.select_related("lot__goods", "lot__store"), actor)


def counts(actor: Actor, permission: str = READ) -> QuerySet[Count]:
    return _within(Count.objects.select_related("store"), actor, permission)


def campaigns(actor: Actor, permission: str = READ) -> QuerySet[Campaign]:
    return _within(Campaign.objects.select_related("store"), actor, permission)


def receivers(actor: Actor, permission: str = READ) -> QuerySet[Receiver]:
    """Who may look sees the people of the own place; who hands out or changes the list acts on the campaigns of it."""
    return _of_campaign(Receiver.objects.select_related("campaign__store"), actor, permission)


def issues(actor: Actor, permission: str = READ) -> QuerySet[Issue]:
    return _of_campaign(Issue.objects.select_related("campaign"), actor, permission)


def _of_campaign(rows: QuerySet[Any], actor: Actor, permission: str) -> QuerySet[Any]:
    if actor.is_system:
        return rows
    return rows.filter(actor.scope_q(permission, "region_code" if permission == READ else "campaign__region_code"))


def pieces_of(some: Iterable[int]) -> dict[int, int]:
    """Pieces that these lots still have, by the ledger; lots without entries have none. One query."""
    return ledger.balances("stock", list(some))


def in_stock(rows: QuerySet[Lot]) -> list[tuple[Lot, int]]:
    """These lots with their pieces, empty ones left out; the first to expire first. Two queries."""
    found = list(rows.order_by("goods__category", "goods__code", "expires_on", "received_on", "pk"))
    held = pieces_of(lot.pk for lot in found)
    return [(lot, held[lot.pk]) for lot in found if held.get(lot.pk, 0) > 0]


def state_of(lot: Lot, today: datetime.date) -> str:
    """expired | expiring (within the goods' days of warning) | good. Still good on the day that is printed on it."""
    if lot.expires_on is None:
        return "good"
    if lot.expires_on < today:
        return "expired"
    return "expiring" if (lot.expires_on - today).days <= lot.goods.warn_days else "good"


def warnings(actor: Actor, today: datetime.date) -> list[tuple[Lot, int, str]]:
    """Lots in stock that have expired or soon will, with their pieces, the most urgent first."""
    rows = lots(actor).filter(expires_on__isnull=False)
    found = [(lot, pieces, state_of(lot, today)) for lot, pieces in in_stock(rows)]
    return sorted((one for one in found if one[2] != "good"), key=lambda one: (one[0].expires_on, one[0].pk))


def progress(campaigns_of: Iterable[Campaign]) -> dict[int, tuple[int, int]]:
    """(on the list, received) of each campaign; two queries."""
    pks = [one.pk for one in campaigns_of]
    listed = dict(
        Receiver.objects.filter(campaign__in=pks).values_list("campaign_id").annotate(CountOf("pk")).order_by()
    )
    got = Issue.objects.filter(campaign__in=pks, voided=False).values_list("campaign_id").annotate(CountOf("pk"))
    received = dict(got.order_by())
    return {pk: (listed.get(pk, 0), received.get(pk, 0)) for pk in pks}


def listed(actor: Actor) -> QuerySet[Any]:
    """Everybody on a list that the actor may see, with `done`: whether they have received."""
    done = Issue.objects.filter(receiver=OuterRef("pk"), voided=False)
    return receivers(actor).annotate(done=Exists(done))


def received(issues_of: Iterable[Issue]) -> dict[int, str]:
    """What was handed out in each of these issues, as “棉被 1 床、大米 2 袋”. One query."""
    rows = (
        Movement.objects.filter(issue__in=[one.pk for one in issues_of], kind="issue")
        .values("issue_id", "lot__goods__title", "lot__goods__unit")
        .annotate(sum=Sum("pieces"))
        .order_by("lot__goods__code")
    )
    found: dict[int, list[str]] = {}
    for row in rows:
        found.setdefault(row["issue_id"], []).append(
            f"{row['lot__goods__title']} {-row['sum']} {row['lot__goods__unit']}"
        )
    return {pk: "、".join(parts) for pk, parts in found.items()}


def issues_of_person(actor: Actor, files: Iterable[int]) -> list[Issue]:
    """What was handed to a person under any of the person's files, newest first; what was taken back is shown so."""
    rows = issues(actor).filter(person_id__in=list(files)).order_by("-issued_on", "-pk")
    return list(rows[:50])
