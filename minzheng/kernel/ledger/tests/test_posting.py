"""Booking: what balances is on the books once, what does not is refused with a sentence; the books are recomputed."""

from __future__ import annotations

import datetime
import json
import threading
from typing import Any

import pytest
from click.testing import CliRunner
from django.db import DatabaseError, connection, transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.audit.services import SYSTEM
from minzheng.kernel.ledger import chart, proofs, selectors, services
from minzheng.kernel.ledger.cli import ledger
from minzheng.kernel.ledger.models import LedgerEntry, LedgerTotal, LedgerTransaction
from minzheng.kernel.ledger.services import Entry, LedgerRefusal, SameKeyOtherContent
from minzheng.kernel.ledger.tests.books import DAY, OTHER, TOWN, book


def commit_checks() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def test_一借一贷入账_留下审计(db: None) -> None:
    one = book()
    commit_checks()
    found = one.entries.order_by("seq").values_list("account_id", "amount", "party", "benefit", "region_code")
    assert list(found) == [
        ("expense", 500, 0, "", TOWN),
        ("payable", -500, 7, "assistance.dibao", TOWN),
    ]
    assert sorted(LedgerTotal.objects.values_list("account_id", "debit", "credit", "entries")) == [
        ("expense", 500, 0, 1),
        ("payable", 0, 500, 1),
    ]
    assert AuditEntry.objects.filter(action="ledger.post", object_id=one.pk).count() == 1


def test_同一个键只记一次_内容不同就拒绝(db: None) -> None:
    first, again = book(), book(memo="another day", occurred_on=DAY + datetime.timedelta(days=1))
    assert (again.pk, again.occurred_on, LedgerEntry.objects.count()) == (first.pk, DAY, 2)
    with pytest.raises(SameKeyOtherContent, match=f"已经记过账（凭证 {first.pk}），内容不同"):
        book("paybatch:1:approve", Entry("expense", 600), Entry("payable", -600, 7))
    with pytest.raises(SameKeyOtherContent):
        book(kind="fund")
    assert AuditEntry.objects.filter(action="ledger.post").count() == 1


@pytest.mark.parametrize(
    ("entries", "why"),
    [
        ((Entry("expense", 5),), "至少要有一借一贷"),
        ((Entry("expense", 5), Entry("payable", -4)), r"借贷不平（单位 fen）：借方比贷方多 1"),
        ((Entry("expense", 5), Entry("payable", -5), Entry("stock", 1)), "单位 piece"),
        ((Entry("expense", 0), Entry("payable", 0)), "不等于 0 的整数"),
        ((Entry("expense", 5.0), Entry("payable", -5)), "不等于 0 的整数"),  # type: ignore[arg-type]
    ],
)
def test_不能记的当场说清楚(db: None, entries: tuple[Entry, ...], why: str) -> None:
    with pytest.raises(LedgerRefusal, match=why):
        book("k", *entries)
    with pytest.raises(chart.UnknownAccount, match="没有科目 cash"):
        book("k", Entry("cash", 5), Entry("bank", -5))
    with pytest.raises(LedgerRefusal, match="所属区划"):
        book(region_code="")
    assert not LedgerTransaction.objects.exists()


SELECT = """
    SELECT 'payable', -n, n, 'assistance.dibao', '', '990101001000', DATE '2026-03-01', 100 + n
    FROM generate_series(0, %(to)s) n
    UNION ALL SELECT 'expense', %(sum)s, 0, 'assistance.dibao', '', '990101002000', NULL, 0
"""


def select(key: str, **params: int) -> LedgerTransaction:
    return services.post_select(
        kind="approve", key=key, occurred_on=DAY, region_code=TOWN, sql=SELECT, params=params, actor=SYSTEM
    )


def test_由查询成批记账_零元不记_不平的提交不了(db: None) -> None:
    one = select("s", to=100, sum=5050)
    commit_checks()
    assert one.entries.count() == 101
    assert select("s", to=100, sum=5050).pk == one.pk
    with pytest.raises(SameKeyOtherContent):
        select("s", to=99, sum=4950)
    assert selectors.balance("payable", party=40) == -40
    assert selectors.balances("payable", [1, 2, 5000]) == {1: -1, 2: -2}
    assert LedgerTotal.objects.count() == 2
    with pytest.raises(LedgerRefusal, match="没有可记的分录"):
        select("nothing", to=0, sum=0)
    with pytest.raises(DatabaseError, match="借贷不平"), transaction.atomic():
        select("wrong", to=100, sum=5051)
        commit_checks()


def test_冲正一次_冲正本身不能再冲(db: None) -> None:
    one = select("s", to=20, sum=210)
    back = services.reverse(of=one, actor=SYSTEM, reason="批次作废", occurred_on=DAY)
    commit_checks()
    assert (back.reverses_id, back.memo, back.entries.count()) == (one.pk, "冲正：批次作废", 21)
    assert services.reverse(of=one, actor=SYSTEM, reason="又按了一次", occurred_on=DAY).pk == back.pk
    assert all(row.closing == 0 for row in selectors.trial_balance())
    for target, reason, why in ((back, "x", "本身是冲正"), (one, " ", "写明冲正的原因")):
        with pytest.raises(LedgerRefusal, match=why):
            services.reverse(of=target, actor=SYSTEM, reason=reason, occurred_on=DAY)
    with pytest.raises(LedgerRefusal, match=f"已经由凭证 {back.pk} 冲正"):
        services.reverse(of=one, actor=SYSTEM, reason="x", occurred_on=DAY, key="other")
    assert proofs.verify().errors == ()


def test_试算_对账单与余额按地区日期(db: None) -> None:
    book()
    later = DAY + datetime.timedelta(days=5)
    book("2", Entry("payable", 300, 7), Entry("bank", -300), occurred_on=later)
    book("3", Entry("expense", 40, region_code=OTHER), Entry("payable", -40, 8, region_code=OTHER), occurred_on=later)
    assert [(r.account, r.debit, r.credit, r.closing) for r in selectors.trial_balance(TOWN)] == [
        ("bank", 0, 300, -300), ("expense", 500, 0, 500), ("payable", 300, 500, -200),
    ]  # fmt: skip
    period = {row.account: (row.opening, row.debit, row.credit) for row in selectors.trial_balance(since=later)}
    assert period["payable"] == (-500, 300, 40)
    assert selectors.balance("payable", on=DAY) == -500
    assert selectors.balance("payable", region=OTHER) == -40
    whole = selectors.statement("payable", DAY, later)
    assert (whole.opening, whole.debit, whole.credit, whole.closing) == (0, 300, 540, -240)
    own = selectors.statement("payable", later, later, party=7)
    assert (own.opening, own.closing, [(m.debit, m.balance) for m in own.movements]) == (-500, -200, [(300, -200)])
    told = CliRunner().invoke(ledger, ["balance", "--region", "990101001", "--json"])
    assert json.loads(told.stdout)["sums"] == {"fen": 0, "minute": 0, "piece": 0}
    assert CliRunner().invoke(ledger, ["balance", "--on", "昨天"]).exit_code == 2


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    moves=st.lists(
        st.tuples(
            st.sampled_from(["bank", "expense", "payable", "reissue", "receivable", "stock", "issued"]),
            st.sampled_from(["bank", "expense", "payable", "reissue", "receivable", "stock", "issued"]),
            st.integers(1, 10**12),
            st.sampled_from([TOWN, OTHER, "990101003001"]),
            st.booleans(),
        ),
        max_size=8,
    )
)
def test_随便怎么记_试算总是平的(db: None, moves: list[tuple[Any, ...]]) -> None:
    units = {code: one.unit for code, one in chart.planned().items()}
    with transaction.atomic():
        for debit, credit, amount, region, undone in moves:
            entries = (Entry(debit, amount, region_code=region), Entry(credit, -amount, 9))
            if units[debit] != units[credit]:
                with pytest.raises(LedgerRefusal):
                    book(f"h{LedgerTransaction.objects.count()}", *entries)
                continue
            one = book(f"h{LedgerTransaction.objects.count()}", *entries)
            if undone:
                services.reverse(of=one, actor=SYSTEM, reason="试", occurred_on=DAY)
        rows = selectors.trial_balance()
        assert {unit: sum(r.closing for r in rows if r.unit == unit) for unit in ("fen", "piece")} == {
            "fen": 0,
            "piece": 0,
        }
        assert sum(r.debit for r in rows) == sum(r.credit for r in rows)
        assert list(proofs._own()) == []  # these lots stand in no store: what others compare is not asked
        transaction.set_rollback(True)


def test_核对能发现改过的账(db: None) -> None:
    one = book()
    book("2", Entry("bank", 9), Entry("appropriation", -9), region_code="420881001000")
    assert proofs.verify() == proofs.Report(True, 2, ())
    with connection.cursor() as cursor:  # 属主关掉触发器才改得动：核对仍要看得出来
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("entry", "transaction", "total"):
            cursor.execute(f"ALTER TABLE kernel_ledger{table} DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE kernel_ledgerentry SET amount = amount + 3 WHERE transaction_id = %s AND seq = 1", [one.pk]
        )
        cursor.execute("DELETE FROM kernel_ledgertransaction WHERE key = '2'")
        for table in ("entry", "transaction", "total"):
            cursor.execute(f"ALTER TABLE kernel_ledger{table} ENABLE TRIGGER USER")
    told = CliRunner().invoke(ledger, ["verify", "--json"])
    report = json.loads(told.stdout)
    assert (told.exit_code, report["ok"], report["transactions"]) == (1, False, 1)
    said = "\n".join(report["errors"])
    for sentence in (
        "借贷不平（单位 fen）：借方 503，贷方 500",
        "与登记的合计不符",
        "没有的凭证",
        "账上却没有这笔凭证",
    ):
        assert sentence in said


def test_登记的对账一起核对(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proofs, "_registered", {})
    proofs.register(lambda: iter(["批次 7 的明细合计与账上相差 1 分。"]))
    assert proofs.verify().errors == ("批次 7 的明细合计与账上相差 1 分。",)


@pytest.mark.django_db(transaction=True)
def test_同时记同一个键_只有一笔(transactional_db: None) -> None:
    ready, got = threading.Barrier(8), []

    def one(number: int) -> None:
        ready.wait()
        try:
            got.append(book(memo=f"第{number}个").pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(got), len(set(got)), LedgerTransaction.objects.count(), LedgerEntry.objects.count()) == (8, 1, 1, 2)
    assert proofs.verify().ok


def test_财务和审计看得到账_本地以外的看不到(db: None, django_user_model: Any) -> None:
    from minzheng.kernel.accounts.models import Assignment
    from minzheng.kernel.orgs.models import Organization

    one = book()
    bureau = Organization.objects.create(code="B", name="局", kind="bureau", region_code="990101000000", valid_from=DAY)
    seen = {}
    for name, role, region in (("a", "finance", "990101000000"), ("b", "auditor", OTHER), ("c", "town_clerk", TOWN)):
        user = django_user_model.objects.create_user(name, "x", name=name)
        Assignment.objects.create(user=user, role=role, organization=bureau, region_code=region, valid_from=DAY)
        client = Client()
        client.force_login(user, backend="minzheng.kernel.accounts.backends.AccountBackend")
        period = "from=2026-01-01&to=2026-12-31"
        pages = [f"/console/ledger/?{period}", f"/console/ledger/statement/?account=payable&{period}",
                 "/console/ledger/vouchers/", f"/console/ledger/vouchers/{one.pk}/", "/console/ledger/entries/?account=payable"]  # fmt: skip
        answers = [client.get(url) for url in pages]
        seen[name] = [(r.status_code, "5.00 元" in r.content.decode()) for r in answers]
    assert seen["a"] == [(200, True), (200, True), (200, False), (200, True), (200, True)]
    assert seen["b"] == [(200, False), (200, False), (200, False), (404, False), (200, False)]
    assert seen["c"] == [(403, False)] * 5
