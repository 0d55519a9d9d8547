"""Proofs of the pay runs, for ``ledger verify`` and for a restored backup: recomputed from the rows, never from a stored
verdict."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from minzheng.kernel import proofs
from minzheng.kernel.ledger import proofs as ledger_proofs
from minzheng.kernel.payruns import hashing, reports
from minzheng.kernel.payruns.models import PayBatch, PayMonth
from minzheng.kernel.payruns.ties import differences

#: (sentence, query): what must never be found.
_NEVER: tuple[tuple[str, str], ...] = (
    (
        "应发明细 {0} 已经到账 {1} 次。",
        "SELECT line_id, count(*) FROM kernel_payline WHERE state = 'paid' AND amount_fen > 0 "
        "GROUP BY line_id HAVING count(*) > 1",
    ),
    (
        "应发明细 {0} 已标为到账，却没有到账的发放记录。",
        "SELECT l.id FROM kernel_paymentline l JOIN kernel_payline p ON p.line_id = l.id WHERE l.state = 'paid' "
        "GROUP BY l.id HAVING bool_and(p.state NOT IN ('paid', 'settled'))",
    ),
    (
        "负数明细 {0} 共 {1} 分，已抵减 {2} 分，超过了。",
        "SELECT l.id, l.amount_fen, sum(t.fen) FROM kernel_paypart t JOIN kernel_paymentline l ON l.id = t.line_id "
        "WHERE t.live GROUP BY l.id, l.amount_fen HAVING sum(t.fen) < l.amount_fen",
    ),
    (
        "批次明细 {0} 登记更正 {1} 分、抵扣 {2} 分，与逐笔去向 {3} 分不符。",
        "SELECT p.id, p.correction_fen, p.offset_fen, coalesce(sum(t.fen), 0) FROM kernel_payline p "
        "LEFT JOIN kernel_paypart t ON t.pay_line_id = p.id AND t.live WHERE p.live AND p.origin_id IS NULL "
        "AND (p.correction_fen <> 0 OR p.offset_fen <> 0) "
        "GROUP BY p.id HAVING p.correction_fen + p.offset_fen <> coalesce(sum(t.fen), 0)",
    ),
    (
        "批次明细 {0} 应发 {1} 分，与应发明细的 {2} 分不符。",
        "SELECT p.id, p.due_fen, l.amount_fen FROM kernel_payline p JOIN kernel_paymentline l ON l.id = p.line_id "
        "WHERE p.origin_id IS NULL AND p.due_fen <> l.amount_fen",
    ),
    (
        "批次 {0} 登记 {1} 笔 {2} 分，明细为 {3} 笔 {4} 分。",
        "SELECT b.no, b.lines, b.total_fen, count(p.id), coalesce(sum(p.amount_fen), 0) FROM kernel_paybatch b "
        "LEFT JOIN kernel_payline p ON p.batch_id = b.id AND p.excluded_for = '' AND p.amount_fen > 0 "
        "AND p.state <> 'cancelled' WHERE b.state NOT IN ('BUILDING', 'VOIDED') GROUP BY b.id "
        "HAVING (b.lines, b.total_fen) IS DISTINCT FROM (count(p.id), coalesce(sum(p.amount_fen), 0)::bigint)",
    ),
)


@ledger_proofs.register
def batches() -> Iterator[str]:
    """The books of every batch say what its lines say."""
    yield from differences()


@ledger_proofs.register
def lines() -> Iterator[str]:
    """No entitlement is paid twice, no claim taken beyond its amount, no figure differs from what it sums up."""
    with connection.cursor() as cursor:
        for sentence, query in _NEVER:
            cursor.execute(f"{query} LIMIT 20")
            for row in cursor.fetchall():
                yield sentence.format(*row)


@ledger_proofs.register
def months() -> Iterator[str]:
    """The report of a closed month is the one that was locked."""
    from minzheng.kernel.crypto.sealing import sm3

    for month in PayMonth.objects.order_by("month"):
        if sm3(reports.canonical(month.report)) != month.sha:
            yield f"{month.region_code} {month.month:%Y-%m} 的关账报表与关账时的 SM3 不符。"


@proofs.proof("payruns", title="发放批次的明细与审批时一致")
def approved() -> proofs.Finding:
    """The hash over every line of every approved batch, computed anew."""
    rows = PayBatch.objects.exclude(sha="").exclude(state="VOIDED").order_by("no")
    return proofs.found(
        (f"批次 {batch.no}", () if hashing.digest(batch) == batch.sha else ("明细与审批时的 SM3 不符。",))
        for batch in rows.iterator()
    )
