"""校验 C01 … C12 (reference §3.4): each one a statement over all lines of a batch; severities are data (checks.yaml).

A finding that somebody cleared with a reason stays cleared as long as it is found in the same words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection

from minzheng.kernel import clock, ids
from minzheng.kernel.months import month_after
from minzheng.kernel.payruns import check_sql, check_tables, findings, terms
from minzheng.kernel.payruns.check_names import names_and_holders
from minzheng.kernel.payruns.conflicts import conflicting
from minzheng.kernel.payruns.holders import rules
from minzheng.kernel.payruns.models import PayCheck

if TYPE_CHECKING:
    from minzheng.kernel.payruns.models import PayBatch

#: What was found about a person stands at every line that covers or pays them.
_OF_PEOPLE = """
INSERT INTO pay_found
SELECT w.line_id, %(code)s, CASE WHEN bool_or(f.sure) THEN %(severity)s ELSE 'warn' END,
       left(string_agg(DISTINCT f.sentence, '；'), 290), %(clearable)s
FROM ({sql}) AS f (person_id, sentence, sure) JOIN pay_people w ON w.person_id = f.person_id GROUP BY w.line_id
"""
_DROP_OLD = """
DELETE FROM kernel_paycheck c WHERE c.batch_id = %s AND NOT EXISTS (
    SELECT 1 FROM pay_found f WHERE f.line_id IS NOT DISTINCT FROM c.line_id AND f.code = c.code
    AND f.severity = c.severity AND f.sentence = c.sentence)
"""
_WRITE = f"""
INSERT INTO kernel_paycheck (id, batch_id, line_id, code, severity, sentence, clearable, cleared_by_id, cleared_at, reason)
SELECT {ids.in_block("row_number() OVER (ORDER BY severity, code, line_id) - 1")}, %s, line_id, code, severity, sentence,
       clearable, NULL, NULL, ''
FROM (SELECT DISTINCT ON (line_id, code) * FROM pay_found f WHERE NOT EXISTS (
          SELECT 1 FROM kernel_paycheck c WHERE c.batch_id = %s AND c.code = f.code
          AND c.line_id IS NOT DISTINCT FROM f.line_id)
      ORDER BY line_id, code, severity) AS new
"""


def severity(code: str) -> dict[str, Any]:
    """{"severity": "block"|"warn", "clearable": bool} of a check."""
    found: dict[str, Any] = rules()["severities"][code]
    return found


def run(batch: PayBatch) -> dict[str, int]:
    """Check every line of the batch anew; returns {code: findings}."""
    with connection.cursor() as cursor:
        check_tables.gather(cursor, batch)
        given = parameters(batch)
        for code, sql in check_sql.statements(batch.item_code):
            cursor.execute(f"INSERT INTO pay_found {sql}", {**given, **severity(code)})
        names_and_holders(cursor)
        conflicting(cursor, batch)
        from_others(cursor)
        short = _of_funds(batch)
        if short is not None:
            cursor.execute("INSERT INTO pay_found VALUES (NULL, 'C12', %s, %s, false)", short)
        cursor.execute(_DROP_OLD, [batch.pk])
        cursor.execute("SELECT count(*) FROM pay_found")
        cursor.execute(_WRITE, [ids.block(cursor.fetchone()[0] + 1), batch.pk, batch.pk])
        cursor.execute("SELECT code, count(*) FROM pay_found GROUP BY code ORDER BY code")
        found = dict(cursor.fetchall())
        check_tables.forget(cursor)
    return found


def parameters(batch: PayBatch) -> dict[str, Any]:
    """What the statements of a batch compare with; amounts in fen."""
    month = batch.month
    return {
        "batch": batch.pk, "month": month, "before": month_after(month, -1), "item": batch.item_code,
        "today": clock.today(), "change": terms.number("change_percent", month),
        "cap": terms.number("line_cap_yuan", month) * 100, "overdue": terms.number("overdue_block_days", month),
        "death_paid": bool(terms.number("death_month_paid", month)),
    }  # fmt: skip


def from_others(cursor: Any, only: tuple[str, ...] = ()) -> None:
    """Ask the capabilities above about everybody in the batch."""
    for number, (code, sql, values) in enumerate(findings.told(only)):
        # The teller's own parameters are positional: they are given names of their own here.
        names = [f"given_{number}_{place}" for place in range(len(values))]
        named = sql % tuple(f"%({name})s" for name in names) if names else sql
        told = {**dict(zip(names, values, strict=True)), "code": code, **severity(code)}
        cursor.execute(_OF_PEOPLE.format(sql=named), told)


def _of_funds(batch: PayBatch) -> tuple[str, str] | None:
    """(severity, sentence) of C12. It stands at the batch, not at a line; unknown funds are a warning, a shortfall blocks
    the approval."""
    from minzheng.kernel.funds.services import affordable

    if batch.kind == "reissue":
        return None
    found = affordable(batch, hold=False)  # only told here; the approval counts
    kind = severity("C12")["severity"] if found.known else "warn"
    return (kind, found.sentence[:290]) if found.sentence else None


def funds(batch: PayBatch) -> None:
    """C12 anew, after the sum of the batch has changed."""
    found = _of_funds(batch)
    if found is not None:
        PayCheck.objects.create(batch=batch, code="C12", severity=found[0], sentence=found[1], clearable=False)


def deaths(batch: PayBatch) -> list[tuple[int, str]]:
    """(pay line, sentence) of everybody in the file who is known to be dead by now: the look again on the day of sending.
    Nothing is written."""
    with connection.cursor() as cursor:
        check_tables.gather(cursor, batch)
        given = {**parameters(batch), **severity("C01")}
        for code, sql in check_sql.statements(batch.item_code):
            if code == "C01":
                cursor.execute(f"INSERT INTO pay_found {sql}", given)
        from_others(cursor, ("C01",))
        cursor.execute(
            "SELECT f.line_id, f.sentence FROM pay_found f JOIN kernel_payline p ON p.id = f.line_id "
            "WHERE f.severity = 'block' AND p.state = 'ready' AND NOT EXISTS (SELECT 1 FROM kernel_paycheck c "
            "WHERE c.batch_id = p.batch_id AND c.line_id = p.id AND c.code = 'C01' AND c.sentence = f.sentence "
            "AND c.cleared_at IS NOT NULL) ORDER BY p.seq"
        )
        rows = cursor.fetchall()
        check_tables.forget(cursor)
    return rows


def standing(batch: PayBatch) -> list[PayCheck]:
    """What has to be dealt with before somebody may review the batch: blocks, and warnings that need a reason."""
    rows = PayCheck.objects.filter(batch=batch, cleared_at=None).exclude(code="C12")
    explain = rows.filter(severity="warn", code__in=rules()["explain"])
    return list((rows.filter(severity="block") | explain).order_by("severity", "code", "pk")[:100])
