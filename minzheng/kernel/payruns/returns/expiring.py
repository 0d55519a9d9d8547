"""长期未能重发: what came back and could not be paid for so many months (a term, [D] 12) goes back to finance.

The entitlement stays on record as returned; should the payee turn up, a new entitlement line is decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import QuerySet

from minzheng.kernel import clock
from minzheng.kernel.ledger import services as ledger
from minzheng.kernel.months import month_after
from minzheng.kernel.payruns import access, terms
from minzheng.kernel.payruns.errors import PayRefused
from minzheng.kernel.payruns.models import PayBatch, PayLine

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

GIVEN_BACK = "长期未能重发，已交回财政"
_ENTRIES = """
SELECT 'reissue', l.amount_fen, coalesce(l.person_id, 0), %(benefit)s, '', l.region_code, l.month, l.id
FROM kernel_payline l WHERE l.id = ANY(%(lines)s)
UNION ALL
SELECT 'treasury', -sum(l.amount_fen)::bigint, 0, %(benefit)s, '', l.region_code, l.month, 0
FROM kernel_payline l WHERE l.id = ANY(%(lines)s) GROUP BY l.region_code, l.month
"""


def unclaimed(batch: PayBatch) -> QuerySet[PayLine]:
    """Returned lines of a batch that have waited longer than the term."""
    today = clock.today()
    since = month_after(today, -terms.number("unclaimed_months")).replace(day=min(today.day, 28))
    return PayLine.objects.filter(batch=batch, state="returned", live=True, resulted_on__lt=since)


@transaction.atomic
def give_back(*, actor: Actor, batch: PayBatch, reason: str) -> list[PayLine]:
    """退回财政: Dr reissue / Cr treasury for every line that has waited too long; the lines stay returned, and are
    not sent again. Needs pay.finance and
    a reason. Raises PayRefused when nothing has waited long enough."""
    reason = access.needed_reason(reason, "退回财政")
    locked = access.locked(actor, batch.pk, "pay.finance")
    lines = list(unclaimed(locked).select_for_update(of=("self",)).order_by("seq"))
    if not lines:
        months = terms.number("unclaimed_months")
        raise PayRefused(f"批次 {locked.no} 没有退回满 {months} 个月、仍未能重发的明细。")
    keys = [line.pk for line in lines]
    ledger.post_select(
        kind="unclaimed", key=f"unclaimed:{locked.pk}:{keys[0]}:{len(keys)}", occurred_on=clock.today(),
        region_code=locked.region_code, reference=f"unclaimed:{locked.pk}", memo=f"{locked.no} 长期未能重发，退回财政",
        sql=_ENTRIES, params={"benefit": locked.item_code, "lines": keys}, actor=actor,
    )  # fmt: skip
    PayLine.objects.filter(pk__in=keys).update(live=False, reason=f"{GIVEN_BACK}：{reason}"[:200])
    for line in lines:
        access.event(locked, "unclaimed", actor, before=locked.state, line=line, reason=reason)
    return lines
