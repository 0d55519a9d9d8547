"""What a batch books (seams of the ledger): approval owes the money, the voucher brings it, withholding sets it aside.

Results of the bank are booked by the return files. Every transaction refers to its batch: ``paybatch:<id>``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minzheng.kernel import clock
from minzheng.kernel.ledger import services as ledger
from minzheng.kernel.ledger.models import LedgerTransaction
from minzheng.kernel.ledger.services import Entry
from minzheng.kernel.ledger.showing import name_kinds, name_origins

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.payruns.models import PayBatch, PayLine

APPROVE, FUND, WITHHOLD = "approve", "fund", "withhold"
name_kinds({WITHHOLD: "止付", "claim.cash": "收回多发款", "claim.written_off": "核销多发款", "result": "银行结果",
            "unclaimed": "长期未发退回"})  # fmt: skip
name_origins(
    {"paybatch": ("发放批次", "payruns.detail"), "unclaimed": ("发放批次", "payruns.detail"), "claim": ("追回", "")}
)

_HELD = "p.batch_id = %(batch)s AND p.excluded_for = '' AND p.state <> 'cancelled'"
# Owed to the payee: due less corrections; of that, what is taken for a claim is not paid out.
_OWED = f"""
SELECT 'expense', sum(p.due_fen + p.correction_fen)::bigint, 0::bigint, %(item)s, '', p.region_code, p.month, 0::bigint
FROM kernel_payline p WHERE {_HELD} GROUP BY p.region_code, p.month
UNION ALL
SELECT 'payable', -(p.due_fen + p.correction_fen), coalesce(p.person_id, 0), %(item)s, '', p.region_code, p.month, p.id
FROM kernel_payline p WHERE {_HELD}
UNION ALL
SELECT 'payable', -t.fen, coalesce(p.person_id, 0), %(item)s, '', p.region_code, p.month, p.id
FROM kernel_paypart t JOIN kernel_payline p ON p.id = t.pay_line_id WHERE {_HELD} AND t.kind = 'offset' AND t.live
UNION ALL
SELECT 'receivable', t.fen, coalesce(a.payee_id, 0), %(item)s, '', l.region_code, l.month, l.id
FROM kernel_paypart t JOIN kernel_payline p ON p.id = t.pay_line_id JOIN kernel_paymentline l ON l.id = t.line_id
JOIN kernel_award a ON a.id = l.award_id WHERE {_HELD} AND t.kind = 'offset' AND t.live
"""


def reference(batch: PayBatch) -> str:
    return f"paybatch:{batch.pk}"


def approved(batch: PayBatch, actor: Actor) -> None:
    """Dr expense / Cr payable per payee and month; Dr payable / Cr receivable for what is taken for claims. A reissue owes
    nothing new: its money stands in 待重发. A batch may be approved again after it was sent back: `version` tells them apart.
    """
    if batch.kind == "reissue" or not _owes(batch):
        return
    ledger.post_select(
        kind=APPROVE, key=f"paybatch:{batch.pk}:approve:{batch.version}", occurred_on=clock.today(),
        region_code=batch.region_code, reference=reference(batch), actor=actor, sql=_OWED,
        params={"batch": batch.pk, "item": batch.item_code}, memo=f"{batch.no} 审批",
    )  # fmt: skip


def _owes(batch: PayBatch) -> bool:
    from django.db.models import F

    lines = batch.pay_lines.filter(excluded_for="").exclude(state="cancelled")
    return lines.exclude(due_fen=-F("correction_fen")).exists()


def taken_back(batch: PayBatch, actor: Actor, reason: str) -> None:
    """The approval that is on the books is reversed, and so is what was withheld under it."""
    rows = LedgerTransaction.objects.filter(reference=reference(batch), kind__in=(APPROVE, WITHHOLD), reverses=None)
    for one in rows.filter(reversal=None).order_by("pk"):
        ledger.reverse(of=one, actor=actor, reason=reason, occurred_on=clock.today())


def funded(batch: PayBatch, actor: Actor) -> None:
    """Dr bank / Cr appropriation, by source as the funds say."""
    from minzheng.kernel.funds.services import drawing

    entries = [Entry("bank", batch.total_fen, benefit=batch.item_code, month=batch.month)]
    for source, fen in drawing(batch).items():
        if fen:
            entries.append(Entry("appropriation", -fen, benefit=batch.item_code, source=source, month=batch.month))
    ledger.post(
        kind=FUND, key=f"paybatch:{batch.pk}:fund", occurred_on=batch.funded_on or clock.today(),
        region_code=batch.region_code, reference=reference(batch), entries=entries, actor=actor,
        memo=f"{batch.no} 凭证 {batch.voucher}",
    )  # fmt: skip


def withheld(batch: PayBatch, line: PayLine, actor: Actor, reason: str) -> None:
    """Dr payable / Cr reissue: the money stays on the paying account, set aside for this payee."""
    if batch.kind == "reissue":
        return
    about = {
        "party": line.person_id or 0, "benefit": batch.item_code, "region_code": line.region_code,
        "month": line.month, "line_ref": line.pk,
    }  # fmt: skip
    ledger.post(
        kind=WITHHOLD, key=f"payline:{line.pk}:withhold:{batch.version}", occurred_on=clock.today(),
        region_code=batch.region_code, reference=reference(batch), actor=actor, memo=f"{batch.no} 止付：{reason}",
        entries=[Entry("payable", line.amount_fen, **about), Entry("reissue", -line.amount_fen, **about)],  # type: ignore[arg-type]
    )  # fmt: skip
