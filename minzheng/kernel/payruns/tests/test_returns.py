"""What the bank answers, booked once: every kind of answer, and none that changes a fen."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.conf import settings
from django.db import InternalError, ProgrammingError, connection, transaction

from minzheng.kernel import clock
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.awards.models import PayeeAccount, PaymentLine
from minzheng.kernel.awards.services import change_account
from minzheng.kernel.cases.errors import NotAllowed
from minzheng.kernel.documents import sealed_files, vault
from minzheng.kernel.ledger.models import LedgerEntry
from minzheng.kernel.ledger.proofs import verify
from minzheng.kernel.notices.models import OutboxMessage
from minzheng.kernel.payruns import bankfile, formats, returns, services, simulator
from minzheng.kernel.payruns.bank_models import BankFile
from minzheng.kernel.payruns.cli import payrun
from minzheng.kernel.payruns.errors import PayNotAllowed, PayRefused
from minzheng.kernel.payruns.formats import writing
from minzheng.kernel.payruns.formats.spec import BadFormat
from minzheng.kernel.payruns.models import PayBatch, PayEvent, PayLine
from minzheng.kernel.payruns.returns import expiring
from minzheng.kernel.payruns.returns.jobs import tell_returned
from minzheng.kernel.payruns.simulator import Habits
from minzheng.kernel.payruns.tests.world import COUNTY, MARCH, World, month

FEN = (65_000, 70_001, 81_250, 33_333)
ELDER = "elderly.old_age"


@pytest.fixture(scope="module")
def standing(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[World, int]]:
    """The county with four lines sent in the fixed-width file, made once; what a test changes its savepoint undoes."""
    with django_db_blocker.unblock(), clock.at(datetime.date(2026, 4, 20)), transaction.atomic():
        world = World()
        for fen in FEN:
            world.award(fen=fen)
        yield world, world.sent(world.build()).pk
        transaction.set_rollback(True)


@pytest.fixture
def world(standing: tuple[World, int], db: None) -> World:
    return standing[0]


@pytest.fixture
def batch(standing: tuple[World, int], db: None) -> PayBatch:
    return PayBatch.objects.get(pk=standing[1])


Answer = Callable[..., Path]


@pytest.fixture
def answer(batch: PayBatch, tmp_path: Path) -> Answer:
    """answer({seq: code}, …): a return file that ties; `change(block)` may spoil its columns, `control` its totals."""

    def write(
        told: dict[int, str], name: str = "back", *, change: Callable[[dict[str, list[Any]]], None] = lambda block: None,
        code: str = "rcb_fixed", of: PayBatch = batch, **control: Any,
    ) -> Path:  # fmt: skip
        one = formats.get(code)
        rows = {row.seq: row for row in PayLine.objects.filter(batch=of).select_related("account")}
        block: dict[str, list[Any]] = {
            "seq": list(told), "amount": [rows[seq].amount_fen for seq in told],
            "account": [rows[seq].account.number for seq in told], "code": [one.bank_code(c) for c in told.values()],
            "message": [""] * len(told),
        }  # fmt: skip
        change(block)
        paid = [fen for fen, code in zip(block["amount"], block["code"], strict=True) if code == one.bank_code("00")]
        values = {"batch": of.no, "count": len(block["seq"]), "total": sum(block["amount"]), "paid_count": len(paid),
                  "paid_total": sum(paid)} | control  # fmt: skip
        path = tmp_path / name
        with path.open("wb") as out:
            try:
                writing.write(one, one.back, values, [block], out)
            except writing.TotalsDiffer:
                assert control
        return path

    return write


def book(world: World, batch: PayBatch, path: Path) -> returns.Outcome:
    outcome = returns.book(actor=world.cashier, batch=batch, path=path)
    assert verify().errors == ()
    return outcome


def balance(account: str) -> int:
    return sum(LedgerEntry.objects.filter(account_id=account).values_list("amount", flat=True))


def states(batch: PayBatch) -> dict[int, str]:
    return dict(PayLine.objects.filter(batch=batch).values_list("seq", "state"))


def rejects(outcome: returns.Outcome) -> dict[int, str]:
    return {one.record: one.reason for one in outcome.file.rejects.all()}


def test_报盘文件与批次凭证四方相符_密封存放_下载留痕(world: World, batch: PayBatch, tmp_path: Path) -> None:
    file = BankFile.objects.get(batch=batch, direction="out")
    plain = b"".join(bankfile.content(file))
    assert (file.lines, file.total_fen) == (batch.lines, batch.total_fen) == (batch.file_lines, batch.voucher_fen)
    rows = plain.decode("gb18030").splitlines()
    assert rows[0][:19] == "F" + batch.no.ljust(18)[:18] and len(rows) == 1 + len(FEN)
    number = PayLine.objects.get(batch=batch, seq=1).account.number
    assert number in rows[1] and "000000065000" in rows[1]
    stored = Path(settings.MEDIA_ROOT, file.parts[0]["path"])
    assert stored.is_file() and number.encode() not in stored.read_bytes()
    assert file.parts[0]["path"] in {one.name for one in sealed_files.known()}
    before = AuditEntry.objects.filter(action="payrun.download").count()
    assert b"".join(bankfile.download(world.cashier, file.pk)[1]) == plain
    assert AuditEntry.objects.filter(action="payrun.download").count() == before + 1
    with pytest.raises(NotAllowed, match="不能下载"):
        bankfile.download(world.clerk, file.pk)
    with pytest.raises(bankfile.CannotSend, match="已经有报盘文件"):
        bankfile.write(batch, "rcb_fixed", actor=world.cashier)
    with pytest.raises((InternalError, ProgrammingError)), transaction.atomic():
        BankFile.objects.filter(pk=file.pk).update(lines=9)
    stored.write_bytes(stored.read_bytes()[:-1] + b"\x00")
    with pytest.raises(vault.DamagedFile):
        list(bankfile.content(file))


def test_没有账号的一笔说出是第几笔(world: World) -> None:
    world.award(item=ELDER)
    batch = world.funded(world.build(item=ELDER))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE kernel_payeeaccount SET number = NULL WHERE id = %s", [batch.pay_lines.get().account_id])
    with pytest.raises(bankfile.CannotSend, match="第 1 笔没有户名或账号"):
        bankfile.write(PayBatch.objects.get(pk=batch.pk), "fiscal_csv", actor=world.cashier)
    assert not BankFile.objects.filter(batch=batch).exists()


@pytest.mark.parametrize("code", ["rcb_fixed", "fiscal_csv", "abc_xlsx", "treasury_json"])
def test_到账_退回_不明各归各_账平(world: World, batch: PayBatch, answer: Answer, code: str) -> None:
    path = answer({1: "00", 2: "02", 3: "08", 4: "00"}, code=code)
    outcome = book(world, batch, path)
    assert (outcome.paid, outcome.returned, outcome.unknown, outcome.rejected, outcome.missing) == (2, 1, 1, 0, 0)
    assert states(batch) == {1: "paid", 2: "returned", 3: "unknown", 4: "paid"}
    assert outcome.batch.state == "PARTIAL_RETURN" and "退回 1 笔 700.01 元" in outcome.sentence
    told = PayLine.objects.filter(batch=batch).values_list("seq", "line__state")
    assert dict(told) == {1: "paid", 2: "returned", 3: "batched", 4: "paid"}
    assert balance("payable") == -FEN[2] and balance("reissue") == -FEN[1]
    assert balance("bank") == FEN[1] + FEN[2]
    returned = PayLine.objects.select_related("account").get(batch=batch, seq=2)
    assert (returned.account.flag, returned.return_code) == ("unknown_number", "02")
    assert PayEvent.objects.filter(batch=batch, act="result").count() == 2
    assert b"".join(bankfile.content(outcome.file)) == path.read_bytes()


def test_同一份文件登记两次_什么也不变(world: World, batch: PayBatch, answer: Answer) -> None:
    path = answer({1: "00", 2: "00", 3: "00", 4: "00"})
    assert book(world, batch, path).batch.state == "ALL_PAID"
    entries = LedgerEntry.objects.count()
    again = book(world, batch, path)
    assert again.again and "没有重复入账" in again.sentence
    assert LedgerEntry.objects.count() == entries and BankFile.objects.filter(direction="back").count() == 1
    other = book(world, batch, answer({1: "00", 4: "00"}, "other"))
    assert (other.known, other.paid, other.rejected) == (2, 0, 0) and LedgerEntry.objects.count() == entries


@pytest.mark.django_db
def test_写结果不动索引_也不先锁行() -> None:
    tables = ["kernel_payline", "kernel_paymentline"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE tablename = ANY(%s)", [tables])
        words = {word for (told,) in cursor.fetchall() for word in re.findall(r"\w+", told)}
        assert "award_id" in words and not words & {"state", "return_code", "resulted_on", "booked_month", "reason"}
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = ANY(%s::regclass[]) AND tgtype & 19 = 19", [tables]
        )
        assert cursor.fetchall() == []  # a row trigger BEFORE an update makes the database lock and log every row first


def test_超时以后到账_只付一次(world: World, batch: PayBatch, answer: Answer) -> None:
    book(world, batch, answer({1: "08", 2: "00", 3: "00", 4: "00"}))
    batch.refresh_from_db()
    assert batch.state == "SENT" and balance("bank") == FEN[0]
    line = PayLine.objects.get(batch=batch, seq=1)
    with pytest.raises(PayRefused, match="只有退回"):
        returns.reissue(actor=world.clerk, lines=[line])
    later = book(world, batch, answer({1: "00"}, "next day"))
    assert later.paid == 1 and later.batch.state == "ALL_PAID" and balance("bank") == 0 == balance("payable")
    stale = book(world, batch, answer({1: "08"}, "stale"))
    assert stale.known == 1 and states(batch)[1] == "paid"


def test_部分回盘_说出哪些还没有结果(world: World, batch: PayBatch, answer: Answer) -> None:
    first = book(world, batch, answer({2: "00", 4: "00"}))
    assert (first.missing, first.named, first.batch.state) == (2, (1, 3), "SENT")
    assert "还有 2 笔没有结果（序号 1、3）" in first.sentence
    assert book(world, batch, answer({1: "00", 3: "00"}, "rest")).batch.state == "ALL_PAID"


def test_不能入账的逐条列出_好的照入(world: World, batch: PayBatch, answer: Answer) -> None:
    def spoil(block: dict[str, list[Any]]) -> None:
        block["amount"][0] += 1
        block["account"][1] = block["account"][1][:-4] + "0000"
        block["code"][2] = "ZZ"
        for name, value in (("seq", 99), ("amount", 5), ("account", "6217"), ("code", "0000"), ("message", "")):
            block[name].append(value)
        for place in (3, 3):
            for column in block.values():
                column.append(column[place])

    outcome = book(world, batch, answer({1: "00", 2: "00", 3: "00", 4: "00"}, change=spoil))
    assert states(batch) == {1: "sent", 2: "sent", 3: "sent", 4: "paid"}
    found = rejects(outcome)
    assert list(found) == [2, 3, 4, 6, 7, 8] and outcome.rejected == 6
    assert found[2] == "金额 650.01 元与报盘的 650.00 元不同" and found[3] == "账号与报盘的账号不同"
    assert found[4] == "结果代码“ZZ”不在代码表里" and found[6] == "序号 99 不在本批报盘明细里"
    assert found[7] == found[8] == "与第 5 条重复"


def test_同一笔两个结果_一个也不信(world: World, batch: PayBatch, answer: Answer) -> None:
    def twice(block: dict[str, list[Any]]) -> None:
        for column in block.values():
            column.append(column[0])
        block["code"][-1] = "E102"

    outcome = book(world, batch, answer({1: "00", 2: "00"}, change=twice))
    assert states(batch)[1] == "sent" and states(batch)[2] == "paid"
    assert len(rejects(outcome)) == 2 and all("矛盾" in reason for reason in rejects(outcome).values())


def test_先退回后报到账_不入账_先退回的不许抹掉(world: World, batch: PayBatch, answer: Answer) -> None:
    book(world, batch, answer({1: "03", 2: "00", 3: "00", 4: "00"}))
    outcome = book(world, batch, answer({1: "00"}, "contrary"))
    assert states(batch)[1] == "returned" and "查明前不得重发" in rejects(outcome)[2]


def test_合计被改动_整份拒收_留作证据(world: World, batch: PayBatch, answer: Answer) -> None:
    spoilt: list[tuple[dict[str, Any], str]] = [
        ({"total": sum(FEN) + 1}, "金额不符"), ({"count": 5}, "文件不完整或被改动"), ({"batch": "别的批次"}, "不是"),
        ({"paid_total": 7}, "不符，没有入账"),
    ]  # fmt: skip
    for number, (control, sentence) in enumerate(spoilt):
        path = answer(dict.fromkeys((1, 2, 3, 4), "00"), f"bad{number}", **control)
        with pytest.raises(returns.ReturnRefused, match=sentence):
            returns.book(actor=world.cashier, batch=batch, path=path)
        kept = BankFile.objects.filter(direction="back").latest("made_at")
        assert sentence in kept.refusal and b"".join(bankfile.content(kept)) == path.read_bytes()
    assert set(states(batch).values()) == {"sent"} and balance("bank") == sum(FEN)
    assert book(world, batch, answer(dict.fromkeys((1, 2, 3, 4), "00"), "good")).paid == 4


def test_没有财务岗位不能登记_不是回盘文件说清楚(world: World, batch: PayBatch, answer: Answer, tmp_path: Path) -> None:
    with pytest.raises(PayNotAllowed):
        returns.book(actor=world.clerk, batch=batch, path=answer({1: "00"}))
    (tmp_path / "x").write_text("随便什么")
    with pytest.raises(BadFormat, match="认不出"):
        returns.book(actor=world.cashier, batch=batch, path=tmp_path / "x")
    assert not BankFile.objects.filter(direction="back").exists()


def corrected(world: World, line: PayLine, number: str = "6217000099990000001") -> None:
    award = line.award
    change_account(award=award, holder=award.payee_name, number=number, bank="示范农商行", actor=world.clerk)


def test_退回_更正账户_重发_只付一次_仍记原月(world: World, batch: PayBatch, answer: Answer) -> None:
    book(world, batch, answer({1: "02", 2: "00", 3: "00", 4: "05"}))
    with pytest.raises(PayRefused, match="账户还没有更正"):
        returns.reissue(actor=world.clerk, batch=batch)
    line = PayLine.objects.select_related("award").get(batch=batch, seq=1)
    corrected(world, line)
    again = returns.reissue(actor=world.clerk, batch=batch)
    assert (again.kind, again.state, again.lines, again.total_fen, again.month) == (
        "reissue",
        "CHECKED",
        1,
        FEN[0],
        month(4),
    )
    repeat = again.pay_lines.get()
    assert (repeat.month, repeat.attempt, repeat.origin_id, repeat.line_id) == (MARCH, 2, line.pk, line.line_id)
    assert states(batch)[1] == "reissued" and states(batch)[4] == "returned"
    with pytest.raises(PayRefused, match="只有退回"):
        returns.reissue(actor=world.clerk, lines=[line])
    again = world.sent(again)
    assert balance("payable") == 0 and balance("reissue") == -FEN[0] - FEN[3]
    book(world, again, answer({1: "00"}, "again", of=again))
    assert balance("reissue") == -FEN[3] == -balance("bank")
    assert PaymentLine.objects.get(pk=line.line_id).state == "paid"
    dormant = PayLine.objects.get(batch=batch, seq=4)
    made = returns.reissue(actor=world.clerk, lines=[dormant], reason="4月18日本人已到网点激活")
    assert made.lines == 1 and PayeeAccount.objects.get(pk=dormant.account_id).flag == ""


def test_死亡的不重发_退回两次须走访(world: World, batch: PayBatch, answer: Answer) -> None:
    book(world, batch, answer({1: "02", 2: "02", 3: "00", 4: "00"}))
    one, two = PayLine.objects.filter(batch=batch, state="returned").order_by("seq").select_related("award__payee")
    corrected(world, one, "6217000099990000001")
    corrected(world, two, "6217000099990000002")
    two.award.payee.death_date = datetime.date(2026, 4, 2)
    two.award.payee.save()
    with pytest.raises(PayRefused, match="已经死亡（C01）"):
        returns.reissue(actor=world.clerk, lines=[two])
    again = returns.reissue(actor=world.clerk, lines=[one])
    again = world.sent(again)
    book(world, again, answer({1: "01"}, "twice", of=again))
    line = again.pay_lines.get()
    assert line.state == "returned" and "上门核实" in line.reason and balance("reissue") == -FEN[0] - FEN[1]
    assert PayEvent.objects.filter(batch=again, act="visit", line=line).exists()
    corrected(world, line, "6217000099990000003")
    with pytest.raises(PayRefused, match="不得发放现金"):
        returns.reissue(actor=world.clerk, lines=[line])
    assert (
        returns.reissue(actor=world.clerk, lines=[line], reason="4月20日入户，账户已核对").pay_lines.get().attempt == 3
    )


def test_到账以后又被退_关账以后记入后面的月份(world: World, batch: PayBatch, answer: Answer) -> None:
    book(world, batch, answer(dict.fromkeys((1, 2, 3, 4), "00")))
    services.close_month(actor=world.cashier, month=MARCH, region_code=COUNTY)
    with clock.at(datetime.date(2026, 4, 28)):
        late = book(world, batch, answer({3: "03"}, "late"))
    line = PayLine.objects.get(batch=batch, seq=3)
    assert (late.returned, line.state, line.booked_month, line.month) == (1, "returned", month(4), MARCH)
    assert late.file.booked_month == month(4) and late.batch.state == "CLOSED"
    assert balance("reissue") == -FEN[2] and balance("bank") == FEN[2] and line.line.state == "returned"


def test_模拟的银行按种子出错_逐份登记以后分文不差(world: World, tmp_path: Path) -> None:
    for n in range(60):
        world.award(fen=10_000 + n, item=ELDER)
    batch = world.sent(world.build(item=ELDER))
    bad = Habits(0.2, 0.1, 0.05, 0.2, 0.2, 0.1, 0.2)
    path, twin = tmp_path / "1", tmp_path / "twin"
    made = simulator.simulate(batch, path, seed=7, habits=bad)
    simulator.simulate(batch, twin, seed=7, habits=bad)
    assert path.read_bytes() == twin.read_bytes() and made.left_out
    first = book(world, batch, path)
    assert first.rejected and first.paid and first.returned and first.missing
    simulator.simulate(batch, tmp_path / "2", seed=7, habits=Habits(0.2, 0.1, 0.05), later=True)
    second = book(world, batch, tmp_path / "2")
    lost = second.missing
    simulator.simulate(batch, tmp_path / "3", seed=8, habits=Habits(0, 0), later=True)
    assert book(world, batch, tmp_path / "3").paid == lost
    rows = PayLine.objects.filter(batch=batch)
    assert set(rows.values_list("state", flat=True)) == {"paid", "returned"}
    owed = sum(rows.filter(state="returned").values_list("amount_fen", flat=True))
    sent_before = sum(FEN)  # the other batch of the county is still without an answer
    assert balance("payable") == -sent_before and balance("reissue") == -owed and balance("bank") == owed + sent_before


def test_命令行(world: World, batch: PayBatch, tmp_path: Path) -> None:
    def run(*args: str) -> Any:
        return CliRunner().invoke(payrun, args)

    assert {one["code"] for one in json.loads(run("formats", "--json").stdout)["formats"]} == set(formats.all())
    file = str(tmp_path / "back")
    made = run("simulate-bank", batch.no, "--out", file, "--seed", "3", "--returned", "0.5", "--json")
    assert json.loads(made.stdout)["records"] == 4
    told = json.loads(run("return", batch.no, file, "--as", "caiwu", "--json").stdout)
    assert told.keys() >= {"batch", "state", "lines", "total_fen", "sha"} and told["paid"] + told["returned"] == 4
    assert run("return", batch.no, file, "--json").exit_code == 0
    assert "没有文件" in str(run("return", batch.no, "/nowhere", "--json").exception)
    assert "都已经有结果" in str(run("simulate-bank", batch.no, "--out", file, "--seed", "3").exception)


def test_退回的告诉本人_满一年未能重发的交回财政(world: World, batch: PayBatch, answer: Answer) -> None:
    outcome = book(world, batch, answer({1: "03", 2: "00", 3: "00", 4: "05"}))
    assert tell_returned(None, file=str(outcome.file.pk)) == {"told": 2}  # type: ignore[arg-type]
    line = PayLine.objects.get(batch=batch, seq=1)
    told = OutboxMessage.objects.filter(recipient=line.person, channel="inapp").latest("pk").body
    assert "2026年3月的低保 650.00 元没有到账" in told and "已经注销" in told and "钱没有少" in told
    with pytest.raises(PayRefused, match="没有退回满 12 个月"):
        expiring.give_back(actor=world.cashier, batch=batch, reason="联系不上本人")
    with clock.at(datetime.date(2027, 5, 20)):
        given = expiring.give_back(actor=world.cashier, batch=batch, reason="联系不上本人")
    assert [one.seq for one in given] == [1, 4] and states(batch)[1] == "returned"
    assert balance("reissue") == 0 and balance("treasury") == -FEN[0] - FEN[3]
    with pytest.raises(PayRefused, match="只有退回"):
        returns.reissue(actor=world.clerk, lines=[line])
    assert verify().errors == ()
