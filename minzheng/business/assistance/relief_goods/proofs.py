"""Proof that the stores' own rows and the ledger tell the same, lot by lot, and that nobody received twice."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from minzheng.kernel.ledger import proofs

_QUERIES = (
    (
        "物资批次 {0} 的流水合计 {1} 件，账上是 {2} 件。",
        """SELECT coalesce(m.lot_id, e.party), coalesce(m.pieces, 0), coalesce(e.pieces, 0)
           FROM (SELECT lot_id, sum(pieces) AS pieces FROM assistance_movement GROUP BY 1) m
           FULL JOIN (SELECT party, sum(amount) AS pieces FROM kernel_ledgerentry WHERE account_id = 'stock' GROUP BY 1) e
                ON e.party = m.lot_id
           WHERE coalesce(m.pieces, 0) <> coalesce(e.pieces, 0)""",
    ),
    (
        "物资批次 {0} 的库存是 {1} 件，小于 0。",
        "SELECT party, sum(amount), 0 FROM kernel_ledgerentry WHERE account_id = 'stock' GROUP BY 1 HAVING sum(amount) < 0",
    ),
    (
        "物资流水 {0} 记 {1} 件，它的凭证里是 {2} 件。",
        """SELECT m.id, m.pieces, coalesce(e.amount, 0) FROM assistance_movement m
           LEFT JOIN kernel_ledgerentry e ON e.transaction_id = m.voucher AND e.line_ref = m.id AND e.account_id = 'stock'
           WHERE m.pieces IS DISTINCT FROM e.amount OR m.lot_id <> e.party""",
    ),
    (
        "物资发放 {0} 没有流水，或者收回后没有全部退回（差 {2} 件）。",
        """SELECT i.id, 0, coalesce(sum(m.pieces), 0) FROM assistance_issue i LEFT JOIN assistance_movement m ON m.issue_id = i.id
           GROUP BY i.id, i.voided
           HAVING (i.voided AND coalesce(sum(m.pieces), 0) <> 0) OR (NOT i.voided AND coalesce(sum(m.pieces), 0) >= 0)""",
    ),
)


@proofs.register
def stores() -> Iterator[str]:
    """Movements against the ledger, lot by lot and row by row."""
    with connection.cursor() as cursor:
        for sentence, query in _QUERIES:
            cursor.execute(f"{query} ORDER BY 1 LIMIT {proofs.MOST}")
            for row in cursor.fetchall():
                yield sentence.format(*row)
