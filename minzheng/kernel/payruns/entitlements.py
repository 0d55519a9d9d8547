"""应发明细的状态 follows the batch: in a batch from the approval on, owed again when the approval is taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from minzheng.kernel.payruns.models import PayBatch

_HELD = "p.batch_id = %(batch)s AND p.excluded_for = '' AND p.state <> 'cancelled'"
_BATCHED = f"""
UPDATE kernel_paymentline l SET state = CASE WHEN p.state = 'settled' THEN 'paid' ELSE 'batched' END
FROM kernel_payline p WHERE l.id = p.line_id AND {_HELD} AND l.state IN ('planned', 'returned')
"""
# A negative line is done with when nothing of it is left; a claim that is carried stays open.
_PARTS = f"""
UPDATE kernel_paymentline l SET state = 'batched'
WHERE l.state = 'planned' AND l.id IN (SELECT t.line_id FROM kernel_paypart t JOIN kernel_payline p ON p.id = t.pay_line_id
    WHERE {_HELD} AND t.live)
  AND l.amount_fen = (SELECT sum(t.fen) FROM kernel_paypart t WHERE t.line_id = l.id AND t.live)
"""
_FREE = f"""
UPDATE kernel_paymentline l SET state = %(state)s
FROM kernel_payline p WHERE l.id = p.line_id AND {_HELD} AND l.state IN ('batched', 'paid', 'returned')
"""
_FREE_PARTS = f"""
UPDATE kernel_paymentline l SET state = 'planned'
WHERE l.state = 'batched' AND l.id IN (SELECT t.line_id FROM kernel_paypart t JOIN kernel_payline p ON p.id = t.pay_line_id
    WHERE {_HELD} AND t.live)
"""


def batched(batch: PayBatch) -> None:
    """Approved: the entitlements are in a batch; those that came to nothing are settled."""
    with connection.cursor() as cursor:
        cursor.execute(_BATCHED, {"batch": batch.pk})
        cursor.execute(_PARTS, {"batch": batch.pk})


def freed(batch: PayBatch) -> None:
    """The approval is taken back: everything is owed as before (what a reissue took is returned money again)."""
    state = "returned" if batch.kind == "reissue" else "planned"
    with connection.cursor() as cursor:
        cursor.execute(_FREE_PARTS, {"batch": batch.pk})
        cursor.execute(_FREE, {"batch": batch.pk, "state": state})


def given_up(batch: PayBatch) -> None:
    """Void: no line of the batch holds an entitlement any longer. The returned lines of a reissue hold theirs again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE kernel_paypart t SET live = false FROM kernel_payline p WHERE p.id = t.pay_line_id AND p.batch_id = %s",
            [batch.pk],
        )
        cursor.execute(
            "UPDATE kernel_payline SET live = false, state = CASE WHEN excluded_for = '' THEN 'cancelled' ELSE state END "
            "WHERE batch_id = %s",
            [batch.pk],
        )
        cursor.execute(
            "UPDATE kernel_payline o SET live = true, state = 'returned' FROM kernel_payline p "
            "WHERE p.batch_id = %s AND p.origin_id = o.id AND o.state = 'reissued'",
            [batch.pk],
        )


def handed_back(batch: PayBatch, lines: list[int]) -> None:
    """Lines taken out of a reissue: the returned lines they repeat wait again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE kernel_payline SET live = false, state = 'cancelled' WHERE batch_id = %s AND id = ANY(%s)",
            [batch.pk, lines],
        )
        cursor.execute(
            "UPDATE kernel_payline o SET live = true, state = 'returned' FROM kernel_payline p "
            "WHERE p.batch_id = %s AND p.id = ANY(%s) AND p.origin_id = o.id AND o.state = 'reissued'",
            [batch.pk, lines],
        )
