"""Every edge case of the reference (benefits.md §3.10), by its number. Cases about the bank's answers (3, 7) and return
files after a closed month (12) are told by the return files' own tests; here they are told from the batch's side."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from django.db.utils import InternalError, ProgrammingError
from django.urls import reverse

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.awards import clawback, differences
from minzheng.kernel.awards.models import Award, AwardPause, PayeeAccount, PaymentLine
from minzheng.kernel.awards.services import change_account, stop
from minzheng.kernel.ledger.models import LedgerEntry
from minzheng.kernel.ledger.proofs import verify
from minzheng.kernel.pages.tests.visiting import signed_in
from minzheng.kernel.payruns import claims, reading, returns, services, simulator, terms
from minzheng.kernel.payruns.errors import PayNotAllowed, PayRefused
from minzheng.kernel.payruns.models import PayBatch, PayLine
from minzheng.kernel.payruns.returns import expiring
from minzheng.kernel.payruns.tests.world import DIBAO, MARCH, World, codes_of, month
from minzheng.kernel.subjects.models import Person


def test_1_当月死亡的当月照发_次月停发_地方规定当月停发的当月也不发(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    award = world.award(fen=35_800, item="elderly.old_age", first=month(2))
    Person.objects.filter(pk=award.payee_id).update(death_date=MARCH, birth_date=datetime.date(1940, 1, 1))
    batch = world.build(item="elderly.old_age")
    told = codes_of(batch)["C01"]
    assert [one[:5] for one in told] == ["warn "], told
    monkeypatch.setattr(terms, "number", lambda key, on=None: 0 if key == "death_month_paid" else 30)
    assert codes_of(services.recheck(actor=world.clerk, batch_id=batch.pk))["C01"][0].startswith("block ")


def test_2_死亡晚报_已发的追回_没发的不发(world: World, tmp_path: Path) -> None:
    award = world.award(fen=35_800, first=month(1))
    for number in (1, 2, 3):
        world.line(award, month(number))
    paid = world.paid(world.build(), tmp_path)
    assert paid.total_fen == 3 * 35_800  # months behind are paid with this one, one line each
    world.line(award, month(4))
    stop(award=award, last_month=month(1), actor=SYSTEM)  # died in January, known in April
    proposed = list(PaymentLine.objects.filter(line_type="clawback", state="proposed").order_by("month"))
    assert [(one.month, one.amount_fen) for one in proposed] == [(month(2), -35_800), (month(3), -35_800)]
    with pytest.raises(PayRefused, match="不需要制作批次|没有应发"):  # April was planned and is taken out
        world.build(month(4))


def test_4_同一待遇同月两笔由数据库拒绝_不同待遇可以_同一人在两户里领同一项由校验拦住(world: World) -> None:
    award = world.award()
    line = world.line(award, MARCH)
    with pytest.raises(IntegrityError), transaction.atomic():
        PaymentLine.objects.create(
            award=award,
            month=MARCH,
            line_type="regular",
            seq=1,
            amount_fen=1,
            region_code=award.region_code,
            item_code=DIBAO,
        )
    batch = world.build()
    first = batch.pay_lines.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        PayLine.objects.create(
            batch=batch, seq=9, line=line, award=award, month=MARCH, line_type="regular", region_code=award.region_code,
            due_fen=1, amount_fen=1,
        )  # fmt: skip
    world.award(item="elderly.old_age", fen=3_000, payee=award.payee, number=award.account_no)
    assert "C03" not in codes_of(world.build(item="elderly.old_age"))
    twice = world.award(payee=award.payee, number=award.account_no, decided_on=datetime.date(2026, 3, 9))
    assert services.recheck(actor=world.clerk, batch_id=batch.pk).pk == batch.pk
    blocked = batch.checks.get(code="C03")
    assert blocked.severity == "block" and blocked.line.award_id == twice.pk != first.award_id


def test_5_户名的生僻字和间隔号由人核实_换一个人不行_家人和监护人可以(world: World) -> None:
    holders = {
        "买买提·阿不都": "买买提．阿不都", "李㛃": "李洁", "王䶮": "王?", "赵六": "钱七",
    }  # fmt: skip
    awards = {name: world.award(name, holder=holder) for name, holder in holders.items()}
    child = world.award("周小宝", holder="周大山")
    PayeeAccount.objects.filter(pk=child.account_id).exists()
    kin = world.award("孙一", people=2)
    Award.objects.filter(pk=kin.pk).update(payee_name="孙一家0")
    batch = world.build()
    found = {one.line.award_id: one for one in batch.checks.filter(code="C04").select_related("line")}
    assert awards["买买提·阿不都"].pk not in found and kin.pk not in found
    assert [found[awards[name].pk].clearable for name in ("李㛃", "王䶮", "赵六")] == [True, True, False]
    assert child.pk in found
    services.clear_check(actor=world.clerk, check_id=found[awards["李㛃"].pk].pk, reason="银行柜面核实是同一人")
    with pytest.raises(PayRefused, match="不能说明理由"):
        services.clear_check(actor=world.clerk, check_id=found[awards["赵六"].pk].pk, reason="试试")
    change_account(
        award=child, holder="周大山", number="62179900000000001", bank="示范农商行", actor=SYSTEM, kind="guardian",
        relation="父亲",
    )  # fmt: skip
    services.recheck(actor=world.clerk, batch_id=batch.pk)
    left = {one.line.award_id for one in batch.checks.filter(code="C04", cleared_at=None)}
    assert left == {awards["王䶮"].pk, awards["赵六"].pk}


def test_6_账户月中变更_已审批的批次不变_下一批用新账户(world: World) -> None:
    award = world.award()
    batch = world.approved(world.build())
    before = batch.pay_lines.get().account
    change_account(award=award, holder=award.payee_name, number="62170000099999999", bank="示范农商行", actor=SYSTEM)
    assert batch.pay_lines.get().account_id == before.pk
    following = world.build(month(4))
    assert following.pay_lines.get().account.tail == "9999" != before.tail
    with pytest.raises((InternalError, ProgrammingError)), transaction.atomic():
        PayeeAccount.objects.filter(pk=before.pk).update(holder="别人")


def test_8_补发各月各一笔_与正常发放同批(world: World) -> None:
    award = world.award(first=month(1))
    for number in (1, 2):
        world.line(award, month(number), 1_000, "back_pay", due_on=datetime.date(2026, 3, 10))
    batch = world.build()
    told = sorted((one.month.month, one.line_type, one.amount_fen) for one in world.rows(batch))
    assert told == [(1, "back_pay", 1_000), (2, "back_pay", 1_000), (3, "regular", 65_000)]
    assert (batch.households, batch.persons) == (1, 1)


def test_9_抵扣不超过三成且须本人同意_抵不完的结转_抵平的不进文件(world: World, tmp_path: Path) -> None:
    award = world.award(fen=35_800, first=month(2))
    world.line(award, month(2))
    world.paid(world.build(month(2)), tmp_path)
    differences.propose_clawback(award=award, from_month=month(2), reason="多发", due=lambda paid: paid - 20_000)
    clawback.confirm(lines=PaymentLine.objects.filter(state="proposed"), actor=SYSTEM, reason="核实多发")
    claim = PaymentLine.objects.get(line_type="clawback")
    batch = world.build()
    assert batch.pay_lines.get().offset_fen == 0  # nobody agreed
    services.consent_to_offset(
        actor=world.clerk, award_id=award.pk, percent=30, document="同意书1号", given_on=datetime.date(2026, 3, 2)
    )
    services.recheck(actor=world.clerk, batch_id=batch.pk)
    line = batch.pay_lines.get()
    assert (line.due_fen, line.offset_fen, line.amount_fen) == (35_800, -10_740, 25_060)
    world.paid(PayBatch.objects.get(pk=batch.pk), tmp_path)
    assert claims.left_of(claim) == 20_000 - 10_740
    second = world.build(month(4))
    assert second.pay_lines.get().offset_fen == -9_260  # the rest
    world.approved(second)
    claim.refresh_from_db()
    assert claim.state == "batched" and claims.left_of(claim) == 0
    assert verify().errors == ()


def test_9_更正把当月抵平_不进文件_应发明细有着落(world: World, tmp_path: Path) -> None:
    paid, over = world.award(), world.award(fen=50_000)
    world.line(over, MARCH)
    stop(award=over, last_month=month(2), actor=SYSTEM)
    batch = world.build()
    settled = batch.pay_lines.get(award=over)
    assert (settled.state, settled.amount_fen, settled.correction_fen) == ("settled", 0, -50_000)
    assert (batch.lines, batch.total_fen) == (1, paid.amount_fen)
    done = world.paid(batch, tmp_path)
    assert done.file_lines == 1 and done.state == "ALL_PAID"
    assert not PaymentLine.objects.filter(state="planned").exists()
    assert verify().errors == ()


def test_10_没有应发的不能制作批次(world: World) -> None:
    with pytest.raises(PayRefused, match="不需要制作批次"):
        world.build()
    world.award(fen=0)
    with pytest.raises(PayRefused, match="不需要制作批次"):
        world.build()
    assert not PayBatch.objects.exists()


def test_11_份额按最大余数分到分(world: World) -> None:
    from minzheng.kernel.funds.splitting import split

    parts = split({"central": 1, "province": 1, "county": 1}, 100_000)
    assert sorted(parts.values()) == [33_333, 33_333, 33_334]


def test_13_户籍迁出当月原县发_次月新县发_不重不漏(world: World) -> None:
    from minzheng.kernel.awards.moving import move_award
    from minzheng.kernel.items import registry

    award = world.award()
    params = registry.get(DIBAO).flow.params(award.region_code, MARCH)
    with clock.at(datetime.date(2026, 3, 15)):
        move_award(award=award, to_region="990102001001", on=clock.today(), actor=SYSTEM, params=params)
    assert world.build().pay_lines.get().region_code == "990101001001"
    with pytest.raises(PayRefused, match="不需要制作批次"):
        world.build(month(4))


def test_15_制单复核审批付款各是一人(world: World) -> None:
    world.award()
    batch = world.build()
    PayBatch.objects.filter(pk=batch.pk).update(maker=world.checker.id)
    with pytest.raises(PayNotAllowed, match="制单"):
        services.review(actor=world.checker, batch_id=batch.pk)
    PayBatch.objects.filter(pk=batch.pk).update(maker=world.clerk.id)
    with pytest.raises(PayNotAllowed, match="岗位"):
        services.review(actor=world.clerk, batch_id=batch.pk)
    world.reviewed(batch)
    PayBatch.objects.filter(pk=batch.pk).update(maker=world.head.id)
    with pytest.raises(PayNotAllowed, match="制单"):
        services.approve(actor=world.head, batch_id=batch.pk)
    PayBatch.objects.filter(pk=batch.pk).update(maker=world.clerk.id, approver=None)
    services.approve(actor=world.head, batch_id=batch.pk)
    PayBatch.objects.filter(pk=batch.pk).update(checker=world.cashier.id)
    with pytest.raises(PayNotAllowed, match="复核"):
        services.submit(actor=world.cashier, batch_id=batch.pk)


def test_16_审批后明细改不动_绕过的改动报盘时被查出(world: World) -> None:
    world.award()
    batch = world.funded(world.build())
    line = batch.pay_lines.get()
    for change in ({"amount_fen": 1, "due_fen": 1}, {"account_id": 1}, {"snapshot": {}}, {"persons": 9}):
        with pytest.raises((InternalError, ProgrammingError)), transaction.atomic():
            PayLine.objects.filter(pk=line.pk).update(**change)
    with pytest.raises((InternalError, ProgrammingError)), transaction.atomic():
        line.delete()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE kernel_payline DISABLE TRIGGER kernel_payline_content")
        cursor.execute("UPDATE kernel_payline SET persons = 9 WHERE id = %s", [line.pk])
        cursor.execute("ALTER TABLE kernel_payline ENABLE TRIGGER kernel_payline_content")
    with pytest.raises(PayRefused, match="SM3 不符"):
        services.send(actor=world.cashier, batch_id=batch.pk)


def test_17_按年标准的十二月发余数(world: World) -> None:
    award = world.award(item="assistance.tekun", fen=21_017, first=month(1), frozen={"december_fen": 21_013})
    with clock.at(datetime.date(2026, 12, 20)):
        for number in (11, 12):
            assert world.build(month(number), item="assistance.tekun").month == month(number)
    lines = dict(PaymentLine.objects.filter(award=award).values_list("month__month", "amount_fen"))
    assert lines == {11: 21_017, 12: 21_013}


def test_18_资金不足_先批先发的照次序_排队的一笔不丢_资金到位后补发(world: World, tmp_path: Path) -> None:
    first, second = world.award(fen=40_000, category="A"), world.award(fen=30_000, category="B")
    third = world.award(fen=50_000, category="C")
    _allot(world, 75_000, "示财社1号")
    batch = world.build()
    assert "block" in codes_of(batch)["C12"][0] and batch.total_fen == 120_000
    world.reviewed(batch)
    with pytest.raises(PayRefused, match="资金"):
        services.approve(actor=world.head, batch_id=batch.pk)
    services.send_back(actor=world.head, batch_id=batch.pk, reason="资金不足，先安排排队")
    batch = services.queue_unaffordable(actor=world.clerk, batch_id=batch.pk)
    waiting = batch.pay_lines.get(state="excluded")
    assert (batch.total_fen, batch.lines, waiting.award_id, waiting.excluded_for) == (70_000, 2, third.pk, "funds")
    assert set(batch.pay_lines.filter(state="ready").values_list("award_id", flat=True)) == {first.pk, second.pk}
    assert world.paid(batch, tmp_path).state == "ALL_PAID"
    assert PaymentLine.objects.get(award=third, month=MARCH).state == "planned"  # owed as before
    _allot(world, 300_000, "示财社2号")
    services.release_line(actor=world.clerk, line_id=waiting.pk, reason="资金已到位")
    more = world.build()
    assert (more.kind, more.total_fen, more.pay_lines.get().award_id) == ("supplement", 50_000, third.pk)
    world.paid(more, tmp_path)
    assert set(PaymentLine.objects.filter(month=MARCH).values_list("state", flat=True)) == {"paid"}
    assert verify().errors == ()


def _allot(world: World, fen: int, document: str) -> None:
    """Money for the benefit, entered by finance and confirmed by the head."""
    from minzheng.kernel.funds import allocations
    from minzheng.kernel.funds.sources import purpose_of

    row = allocations.allot(
        actor=world.cashier, region_code=world.bureau.region_code, year=2026, source="county", purpose=purpose_of(DIBAO),
        amount_fen=fen, document_no=document, document_on=datetime.date(2026, 1, 5),
    )  # fmt: skip
    allocations.confirm(actor=world.head, pk=row.pk)


def test_止付满规定月数的_页面上交回财政_账平_以后不再重发(world: World, tmp_path: Path) -> None:
    kept, held = world.award(fen=65_000), world.award(fen=35_000)
    batch = world.funded(world.build())
    line = batch.pay_lines.get(award=held)
    services.withhold_line(actor=world.cashier, line_id=line.pk, reason="报盘当天查到疑似死亡")
    services.send(actor=world.cashier, batch_id=batch.pk)
    file = tmp_path / "back"
    simulator.simulate(PayBatch.objects.get(pk=batch.pk), file, seed=1, habits=simulator.Habits(0, 0))
    returns.book(actor=world.cashier, batch=batch, path=file)
    page, form = reverse("payruns.detail", args=[batch.pk]), reverse("payruns.give_back", args=[batch.pk])
    assert world.cashier.user is not None
    client = signed_in(world.cashier.user)
    assert form not in client.get(page).content.decode()
    with clock.at(datetime.date(2027, 4, 21)):
        assert form in client.get(page).content.decode()
        assert "1 笔，共 350.00 元" in client.get(form).content.decode()
        done = client.post(form, {"reason": "家属已办死亡登记，无继承人来领"}, follow=True).content.decode()
    assert "1 笔 350.00 元已记作退回财政" in done and "交回财政" in done
    line.refresh_from_db()
    assert (line.state, line.live) == ("returned", False) and line.reason.startswith("长期未能重发，已交回财政")
    sums = dict(LedgerEntry.objects.values_list("account_id").annotate(fen=Sum("amount")))
    assert (sums["reissue"], sums["treasury"], sums["payable"]) == (0, -35_000, 0)
    with pytest.raises(PayRefused, match="没有退回满"):
        expiring.give_back(actor=world.cashier, batch=batch, reason="再交一次")
    assert kept.pk and verify().errors == ()


def test_暂停超过期限的_在按月发放里点名_期限内的不点(world: World) -> None:
    for first, award in ((1, world.award("久停", first=month(1))), (3, world.award("新停"))):
        AwardPause.objects.create(award=award, from_month=month(first), reason="举报调查中")
        Award.objects.filter(pk=award.pk).update(state="suspended")
    found = reading.suspended_too_long(world.clerk)
    assert [(one["item_code"], one["n"], one["since"]) for one in found] == [(DIBAO, 1, month(1))]
    assert world.clerk.user is not None
    text = signed_in(world.clerk.user).get(reverse("payruns.board")).content.decode()
    assert f"{reverse('awards.list')}?item={DIBAO}&amp;state=suspended" in text and "2026年1月" in text
