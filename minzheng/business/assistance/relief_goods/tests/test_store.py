"""Goods in the store: every piece is on the ledger, a difference is explained and confirmed by another person."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest

from minzheng.business.assistance.relief_goods import capacity, importing, selectors
from minzheng.business.assistance.relief_goods.models import Goods, Lot, Movement
from minzheng.business.assistance.relief_goods.store import counts, services
from minzheng.business.assistance.relief_goods.store.counts import Found
from minzheng.business.assistance.relief_goods.tests.conftest import Yard
from minzheng.kernel.cases.errors import NotAllowed
from minzheng.kernel.ledger import proofs
from minzheng.kernel.ledger import selectors as ledger
from minzheng.policy.figures_xlsx import Book


def left(*lots: Lot) -> list[int]:
    found = selectors.pieces_of(lot.pk for lot in lots)
    return [found.get(lot.pk, 0) for lot in lots]


def test_入库_调出_调拨_每件都在账上(yard: Yard, refuses: Callable[..., Any]) -> None:
    rice = yard.lot("FOOD-RICE", 100, "R1", expires=200, giver="县粮油公司", price_fen=4500)
    services.take_out(actor=yard.keeper, lot=rice, pieces=30, on=yard.days(0), reason="镇敬老院过冬用")
    with pytest.raises(NotAllowed, match="不能在这里管理物资"):
        services.transfer(actor=yard.keeper, lot=rice, pieces=1, to=yard.other, on=yard.days(0))
    moved = services.transfer(actor=yard.county, lot=rice, pieces=20, to=yard.other, on=yard.days(0))
    again = services.transfer(actor=yard.county, lot=rice, pieces=5, to=yard.other, on=yard.days(0))
    assert left(rice, moved, again) == [45, 20, 5]
    assert [(one.no, one.store_id, one.expires_on, one.price_fen) for one in (moved, again)] == [
        ("R1", yard.other.pk, rice.expires_on, 4500),
        ("R1/2", yard.other.pk, rice.expires_on, 4500),
    ]
    rows = {row.account: row.closing for row in ledger.trial_balance()}
    assert rows == {"stock": 70, "received": -100, "issued": 30}
    with refuses("只有 45 袋，不够 46 袋"):
        services.take_out(actor=yard.keeper, lot=rice, pieces=46, on=yard.days(0), reason="x")
    assert proofs.verify().errors == ()


def test_入库写错的当场说清楚(yard: Yard, refuses: Callable[..., Any]) -> None:
    quilt = yard.lot("CLOTH-QUILT", 10, "Q1")
    for changes, why in (
        ({"pieces": 0}, "件数应在 1 到"), ({"no": " "}, "请写批号"), ({"origin": "transfer"}, "来源应是"),
        ({"on": yard.days(1)}, "入库日期不能晚于今天"), ({"no": "Q1"}, "已有批号 Q1"), ({"price_fen": -1}, "单价不能为负"),
        ({"goods": Goods.objects.get(code="FOOD-OIL")}, "有保质期，请写保质期"),
    ):  # fmt: skip
        with refuses(why):
            yard.lot("CLOTH-QUILT", **({"pieces": 5, "no": "Q2"} | changes))
    with refuses("已过保质期"):
        yard.lot("FOOD-OIL", 5, "O1", expires=-40)
    with pytest.raises(NotAllowed):
        yard.lot("CLOTH-QUILT", 5, "Q3", store=yard.other)
    assert (Lot.objects.count(), left(quilt)) == (1, [10])


def test_盘点差异说明原因_另一人核准才调账(yard: Yard, refuses: Callable[..., Any]) -> None:
    rice, quilt = yard.lot("FOOD-RICE", 50, "R1", expires=90), yard.lot("CLOTH-QUILT", 10, "Q1")
    propose = {"actor": yard.keeper, "store": yard.store, "on": yard.days(0)}
    with refuses("账上 50、实有 47，请说明差异的原因"):
        counts.propose(kind="count", found={rice.pk: Found(47)}, **propose)
    made = counts.propose(kind="count", found={rice.pk: Found(47, "鼠咬"), quilt.pk: Found(11, "上次漏点")}, **propose)
    services.take_out(actor=yard.keeper, lot=rice, pieces=7, on=yard.days(0), reason="敬老院")  # 盘点后、核准前还在发
    assert left(rice, quilt) == [43, 10]
    with pytest.raises(NotAllowed):
        counts.decide(actor=yard.keeper, count=made, agreed=True)
    with refuses("不核准的请写明原因"):
        counts.decide(actor=yard.head, count=made, agreed=False)
    counts.decide(actor=yard.head, count=made, agreed=True)
    assert left(rice, quilt) == [40, 11]
    with refuses("已经由镇长办理"):
        counts.decide(actor=yard.head, count=made, agreed=True)
    loss = counts.propose(kind="loss", found={rice.pk: Found(40, "受潮")}, **propose)
    services.take_out(actor=yard.keeper, lot=rice, pieces=1, on=yard.days(0), reason="敬老院")
    with refuses("只有 39 袋，不够 40 袋"):
        counts.decide(actor=yard.head, count=loss, agreed=True)
    counts.decide(actor=yard.head, count=loss, agreed=False, opinion="数目变了，重报")
    assert [row.closing for row in ledger.trial_balance() if row.account == "loss"] == [2]
    assert proofs.verify().errors == ()


def test_到期提醒与储备能力(yard: Yard) -> None:
    old = yard.lot("FOOD-RICE", 7, "R0", expires=-1)
    today = yard.lot("FOOD-RICE", 5, "R1", expires=0)
    soon, good = yard.lot("FOOD-RICE", 6, "R2", expires=60), yard.lot("FOOD-RICE", 8, "R3", expires=61)
    yard.lot("CLOTH-QUILT", 30, "Q1"), yard.lot("SHELTER-TENT", 3, "T1")
    now = yard.days(0)
    assert [selectors.state_of(one, now) for one in (old, today, soon, good)] == [
        "expired",
        "expiring",
        "expiring",
        "good",
    ]
    assert [(lot.no, pieces) for lot, pieces, _state in selectors.warnings(yard.keeper, now)] == [
        ("R0", 7), ("R1", 5), ("R2", 6),
    ]  # fmt: skip
    found = capacity.of("990101000000", selectors.in_stock(selectors.lots(yard.county)), now)
    assert found.by_category == (("food", 19), ("clothing", 30), ("shelter", 12))
    assert (found.persons, found.scarcest, found.target, found.short) == (12, "shelter", 5000, 4988)
    assert (capacity.target_of("990100000000"), capacity.target_of("990101001000")) == (30000, 0)


HEAD = ",".join(importing.LOT_COLUMNS)


def test_由表格入库_坏行说明行号原因_可以再传(yard: Yard) -> None:
    on, expiry = yard.days(-3), yard.days(300)
    rows = [
        f"FOOD-RICE,R1,100,采购,{on},{expiry},45.50,粮油公司,HT-1",
        f"CLOTH-QUILT,Q1,20,捐赠,{on:%Y年%m月%d日},,,慈善会,",
        f"NO-SUCH,X,1,采购,{on},,,,",
        f"FOOD-OIL,O1,5,采购,{on},,,,",
        f"CLOTH-QUILT,Q2,两床,采购,{on},,,,",
        "CLOTH-QUILT,Q3,2,采购,某日,,1.234,,",
        "",
        f"CLOTH-COAT,C1,2,采购,{on},,1.234,,",
    ]
    content = "\n".join([HEAD, *rows]).encode("gb18030")
    first = importing.lots(actor=yard.keeper, store=yard.store, name="一.csv", content=content)
    assert (first.new, first.same) == (2, 0)
    assert [line for line, _why in first.bad] == [4, 5, 6, 7, 9]
    for (_line, why), said in zip(
        first.bad, ("没有代码", "请写保质期", "应是整数", "日期“某日”看不懂", "最多两位小数"), strict=True
    ):
        assert said in why
    again = importing.lots(actor=yard.keeper, store=yard.store, name="一.csv", content=content)
    assert (again.new, again.same, len(again.bad)) == (0, 2, 5)
    changed = importing.lots(
        actor=yard.keeper, store=yard.store, name="二.csv", content=content.replace(b"R1,100", b"R1,120")
    )
    assert (changed.same, "已经入库 100 件" in changed.bad[0][1]) == (1, True)
    assert (Movement.objects.count(), Lot.objects.get(no="R1").price_fen) == (2, 4550)


def test_由工作簿入库_表头不对当场拒绝(yard: Yard, refuses: Callable[..., Any]) -> None:
    book = Book(lambda sheet: None, {})
    book.table("批次", importing.LOT_COLUMNS, (), [
        (["CLOTH-QUILT", "Q9", "30", "上级调拨", yard.days(-2).isoformat(), "", "", "省厅", ""], {}),
    ])  # fmt: skip
    done = importing.lots(actor=yard.keeper, store=yard.store, name="三.xlsx", content=book.close())
    assert (done.new, done.bad) == (1, [])
    for content, why in ((b"a,b\n1,2", "表头缺少：物资代码"), (b"", "是空的"), (b"\xff\xfe\x00", "编码")):
        with refuses(why):
            importing.lots(actor=yard.keeper, store=yard.store, name="坏.csv", content=content)
    with refuses("不是能读的 Excel 文件|已损坏"):
        importing.lots(actor=yard.keeper, store=yard.store, name="坏.xlsx", content=b"PK\x03\x04nothing")
    assert datetime.date.today() >= Lot.objects.get(no="Q9").received_on
