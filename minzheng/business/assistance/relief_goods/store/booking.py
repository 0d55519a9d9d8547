"""The one place where pieces move: a voucher in the ledger and a movement for every lot, in one transaction."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from minzheng.business.assistance.relief_goods.models import Count, Issue, Lot, Movement
from minzheng.business.assistance.relief_goods.selectors import pieces_of
from minzheng.business.assistance.relief_goods.store.errors import Refused
from minzheng.kernel.ids import new_id
from minzheng.kernel.ledger import services as ledger
from minzheng.kernel.ledger import showing
from minzheng.kernel.ledger.services import Entry

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

showing.name_kinds(
    {
        "stock.in": "物资入库",
        "stock.out": "物资调出",
        "stock.transfer": "物资调拨",
        "stock.issue": "物资发放",
        "stock.void": "物资收回",
        "stock.loss": "物资报损",
        "stock.count": "物资盘点",
    }
)

CODE = "assistance.relief_goods"
showing.name_benefits({CODE: "实物救助"})
showing.name_origins(
    {
        "reliefcampaign": ("物资发放批次", "relief.campaign"),
        "relieflot": ("物资批次", "relief.lot"),
        "reliefcount": ("盘点和报损", "relief.count"),
    }
)
#: Which account stands against `stock`, by kind of movement; a transfer stands against itself.
AGAINST = {"in": "received", "out": "issued", "issue": "issued", "void": "issued", "loss": "loss", "count": "loss"}


@dataclass(frozen=True)
class Move:
    """`pieces` more (+) or less (−) of a lot. `party`: the person who gets them, 0 for nobody."""

    lot: Lot
    pieces: int
    party: int = 0


def locked(lots: Sequence[int]) -> dict[int, Lot]:
    """These lots, locked in the order of their ids until the transaction ends."""
    rows = Lot.objects.select_for_update(of=("self",)).select_related("goods", "store").filter(pk__in=lots)
    return {lot.pk: lot for lot in rows.order_by("pk")}


def move(
    *,
    actor: Actor,
    kind: str,
    key: str,
    moves: Sequence[Move],
    on: datetime.date,
    region_code: str,
    reason: str = "",
    reference: str = "",
    issue: Issue | None = None,
    count: Count | None = None,
) -> list[Movement]:
    """Book `moves` under `key` (see ledger.services.post). The caller has locked the lots. Raises Refused where a lot has
    fewer pieces than are to leave it."""
    _refuse_more_than_there_is(moves)
    rows, entries = [], []
    for one in moves:
        row = new_id()
        place = one.lot.region_code
        told = Entry("stock", one.pieces, one.lot.pk, benefit=CODE, region_code=place, line_ref=row)
        entries.append(told)
        if kind != "transfer":
            entries.append(replace(told, account=AGAINST[kind], amount=-one.pieces, party=one.party or one.lot.pk))
        rows.append((row, one))
    voucher = ledger.post(
        kind=f"stock.{kind}", key=key, occurred_on=on, region_code=region_code, entries=entries, actor=actor,
        reference=reference, memo=reason,
    )  # fmt: skip
    return Movement.objects.bulk_create(
        Movement(
            pk=row, region_code=one.lot.region_code, lot=one.lot, kind=kind, pieces=one.pieces, moved_on=on,
            reason=reason[:200], issue=issue, count=count, voucher=voucher.pk, actor_name=actor.name,
        )
        for row, one in rows
    )  # fmt: skip


def _refuse_more_than_there_is(moves: Sequence[Move]) -> None:
    leaving: dict[int, int] = {}
    for one in moves:
        if one.pieces < 0:
            leaving[one.lot.pk] = leaving.get(one.lot.pk, 0) - one.pieces
    held = pieces_of(leaving)
    for one in moves:
        wanted, there = leaving.get(one.lot.pk, 0), held.get(one.lot.pk, 0)
        if wanted > there:
            name = f"{one.lot.goods.title}（批号 {one.lot.no}）"
            raise Refused(
                f"{name}只有 {there} {one.lot.goods.unit}，不够 {wanted} {one.lot.goods.unit}；请先核对库存。"
            )
