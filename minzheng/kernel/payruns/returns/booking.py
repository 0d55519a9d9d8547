"""Booking results: every record is looked at once beside its line; then one UPDATE of the lines, one of what was owed, one
transaction in the ledger, and for what is left the reason why not.

Results that follow one another are the rule: unknown becomes paid or returned; what was paid may still come back (退票).
What was returned never becomes paid by a file: it may have been sent again already, so the bank has to be asked."""

from __future__ import annotations

import datetime
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import connection

from minzheng.kernel import ids
from minzheng.kernel.ledger import services as ledger
from minzheng.kernel.payruns.formats.writing import yuan
from minzheng.kernel.payruns.returns.intake import Fault

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.payruns.bank_models import BankFile
    from minzheng.kernel.payruns.models import PayBatch


@dataclass
class Booked:
    """Counts and fen by outcome; `late` of the returned ones had been paid; `known`: told again what was booked before."""

    count: Counter[str] = field(default_factory=Counter)
    fen: Counter[str] = field(default_factory=Counter)
    late: int = 0
    known: int = 0
    faults: list[Fault] = field(default_factory=list)


#: Each readable record beside the line it is about, once: the account, what is known already, and what follows from it
#: (`did`: booked, late, known, or "" for what has to be explained). Everything after this reads it.
_LOOK = """
CREATE TEMP TABLE pay_booked ON COMMIT DROP AS
SELECT r.record, r.seq, r.fen, r.code, r.state, l.id, l.line_id, l.person_id, l.month, l.region_code, l.account_id, l.attempt,
    l.state AS before, l.amount_fen AS sent_fen, l.excluded_for, a.tail = r.tail AS same_tail, a.flag, r.flag AS told,
    CASE WHEN (l.amount_fen = r.fen AND a.tail = r.tail) IS NOT TRUE THEN ''
         WHEN l.excluded_for = '' AND l.state IN ('sent', 'unknown') AND r.state <> l.state THEN 'booked'
         WHEN l.excluded_for = '' AND l.state = 'paid' AND r.state = 'returned' THEN 'late'
         WHEN (l.state = 'paid' AND r.state IN ('paid', 'unknown')) OR (l.state = 'unknown' AND r.state = 'unknown')
              OR (l.state IN ('returned', 'reissued') AND r.state IN ('returned', 'unknown')) THEN 'known'
         ELSE '' END AS did
FROM pay_return r LEFT JOIN kernel_payline l ON l.batch_id = %(batch)s AND l.seq = r.seq
LEFT JOIN kernel_payeeaccount a ON a.id = l.account_id
"""
_LINES = """
UPDATE kernel_payline l SET state = b.state, return_code = b.code, resulted_on = %(on)s, booked_month = %(booked)s
FROM pay_booked b WHERE l.id = b.id AND b.did IN ('booked', 'late')
"""
_ENTITLED = """
UPDATE kernel_paymentline p SET state = b.state FROM pay_booked b
WHERE p.id = b.line_id AND b.did IN ('booked', 'late') AND b.state IN ('paid', 'returned')
"""
_SUMS = """
SELECT did, state, count(*), sum(fen)::bigint FROM pay_booked GROUP BY 1, 2
"""
_REST = """
SELECT record, seq, fen, code, before, sent_fen, excluded_for, same_tail, state FROM pay_booked WHERE did = '' ORDER BY record
"""


def book(batch: PayBatch, *, on: datetime.date, booked_month: datetime.date | None) -> Booked:
    """Write the results that pay_return holds to the lines of a locked batch."""
    given: dict[str, Any] = {"batch": batch.pk, "on": on, "booked": booked_month}
    made = Booked()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '160MB'")
        cursor.execute("DROP TABLE IF EXISTS pay_booked")
        cursor.execute(_LOOK, given)
        cursor.execute("ANALYZE pay_booked (id, line_id, did, state)")
        cursor.execute(_SUMS)
        for did, state, count, fen in cursor.fetchall():
            if did in ("booked", "late"):
                made.count[state] += count
                made.fen[state] += fen
            made.late += count if did == "late" else 0
            made.known += count if did == "known" else 0
        wanted = sum(made.count.values())
        if wanted:
            cursor.execute(_LINES, given)
            if cursor.rowcount != wanted:
                raise RuntimeError(f"批次 {batch.no} 有 {wanted} 笔结果，只写下 {cursor.rowcount} 笔。")
            cursor.execute(_ENTITLED)
        cursor.execute(_REST)
        for record, seq, fen, code, *known in cursor.fetchall():
            made.faults.append(Fault(record, seq, fen, code, _why(seq, fen, *known)))
    return made


def _why(
    seq: int,
    fen: int,
    state: str | None,
    sent_fen: int | None,
    excluded: str | None,
    same_tail: bool | None,
    outcome: str,
) -> str:
    if state is None or sent_fen is None:
        return f"序号 {seq} 不在本批报盘明细里"
    if excluded or state in ("excluded", "settled", "cancelled", "ready"):
        return f"序号 {seq} 没有报盘（已剔除、止付或抵平），银行不应有结果"
    if fen != sent_fen:
        return f"金额 {yuan(fen)} 元与报盘的 {yuan(sent_fen)} 元不同"
    if not same_tail:
        return "账号与报盘的账号不同"
    if state in ("returned", "reissued") and outcome == "paid":
        return "以前已登记退回，现在报成功：请银行书面查明，查明前不得重发"
    return "结果与已登记的结果不能衔接，请向银行查询"


def flag_accounts(on: datetime.date) -> None:
    """What the bank says of an account is kept with it; a payment that arrived takes an old flag away."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE kernel_payeeaccount a SET flag = b.told, checked_on = %s FROM pay_booked b "
            "WHERE a.id = b.account_id AND b.did IN ('booked', 'late') AND b.flag <> b.told "
            "AND (b.state = 'paid' OR (b.state = 'returned' AND b.told <> ''))",
            [on],
        )


_EVENTS = """
INSERT INTO kernel_payevent (id, batch_id, act, from_state, to_state, line_id, actor_id, actor_name, at, reason, sha, detail)
SELECT {made}, %s, CASE WHEN b.state = 'returned' AND b.attempt > 1 THEN 'visit' ELSE 'result' END, '', '', b.id, %s, %s,
       %s, CASE WHEN b.state = 'returned' AND b.attempt > 1 THEN %s ELSE '' END, '',
       jsonb_build_object('code', b.code, 'outcome', b.state, 'late', b.did = 'late', 'file', %s::text)
FROM (SELECT *, row_number() OVER (ORDER BY seq) AS n FROM pay_booked WHERE did = 'late' OR (did = 'booked' AND state <> 'paid'))
     AS b
"""
VISIT = "第二次退回：须上门核实账户后才能再发，不得发放现金"


def note_lines(batch: PayBatch, file: BankFile, actor: Actor) -> None:
    """A line of the batch's log for every line that is not simply paid; returned twice, it asks for a visit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pay_booked WHERE did = 'late' OR (did = 'booked' AND state <> 'paid')")
        count = cursor.fetchone()[0]
        if not count:
            return
        cursor.execute(
            _EVENTS.format(made=ids.in_block("b.n - 1")),
            [ids.block(count), batch.pk, actor.id, actor.name, file.made_at, VISIT, str(file.pk)],
        )
        cursor.execute(
            "UPDATE kernel_payline l SET reason = %s FROM pay_booked b "
            "WHERE l.id = b.id AND b.did IN ('booked', 'late') AND b.state = 'returned' AND b.attempt > 1",
            [VISIT],
        )


#: Per line: what was owed is paid, or waits to be sent again; the bank's side in one entry a place and month.
_ENTRIES = """
SELECT CASE WHEN b.did = 'late' THEN 'reissue' ELSE %(owed)s END, CASE WHEN b.did = 'late' THEN -b.fen ELSE b.fen END,
       coalesce(b.person_id, 0), %(benefit)s, '', b.region_code, b.month, b.id
FROM pay_booked b WHERE b.did = 'late' OR (b.did = 'booked' AND (b.state = 'paid' OR (b.state = 'returned' AND %(owed)s <> 'reissue')))
UNION ALL
SELECT 'reissue', -b.fen, coalesce(b.person_id, 0), %(benefit)s, '', b.region_code, b.month, b.id
FROM pay_booked b WHERE b.did = 'booked' AND b.state = 'returned' AND %(owed)s <> 'reissue'
UNION ALL
SELECT 'bank', sum(CASE WHEN b.did = 'late' THEN b.fen ELSE -b.fen END)::bigint, 0, %(benefit)s, '', b.region_code, b.month, 0
FROM pay_booked b WHERE b.did = 'late' OR (b.did = 'booked' AND b.state = 'paid') GROUP BY b.region_code, b.month
"""


def post(batch: PayBatch, file: BankFile, booked: Booked, actor: Actor, *, on: datetime.date) -> None:
    """Book the file in the ledger: Dr payable (reissue) / Cr bank, Dr payable / Cr reissue, and back for what came late."""
    owed = "reissue" if batch.kind == "reissue" else "payable"
    if not (booked.count["paid"] or booked.late or (booked.count["returned"] and owed != "reissue")):
        return
    ledger.post_select(
        kind="result",
        key=f"bankfile:{file.pk}",
        occurred_on=on,
        region_code=batch.region_code,
        reference=f"paybatch:{batch.pk}",
        memo=f"{batch.no} 银行回盘",
        sql=_ENTRIES,
        params={"owed": owed, "benefit": batch.item_code},
        actor=actor,
    )
