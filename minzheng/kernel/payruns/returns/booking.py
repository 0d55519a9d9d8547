"""Booking results: one UPDATE holds every record against its line and the account it was sent to, and writes the result of
those that agree; what it wrote (pay_booked) leads to one UPDATE of what was owed and one transaction in the ledger. Only the
records that it did not take are looked at once more (pay_rest): told again, come back late, or the reason why not.

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


_TABLES = """
DROP TABLE IF EXISTS pay_booked, pay_rest, pay_odd, pay_sums;
CREATE TEMP TABLE pay_booked (seq int, fen bigint, id bigint, line_id bigint, person_id bigint, month date, region_code text,
    state text, code text, late bool, again bool, account_id bigint, flag text) ON COMMIT DROP
"""
#: Amount and tail agree nearly always; the planner, were they plain conditions of the join, would take that for rare and
#: ask an index a million times. `late`: it had been paid; `again`: returned for the second time; `account_id` and `flag` only where the bank says of the
#: account what is not known yet, or a payment that arrived takes an old flag away.
_BOOK = """
WITH done AS (
    UPDATE kernel_payline l SET state = r.state, return_code = r.code, resulted_on = %(on)s, booked_month = %(booked)s,
        reason = CASE WHEN r.state = 'returned' AND l.attempt > 1 THEN %(visit)s ELSE l.reason END
    FROM {records} r, kernel_payeeaccount a
    WHERE l.batch_id = %(batch)s AND l.seq = r.seq AND a.id = l.account_id AND l.excluded_for = '' AND {which}
        AND CASE WHEN l.amount_fen = r.fen THEN a.tail = r.tail END
    RETURNING r.seq, r.fen, l.id, l.line_id, coalesce(l.person_id, 0) AS person_id, l.month, l.region_code, r.state, r.code,
        l.attempt, l.account_id, a.flag AS known, r.flag AS told
)
INSERT INTO pay_booked SELECT seq, fen, id, line_id, person_id, month, region_code, state, code, {late},
    state = 'returned' AND attempt > 1, CASE WHEN {flagged} THEN account_id END, CASE WHEN {flagged} THEN told END
FROM done
"""
_FLAGGED = "known <> told AND (state = 'paid' OR (state = 'returned' AND told <> ''))"
_WAITING = "l.state IN ('sent', 'unknown') AND CASE WHEN r.state <> l.state THEN true END"
_LATE = "l.state = 'paid' AND r.state = 'returned'"
_FIRST = _BOOK.format(records="pay_return", which=_WAITING, late="false", flagged=_FLAGGED)
_THEN = _BOOK.format(records="(SELECT * FROM pay_rest WHERE did = 'late')", which=_LATE, late="true", flagged=_FLAGGED)
#: What was not booked beside the line it is about (`did`: late, known, or "" for what has to be explained).
_REST = f"""
CREATE TEMP TABLE pay_rest ON COMMIT DROP AS
SELECT r.*, l.state AS before, l.amount_fen AS sent_fen, l.excluded_for, a.tail = r.tail AS same_tail,
    CASE WHEN (l.amount_fen = r.fen AND a.tail = r.tail) IS NOT TRUE THEN ''
         WHEN l.excluded_for = '' AND {_LATE} THEN 'late'
         WHEN (l.state = 'paid' AND r.state IN ('paid', 'unknown')) OR (l.state = 'unknown' AND r.state = 'unknown')
              OR (l.state IN ('returned', 'reissued') AND r.state IN ('returned', 'unknown')) THEN 'known'
         ELSE '' END AS did
FROM pay_return r LEFT JOIN kernel_payline l ON l.batch_id = %(batch)s AND l.seq = r.seq
LEFT JOIN kernel_payeeaccount a ON a.id = l.account_id
WHERE NOT EXISTS (SELECT FROM pay_booked b WHERE b.seq = r.seq)
"""
_EXPLAIN = """
SELECT record, seq, fen, code, before, sent_fen, excluded_for, same_tail, state FROM pay_rest WHERE did = '' ORDER BY record
"""
_ENTITLED = """
UPDATE kernel_paymentline p SET state = b.state FROM pay_booked b WHERE p.id = b.line_id AND b.state <> 'unknown'
"""
#: The few of which more is to be noted, and the sums of all.
_ODD = "CREATE TEMP TABLE pay_odd ON COMMIT DROP AS SELECT * FROM pay_booked WHERE late OR state <> 'paid' OR flag IS NOT NULL"
_SUMS = """
CREATE TEMP TABLE pay_sums ON COMMIT DROP AS
SELECT late, state, region_code, month, count(*) AS lines, sum(fen)::bigint AS fen FROM pay_booked GROUP BY 1, 2, 3, 4
"""
VISIT = "第二次退回：须上门核实账户后才能再发，不得发放现金"


def book(batch: PayBatch, *, on: datetime.date, booked_month: datetime.date | None) -> Booked:
    """Write the results that pay_return holds to the lines of a locked batch."""
    given: dict[str, Any] = {"batch": batch.pk, "on": on, "booked": booked_month, "visit": VISIT}
    made = Booked()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '160MB'")
        cursor.execute(_TABLES)
        cursor.execute("SELECT count(*) FROM pay_return")
        records = cursor.fetchone()[0]
        cursor.execute(_FIRST, given)
        booked = cursor.rowcount
        if booked < records:
            cursor.execute(_REST, given)
            if cursor.rowcount != records - booked:
                raise RuntimeError(f"批次 {batch.no} 有重复的序号，结果没有写下。")
            cursor.execute(_THEN, given)
            booked += cursor.rowcount
            cursor.execute("SELECT count(*) FROM pay_rest WHERE did = 'known'")
            made.known = cursor.fetchone()[0]
            cursor.execute(_EXPLAIN)
            for record, seq, fen, code, *known in cursor.fetchall():
                made.faults.append(Fault(record, seq, fen, code, _why(seq, fen, *known)))
        if booked + made.known + len(made.faults) != records:
            raise RuntimeError(
                f"批次 {batch.no} 的 {records} 条结果，写下 {booked} 条，已知 {made.known} 条，不能入账 {len(made.faults)} 条：合不上。"
            )
        cursor.execute(_SUMS)
        cursor.execute(_ODD)
        cursor.execute("SELECT late, state, sum(lines)::bigint, sum(fen)::bigint FROM pay_sums GROUP BY 1, 2")
        for late, state, count, fen in cursor.fetchall():
            made.count[state] += count
            made.fen[state] += fen
            made.late += count if late else 0
        if booked:
            cursor.execute(_ENTITLED)
            if cursor.rowcount != made.count["paid"] + made.count["returned"]:
                raise RuntimeError(f"批次 {batch.no} 的结果与应发明细对不上：{cursor.rowcount} 笔应发明细写下了结果。")
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
            "UPDATE kernel_payeeaccount a SET flag = b.flag, checked_on = %s FROM pay_odd b WHERE a.id = b.account_id",
            [on],
        )


_EVENTS = """
INSERT INTO kernel_payevent (id, batch_id, act, from_state, to_state, line_id, actor_id, actor_name, at, reason, sha, detail)
SELECT {made}, %s, CASE WHEN b.again THEN 'visit' ELSE 'result' END, '', '', b.id, %s, %s, %s,
       CASE WHEN b.again THEN %s ELSE '' END, '',
       jsonb_build_object('code', b.code, 'outcome', b.state, 'late', b.late, 'file', %s::text)
FROM (SELECT *, row_number() OVER (ORDER BY seq) AS n FROM pay_odd WHERE late OR state <> 'paid') AS b
"""


def note_lines(batch: PayBatch, file: BankFile, actor: Actor) -> None:
    """A line of the batch's log for every line that is not simply paid; returned twice, it asks for a visit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pay_odd WHERE late OR state <> 'paid'")
        count = cursor.fetchone()[0]
        if count:
            cursor.execute(
                _EVENTS.format(made=ids.in_block("b.n - 1")),
                [ids.block(count), batch.pk, actor.id, actor.name, file.made_at, VISIT, str(file.pk)],
            )


#: Per line: what was owed is paid, or waits to be sent again; the bank's side in one entry a place and month.
_ENTRIES = """
SELECT CASE WHEN b.late THEN 'reissue' ELSE %(owed)s END, CASE WHEN b.late THEN -b.fen ELSE b.fen END, b.person_id,
       %(benefit)s, '', b.region_code, b.month, b.id
FROM pay_booked b WHERE b.late OR b.state = 'paid' OR (b.state = 'returned' AND %(owed)s <> 'reissue')
UNION ALL
SELECT 'reissue', -b.fen, b.person_id, %(benefit)s, '', b.region_code, b.month, b.id
FROM pay_odd b WHERE NOT b.late AND b.state = 'returned' AND %(owed)s <> 'reissue'
UNION ALL
SELECT 'bank', sum(CASE WHEN b.late THEN b.fen ELSE -b.fen END)::bigint, 0, %(benefit)s, '', b.region_code, b.month, 0
FROM pay_sums b WHERE b.late OR b.state = 'paid' GROUP BY b.region_code, b.month
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
