"""The database itself refuses what would falsify the books: for the platform's role and for the tables' owner."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import DatabaseError, connection, transaction

from minzheng.kernel.ids import new_id
from minzheng.kernel.ledger import chart
from minzheng.kernel.ledger.models import LedgerAccount, LedgerTransaction
from minzheng.kernel.ledger.tests.books import book
from minzheng.site.postgres import roles

pytestmark = pytest.mark.django_db

OPEN = (
    "INSERT INTO kernel_ledgertransaction (id, region_code, kind, occurred_on, reference, key, digest, memo, actor_id,"
    " created_xid, created_at) VALUES (%s, '990101001000', 'hand', '2026-03-10', '', %s, '', '', 0, 1, '2020-01-01')"
)
ADD = (
    "INSERT INTO kernel_ledgerentry (transaction_id, seq, account_id, amount, party, benefit, source, region_code,"
    " line_ref) VALUES (%s, %s, %s, %s, 0, '', '', '990101001000', 0)"
)
CHECK_NOW = "SET CONSTRAINTS ALL IMMEDIATE"


@pytest.fixture(params=[roles.APP, roles.OWNER], ids=["应用角色", "属主"])
def role(request: pytest.FixtureRequest) -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {request.param}")
    yield request.param
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


def run(*statements: tuple[str, tuple[object, ...]] | str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for one in statements:
            cursor.execute(*(one if isinstance(one, tuple) else (one, None)))


def opened(*entries: tuple[str, int]) -> list[tuple[str, tuple[object, ...]]]:
    """Statements that open a transaction and add these (account, amount) entries."""
    chart.ensure()
    pk = new_id()
    adds = [(ADD, (pk, seq, account, amount)) for seq, (account, amount) in enumerate(entries, start=1)]
    return [(OPEN, (pk, f"hand:{pk}")), *adds]


@pytest.mark.parametrize(
    ("entries", "why"),
    [
        ((), "只有 0 条分录"),
        ((("expense", 5),), "只有 1 条分录"),
        ((("expense", 5), ("payable", -4)), "借贷不平"),
        ((("expense", 5), ("stock", -5)), "借贷不平（单位"),
        ((("expense", 5), ("payable", -5), ("stock", 2), ("issued", -1)), "借贷不平（单位 piece）"),
    ],
)
def test_不平的凭证提交不了(role: str, entries: tuple[tuple[str, int], ...], why: str) -> None:
    with pytest.raises(DatabaseError, match=why):
        run(*opened(*entries), CHECK_NOW)
    run(*opened(("expense", 5), ("payable", -5)), CHECK_NOW)


def test_金额为零或科目不存在的分录记不了(role: str) -> None:
    with pytest.raises(DatabaseError, match="ledger_entry_not_zero"):
        run(*opened(("expense", 0)))
    with pytest.raises(DatabaseError, match="1 条分录不能记账.*科目必须在科目表中"):
        run(*opened(("no_such", 5)))


def test_查过以后再加的分录也要平(role: str) -> None:
    first, *adds = opened(("expense", 5), ("payable", -5))
    with pytest.raises(DatabaseError, match="借贷不平"):
        run(first, *adds, CHECK_NOW, "SET CONSTRAINTS ALL DEFERRED", (ADD, (first[1][0], 3, "expense", 7)), CHECK_NOW)


def test_已入账的凭证加不了分录_即使两边相抵(role: str) -> None:
    first, *adds = opened(("expense", 5), ("payable", -5))
    run(first, *adds)
    pk = first[1][0]
    # 测试自己就在一个数据库事务里：把凭证改成别的事务开的，只有关掉触发器的属主做得到
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute(CHECK_NOW)
        cursor.execute("ALTER TABLE kernel_ledgertransaction DISABLE TRIGGER kernel_ledgertransaction_rows")
        cursor.execute("UPDATE kernel_ledgertransaction SET created_xid = created_xid - 1 WHERE id = %s", [pk])
        cursor.execute("ALTER TABLE kernel_ledgertransaction ENABLE TRIGGER kernel_ledgertransaction_rows")
        cursor.execute(f"SET ROLE {role}")
    with pytest.raises(DatabaseError, match="只能记入同一数据库事务里新开的凭证"):
        run((ADD, (pk, 3, "expense", 7)), (ADD, (pk, 4, "payable", -7)))


def test_事务号由数据库写_不认别人给的() -> None:
    first, *adds = opened(("expense", 5), ("payable", -5))
    run(first, *adds)
    one = LedgerTransaction.objects.get(pk=first[1][0])
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint, transaction_timestamp()")
        assert (one.created_xid, one.created_at) == cursor.fetchone()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE kernel_ledgerentry SET amount = amount + 1",
        "UPDATE kernel_ledgertransaction SET memo = 'x'",
        "UPDATE kernel_ledgertotal SET debit = 0",
        "DELETE FROM kernel_ledgerentry",
        "DELETE FROM kernel_ledgertransaction",
        "DELETE FROM kernel_ledgertotal",
        "INSERT INTO kernel_ledgertotal (id, benefit, source, region_code, month, occurred_on, debit, credit, entries, checks,"
        " account_id, transaction_id) SELECT id + 1000, benefit, source, region_code, month, occurred_on, debit, credit,"
        " entries, false, account_id, transaction_id FROM kernel_ledgertotal",
        "UPDATE kernel_ledgeraccount SET unit = 'piece' WHERE code = 'bank'",
        "DELETE FROM kernel_ledgeraccount",
    ],
)
def test_改不了删不了(role: str, statement: str) -> None:
    book()
    with pytest.raises(DatabaseError, match="只能追加|不能直接写入|不能删除|permission denied"):
        run(statement)


def test_属主也清空不了() -> None:
    # 测试库为了清场关掉了清空的触发器，这里打开再试
    for table in roles.LEDGER:
        with pytest.raises(DatabaseError, match="只能追加"):
            run(f"ALTER TABLE {table} ENABLE TRIGGER {table}_truncate", f"TRUNCATE {table} CASCADE")


def test_应用角色用同名临时表骗不过检查() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {roles.APP}")
        cursor.execute("CREATE TEMPORARY TABLE kernel_ledgertotal (LIKE public.kernel_ledgertotal)")
    try:
        with pytest.raises(DatabaseError, match="借贷不平"):
            run(*opened(("expense", 5), ("payable", -4)), CHECK_NOW)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE pg_temp.kernel_ledgertotal")
            cursor.execute("RESET ROLE")


def test_科目的中文名可以改() -> None:
    book()
    run("UPDATE kernel_ledgeraccount SET title = '代发专户' WHERE code = 'bank'")
    assert LedgerAccount.objects.get(code="bank").title == "代发专户"
