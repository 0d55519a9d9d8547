"""The start/stop table (benefits.md §0.5), every benefit: applied for in January, decided on 12 March, the claimant dies on
10 June. Which months are paid, which are not, and what of a month paid too long is claimed back."""

from __future__ import annotations

import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.awards.models import PaymentLine
from minzheng.kernel.awards.monthly import make_lines
from minzheng.kernel.awards.services import change_account, first_payable_month, stop
from minzheng.kernel.items import registry
from minzheng.kernel.items.personal import applied_month
from minzheng.kernel.ledger.proofs import verify
from minzheng.kernel.payruns import closing, returns, services
from minzheng.kernel.payruns.cli import payrun
from minzheng.kernel.payruns.errors import PayRefused
from minzheng.kernel.payruns.models import PayBatch, PayMonth
from minzheng.kernel.payruns.tests.world import COUNTY, MARCH, World, month

DECIDED, DIED = datetime.date(2026, 3, 12), datetime.date(2026, 6, 10)
HANDED_IN = datetime.datetime(2026, 1, 20, 9, tzinfo=clock.CHINA)

#: Item → first month paid. 高龄津贴: a parameter of the place, here as shipped. What pays no money has no row.
TABLE = {
    "assistance.dibao": 4, "assistance.tekun": 4, "children.orphan": 4, "children.unattended": 4,
    "children.difficult": 4, "elderly.care_subsidy": 4, "disability.two_subsidies": 1, "elderly.old_age": 1,
    "assistance.temporary": 3,
}  # fmt: skip
NO_MONEY = {"assistance.dibao_edge", "assistance.rigid_expense", "elderly.home_care", "funeral.free_basics"}


def test_起止月份表覆盖每一项发钱的待遇() -> None:
    assert set(TABLE) | NO_MONEY == {item.code for item in registry.all_items()}


def _first(code: str) -> datetime.date:
    """As the decision works it out from the parameters of the place."""
    params = registry.get(code).flow.params("990101001001", DECIDED)
    return applied_month(SimpleNamespace(submitted_at=HANDED_IN), params) or first_payable_month(DECIDED, params)  # type: ignore[arg-type]


def test_每一项待遇的起发月和停发月_多发的逐月追回(world: World, tmp_path: Path) -> None:
    for code, number in TABLE.items():
        first = _first(code)
        assert first == month(number), code
        once: dict[str, Any] = {"cycle": "once", "last_month": first} if code == "assistance.temporary" else {}
        award = world.award(code, item=code, fen=35_800, first=first, decided_on=DECIDED, **once)
        if once:
            world.line(award, first)
        else:
            for earlier in range(number, 4 if number < 4 else number):
                world.line(award, month(earlier))  # from the month handed in to the decision
        for when in range(3, 8):
            make_lines(month(when), item_code=code)  # as the monthly job does
        with clock.at(datetime.date(2026, 7, 20)):
            batch = world.build(month(7), item=code)
            paid = sorted(line.month.month for line in world.rows(batch))
            world.paid(batch, tmp_path)
        assert paid == ([3] if once else list(range(number, 8))), code
        if once:
            continue
        with clock.at(datetime.date(2026, 7, 25)):
            stop(award=award, last_month=DIED.replace(day=1), actor=SYSTEM)  # known late: July went out
        over = PaymentLine.objects.filter(award=award, line_type="clawback")
        assert [(one.month, one.amount_fen) for one in over] == [(month(7), -35_800)], code
        with clock.at(datetime.date(2026, 8, 20)), pytest.raises(PayRefused, match="不需要制作批次"):
            world.build(month(8), item=code)
    assert verify().errors == ()


def test_有一笔没着落就不能关账_关了以后补发进下月_报表锁定(world: World, tmp_path: Path) -> None:
    first, second = world.award(), world.award(fen=30_000)
    world.line(first, MARCH)
    with clock.at(datetime.date(2026, 3, 11)), pytest.raises(PayRefused, match="最早"):
        services.close_month(actor=world.cashier, month=MARCH, region_code=COUNTY)
    with pytest.raises(PayRefused, match="没有进批次"):
        services.close_month(actor=world.cashier, month=MARCH, region_code=COUNTY)
    batch = world.build()
    assert [one.why for one in closing.unexplained(COUNTY, MARCH)] == [f"批次{batch.no}还没有审批"]
    services.exclude_line(actor=world.clerk, line_id=batch.pay_lines.get(award=second).pk, reason="账户核实中")
    with pytest.raises(PayRefused, match="没办完"):
        services.close_month(actor=world.cashier, month=MARCH, region_code=COUNTY)
    world.paid(PayBatch.objects.get(pk=batch.pk), tmp_path, returned=1.0)
    assert PayBatch.objects.get(pk=batch.pk).state == "PARTIAL_RETURN"
    done = services.close_month(actor=world.cashier, month=MARCH, region_code=COUNTY)
    told = done.report["totals"]
    assert (told["returned_fen"], told["excluded_lines"], told["paid_fen"]) == (65_000, 1, 0)
    assert services.close_month(actor=world.cashier, month=MARCH, region_code=COUNTY).pk == done.pk
    world.line(first, MARCH, 1_000, "back_pay")  # found after the month was closed
    april = world.build(month(4))
    assert sorted((one.month.month, one.amount_fen) for one in world.rows(april)) == [
        (3, 1_000), (3, 30_000), (4, 30_000), (4, 65_000),
    ]  # fmt: skip
    assert PayMonth.objects.get().sha == done.sha and verify().errors == ()
    change_account(award=first, holder=first.payee_name, number="62179911112222333", bank="示范农商行", actor=SYSTEM)
    again = returns.reissue(
        actor=world.clerk, lines=list(batch.pay_lines.filter(state="returned")), reason="银行已处理好"
    )
    assert (again.kind, again.month, again.pay_lines.get().month) == ("reissue", month(4), MARCH)
    services.void(actor=world.clerk, batch_id=again.pk, reason="账户还没有改好")
    assert batch.pay_lines.get(state="returned").live
    assert verify().errors == ()


def test_命令按合同输出_制单人复核退出码一_坏输入二(world: World, tmp_path: Path) -> None:
    import json

    world.award()
    world.staff("other", "pay_clerk", "990199000000")
    run = CliRunner()

    def ask(*words: str) -> dict[str, Any]:
        done = run.invoke(payrun, [*words, "--json"], catch_exceptions=True)
        assert done.exit_code == 0, (words, done.exception)
        found: dict[str, Any] = json.loads(done.stdout)
        assert {"batch", "state", "lines", "total_fen", "sha"} <= set(found)
        return found

    def refused(*words: str) -> int:
        done = run.invoke(payrun, [*words, "--json"])
        assert done.exception is not None and not done.stdout
        return int(getattr(done.exception, "exit_code", done.exit_code))

    built = ask("build", "--month", "2026-03", "--benefit", "assistance.dibao", "--as", "fafang")
    assert built == ask(
        "build", "--month", "2026-03", "--benefit", "assistance.dibao", "--region", COUNTY, "--as", "fafang"
    )
    no = built["batch"]
    PayBatch.objects.filter(no=no).update(maker=world.checker.id)
    assert refused("check", no, "--as", "fuhe") == 1
    PayBatch.objects.filter(no=no).update(maker=world.clerk.id)
    assert refused("approve", no, "--as", "juzhang") == 1
    assert refused("check", no, "--as", "nobody") == 2
    assert refused("build", "--month", "March", "--benefit", "assistance.dibao", "--as", "fafang") == 2
    assert refused("check", "no-such-batch", "--as", "fuhe") == 2
    assert ask("check", no, "--as", "fuhe")["state"] == "REVIEWED"
    assert len(ask("approve", no, "--as", "juzhang")["sha"]) == 64
    out = tmp_path / "file"
    assert ask("send", no, "--as", "caiwu", "--out", str(out))["state"] == "SENT" and out.stat().st_size
    back = tmp_path / "back"
    simulated = ["simulate-bank", no, "--out", str(back), "--seed", "1", "--returned", "0", "--unknown", "0"]
    assert run.invoke(payrun, simulated).exit_code == 0
    assert ask("return", no, str(back))["state"] == "ALL_PAID"
    assert ask("close", "--month", "2026-03", "--as", "caiwu")["total_fen"] == 65_000
    assert ask("show", no)["state"] == "CLOSED"
