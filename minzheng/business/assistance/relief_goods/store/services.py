"""库房的办理: catalogue and stores, goods in, out and from store to store.

Every act needs stock.manage over the store's place (a transfer: over both), is one transaction and leaves one audit line;
pieces are booked in the ledger (booking.py)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from django.db import IntegrityError, transaction

from minzheng.business.assistance.relief_goods.models import CATEGORIES, ORIGINS, Goods, Lot, Store
from minzheng.business.assistance.relief_goods.selectors import MANAGE
from minzheng.business.assistance.relief_goods.store.booking import Move, locked, move
from minzheng.business.assistance.relief_goods.store.errors import Refused, require
from minzheng.kernel import clock
from minzheng.kernel.audit.services import record

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

#: More pieces than these in one lot are a slip of the pen.
MOST_PIECES = 10_000_000


@cache
def shipped() -> list[dict[str, Any]]:
    """The catalogue that comes with the platform (goods.yaml)."""
    rows = yaml.safe_load((Path(__file__).parent.parent / "goods.yaml").read_text("utf-8"))["goods"]
    if any(row["category"] not in dict(CATEGORIES) for row in rows):
        raise ValueError("goods.yaml 里的类别代码不对。")
    return list(rows)


@transaction.atomic
def load_catalogue(*, actor: Actor) -> int:
    """Put in what is missing of the shipped catalogue; what a county has changed stays. Returns how many are new."""
    _anywhere(actor)
    have = set(Goods.objects.values_list("code", flat=True))
    missing = [Goods(**row) for row in shipped() if row["code"] not in have]
    Goods.objects.bulk_create(missing, ignore_conflicts=True)
    record(actor=actor, action="relief.catalogue", detail={"new": len(missing)})
    return len(missing)


@transaction.atomic
def save_goods(*, actor: Actor, values: Mapping[str, Any], goods: Goods | None = None) -> Goods:
    """A new kind of goods, or changes of one. Raises Refused for a code that is taken."""
    _anywhere(actor)
    one = goods or Goods()
    for name, value in values.items():
        setattr(one, name, value)
    if one.pieces_for < 1:
        raise Refused("“每几件”至少是 1。", {"pieces_for": "至少是 1。"})
    if Goods.objects.filter(code=one.code).exclude(pk=one.pk).exists():
        raise Refused(f"物资代码 {one.code} 已经有了，请换一个。", {"code": "已经有了，请换一个。"})
    one.save()
    record(actor=actor, action="relief.goods", obj=one, detail={"code": one.code})
    return one


@transaction.atomic
def save_store(*, actor: Actor, values: Mapping[str, Any], store: Store | None = None) -> Store:
    """A new store, or changes of one (its place stays). Raises Refused for a name that is taken."""
    one = store or Store(region_code=values["region_code"])
    require(actor, MANAGE, one.region_code)
    for name in ("name", "address", "keeper", "phone", "closed"):
        if name in values:
            setattr(one, name, values[name])
    if Store.objects.filter(region_code=one.region_code, name=one.name).exclude(pk=one.pk).exists():
        raise Refused("这个地方已经有同名的库点。", {"name": "已经有同名的库点，请换一个名字。"})
    one.save()
    record(actor=actor, action="relief.store", obj=one)
    return one


@transaction.atomic
def receive(
    *,
    actor: Actor,
    store: Store,
    goods: Goods,
    no: str,
    pieces: int,
    origin: str,
    on: datetime.date,
    expires_on: datetime.date | None = None,
    giver: str = "",
    document: str = "",
    price_fen: int = 0,
) -> Lot:
    """入库: a new lot with its pieces. Raises Refused for what cannot be right and for a lot number that is taken."""
    require(actor, MANAGE, store.region_code)
    _refuse_wrong_lot(store, goods, no, pieces, origin, on, expires_on, price_fen)
    lot = Lot(
        region_code=store.region_code, store=store, goods=goods, no=no.strip(), origin=origin, giver=giver.strip()[:80],
        document=document.strip()[:80], price_fen=price_fen, expires_on=expires_on, received_on=on,
    )  # fmt: skip
    try:
        with transaction.atomic():
            lot.save(force_insert=True)
    except IntegrityError:
        raise Refused(f"“{store.name}”已有批号 {no} 的{goods.title}；同一批再来货请另编批号。") from None
    reason = f"{lot.get_origin_display()}入库" + (f"：{lot.giver}" if lot.giver else "")
    move(
        actor=actor, kind="in", key=f"relief:in:{lot.pk}", moves=[Move(lot, pieces)], on=on, region_code=lot.region_code,
        reason=reason, reference=f"relieflot:{lot.pk}",
    )  # fmt: skip
    record(actor=actor, action="relief.receive", obj=lot, detail={"pieces": pieces})
    return lot


@transaction.atomic
def take_out(*, actor: Actor, lot: Lot, pieces: int, on: datetime.date, reason: str) -> None:
    """调出 to somebody outside the stores (an institution, another department), with the reason."""
    require(actor, MANAGE, lot.region_code)
    lot = locked([lot.pk])[lot.pk]
    _refuse_pieces(pieces)
    if not reason.strip():
        raise Refused("请写明调给谁、为什么。", {"reason": "请写明调给谁、为什么。"})
    _refuse_day(lot, on)
    move(
        actor=actor, kind="out", key=f"relief:out:{_number()}", moves=[Move(lot, -pieces)], on=on,
        region_code=lot.region_code, reason=reason.strip(), reference=f"relieflot:{lot.pk}",
    )  # fmt: skip
    record(actor=actor, action="relief.out", obj=lot, detail={"pieces": pieces}, reason=reason.strip()[:200])


@transaction.atomic
def transfer(*, actor: Actor, lot: Lot, pieces: int, to: Store, on: datetime.date, reason: str = "") -> Lot:
    """库间调拨: pieces of a lot become a lot of the other store, with the same number, expiry and price."""
    require(actor, MANAGE, lot.region_code)
    require(actor, MANAGE, to.region_code)
    lot = locked([lot.pk])[lot.pk]
    _refuse_pieces(pieces)
    _refuse_day(lot, on)
    if to.pk == lot.store_id:
        raise Refused("调入的库点就是它现在的库点，请选另一个。", {"to": "请选另一个库点。"})
    if to.closed:
        raise Refused(f"“{to.name}”已停用，不能调入。", {"to": "已停用。"})
    made = Lot(
        region_code=to.region_code, store=to, goods=lot.goods, no=_free_number(to, lot), origin="transfer",
        giver=lot.store.name, document=lot.document, price_fen=lot.price_fen, expires_on=lot.expires_on, received_on=on,
        parent=lot,
    )  # fmt: skip
    made.save(force_insert=True)
    move(
        actor=actor, kind="transfer", key=f"relief:transfer:{made.pk}", moves=[Move(lot, -pieces), Move(made, pieces)],
        on=on, region_code=lot.region_code, reason=(reason.strip() or f"{lot.store.name} → {to.name}"),
        reference=f"relieflot:{lot.pk}",
    )  # fmt: skip
    record(actor=actor, action="relief.transfer", obj=lot, detail={"pieces": pieces, "to": str(to.pk)})
    return made


def _free_number(store: Store, lot: Lot) -> str:
    """The lot's own number, or with /2, /3 … where the store has had part of it before."""
    Store.objects.select_for_update().get(pk=store.pk)
    taken = set(Lot.objects.filter(store=store, goods=lot.goods).values_list("no", flat=True))
    if lot.no not in taken:
        return lot.no
    return next(f"{lot.no}/{n}" for n in range(2, len(taken) + 3) if f"{lot.no}/{n}" not in taken)[:40]


def _number() -> int:
    from minzheng.kernel.ids import new_id

    return new_id()


def _anywhere(actor: Actor) -> None:
    if not actor.is_system and not actor.has(MANAGE):
        require(actor, MANAGE, "")


def _refuse_pieces(pieces: int) -> None:
    if not 0 < pieces <= MOST_PIECES:
        raise Refused(f"件数应在 1 到 {MOST_PIECES:,} 之间。", {"pieces": f"应在 1 到 {MOST_PIECES:,} 之间。"})


def _refuse_day(lot: Lot, on: datetime.date) -> None:
    if not lot.received_on <= on <= clock.today():
        raise Refused("日期不能早于这一批的入库日期，也不能晚于今天。", {"on": "不早于入库日期，不晚于今天。"})


def _refuse_wrong_lot(
    store: Store, goods: Goods, no: str, pieces: int, origin: str, on: datetime.date,
    expires_on: datetime.date | None, price_fen: int,
) -> None:  # fmt: skip
    _refuse_pieces(pieces)
    if store.closed:
        raise Refused(f"“{store.name}”已停用，不能入库。")
    if not no.strip() or len(no.strip()) > 40:
        raise Refused("请写批号（不超过 40 字）。", {"no": "请写批号（不超过 40 字）。"})
    if origin not in dict(ORIGINS) or origin == "transfer":
        raise Refused("来源应是采购、捐赠或上级调拨。", {"origin": "请选择。"})
    if not goods.active:
        raise Refused(f"“{goods.title}”已停用，不能入库。")
    if on > clock.today():
        raise Refused("入库日期不能晚于今天。", {"on": "不能晚于今天。"})
    if goods.perishable and expires_on is None:
        raise Refused(f"{goods.title}有保质期，请写保质期至哪一天。", {"expires_on": "请写保质期。"})
    if expires_on is not None and expires_on < on:
        raise Refused("入库时已过保质期，不能入库。", {"expires_on": "早于入库日期。"})
    if price_fen < 0:
        raise Refused("单价不能为负。", {"price_fen": "不能为负。"})
