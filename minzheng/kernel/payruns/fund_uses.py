"""What batches are going to draw, for the balance of the funds. What was drawn is in the ledger; a reissue draws nothing:
its money came back to the paying account."""

from __future__ import annotations

from collections.abc import Iterator

from minzheng.kernel.funds.affording import reference
from minzheng.kernel.funds.uses import COMMITTED, WAITING, Use, uses
from minzheng.kernel.payruns.models import PayBatch
from minzheng.kernel.regions import codes

STATES = {
    "CHECKED": WAITING,
    "REVIEWED": WAITING,
    "APPROVED": COMMITTED,
    "FIN_SUBMITTED": COMMITTED,
}


@uses
def of_batches(region_code: str, year: int) -> Iterator[Use]:
    """Batches of a place and budget year that finance has not paid yet."""
    rows = PayBatch.objects.filter(codes.scope_q([region_code]), state__in=STATES, month__year=year, total_fen__gt=0)
    for batch in rows.exclude(kind="reissue").only("region_code", "item_code", "month", "total_fen", "state"):
        yield Use(
            reference(batch), batch.region_code, batch.item_code, batch.month, batch.total_fen, STATES[batch.state]
        )
