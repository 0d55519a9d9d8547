"""`verify`: everything the books say, recomputed from the entries, never from a stored verdict.

Whoever posts adds a comparison with its own rows (the lines of pay batches, the lots of a store):

    @ledger_proofs.register
    def batches() -> Iterator[str]: ...        # one Chinese sentence per difference; reads only
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from django.db import connection, transaction

from minzheng.kernel import proofs
from minzheng.kernel.discovery import import_all
from minzheng.kernel.ledger.models import LedgerTransaction

#: More differences than these of one kind add nothing to a report.
MOST = 50

Proof = Callable[[], Iterable[str]]
_registered: dict[str, Proof] = {}


@dataclass(frozen=True)
class Report:
    """`errors`: Chinese sentences, at most MOST of one kind."""

    ok: bool
    transactions: int
    errors: tuple[str, ...]


def register(function: Proof) -> Proof:
    """Compare the ledger with other rows whenever it is verified. From a module named `proofs.py`, which is found by
    itself; the same function registered twice counts once."""
    _registered[f"{function.__module__}.{function.__qualname__}"] = function
    return function


def verify() -> Report:
    """Recompute the ledger from its entries and run every registered proof, all at one moment of the database."""
    import_all("proofs")
    with transaction.atomic():
        if _begins_here():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        errors = [*_own()]
        for name in sorted(_registered):
            errors.extend(islice(_registered[name](), MOST))
        count = LedgerTransaction.objects.count()
    return Report(not errors, count, tuple(errors))


def _begins_here() -> bool:
    """Whether no outer transaction has asked anything yet (a test runs inside one)."""
    return len(connection.atomic_blocks) == 1 and not connection.savepoint_ids


# What the entries say, summed up anew: one pass over them.
_SUMS = """
WITH sums AS MATERIALIZED (
    SELECT transaction_id, account_id, benefit, source, region_code, month,
           coalesce(sum(amount) FILTER (WHERE amount > 0), 0) AS debit,
           coalesce(-sum(amount) FILTER (WHERE amount < 0), 0) AS credit, count(*) AS entries
    FROM kernel_ledgerentry GROUP BY 1, 2, 3, 4, 5, 6
), kept AS (
    SELECT transaction_id, account_id, benefit, source, region_code, month,
           sum(debit) AS debit, sum(credit) AS credit, sum(entries) AS entries
    FROM kernel_ledgertotal GROUP BY 1, 2, 3, 4, 5, 6
)
"""

# (sentence, query of the four values that fill it)
_CHECKS: tuple[tuple[str, str], ...] = (
    (
        "凭证 {0} 借贷不平（单位 {1}）：借方 {2}，贷方 {3}。",
        """SELECT s.transaction_id, a.unit, sum(s.debit), sum(s.credit) FROM sums s
           JOIN kernel_ledgeraccount a ON a.code = s.account_id
           GROUP BY 1, 2 HAVING sum(s.debit) <> sum(s.credit)""",
    ),
    (
        "凭证 {0} 只有 {1} 条分录，至少应有两条。",
        """SELECT t.id, coalesce(sum(s.entries), 0), NULL, NULL FROM kernel_ledgertransaction t
           LEFT JOIN sums s ON s.transaction_id = t.id GROUP BY 1 HAVING coalesce(sum(s.entries), 0) < 2""",
    ),
    (
        "凭证 {0} 的 {1} 条分录记在没有的凭证或科目（{2}）下。",
        """SELECT s.transaction_id, s.entries, s.account_id, NULL FROM sums s
           LEFT JOIN kernel_ledgertransaction t ON t.id = s.transaction_id
           LEFT JOIN kernel_ledgeraccount a ON a.code = s.account_id WHERE t.id IS NULL OR a.code IS NULL""",
    ),
    (
        "凭证 {0} 科目 {1} 的分录与登记的合计不符：分录借 {2} 贷 {3}。",
        """SELECT coalesce(s.transaction_id, k.transaction_id), coalesce(s.account_id, k.account_id),
                  coalesce(s.debit, 0), coalesce(s.credit, 0)
           FROM sums s FULL JOIN kept k ON (k.transaction_id, k.account_id, k.benefit, k.source, k.region_code,
                coalesce(k.month, 'infinity')) = (s.transaction_id, s.account_id, s.benefit, s.source, s.region_code,
                coalesce(s.month, 'infinity'))
           WHERE (s.debit, s.credit, s.entries) IS DISTINCT FROM (k.debit, k.credit, k.entries)""",
    ),
    (
        "凭证 {0} 的业务日期与它的分录合计的日期不同。",
        """SELECT DISTINCT t.id, NULL, NULL, NULL FROM kernel_ledgertotal k
           JOIN kernel_ledgertransaction t ON t.id = k.transaction_id WHERE k.occurred_on <> t.occurred_on""",
    ),
    (
        "凭证 {0} 是凭证 {1} 的冲正，科目 {2} 却没有冲平，差 {3}。",
        """SELECT t.id, t.reverses_id, s.account_id, sum(s.debit - s.credit) FROM kernel_ledgertransaction t
           CROSS JOIN LATERAL (VALUES (t.id), (t.reverses_id)) AS pair (id) JOIN sums s ON s.transaction_id = pair.id
           WHERE t.reverses_id IS NOT NULL
           GROUP BY t.id, t.reverses_id, s.account_id, s.benefit, s.source, s.region_code, s.month
           HAVING sum(s.debit) <> sum(s.credit)""",
    ),
    # A demonstration (province 99) is taken out of the books when it is replaced; its audit lines stay.
    (
        "审计记录里有凭证 {0} 的记账，账上却没有这笔凭证。",
        """SELECT e.object_id, NULL, NULL, NULL FROM kernel_auditentry e
           LEFT JOIN kernel_ledgertransaction t ON t.id = e.object_id
           WHERE e.action = 'ledger.post' AND t.id IS NULL AND e.region_code NOT LIKE '99%'""",
    ),
)


def _own() -> Iterator[str]:
    """One statement: the entries are summed up once for all checks."""
    columns = "a::text, b::text, c::text, d::text"
    parts = (
        f"SELECT {number}, {columns} FROM ({query} LIMIT {MOST}) AS found{number} (a, b, c, d)"  # noqa: S608
        for number, (_sentence, query) in enumerate(_CHECKS)
    )
    with connection.cursor() as cursor:
        cursor.execute(_SUMS + " UNION ALL ".join(f"({part})" for part in parts))
        for number, *row in cursor.fetchall():
            yield _CHECKS[number][0].format(*row)


@proofs.proof("ledger", title="账目借贷相符")
def ledger() -> proofs.Finding:
    """Every transaction cancels out, and the books agree with what they were made from."""
    report = verify()
    return proofs.Finding(report.transactions, report.errors)
