"""What two people confirmed about money, against the ledger: every spending and hand-over stands there with its amount."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from minzheng.kernel.ledger.proofs import register

# Rows of a kind against the debit of their transaction; demonstrations (province 99) may be replaced, the ledger stays.
_MISSING = """
SELECT r.id, r.amount_fen, coalesce(sum(e.amount), 0)
FROM {table} r LEFT JOIN kernel_ledgerentry e ON e.transaction_id = r.booked_id AND e.account_id = '{account}'
WHERE r.state = 'confirmed' {more} GROUP BY r.id, r.amount_fen HAVING r.amount_fen <> coalesce(sum(e.amount), 0)
"""
_STRAY = """
SELECT t.id FROM kernel_ledgertransaction t LEFT JOIN {table} r ON r.booked_id = t.id
WHERE t.kind = '{kind}' AND r.id IS NULL AND t.reverses_id IS NULL AND t.region_code NOT LIKE '99%'
"""
_KINDS = (
    ("公益金支出", "kernel_welfareentry", "expense", "fund.welfare", "AND r.kind = 'spend'"),
    ("退回财政", "kernel_fundreturn", "treasury", "fund.return", ""),
)


@register
def money() -> Iterator[str]:
    """One sentence per difference."""
    with connection.cursor() as cursor:
        for title, table, account, kind, more in _KINDS:
            cursor.execute(_MISSING.format(table=table, account=account, more=more))
            for pk, fen, booked in cursor.fetchall():
                yield f"{title} {pk} 确认的金额是 {fen} 分，账上是 {booked} 分。"
            cursor.execute(_STRAY.format(table=table, kind=kind))
            for (pk,) in cursor.fetchall():
                yield f"凭证 {pk} 记的是{title}，却没有对应的记录。"
