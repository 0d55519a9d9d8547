"""The states of §3.2 with their guards: who, from where, and what may not be."""

from __future__ import annotations

import datetime
import threading
from pathlib import Path

import pytest
from django.db import connection

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM, actor_of
from minzheng.kernel.accounts.models import User
from minzheng.kernel.accounts.roles import why_apart
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.awards.models import PaymentLine
from minzheng.kernel.awards.pauses import suspend
from minzheng.kernel.items import registry
from minzheng.kernel.ledger.models import LedgerTransaction
from minzheng.kernel.ledger.proofs import verify
from minzheng.kernel.payruns import services, terms
from minzheng.kernel.payruns.errors import PayInput, PayNotAllowed, PayRefused
from minzheng.kernel.payruns.models import PayBatch, PayEvent
from minzheng.kernel.payruns.tests.world import COUNTY, DIBAO, MARCH, VILLAGE, World, month
from minzheng.kernel.subjects.models import Person

_ACTS = {
    "review": ("CHECKED",), "approve": ("REVIEWED",), "submit": ("APPROVED",), "fund": ("FIN_SUBMITTED",),
    "send": ("FUNDED",), "send_back": ("REVIEWED", "APPROVED", "FIN_SUBMITTED"),
    "void": ("BUILDING", "CHECKED", "REVIEWED", "APPROVED"), "recheck": ("BUILDING", "CHECKED"),
}  # fmt: skip
_MORE = {"fund": {"voucher": "V"}, "send_back": {"reason": "退"}, "void": {"reason": "废"}}


def test_每个动作只在它的状态里能办_别处都拒绝并说明(world: World) -> None:
    world.award()
    batch = world.build()
    for state, title in PayBatch.STATES:
        PayBatch.objects.filter(pk=batch.pk).update(state=state)
        for act, froms in _ACTS.items():
            if state not in froms:
                with pytest.raises(PayRefused, match=title):
                    getattr(services, act)(actor=SYSTEM, batch_id=batch.pk, **_MORE.get(act, {}))


def test_再生成一次还是同一批_有新的才变_审批后的进补充批次(world: World) -> None:
    first = world.award()
    batch = world.build()
    assert world.build().pk == batch.pk and PayEvent.objects.filter(act="rebuild").count() == 0
    world.award()
    assert (world.build().lines, PayBatch.objects.count()) == (2, 1)
    world.reviewed(batch)
    assert world.build().state == "REVIEWED"
    world.approved(PayBatch.objects.get(pk=batch.pk))
    with pytest.raises(PayRefused, match="没有新的应发明细"):
        world.build()
    world.line(first, month(2), 1_000, "back_pay")
    more = world.build()
    assert (more.kind, more.seq, more.lines, more.total_fen) == ("supplement", 1, 1, 1_000)
    assert more.no == "990101-DB-202603-B1" and batch.no == "990101-DB-202603-1"
    for given in ({"month": "2026-3x"}, {"item_code": "no.such"}, {"region_code": "99"}, {"region_code": "990199"}):
        with pytest.raises(PayInput):
            services.build(**{"actor": world.clerk, "month": MARCH, "item_code": DIBAO, "region_code": COUNTY} | given)
    with pytest.raises(PayRefused, match="还早"):
        world.build(month(6)) if clock.today() < month(4) else services.build(
            actor=world.clerk, month=month(7), item_code=DIBAO, region_code=COUNTY
        )


def test_审批以前的更正和暂停不会漏_重新校验以后才能审批(world: World) -> None:
    kept, paused = world.award(), world.award()
    batch = world.reviewed(world.build())
    params = registry.get(DIBAO).flow.params(paused.region_code, MARCH)
    with clock.at(datetime.date(2026, 2, 20)):
        suspend(award=paused, actor=SYSTEM, on=clock.today(), params=params, reason="生存核验未过")
    with pytest.raises(PayRefused, match="重新校验"):
        services.approve(actor=world.head, batch_id=batch.pk)
    services.send_back(actor=world.head, batch_id=batch.pk, reason="有暂停")
    assert (services.recheck(actor=world.clerk, batch_id=batch.pk).lines, kept.amount_fen) == (1, batch.total_fen // 2)
    world.line(kept, MARCH, -5_000, "correction")
    with pytest.raises(PayRefused, match="重新校验"):
        services.review(actor=world.checker, batch_id=batch.pk)
    done = world.approved(services.recheck(actor=world.clerk, batch_id=batch.pk))
    assert done.total_fen == 60_000 and verify().errors == ()


def test_大额须两名局领导_一人不能签两次(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.award()
    monkeypatch.setattr(terms, "number", lambda key, on=None: 1 if key == "second_approver_yuan" else 10_000)
    batch = world.approved(world.build())
    assert (batch.state, batch.sha) == ("REVIEWED", "") and not LedgerTransaction.objects.exists()
    with pytest.raises(PayNotAllowed, match="审批"):
        services.approve(actor=world.head, batch_id=batch.pk)
    done = services.approve(actor=world.head2, batch_id=batch.pk)
    assert done.state == "APPROVED" and len(done.sha) == 64 and done.second_approver_id == world.head2.id


def test_退回和作废把账和应发都还原_可以重来(world: World) -> None:
    world.award()
    batch = world.approved(world.build())
    first = batch.sha
    assert PaymentLine.objects.get().state == "batched"
    line = batch.pay_lines.get()
    services.withhold_line(actor=world.cashier, line_id=line.pk, reason="家属来电")
    assert verify().errors == ()
    services.submit(actor=world.cashier, batch_id=batch.pk)
    services.send_back(actor=world.cashier, batch_id=batch.pk, reason="财政退回：科目不对")
    batch.refresh_from_db()
    assert (batch.state, batch.withheld_lines, PaymentLine.objects.get().state) == ("CHECKED", 0, "planned")
    assert verify().errors == ()
    again = world.approved(batch)
    assert again.sha == first  # the same lines, the same hash
    services.void(actor=world.clerk, batch_id=batch.pk, reason="改由乡镇发放")
    assert verify().errors == () and PaymentLine.objects.get().state == "planned"
    with pytest.raises(PayRefused, match="理由"):
        services.void(actor=world.clerk, batch_id=batch.pk, reason=" ")
    new = world.build()
    assert (new.kind, new.seq, new.lines) == ("regular", 2, 1)
    steps = [one.act for one in batch.events.all()]
    assert steps[-3:] == ["review", "approve", "void"] and "finance_return" in steps
    assert set(AuditEntry.objects.filter(object_id=batch.pk).values_list("action", flat=True)) >= {
        "pay.build", "pay.check", "pay.review", "pay.approve", "pay.withhold", "pay.finance_return", "pay.void",
    }  # fmt: skip


def test_凭证要与批次一分不差_报盘当天再查死亡_止付后四方一致(world: World) -> None:
    alive, dead = world.award(), world.award("报盘前死亡", fen=35_800)
    batch = world.approved(world.build())
    services.submit(actor=world.cashier, batch_id=batch.pk)
    with pytest.raises(PayRefused, match="不符"):
        services.fund(actor=world.cashier, batch_id=batch.pk, voucher="V1", voucher_fen=batch.total_fen - 1)
    services.fund(actor=world.cashier, batch_id=batch.pk, voucher="V1")
    Person.objects.filter(pk=dead.payee_id).update(death_date=datetime.date(2026, 2, 27))
    with pytest.raises(PayRefused, match="先止付"):
        services.send(actor=world.cashier, batch_id=batch.pk)
    services.withhold_line(actor=world.cashier, line_id=batch.pay_lines.get(award=dead).pk, reason="2 月 27 日死亡")
    done = services.send(actor=world.cashier, batch_id=batch.pk)
    assert (done.file_lines, done.file_fen) == (1, alive.amount_fen)
    assert (done.lines, done.total_fen, done.withheld_fen) == (2, alive.amount_fen + 35_800, 35_800)
    assert verify().errors == ()


def test_乡镇的岗位只办本乡镇_岗位互不相容(world: World) -> None:
    world.award()
    town = world.staff("xianglin", "pay_clerk", "990101001000")
    with pytest.raises(PayNotAllowed, match="岗位"):
        services.build(actor=town, month=MARCH, item_code=DIBAO, region_code=COUNTY)
    batch = services.build(actor=town, month=MARCH, item_code=DIBAO, region_code="990101001000")
    assert (batch.lines, batch.no) == (1, "990101001-DB-202603-1")
    with pytest.raises(PayRefused, match="不需要"):
        world.build()  # the county's batch finds the line held by the town's
    for one, other in (
        ("pay_clerk", "pay_reviewer"), ("pay_clerk", "finance"), ("pay_reviewer", "finance"), ("pay_clerk", "bureau_head"),
        ("finance", "bureau_head"), ("pay_reviewer", "bureau_head"),
    ):  # fmt: skip
        assert why_apart(one, other)
    assert batch.pay_lines.get().region_code == VILLAGE


@pytest.mark.django_db(transaction=True)
def test_十六人同时审批一个批次_只有一人成功_应发只入一批(tmp_path: Path) -> None:
    with clock.at(datetime.date(2026, 4, 20)):
        world = World()
        world.award()
        batch = world.reviewed(world.build())
        heads = [world.head, *(world.staff(f"head{n}", "bureau_head") for n in range(15))]
    told: list[str] = []
    gate = threading.Barrier(len(heads))

    def sign(user: int) -> None:
        try:
            gate.wait()
            with clock.at(datetime.date(2026, 4, 20)):
                services.approve(actor=actor_of(User.objects.get(pk=user)), batch_id=batch.pk)
            told.append("done")
        except PayRefused as error:
            told.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=sign, args=(one.id,)) for one in heads]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert told.count("done") == 1 and len(told) == 16
    assert {one for one in told if one != "done"} == {next(one for one in told if one != "done")}
    assert LedgerTransaction.objects.filter(kind="approve").count() == 1
    assert PaymentLine.objects.get().state == "batched"
    assert PayEvent.objects.filter(act="approve").count() == 1
