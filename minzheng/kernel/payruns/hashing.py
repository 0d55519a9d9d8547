"""The hash of a batch: SM3 over every line that it pays or settles, with the account each goes to. Fixed at approval, proved
again before the file goes out. The database writes the text in portions, so a million lines need little memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import hashes
from django.db import connection, transaction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minzheng.kernel.payruns.models import PayBatch

PORTION = 5000

# One line of text per pay line; fields are separated by a sign that no name or bank contains.
_TEXT = """
SELECT string_agg(concat_ws(E'\\x1f', p.seq, p.line_id, p.origin_id, p.attempt, p.award_id, p.person_id, p.month, p.line_type,
           p.region_code, p.due_fen, p.correction_fen, p.offset_fen, p.amount_fen, p.persons, p.category, p.snapshot::text,
           c.id, c.holder, encode(c.number_index, 'hex'), c.bank), E'\\n' ORDER BY p.seq)
FROM kernel_payline p LEFT JOIN kernel_payeeaccount c ON c.id = p.account_id
WHERE p.batch_id = %s AND p.seq > %s AND p.seq <= %s AND p.excluded_for = '' AND p.state <> 'cancelled'
"""


@transaction.atomic
def digest(batch: PayBatch) -> str:
    """64 hex digits over head and lines, in their order."""
    made = hashes.Hash(hashes.SM3())
    head = (
        batch.no,
        batch.kind,
        batch.item_code,
        batch.month.isoformat(),
        batch.region_code,
        batch.lines,
        batch.total_fen,
    )
    made.update("\x1f".join(map(str, head)).encode())
    for text in _portions(batch):
        made.update(b"\n")
        made.update(text.encode())
    return made.finalize().hex()


def _portions(batch: PayBatch) -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(seq), 0) FROM kernel_payline WHERE batch_id = %s", [batch.pk])
        last = cursor.fetchone()[0]
        for start in range(0, last, PORTION):
            cursor.execute(_TEXT, [batch.pk, start, start + PORTION])
            text = cursor.fetchone()[0]
            if text is not None:
                yield text
