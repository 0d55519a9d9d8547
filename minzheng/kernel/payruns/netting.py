"""抵减: negative lines meet what is paid. Corrections of a month are netted with that month; claims are taken out of later
payments of the same payee, only up to the limit and, where the county says so, only with consent (reference §3.8).

Amounts meet like two rulers laid side by side: each positive line and each negative one covers a stretch, and where two
stretches overlap, that much is taken. So a claim goes on to the next line, and what is left of it is carried."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection

from minzheng.kernel import ids
from minzheng.kernel.payruns import terms

if TYPE_CHECKING:
    from minzheng.kernel.payruns.models import PayBatch

_LEFT = """-l.amount_fen + coalesce((SELECT sum(t.fen) FROM kernel_paypart t WHERE t.line_id = l.id AND t.live), 0)"""

#: Negative lines that this batch may have to meet, and how much of each is left.
_OPEN = f"""
CREATE TEMP TABLE pay_open ON COMMIT DROP AS
SELECT l.id AS line_id, l.award_id, a.payee_id, l.month, l.line_type, {_LEFT} AS left_fen
FROM kernel_paymentline l JOIN kernel_award a ON a.id = l.award_id
WHERE l.item_code = %(item)s AND l.amount_fen < 0 AND l.state = 'planned'
  AND (l.line_type = 'clawback' OR EXISTS (
      SELECT 1 FROM kernel_payline p WHERE p.award_id = l.award_id AND p.batch_id = %(batch)s))
"""

_PAYS = "p.batch_id = %(batch)s AND p.excluded_for = '' AND p.due_fen + coalesce(t.taken, 0) > 0"
_TAKEN = """LEFT JOIN (SELECT pay_line_id, sum(fen) AS taken FROM kernel_paypart
    WHERE pay_line_id IS NOT NULL AND live GROUP BY pay_line_id) t ON t.pay_line_id = p.id"""
_WITH = "(SELECT DISTINCT {column} FROM pay_open)"

#: What given up again: a correction upwards stands against the claim of its own month, and is not paid out.
_GIVEN_UP = f"""
SELECT p.award_id::text || p.month AS key, p.id AS pay_line, p.due_fen + coalesce(t.taken, 0) AS cap
FROM kernel_payline p {_TAKEN} WHERE {_PAYS} AND p.line_type = 'correction'
  AND p.award_id IN {_WITH.format(column="award_id")}
"""
_OF_MONTH = f"""
SELECT p.award_id::text || p.month AS key, p.id AS pay_line, p.due_fen + coalesce(t.taken, 0) AS cap
FROM kernel_payline p {_TAKEN} WHERE {_PAYS} AND p.award_id IN {_WITH.format(column="award_id")}
"""
_OF_PAYEE = f"""
SELECT p.person_id::text AS key, p.id AS pay_line, (p.due_fen + coalesce(t.taken, 0)) * limits.percent / 100 AS cap
FROM kernel_payline p {_TAKEN}
CROSS JOIN LATERAL (
    SELECT least(%(percent)s, CASE WHEN %(consent)s THEN coalesce((
        SELECT max(c.percent) FROM kernel_offsetconsent c JOIN kernel_award ca ON ca.id = c.award_id
        WHERE ca.payee_id = p.person_id AND ca.item_code = %(item)s AND c.given_on < p.month + interval '1 month'
          AND (c.until IS NULL OR c.until > p.month)), 0) ELSE %(percent)s END) AS percent) limits
WHERE {_PAYS} AND p.person_id IN {_WITH.format(column="payee_id")}
"""

_MEET = """
INSERT INTO kernel_paypart (id, pay_line_id, line_id, kind, fen, live, reason, by_id, at)
SELECT {id}, m.pay_line, m.line_id, %(kind)s, -m.fen, true, '', NULL, NULL FROM (
    SELECT row_number() OVER () - 1 AS place, pos.pay_line, neg.line_id,
           least(pos.upto, neg.upto) - greatest(pos.upto - pos.cap, neg.upto - neg.fen) AS fen
    FROM (SELECT key, pay_line, cap, sum(cap) OVER (PARTITION BY key ORDER BY pay_line) AS upto
          FROM ({pays}) AS pays WHERE cap > 0) AS pos
    JOIN (SELECT {key} AS key, line_id, fen, sum(fen) OVER (PARTITION BY {key} ORDER BY o.month, line_id) AS upto
          FROM (SELECT o.*, o.left_fen + coalesce((SELECT sum(t.fen) FROM kernel_paypart t
                    JOIN kernel_payline p ON p.id = t.pay_line_id
                    WHERE t.line_id = o.line_id AND t.live AND p.batch_id = %(batch)s), 0) AS fen
                FROM pay_open o) AS o
          WHERE fen > 0 AND {only}) AS neg USING (key)
    WHERE least(pos.upto, neg.upto) > greatest(pos.upto - pos.cap, neg.upto - neg.fen)
) AS m
"""

_RESET = """
UPDATE kernel_payline SET correction_fen = 0, offset_fen = 0, amount_fen = due_fen,
       state = CASE WHEN state = 'settled' THEN 'ready' ELSE state END
WHERE batch_id = %(batch)s AND (correction_fen <> 0 OR offset_fen <> 0 OR state = 'settled')
"""
_WRITE = """
UPDATE kernel_payline p SET correction_fen = s.correction, offset_fen = s.taken,
       amount_fen = p.due_fen + s.correction + s.taken,
       state = CASE WHEN p.due_fen + s.correction + s.taken = 0 THEN 'settled' ELSE p.state END
FROM (SELECT t.pay_line_id, coalesce(sum(t.fen) FILTER (WHERE t.kind = 'correction'), 0) AS correction,
             coalesce(sum(t.fen) FILTER (WHERE t.kind = 'offset'), 0) AS taken
      FROM kernel_paypart t JOIN kernel_payline q ON q.id = t.pay_line_id
      WHERE q.batch_id = %(batch)s AND t.live GROUP BY t.pay_line_id) AS s
WHERE p.id = s.pay_line_id
"""


def net(batch: PayBatch, *, fresh: bool = False) -> None:
    """Net the lines of a batch that is still being prepared, anew: excluded lines take nothing. `fresh`: nothing was netted
    in it yet."""
    if batch.kind == "reissue":  # what was netted when it was first paid stays netted
        return
    given: dict[str, Any] = {
        "batch": batch.pk, "item": batch.item_code, "percent": terms.number("offset_percent", batch.month),
        "consent": bool(terms.number("offset_needs_consent", batch.month)),
    }  # fmt: skip
    with connection.cursor() as cursor:
        if not fresh:
            cursor.execute(
                "DELETE FROM kernel_paypart t USING kernel_payline p WHERE p.id = t.pay_line_id AND p.batch_id = %s",
                [batch.pk],
            )
            cursor.execute(_RESET, given)
        cursor.execute("DROP TABLE IF EXISTS pay_open")
        cursor.execute(_OPEN, given)
        if cursor.rowcount:
            month_key = "o.award_id::text || o.month"
            _meet(cursor, given, "correction", _GIVEN_UP, month_key, "o.line_type = 'clawback'")
            _meet(cursor, given, "correction", _OF_MONTH, month_key, "o.line_type <> 'clawback'")
            _meet(cursor, given, "offset", _OF_PAYEE, "o.payee_id::text", "o.line_type = 'clawback'")
            cursor.execute(_WRITE, given)
        cursor.execute("DROP TABLE pay_open")


def _meet(cursor: Any, given: dict[str, Any], kind: str, pays: str, key: str, only: str) -> None:
    cursor.execute("SELECT count(*) FROM pay_open")
    most = cursor.fetchone()[0] * 64 + 4096
    made = ids.in_block("m.place").replace("%s", "%(start)s")
    sql = _MEET.format(id=made, pays=pays, key=key, only=only)
    cursor.execute(sql, {**given, "kind": kind, "start": ids.block(most)})


_CAME_SINCE = f"""
SELECT EXISTS (
    SELECT 1 FROM kernel_paymentline l JOIN kernel_payline p ON p.award_id = l.award_id AND p.month = l.month
        AND p.batch_id = %(batch)s AND p.excluded_for = '' AND p.amount_fen > 0
    WHERE l.item_code = %(item)s AND l.amount_fen < 0 AND l.state = 'planned' AND l.line_type = 'correction' AND {_LEFT} > 0
) OR EXISTS (
    SELECT 1 FROM kernel_paypart t JOIN kernel_payline p ON p.id = t.pay_line_id AND p.batch_id = %(batch)s
    JOIN kernel_paymentline claim ON claim.id = t.line_id
    JOIN kernel_paymentline up ON up.award_id = claim.award_id AND up.month = claim.month
        AND up.line_type = 'correction' AND up.amount_fen > 0 AND up.state = 'planned'
    WHERE t.kind = 'offset' AND t.live
)
"""


def pending(batch: PayBatch) -> bool:
    """Whether something came since the batch was netted that changes it: a correction of one of its months, or a claim
    that it takes a part of was given up."""
    with connection.cursor() as cursor:
        cursor.execute(_CAME_SINCE, {"batch": batch.pk, "item": batch.item_code})
        return bool(cursor.fetchone()[0])
