"""物资库存: stock by lot, capacity and warnings, goods in and out, counts, stores and catalogue."""

from __future__ import annotations

from typing import Any

from django.db.models import DateField, ExpressionWrapper, F, Q, QuerySet
from django.urls import reverse

from minzheng.business.assistance.relief_goods import capacity, selectors, showing
from minzheng.business.assistance.relief_goods.models import CATEGORIES, ORIGINS, Count, Goods, Lot, Movement, Store
from minzheng.business.assistance.relief_goods.selectors import CONFIRM, MANAGE, READ
from minzheng.business.assistance.relief_goods.store import forms, services
from minzheng.kernel import clock
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.columns import Badge, Date, Link, Money, Number, Region, Text
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.examples import first_of
from minzheng.kernel.parts.filters import ByChoice, ByRegion, DateRange
from minzheng.kernel.parts.page import (
    ActionBody,
    BoardBody,
    DetailBody,
    Done,
    ExportBody,
    FormBody,
    ListBody,
    Menu,
    Page,
)
from minzheng.kernel.parts.panels import Facts, Figure, Figures, Table

IMPERSONAL = "只有物资和库点，没有领取人"
COUNT_TONES = {"proposed": "wait", "confirmed": "good", "refused": "plain"}
KINDS = dict(CATEGORIES)
EXPIRY = (("expired", "已过期"), ("expiring", "快到期"), ("good", "保质期内"))


def _lot(actor: Any, pk: int) -> Lot | None:
    return selectors.lots(actor).filter(pk=pk).first()


def _managed_lot(actor: Any, pk: int) -> Lot | None:
    return selectors.lots(actor, MANAGE).filter(pk=pk).first()


def _managed_store(actor: Any, pk: int) -> Store | None:
    return selectors.stores(actor, MANAGE).filter(pk=pk).first()


def _goods(actor: Any, pk: int) -> Goods | None:
    return selectors.goods(actor).filter(pk=pk).first()


def _count(actor: Any, pk: int) -> Count | None:
    return selectors.counts(actor).filter(pk=pk).first()


def _told(lot: Lot) -> str:
    return f"{lot.goods.title}　批号 {lot.no}　{lot.store.name}"


def _to_decide(actor: Any, pk: int) -> Count | None:
    return selectors.counts(actor, CONFIRM).filter(pk=pk).first()


def _stores(drawing: Drawing) -> list[tuple[str, str]]:
    rows = selectors.stores(drawing.actor).order_by("region_code", "name").values_list("pk", "name")
    return [(str(pk), name) for pk, name in rows[:500]]


def _kinds(drawing: Drawing) -> list[tuple[str, str]]:
    return [(str(pk), title) for pk, title in selectors.goods(drawing.actor).values_list("pk", "title")]


def _by_expiry(rows: QuerySet[Any], value: str, drawing: Drawing) -> QuerySet[Any]:
    """The days of warning are each goods' own."""
    if value == "expired":
        return rows.filter(expires_on__lt=drawing.today)
    warned_from = ExpressionWrapper(F("expires_on") - F("goods__warn_days"), output_field=DateField())
    rows = rows.alias(warned_from=warned_from)
    if value == "expiring":
        return rows.filter(expires_on__gte=drawing.today, warned_from__lte=drawing.today)
    return rows.filter(Q(expires_on=None) | Q(warned_from__gt=drawing.today))


def _load(actor: Any, values: dict[str, Any], obj: Any) -> Done:
    return Done(f"目录里新增 {services.load_catalogue(actor=actor)} 种物资。", reverse("relief.goods"))


def _figures(obj: Any, drawing: Drawing) -> list[Figure]:
    """One figure a place that has a target, and what is running out."""
    figures, stock = [], selectors.in_stock(selectors.lots(drawing.actor))
    for scope in drawing.actor.scopes(READ):
        found = capacity.of(scope, stock, drawing.today)
        note = f"目标 {found.target:,} 人，缺 {found.short:,} 人" if found.target else "没有规定目标"
        tone = "plain" if not found.target else "bad" if found.short else "good"
        figures.append(
            Figure(f"{drawing.region(scope)}应急可供人数", f"{found.persons:,}", reverse("relief.stock"), tone, note)
        )
    warned = selectors.warnings(drawing.actor, drawing.today)
    for state, title in EXPIRY[:2]:
        count = sum(1 for _lot, _pieces, found in warned if found == state)
        figures.append(
            Figure(f"批{title}", count, f"{reverse('relief.stock')}?expiry={state}", "warn" if count else "plain")
        )
    return figures


def _capacity(obj: Any, drawing: Drawing) -> list[dict[str, Any]]:
    stock = selectors.in_stock(selectors.lots(drawing.actor))
    rows = []
    for scope in drawing.actor.scopes(READ):
        found = capacity.of(scope, stock, drawing.today)
        for category, persons in found.by_category:
            short = max(found.target - persons, 0)
            rows.append({"place": scope, "category": KINDS[category], "persons": f"{persons:,}",
                         "target": f"{found.target:,}" if found.target else "", "short": short})  # fmt: skip
    return rows


def _warned(obj: Any, drawing: Drawing) -> list[Lot]:
    found = selectors.warnings(drawing.actor, drawing.today)[:50]
    drawing.notes["relief_pieces"] = {lot.pk: pieces for lot, pieces, _state in found}
    return [lot for lot, _pieces, _state in found]


STOCK = (
    Text("goods.title", "物资", sort="goods__title"),
    Text("goods.spec", "规格", narrow=False),
    Text("no", "批号", css="nowrap"),
    Text("store.name", "库点"),
    showing.Pieces(lambda row: row.pk, "现有"),
    showing.Expiry("expires_on", "保质期至", sort="expires_on"),
    Badge("origin", "来源", names=dict(ORIGINS)),
    Text("giver", "供货或捐赠单位", narrow=False),
    Date("received_on", "入库日期", sort="received_on", narrow=False),
)
MOVES = (
    Date("moved_on", "日期"),
    Badge("kind", "种类", names=dict(Movement.KINDS)),
    Number(lambda row: f"{row.pieces:+,}", "件数"),
    Text("reason", "说明"),
    Text("actor_name", "经手人", narrow=False),
)
_example = first_of(Lot.objects.order_by("pk"))
_store_example = first_of(Store.objects.order_by("pk"))
_count_example = first_of(Count.objects.order_by("pk"))
_open_count = first_of(Count.objects.filter(state="proposed").order_by("pk"))

BOARD = BoardBody(
    (
        Figures("库存", figures=_figures),
        Table("应急储备能力", rows=_capacity, columns=(
            Region("place", "地方"), Text("category", "类别"), Number("persons", "可供人数"), Number("target", "目标人数"),
            Badge("short", "还缺", names=lambda row: f"{row['short']:,} 人" if row["short"] else "",
                  tones=lambda row: "bad" if row["short"] else "plain"),
        ), empty="还没有可以算储备能力的地方。"),
        Table("已过期和快到期", rows=_warned, columns=(
            Link("goods.title", "物资", page="relief.lot", args={"pk": "pk"}), Text("no", "批号"), Text("store.name", "库点"),
            showing.Pieces(lambda row: row.pk, "现有"), showing.Expiry("expires_on", "保质期至"),
        ), empty="没有过期或快到期的物资。"),
    ),
)  # fmt: skip

PAGES = [
    Page("relief.board", "console/relief/", "物资储备", READ, BOARD, menu=Menu("待遇", 70, "house"), impersonal=IMPERSONAL),
    Page("relief.stock", "console/relief/stock/", "物资库存", READ, ListBody(
        selectors.lots, STOCK, link=("relief.lot", {"pk": "pk"}), sort="-received_on", export="relief.stock_export",
        filters=(
            ByChoice("store", "库点", field="store_id", choices=_stores),
            ByChoice("goods", "物资", field="goods_id", choices=_kinds),
            ByChoice("category", "类别", field="goods__category", choices=tuple(CATEGORIES)),
            ByChoice("expiry", "保质期", choices=EXPIRY, by=_by_expiry),
            ByRegion("region", "地区", permission=READ),
        ),
        actions=(Action("入库", "relief.receive", icon="plus", primary=True), Action("由表格入库", "relief.import"),
                 Action("打印库存表", "relief.stock_pdf", icon="print"), Action("库点", "relief.stores"), Action("物资目录", "relief.goods")),
        lead="按批次列出，先到期的先发，过期的不发。件数就是账上的余额。",
        empty="还没有入库的物资。点“入库”登记一批，或“由表格入库”。先要有库点和物资目录。"),
         menu=Menu("待遇", 71, "list"), impersonal=IMPERSONAL),
    Page("relief.stock_export", "console/relief/stock/export/", "导出物资库存", READ, ExportBody("relief.stock"), impersonal=IMPERSONAL),
    Page("relief.lot", "console/relief/stock/<int:pk>/", "物资批次", READ, DetailBody(
        _lot,
        (
            Facts("批次", items=(*STOCK[:7], Text("giver", "供货或捐赠单位"), Text("document", "合同、发票或文号"),
                               Money("price_fen", "单价（元）"), Date("received_on", "入库日期"))),
            Table("流水", rows=lambda lot, drawing: lot.movements.order_by("-pk")[:100], columns=MOVES),
        ),
        title=lambda lot: f"{lot.goods.title} · 批号 {lot.no}", subtitle=lambda lot: lot.store.name, parent="relief.stock",
        actions=(Action("调到另一库点", "relief.transfer", args={"pk": "pk"}), Action("调出", "relief.out", args={"pk": "pk"}),
                 Action("报损", "relief.loss", args={"pk": "pk"}))),
         example=_example, impersonal=IMPERSONAL),
    Page("relief.receive", "console/relief/receive/", "物资入库", MANAGE, FormBody(
        forms.receive_fields, forms.receive, initial=lambda actor, obj: {"on": clock.today()}, submit="入库", parent="relief.stock",
        lead="一批一登：同一种物资、同一批号、同一保质期。写错的不能改，用报损或调出更正。")),
    Page("relief.out", "console/relief/stock/<int:pk>/out/", "物资调出", MANAGE, ActionBody(
        _managed_lot, forms.take_out, fields=forms.out_fields, submit="调出", parent="relief.lot", about=_told,
        question="调给机构、其他部门时用；发给群众的在“物资发放”里办。"), example=_example),
    Page("relief.transfer", "console/relief/stock/<int:pk>/transfer/", "库间调拨", MANAGE, ActionBody(
        _managed_lot, forms.transfer, fields=forms.transfer_fields, submit="调拨", parent="relief.lot", about=_told), example=_example),
    Page("relief.loss", "console/relief/stock/<int:pk>/loss/", "物资报损", MANAGE, ActionBody(
        _managed_lot, forms.lose, fields=forms.loss_fields, submit="提出报损", parent="relief.lot", about=_told,
        question="另一人核准后才减库存。"), example=_example),
    Page("relief.stores", "console/relief/stores/", "物资库点", READ, ListBody(
        selectors.stores, (Text("name", "库点", sort="name"), Region("region_code", "所在地"), Text("address", "地址"),
                           Text("keeper", "保管人"), Text("phone", "联系电话"),
                           Badge("closed", "状态", names={"True": "已停用", "False": "使用中"}, tones={"False": "good"})),
        sort="name", link=("relief.store", {"pk": "pk"}), actions=(Action("新建库点", "relief.store_new", icon="plus", primary=True),),
        empty="还没有库点。点“新建库点”，县级和每个乡镇各建自己的。"), impersonal=IMPERSONAL),
    Page("relief.store_new", "console/relief/stores/new/", "新建库点", MANAGE, FormBody(
        forms.store_fields, forms.save_store, parent="relief.stores")),
    Page("relief.store", "console/relief/stores/<int:pk>/", "库点", READ, DetailBody(
        lambda actor, pk: selectors.stores(actor).filter(pk=pk).first(),
        (Facts("库点", items=(Region("region_code", "所在地"), Text("address", "地址"), Text("keeper", "保管人"), Text("phone", "联系电话"))),
         Table("现有物资", rows=lambda store, drawing: _shelf(store, drawing), columns=(
             Link("goods.title", "物资", page="relief.lot", args={"pk": "pk"}), Text("no", "批号"),
             showing.Pieces(lambda row: row.pk, "现有"), showing.Expiry("expires_on", "保质期至")),
               empty="库里没有物资；入库后会列在这里。")),
        title=lambda store: store.name, parent="relief.stores",
        actions=(Action("盘点", "relief.count_new", args={"pk": "pk"}, primary=True), Action("修改", "relief.store_edit", args={"pk": "pk"}))),
         example=_store_example, impersonal=IMPERSONAL),
    Page("relief.store_edit", "console/relief/stores/<int:pk>/edit/", "修改库点", MANAGE, FormBody(
        forms.store_fields, forms.save_store, get=_managed_store, initial=forms.store_initial, parent="relief.store"),
         example=_store_example),
    Page("relief.count_new", "console/relief/stores/<int:pk>/count/", "盘点", MANAGE, FormBody(
        forms.count_fields, forms.count, get=_managed_store, initial=lambda actor, obj: {"on": clock.today()}, submit="登记盘点",
        parent="relief.store", lead="照实填；与账上不同的说明原因。另一人核准后，账按差异调整。"), example=_store_example),
    Page("relief.counts", "console/relief/counts/", "盘点和报损", READ, ListBody(
        selectors.counts, (Badge("kind", "种类", names=dict(Count.KINDS)), Text("store.name", "库点"), Date("counted_on", "日期", sort="counted_on"),
                           Text("made_name", "提出人"), Badge("state", "状态", names=dict(Count.STATES), tones=COUNT_TONES),
                           Text("decided_name", "核准人")),
        sort="-counted_on", link=("relief.count", {"pk": "pk"}),
        filters=(ByChoice("state", "状态", choices=Count.STATES), ByChoice("kind", "种类", choices=Count.KINDS), DateRange("counted_on", "日期")),
        empty="还没有盘点或报损。在库点的页面上盘点，在批次的页面上报损。"), menu=Menu("待遇", 73, "check"), impersonal=IMPERSONAL),
    Page("relief.count", "console/relief/counts/<int:pk>/", "盘点和报损", READ, DetailBody(
        _count,
        (Table("明细", rows=lambda one, drawing: one.lines.select_related("lot__goods").order_by("pk"), columns=(
            Text("lot.goods.title", "物资"), Text("lot.no", "批号"), Number("book", "账面"), Number("found", "实盘"),
            Badge("difference", "差异", names=lambda row: f"{row.difference:+,}" if row.difference else "",
                  tones=lambda row: "warn" if row.difference else "plain"), Text("explanation", "说明"))),
         Facts("办理", items=(Badge("state", "状态", names=dict(Count.STATES), tones=COUNT_TONES), Date("counted_on", "日期"),
                            Text("made_name", "提出人"), Text("decided_name", "核准人"), Text("opinion", "意见")))),
        title=lambda one: f"{one.get_kind_display()} · {one.store.name}", parent="relief.counts",
        actions=(Action("核准", "relief.decide", args={"pk": "pk"}, primary=True, when=lambda one: one.state == "proposed"),)),
         example=_count_example, impersonal=IMPERSONAL),
    Page("relief.decide", "console/relief/counts/<int:pk>/decide/", "核准盘点和报损", CONFIRM, ActionBody(
        _to_decide, forms.decide, fields=forms.DECISION, submit="提交", parent="relief.count",
        about=lambda one: f"{one.get_kind_display()}　{one.store.name}　提出人 {one.made_name}"), example=_open_count),
    Page("relief.goods", "console/relief/goods/", "物资目录", READ, ListBody(
        selectors.goods, (Text("title", "物资", sort="title"), Text("code", "代码"), Badge("category", "类别", names=KINDS), Text("spec", "规格"),
                          Text("unit", "单位"), Number(lambda row: f"{row.pieces_for} 件供 {row.persons_for} 人" if row.persons_for else "", "可供人数"),
                          Text(lambda row: f"{row.warn_days} 天" if row.perishable else "", "到期前提醒"),
                          Badge("active", "状态", names={"True": "使用中", "False": "已停用"}, tones={"True": "good"})),
        sort="category", link=("relief.goods_edit", {"pk": "pk"}), filters=(ByChoice("category", "类别", choices=tuple(CATEGORIES)),),
        actions=(Action("新建物资", "relief.goods_new", icon="plus", primary=True), Action("装入常用目录", "relief.goods_load")),
        empty="目录还是空的。点“装入常用目录”，或“新建物资”。"), impersonal=IMPERSONAL),
    Page("relief.goods_new", "console/relief/goods/new/", "新建物资", MANAGE, FormBody(
        forms.goods_fields, forms.save_goods, initial=forms.goods_initial, parent="relief.goods")),
    Page("relief.goods_load", "console/relief/goods/load/", "装入常用目录", MANAGE, FormBody(
        (), _load, submit="装入", parent="relief.goods", lead="把随平台提供的常用救助物资装进目录；已有的、改过的不动。“可供几人”等数据待本地确认。")),
    Page("relief.goods_edit", "console/relief/goods/<int:pk>/", "修改物资", MANAGE, FormBody(
        forms.goods_fields, forms.save_goods, get=_goods, initial=forms.goods_initial, parent="relief.goods"),
         example=first_of(Goods.objects.order_by("pk"))),
]  # fmt: skip


def _shelf(store: Store, drawing: Drawing) -> list[Lot]:
    found = selectors.in_stock(selectors.lots(drawing.actor).filter(store=store))[:200]
    drawing.notes["relief_pieces"] = {lot.pk: pieces for lot, pieces in found}
    return [lot for lot, _pieces in found]
