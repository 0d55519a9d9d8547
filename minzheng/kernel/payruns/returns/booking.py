"""Booking results: one UPDATE for all lines, one transaction in the ledger, and for what is left the reason why not.

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
from minzheng.kernel.payruns.formats import codes
from minzheng.kernel.payruns.formats.writing import yuan
from minzheng.kernel.payruns.returns.intake import Fault

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.payruns.bank_models import BankFile
    from minzheng.kernel.payruns.models import PayBatch


@dataclass
class Booked:
    """Counts and fen by outcome; `late`: returned after they were paid; `late_fen` is part of `returned_fen`."""

    count: Counter[str] = field(default_factory=Counter)
    fen: Counter[str] = field(default_factory=Counter)
    late: int = 0
    known: int = 0
    faults: list[Fault] = field(default_factory=list)


_TABLES = (
    "DROP TABLE IF EXISTS pay_outcome, pay_booked",
    "CREATE TEMP TABLE pay_outcome (code text PRIMARY KEY, state text, flag text) ON COMMIT DROP",
    """CREATE TEMP TABLE pay_booked (id bigint, seq int, line_id bigint, person_id bigint, month date, region_code text,
       fen bigint, state text, code text, account_id bigint, attempt int, late boolean) ON COMMIT DROP""",
)

#: One pass: the result of each line, of its entitlement, and a note of it for what follows.
_BOOK = """
WITH done AS (
    UPDATE kernel_payline l SET state = o.state, return_code = r.code, resulted_on = %(on)s, booked_month = %(booked)s
    FROM pay_return r JOIN pay_outcome o ON o.code = r.code, kernel_payeeaccount a
    WHERE l.batch_id = %(batch)s AND l.seq = r.seq AND a.id = l.account_id AND a.tail = r.tail AND l.amount_fen = r.fen
      AND l.excluded_for = '' AND {which}
    RETURNING l.id, l.seq, l.line_id, l.person_id, l.month, l.region_code, l.amount_fen AS fen, l.state, r.code,
        l.account_id, l.attempt
), entitled AS (
    UPDATE kernel_paymentline p SET state = done.state FROM done
    WHERE p.id = done.line_id AND done.state IN ('paid', 'returned')
)
INSERT INTO pay_booked SELECT done.*, {late} FROM done
"""
_FIRST = "l.state IN ('sent', 'unknown') AND o.state <> l.state"
_LATE = "l.state = 'paid' AND o.state = 'returned'"

_REST = """
SELECT r.record, r.seq, r.fen, r.code, l.state, l.amount_fen, l.excluded_for, a.tail = r.tail, o.state
FROM pay_return r JOIN pay_outcome o ON o.code = r.code
LEFT JOIN kernel_payline l ON l.batch_id = %(batch)s AND l.seq = r.seq
LEFT JOIN kernel_payeeaccount a ON a.id = l.account_id
WHERE NOT EXISTS (SELECT 1 FROM pay_booked b WHERE b.seq = r.seq)
"""
_KNOWN = """
AND NOT (l.amount_fen = r.fen AND a.tail = r.tail AND (
    (l.state = 'paid' AND o.state IN ('paid', 'unknown')) OR (l.state = 'unknown' AND o.state = 'unknown')
    OR (l.state IN ('returned', 'reissued') AND o.state IN ('returned', 'unknown')))) IS TRUE ORDER BY r.record
"""


def book(batch: PayBatch, readable: int, *, on: datetime.date, booked_month: datetime.date | None) -> Booked:
    """Write the results that pay_return holds (`readable` rows) to the lines of a locked batch."""
    given: dict[str, Any] = {"batch": batch.pk, "on": on, "booked": booked_month}
    made = Booked()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '160MB'")
        for statement in _TABLES:
            cursor.execute(statement)
        cursor.executemany(
            "INSERT INTO pay_outcome VALUES (%s, %s, %s)", [(c.code, c.outcome, c.flag) for c in codes.all().values()]
        )
        cursor.execute(_BOOK.format(which=_LATE, late="true"), given)
        made.late = cursor.rowcount
        cursor.execute(_BOOK.format(which=_FIRST, late="false"), given)
        booked = made.late + cursor.rowcount
        cursor.execute("ANALYZE pay_booked")
        cursor.execute("SELECT state, count(*), sum(fen)::bigint FROM pay_booked GROUP BY 1")
        for state, count, fen in cursor.fetchall():
            made.count[state], made.fen[state] = count, fen
        if booked < readable:
            _explain_rest(cursor, given, made, readable - booked)
    return made


def _explain_rest(cursor: Any, given: dict[str, Any], made: Booked, rest: int) -> None:
    cursor.execute(_REST + _KNOWN, given)
    for record, seq, fen, code, state, sent_fen, excluded, same_tail, outcome in cursor.fetchall():
        reason = _why(seq, fen, state, sent_fen, excluded, same_tail, outcome)
        made.faults.append(Fault(record, seq, fen, code, reason))
    made.known = rest - len(made.faults)


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
            "UPDATE kernel_payeeaccount a SET flag = o.flag, checked_on = %s FROM pay_booked b "
            "JOIN pay_outcome o ON o.code = b.code WHERE a.id = b.account_id AND "
            "((b.state = 'returned' AND o.flag <> '' AND a.flag <> o.flag) OR (b.state = 'paid' AND a.flag <> ''))",
            [on],
        )


_EVENTS = """
INSERT INTO kernel_payevent (id, batch_id, act, from_state, to_state, line_id, actor_id, actor_name, at, reason, sha, detail)
SELECT {made}, %s, CASE WHEN b.state = 'returned' AND b.attempt > 1 THEN 'visit' ELSE 'result' END, '', '', b.id, %s, %s,
       %s, CASE WHEN b.state = 'returned' AND b.attempt > 1 THEN %s ELSE '' END, '',
       jsonb_build_object('code', b.code, 'outcome', b.state, 'late', b.late, 'file', %s::text)
FROM (SELECT *, row_number() OVER (ORDER BY seq) AS n FROM pay_booked WHERE state <> 'paid' OR late) AS b
"""
VISIT = "第二次退回：须上门核实账户后才能再发，不得发放现金"


def note_lines(batch: PayBatch, file: BankFile, actor: Actor) -> None:
    """A line of the batch's log for every line that is not simply paid; returned twice, it asks for a visit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pay_booked WHERE state <> 'paid' OR late")
        count = cursor.fetchone()[0]
        if not count:
            return
        cursor.execute(
            _EVENTS.format(made=ids.in_block("b.n - 1")),
            [ids.block(count), batch.pk, actor.id, actor.name, file.made_at, VISIT, str(file.pk)],
        )
        cursor.execute(
            "UPDATE kernel_payline l SET reason = %s FROM pay_booked b "
            "WHERE l.id = b.id AND b.state = 'returned' AND b.attempt > 1",
            [VISIT],
        )


#: Per line: what was owed is paid, or waits to be sent again; the bank's side in one entry a place and month.
_ENTRIES = """
SELECT CASE WHEN b.late THEN 'reissue' ELSE %(owed)s END, CASE WHEN b.late THEN -b.fen ELSE b.fen END,
       coalesce(b.person_id, 0), %(benefit)s, '', b.region_code, b.month, b.id
FROM pay_booked b WHERE b.state = 'paid' OR b.late OR (b.state = 'returned' AND %(owed)s <> 'reissue')
UNION ALL
SELECT 'reissue', -b.fen, coalesce(b.person_id, 0), %(benefit)s, '', b.region_code, b.month, b.id
FROM pay_booked b WHERE b.state = 'returned' AND NOT b.late AND %(owed)s <> 'reissue'
UNION ALL
SELECT 'bank', sum(CASE WHEN b.late THEN b.fen ELSE -b.fen END)::bigint, 0, %(benefit)s, '', b.region_code, b.month, 0
FROM pay_booked b WHERE b.state = 'paid' OR b.late GROUP BY b.region_code, b.month
"""


def post(batch: PayBatch, file: BankFile, actor: Actor, *, on: datetime.date) -> None:
    """Book the file in the ledger: Dr payable (reissue) / Cr bank, Dr payable / Cr reissue, and back for what came late."""
    owed = "reissue" if batch.kind == "reissue" else "payable"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pay_booked WHERE state = 'paid' OR late OR (state = 'returned' AND %s <> 'reissue'))",
            [owed],
        )
        if not cursor.fetchone()[0]:
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
