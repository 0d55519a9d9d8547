"""多发的钱: proposals to claim back what was paid after a death or a stop. Nothing is deducted by itself: a line waits as
“待决定” until somebody decides it (reference §1.7.3, §3.8)."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max, Sum

from minzheng.kernel.awards.models import Award, PaymentLine

if TYPE_CHECKING:
    from collections.abc import Callable

# Lines whose money is on its way or has arrived; a planned line is taken out by a correction instead.
GONE = ("batched", "paid")
# … and what a batch netted them with: a month that a correction took back entirely was never paid.
WENT_OUT = ("regular", "back_pay", "correction")


@transaction.atomic
def propose_clawback(*, award: Award, from_month: datetime.date, reason: str, due: Callable[[int], int]) -> int:
    """For every month from `from_month` in which money went out for this award, a line (negative, 待决定) of what was too
    much. `due(paid fen)` is what should have been paid of it. Returns how many fen are proposed; repeating adds nothing."""
    sums = (
        award.lines.filter(month__gte=from_month, state__in=GONE, line_type__in=WENT_OUT)
        .values("month")
        .annotate(paid=Sum("amount_fen"))
        .order_by("month")
    )
    total = 0
    for row in sums:
        claimed = -(
            award.lines.filter(month=row["month"], line_type="clawback").aggregate(n=Sum("amount_fen"))["n"] or 0
        )
        extra = row["paid"] - due(row["paid"]) - claimed
        if extra > 0:
            _propose(award, row["month"], extra, reason)
            total += extra
    return total


def _propose(award: Award, month: datetime.date, extra: int, reason: str) -> None:
    last = award.lines.filter(month=month, line_type="clawback").aggregate(n=Max("seq"))["n"] or 0
    PaymentLine.objects.create(
        award=award,
        month=month,
        line_type="clawback",
        seq=last + 1,
        region_code=award.region_code,
        item_code=award.item_code,
        amount_fen=-extra,
        state="proposed",
        explanation=reason[:200],
    )
