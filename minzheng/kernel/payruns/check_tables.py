"""What the checks of a batch read, gathered once: its lines with payee, account and award (`pay_lines`), everybody they
cover (`pay_members`), both as `pay_people`. Temporary tables with statistics of their own: the planner knows nothing yet of
a million lines that were inserted a moment ago."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from minzheng.kernel.payruns.models import PayBatch

#: First the bare rows, so that the planner knows how many there are when it joins them with whole tables.
_OWN = """
CREATE TEMP TABLE pay_own ON COMMIT DROP AS
SELECT id, award_id, person_id, account_id, month, line_type, due_fen, amount_fen, persons FROM kernel_payline
WHERE batch_id = %s AND excluded_for = '' AND state <> 'cancelled'
"""
_LINES = """
CREATE TEMP TABLE pay_lines ON COMMIT DROP AS
SELECT p.id, p.award_id, p.person_id, p.account_id, p.month, p.line_type, p.due_fen, p.amount_fen, p.persons,
       a.household_id, a.next_review_on, a.decided_on, c.holder, c.number_index, c.flag, c.tail, c.kind, c.relation,
       d.name, d.death_date
FROM pay_own p JOIN kernel_award a ON a.id = p.award_id
LEFT JOIN kernel_payeeaccount c ON c.id = p.account_id LEFT JOIN kernel_person d ON d.id = p.person_id
"""
_MEMBERS = """
CREATE TEMP TABLE pay_members ON COMMIT DROP AS
SELECT p.id AS line_id, p.award_id, p.month, p.persons, m.person_id, m.name
FROM pay_lines p JOIN kernel_awardmember m ON m.award_id = p.award_id WHERE m.person_id IS NOT NULL
"""
_PEOPLE = """
CREATE TEMP VIEW pay_people AS
SELECT person_id, line_id FROM pay_members UNION ALL
SELECT person_id, id FROM pay_lines WHERE person_id IS NOT NULL
"""
_FOUND = """
CREATE TEMP TABLE pay_found (line_id bigint, code text, severity text, sentence text, clearable boolean) ON COMMIT DROP
"""


def gather(cursor: Any, batch: PayBatch) -> None:
    """Make the tables; `forget` drops them."""
    forget(cursor)
    cursor.execute(_OWN, [batch.pk])
    cursor.execute("ANALYZE pay_own")
    cursor.execute(_LINES)
    cursor.execute("ANALYZE pay_lines")
    cursor.execute(_MEMBERS)
    cursor.execute("ANALYZE pay_members")
    cursor.execute(_PEOPLE)
    cursor.execute(_FOUND)


def forget(cursor: Any) -> None:
    cursor.execute("DROP VIEW IF EXISTS pay_people")
    cursor.execute("DROP TABLE IF EXISTS pay_members, pay_lines, pay_own, pay_found")
