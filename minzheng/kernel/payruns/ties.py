"""Lines against ledger: what the books of each batch have to say, computed from its lines, and where they say otherwise.

Registered as a proof of ``ledger verify`` (proofs.py) and asked before a month is closed. All amounts in fen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db import connection

from minzheng.kernel.ledger import chart

_APPROVED = "('APPROVED', 'FIN_SUBMITTED', 'FUNDED', 'SENT', 'PARTIAL_RETURN', 'ALL_PAID', 'CLOSED')"
_FUNDED = "('FUNDED', 'SENT', 'PARTIAL_RETURN', 'ALL_PAID', 'CLOSED')"

_DIFFERENCES = """
WITH chosen AS (SELECT * FROM kernel_paybatch b WHERE {where}),
sums AS (
    SELECT p.batch_id, sum(p.due_fen + p.correction_fen) AS owed, sum(p.offset_fen) AS taken,
           coalesce(sum(p.amount_fen) FILTER (WHERE p.state IN ('ready', 'sent', 'unknown')), 0) AS waiting,
           coalesce(sum(p.amount_fen) FILTER (WHERE p.state = 'paid'), 0) AS paid,
           coalesce(sum(p.amount_fen) FILTER (WHERE p.state IN ('returned', 'reissued')), 0) AS back
    FROM kernel_payline p JOIN chosen b ON b.id = p.batch_id
    WHERE p.excluded_for = '' AND p.state <> 'cancelled' GROUP BY p.batch_id
), wanted AS (
    SELECT b.id, b.no, v.account, v.fen FROM chosen b LEFT JOIN sums s ON s.batch_id = b.id
    CROSS JOIN LATERAL (VALUES
        ('expense', CASE WHEN b.kind <> 'reissue' AND b.state IN {approved} THEN s.owed ELSE 0 END),
        ('payable', CASE WHEN b.kind <> 'reissue' AND b.state IN {approved} THEN -s.waiting ELSE 0 END),
        ('receivable', CASE WHEN b.kind <> 'reissue' AND b.state IN {approved} THEN s.taken ELSE 0 END),
        ('reissue', CASE WHEN b.kind = 'reissue' THEN s.paid WHEN b.state IN {approved} THEN -s.back ELSE 0 END),
        ('bank', CASE WHEN b.kind = 'reissue' THEN -s.paid
                      WHEN b.state IN {funded} THEN b.total_fen - s.paid ELSE 0 END),
        ('appropriation', CASE WHEN b.kind <> 'reissue' AND b.state IN {funded} THEN -b.total_fen ELSE 0 END)
    ) AS v (account, fen)
), booked AS (
    SELECT b.id, l.account_id AS account, sum(l.debit - l.credit) AS fen
    FROM chosen b JOIN kernel_ledgertransaction t ON t.reference = 'paybatch:' || b.id
    JOIN kernel_ledgertotal l ON l.transaction_id = t.id GROUP BY b.id, l.account_id
)
SELECT w.no, w.account, coalesce(w.fen, 0), coalesce(k.fen, 0) FROM wanted w
LEFT JOIN booked k ON k.id = w.id AND k.account = w.account
WHERE coalesce(w.fen, 0) <> coalesce(k.fen, 0) ORDER BY w.no, w.account LIMIT 50
"""


def differences(where: str = "true", given: Mapping[str, Any] | None = None) -> Iterator[str]:
    """One Chinese sentence per account and batch in which the ledger and the lines differ. `where`: our own SQL over `b`,
    the batch."""
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERENCES.format(where=where, approved=_APPROVED, funded=_FUNDED), given or {})
        for no, account, wanted, booked in cursor.fetchall():
            yield f"批次 {no} 的“{chart.title(account)}”按明细应为 {wanted} 分，账上是 {booked} 分，差 {booked - wanted} 分。"
