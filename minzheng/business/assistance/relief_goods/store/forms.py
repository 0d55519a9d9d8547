"""The forms of the store, and what becomes of them."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from minzheng.business.assistance.relief_goods import selectors
from minzheng.business.assistance.relief_goods.models import CATEGORIES, Goods, Lot, Store
from minzheng.business.assistance.relief_goods.selectors import MANAGE
from minzheng.business.assistance.relief_goods.store import counts, services
from minzheng.business.assistance.relief_goods.store.counts import Found
from minzheng.business.assistance.relief_goods.store.errors import Refused
from minzheng.kernel import clock
from minzheng.kernel.parts.fields import Choice, Count, Field, LongText, Money, YesNo
from minzheng.kernel.parts.fields import Date as Day
from minzheng.kernel.parts.fields import Text as Line
from minzheng.kernel.parts.page import Done
from minzheng.kernel.parts.places import places_below
from minzheng.kernel.regions.selectors import region_names

BOUGHT = (("purchase", "采购"), ("donation", "捐赠"), ("allocation", "上级调拨"))
#: A counting form longer than this is counted in parts, by kind of goods.
MOST_LOTS = 200


def store_choices(actor: Any, but: int = 0) -> tuple[tuple[str, str], ...]:
    rows = selectors.stores(actor, MANAGE).filter(closed=False).exclude(pk=but).order_by("region_code", "name")
    return tuple((str(pk), name) for pk, name in rows.values_list("pk", "name"))


def _one_of(rows: Any, text: Any, sentence: str) -> Any:
    found = rows.filter(pk=int(text)).first() if str(text or "").isdigit() else None
    if found is None:
        raise Refused(sentence)
    return found


def goods_fields(actor: Any, obj: Goods | None) -> list[Field]:
    return [
        Line("code", "物资代码", required=True, max_length=20, pattern=r"[A-Z0-9-]+", hint="请用大写字母、数字和短横。"),
        Line("title", "名称", required=True, max_length=40),
        Choice("category", "类别", required=True, options=tuple(CATEGORIES)),
        Line("spec", "规格", max_length=60),
        Line("unit", "计量单位", required=True, max_length=8, help="如床、袋、箱。"),
        YesNo("perishable", "有保质期", required=True),
        Count("warn_days", "到期前几天提醒", required=True, maximum=3650, unit="天"),
        Count("pieces_for", "每几件", required=True, minimum=1, maximum=1000, help="与下一项合起来：每几件可供几人应急使用。"),
        Count("persons_for", "可供几人", required=True, maximum=1000, unit="人", help="不计入应急储备能力的填 0。"),
        YesNo("active", "使用中", required=True),
    ]  # fmt: skip


def goods_initial(actor: Any, obj: Goods | None) -> dict[str, Any]:
    if obj is None:
        return {"warn_days": 60, "pieces_for": 1, "persons_for": 1, "perishable": False, "active": True}
    return {one.name: getattr(obj, one.name) for one in goods_fields(actor, obj)}


def save_goods(actor: Any, values: dict[str, Any], obj: Goods | None) -> Done:
    one = services.save_goods(actor=actor, values=values, goods=obj)
    return Done(f"“{one.title}”已保存。", reverse("relief.goods"))


def store_fields(actor: Any, obj: Store | None) -> list[Field]:
    scopes = actor.scopes(MANAGE)
    places = dict(region_names(scopes)) | dict(places_below(scopes))
    fields: list[Field] = [
        Line("name", "库点名称", required=True, max_length=60),
        Line("address", "地址", max_length=120),
        Line("keeper", "保管人", max_length=40),
        Line("phone", "联系电话", max_length=20),
    ]
    if obj is None:
        return [Choice("region_code", "所在地", required=True, options=tuple(places.items())), *fields]
    return [*fields, YesNo("closed", "已停用", required=True)]


def store_initial(actor: Any, obj: Store | None) -> dict[str, Any]:
    return {} if obj is None else {one.name: getattr(obj, one.name) for one in store_fields(actor, obj)}


def save_store(actor: Any, values: dict[str, Any], obj: Store | None) -> Done:
    one = services.save_store(actor=actor, values=values, store=obj)
    return Done(f"“{one.name}”已保存。", reverse("relief.stores"))


def receive_fields(actor: Any, obj: Any) -> list[Field]:
    goods = Goods.objects.filter(active=True).values_list("pk", "title", "spec")
    return [
        Choice("store", "库点", required=True, options=store_choices(actor)),
        Choice("goods", "物资", required=True, options=tuple((str(pk), f"{title} {spec}".strip()) for pk, title, spec in goods)),
        Line("no", "批号", required=True, max_length=40, help="包装上的生产批号；没有的自己编一个，同一库点不重复。"),
        Count("pieces", "数量", required=True, minimum=1, maximum=services.MOST_PIECES),
        Choice("origin", "来源", required=True, options=BOUGHT),
        Line("giver", "供货或捐赠单位", max_length=80),
        Line("document", "合同、发票或文号", max_length=80),
        Money("price_fen", "单价", help="捐赠的可按估价填，用来算折价；没有的不填。"),
        Day("on", "入库日期", required=True, not_after=clock.today),
        Day("expires_on", "保质期至", help="包装上的到期日；没有保质期的不填。"),
    ]  # fmt: skip


def receive(actor: Any, values: dict[str, Any], obj: Any) -> Done:
    given = {name: value for name, value in values.items() if value not in (None, "")}
    store = _one_of(selectors.stores(actor, MANAGE), given.pop("store", ""), "请选择库点。")
    goods = _one_of(Goods.objects.all(), given.pop("goods", ""), "请选择物资。")
    lot = services.receive(actor=actor, store=store, goods=goods, **given)
    return Done(f"{goods.title} {given['pieces']} {goods.unit}已入库。", reverse("relief.lot", kwargs={"pk": lot.pk}))


def out_fields(actor: Any, lot: Lot) -> list[Field]:
    return [
        Count("pieces", "件数", required=True, minimum=1, maximum=services.MOST_PIECES, unit=lot.goods.unit),
        Line("reason", "调给谁、为什么", required=True, max_length=200, help="如“镇敬老院过冬用，院长签收”。"),
        Day("on", "日期", required=True, not_after=clock.today),
    ]


def take_out(actor: Any, lot: Lot, values: dict[str, Any]) -> Done:
    services.take_out(actor=actor, lot=lot, **values)
    return Done(f"已调出 {values['pieces']} {lot.goods.unit}。", reverse("relief.lot", kwargs={"pk": lot.pk}))


def transfer_fields(actor: Any, lot: Lot) -> list[Field]:
    return [
        Choice("to", "调入库点", required=True, options=store_choices(actor, lot.store_id)),
        Count("pieces", "件数", required=True, minimum=1, maximum=services.MOST_PIECES, unit=lot.goods.unit),
        Day("on", "日期", required=True, not_after=clock.today),
        Line("reason", "说明", max_length=200),
    ]


def transfer(actor: Any, lot: Lot, values: dict[str, Any]) -> Done:
    to = _one_of(selectors.stores(actor, MANAGE), values["to"], "请选择调入库点。")
    made = services.transfer(
        actor=actor, lot=lot, pieces=values["pieces"], to=to, on=values["on"], reason=values.get("reason") or ""
    )
    return Done(f"已调入“{to.name}”。", reverse("relief.lot", kwargs={"pk": made.pk}))


def loss_fields(actor: Any, lot: Lot) -> list[Field]:
    return [
        Count("pieces", "损失件数", required=True, minimum=1, maximum=services.MOST_PIECES, unit=lot.goods.unit),
        Line("explanation", "原因", required=True, max_length=200, help="如“受潮霉变，已拍照”“过期销毁”。"),
        Day("on", "日期", required=True, not_after=clock.today),
    ]


def lose(actor: Any, lot: Lot, values: dict[str, Any]) -> Done:
    found = {lot.pk: Found(values["pieces"], values["explanation"])}
    count = counts.propose(actor=actor, store=lot.store, kind="loss", on=values["on"], found=found)
    return Done("报损已提出，等另一人核准后才减库存。", reverse("relief.count", kwargs={"pk": count.pk}))


def count_fields(actor: Any, store: Store) -> list[Field]:
    """Two boxes a lot: what is there, and why it differs."""
    fields: list[Field] = [Day("on", "盘点日期", required=True, not_after=clock.today)]
    for lot, pieces in selectors.in_stock(selectors.lots(actor, MANAGE).filter(store=store))[:MOST_LOTS]:
        name = f"{lot.goods.title} 批号 {lot.no}"
        fields += [
            Count(f"found_{lot.pk}", f"{name}：实有", maximum=services.MOST_PIECES, unit=lot.goods.unit,
                  help=f"账上 {pieces} {lot.goods.unit}；没有盘到的不填。"),
            Line(f"why_{lot.pk}", f"{name}：差异原因", max_length=200),
        ]  # fmt: skip
    return fields


def count(actor: Any, values: dict[str, Any], store: Store) -> Done:
    found = {
        int(name.removeprefix("found_")): Found(value, values.get(name.replace("found_", "why_")) or "")
        for name, value in values.items()
        if name.startswith("found_") and value is not None
    }
    made = counts.propose(actor=actor, store=store, kind="count", on=values["on"], found=found)
    return Done("盘点已登记，等另一人核准。", reverse("relief.count", kwargs={"pk": made.pk}))


DECISION: tuple[Field, ...] = (
    Choice("agreed", "核准", required=True, options=(("yes", "核准，按差异调整库存"), ("no", "不核准"))),
    LongText("opinion", "意见", max_length=200, help="不核准的请写明原因。"),
)


def decide(actor: Any, obj: Any, values: dict[str, Any]) -> Done:
    made = counts.decide(actor=actor, count=obj, agreed=values["agreed"] == "yes", opinion=values.get("opinion") or "")
    return Done(
        f"{made.get_kind_display()}：{made.get_state_display()}。", reverse("relief.count", kwargs={"pk": made.pk})
    )
