"""Handing out: once a person and campaign, first expiring first, nothing expired; taken back without a trace missing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from minzheng.business.assistance.relief_goods import importing, papers, selectors
from minzheng.business.assistance.relief_goods.handing import campaigns, issuing
from minzheng.business.assistance.relief_goods.models import Campaign, Goods, Issue, Movement
from minzheng.business.assistance.relief_goods.tests.conftest import NUMBERS, Yard, make_yard
from minzheng.kernel import clock
from minzheng.kernel.awards.models import Award, AwardMember
from minzheng.kernel.cases.errors import NotAllowed, Refused
from minzheng.kernel.ledger import proofs
from minzheng.kernel.ledger import selectors as ledger


def receiver(campaign: Campaign, name: str) -> Any:
    return campaign.receivers.get(name=name)


def test_先到期的先发_过期的不发_不够就一件也不出(yard: Yard, refuses: Callable[..., Any]) -> None:
    yard.lot("FOOD-RICE", 50, "旧", expires=-1)
    late, soon = yard.lot("FOOD-RICE", 3, "晚", expires=200), yard.lot("FOOD-RICE", 3, "早", expires=20)
    quilt = yard.lot("CLOTH-QUILT", 2, "被")
    one = yard.campaign(FOOD_RICE=2, CLOTH_QUILT=1)
    made = issuing.issue(actor=yard.keeper, receiver=receiver(one, "周桂兰"))
    assert selectors.received([made])[made.pk] == "棉被 1 床、大米 2 袋"
    issuing.issue(actor=yard.keeper, receiver=receiver(one, "李大山"), received_by="李小山", relation="儿子")
    held = selectors.pieces_of([late.pk, soon.pk, quilt.pk])
    assert (held[soon.pk], held[late.pk], held[quilt.pk]) == (0, 2, 0)
    with refuses("棉被不够：每人 1 床，可发的只有 0 床（过期的不能发）"):
        issuing.issue(actor=yard.keeper, receiver=receiver(one, "王秀英"))
    assert Issue.objects.count() == 2
    assert ledger.balance("issued", party=yard.people[0].pk) == 3
    assert campaigns.needed(one) == {g.goods_id: g.pieces for g in one.goods.all()}
    assert proofs.verify().errors == ()


def test_每人一次_收回后可以重领_代领写明关系(yard: Yard, refuses: Callable[..., Any]) -> None:
    quilt = yard.lot("CLOTH-QUILT", 5, "被")
    one = yard.campaign(CLOTH_QUILT=1)
    who = receiver(one, "周桂兰")
    with refuses("代领的请写明代领人与本人的关系"):
        issuing.issue(actor=yard.keeper, receiver=who, received_by="张三")
    first = issuing.issue(actor=yard.keeper, receiver=who)
    with refuses("领过这一批（由周桂兰领取，保管员发放），每人只能领一次"):
        issuing.issue(actor=yard.keeper, receiver=who)
    with refuses("已经有发放记录，不能从名单里去掉"):
        campaigns.take_off(actor=yard.keeper, receiver=who, reason="x")
    issuing.take_back(actor=yard.keeper, issue=first, reason="发错件数")
    with refuses("已经收回过了"):
        issuing.take_back(actor=yard.keeper, issue=first, reason="再收")
    assert selectors.pieces_of([quilt.pk]) == {quilt.pk: 5}
    issuing.issue(actor=yard.keeper, receiver=who)
    assert list(Movement.objects.order_by("pk").values_list("kind", "pieces")) == [
        ("in", 5), ("issue", -1), ("void", 1), ("issue", -1),
    ]  # fmt: skip
    with pytest.raises(NotAllowed):
        issuing.issue(actor=yard.head, receiver=receiver(one, "李大山"))
    campaigns.finish(actor=yard.keeper, campaign=one)
    with refuses("已经结束"):
        issuing.issue(actor=yard.keeper, receiver=receiver(one, "李大山"))
    assert proofs.verify().errors == ()


def test_名单从待遇_地区_文件来_死亡的不列_不重复(yard: Yard, refuses: Callable[..., Any]) -> None:
    zhou, _li, wang = yard.people
    award = Award.objects.create(
        no="D1", item_code="assistance.dibao", region_code=zhou.region_code, payee=zhou, payee_name=zhou.name, account_no="1",
        persons=2, amount_fen=1, first_month=clock.today().replace(day=1), decided_on=clock.today(), frozen={},
    )  # fmt: skip
    for person in (zhou, wang):
        AwardMember.objects.create(award=award, person=person, name=person.name, relation="本人")
    wang.death_date = clock.today()
    wang.save(update_fields=["death_date"])
    goods = {Goods.objects.get(code="CLOTH-QUILT").pk: 1}
    with refuses("要写明启动响应或批准的文号"):
        campaigns.plan(actor=yard.keeper, title="洪灾", occasion="emergency", store=yard.store, goods=goods)
    one = campaigns.plan(
        actor=yard.keeper,
        title="洪灾",
        occasion="emergency",
        document="青政发〔2026〕9号",
        store=yard.store,
        goods=goods,
    )
    with refuses("名单还是空的"):
        campaigns.begin(actor=yard.keeper, campaign=one)
    assert campaigns.add_from_awards(actor=yard.keeper, campaign=one, items=["assistance.dibao"]) == 1
    assert campaigns.add_from_region(actor=yard.keeper, campaign=one, region_code="990101001001") == 1
    with refuses("地区不在这一批的范围内"):
        campaigns.add_from_region(actor=yard.keeper, campaign=one, region_code="990101002000")
    rows = [
        f"{NUMBERS[0]},周桂兰,",
        f"{NUMBERS[1]},李大川,",
        f"{NUMBERS[2]},王秀英,",
        f"{NUMBERS[0]},周桂兰,",
        "123,某人,",
    ]
    content = "\n".join(["身份证号,姓名,说明", *rows]).encode()
    done = importing.people(actor=yard.keeper, campaign=one, name="名单.csv", content=content)
    assert (done.new, done.same, [line for line, _why in done.bad]) == (0, 1, [3, 4, 5, 6])
    assert [
        "姓名不同" in done.bad[0][1] or "姓名与档案" in done.bad[0][1],
        "死亡" in done.bad[1][1],
        "第 2 行" in done.bad[2][1],
    ] == [True] * 3
    assert sorted(one.receivers.values_list("name", "basis")) == [("周桂兰", "award"), ("李大山", "region")]
    assert one.no.startswith("990101001-WZ-")


@pytest.mark.django_db(transaction=True)
def test_十六处同时发给一个人_只发一次(transactional_db: None) -> None:
    yard = make_yard()
    lot = yard.lot("CLOTH-QUILT", 100, "被")
    one = yard.campaign(CLOTH_QUILT=1)
    who, ready, told = receiver(one, "周桂兰"), threading.Barrier(16), []

    def clerk() -> None:
        ready.wait()
        try:
            told.append(issuing.issue(actor=yard.keeper, receiver=who).pk)
        except Refused as error:
            told.append(error.sentences[0])
        finally:
            connection.close()

    threads = [threading.Thread(target=clerk) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([one for one in told if isinstance(one, int)]) == 1
    assert len([one for one in told if "每人只能领一次" in str(one)]) == 15
    assert selectors.pieces_of([lot.pk]) == {lot.pk: 99}
    assert proofs.verify().errors == ()


def test_打印的名单和库存表是PDF(yard: Yard) -> None:
    yard.lot("CLOTH-QUILT", 5, "被")
    one = yard.campaign(CLOTH_QUILT=1)
    for content in (papers.issue_list(yard.keeper, one), papers.stock_list(yard.keeper)):
        assert content[:5] == b"%PDF-"


def test_乡镇保管员在页面上入库_建批_发放(yard: Yard) -> None:
    client = Client()
    client.force_login(yard.keeper.user, backend="minzheng.kernel.accounts.backends.AccountBackend")
    quilt, today = Goods.objects.get(code="CLOTH-QUILT"), clock.today().isoformat()
    sent = {"store": yard.store.pk, "goods": quilt.pk, "no": "P1", "pieces": "3", "origin": "donation", "on": today}
    assert client.post(reverse("relief.receive"), sent).status_code == 302
    client.post(
        reverse("relief.plan"),
        {"title": "慰问", "occasion": "festival", "store": yard.store.pk, f"goods_{quilt.pk}": "1"},
    )
    one = Campaign.objects.get()
    at = {"pk": one.pk}
    client.post(reverse("relief.add_region", kwargs=at), {"region": "990101001000"})
    client.post(reverse("relief.begin", kwargs=at))
    who = receiver(one, "王秀英")
    page = client.get(reverse("relief.issue", kwargs={"pk": who.pk})).content.decode()
    assert "先核对身份证和本人" in page
    client.post(reverse("relief.issue", kwargs={"pk": who.pk}), {"on": today})
    refused = client.post(reverse("relief.issue", kwargs={"pk": who.pk}), {"on": today})
    assert (refused.status_code, "每人只能领一次" in refused.content.decode()) == (422, True)
    several = {"row": [r.pk for r in one.receivers.all()], "sent": "1"}
    answer = client.post(reverse("relief.issue_many"), several).content.decode()
    assert "已经领过" in answer and Issue.objects.count() == 3
    detail = client.get(reverse("relief.campaign", kwargs=at)).content.decode()
    assert "3 / 3 人" in detail and "王秀英" in detail
    file_url = reverse("persons.file", kwargs={"pk": yard.people[2].pk})
    client.post(reverse("files.reason"), {"file": f"person:{yard.people[2].pk}", "reason": "investigate"})
    file = client.get(file_url).content.decode()
    assert "领取的救助物资" in file and "棉被 1 床" in file
    for code in (
        "relief.board",
        "relief.stock",
        "relief.issues",
        "relief.receivers",
        "relief.counts",
        "relief.goods",
        "relief.stores",
    ):
        assert client.get(reverse(code)).status_code == 200, code
    for value in ("expired", "expiring", "good"):
        assert client.get(reverse("relief.stock"), {"expiry": value}).status_code == 200
    assert "物资代码" in client.get(reverse("relief.import")).content.decode()
