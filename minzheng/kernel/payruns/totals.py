"""合计: what a batch pays, counted anew from its lines, and the proof that the sums tie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection

from minzheng.kernel.payruns import access

if TYPE_CHECKING:
    from minzheng.kernel.payruns.models import PayBatch

_COUNT = """
SELECT coalesce(sum(n), 0), coalesce(sum(fen), 0), count(*) FILTER (WHERE n > 0),
       coalesce(sum(persons) FILTER (WHERE n > 0), 0), coalesce(sum(gross), 0), coalesce(sum(out), 0)
FROM (
    SELECT award_id, count(*) FILTER (WHERE pays) AS n, sum(amount_fen) FILTER (WHERE pays) AS fen,
           max(persons) FILTER (WHERE pays) AS persons,
           sum(due_fen + correction_fen + offset_fen) FILTER (WHERE pays) AS gross,
           count(*) FILTER (WHERE excluded_for <> '') AS out
    FROM (SELECT *, excluded_for = '' AND amount_fen > 0 AND state <> 'cancelled' AS pays
          FROM kernel_payline WHERE batch_id = %s) AS p
    GROUP BY award_id
) AS awards
"""


@dataclass(frozen=True)
class Sums:
    """`gross_fen` = Σ (due + correction + offset) of the lines that pay: equals `total_fen`."""

    lines: int
    total_fen: int
    households: int
    persons: int
    gross_fen: int
    excluded: int


def sums(batch: PayBatch) -> Sums:
    """Counted anew from the lines."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [batch.pk])
        row = cursor.fetchone()
    return Sums(*(int(value) for value in row))


def count(batch: PayBatch) -> None:
    """Write the sums to the batch."""
    told = sums(batch)
    batch.lines, batch.total_fen = told.lines, told.total_fen
    batch.households, batch.persons, batch.excluded = told.households, told.persons, told.excluded
    access.save(batch, "lines", "total_fen", "households", "persons", "excluded")


def ties(batch: PayBatch) -> str:
    """ "" or why the batch's figures are not those of its lines."""
    told = sums(batch)
    if (told.lines, told.total_fen, told.households) != (batch.lines, batch.total_fen, batch.households):
        return (
            f"批次 {batch.no} 登记 {batch.lines} 笔 {batch.total_fen} 分，明细合计 {told.lines} 笔 {told.total_fen} 分："
            "请重新校验。"
        )
    return "" if told.gross_fen == told.total_fen else f"批次 {batch.no} 的应发、更正、抵扣与实发不平，请重新校验。"
