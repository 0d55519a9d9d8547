"""追回: what was proposed becomes a claim, or is given up. Lines are never changed in amount: giving up is a further line
of the opposite amount (reference §3.8). All amounts in fen."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max, Sum

from minzheng.kernel.awards.differences import GONE, WENT_OUT
from minzheng.kernel.awards.models import Award, PaymentLine

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.cases.models import Case


@dataclass(frozen=True)
class OverPaid:
    """One month: what went out (less what was claimed before), what was due, what is too much. `paid − due == over`."""

    month: datetime.date
    paid_fen: int
    due_fen: int
    over_fen: int


def proposed(case: Case) -> list[PaymentLine]:
    """Clawback lines of the case that nobody has decided on, by month."""
    rows = PaymentLine.objects.filter(award__case=case, line_type="clawback", state="proposed")
    return list(rows.select_related("award").order_by("month", "award_id", "seq"))


def computation(lines: Sequence[PaymentLine]) -> list[OverPaid]:
    """Month by month what the proposed lines rest on, read anew from the ledger."""
    found = []
    for month in sorted({line.month for line in lines}):
        mine = [line for line in lines if line.month == month]
        awards = {line.award_id for line in mine}
        ledger = PaymentLine.objects.filter(award_id__in=awards, month=month)
        paid = _sum(ledger.filter(state__in=GONE, line_type__in=WENT_OUT))
        # Claims decided earlier, and what of them was given up again.
        before = _sum(ledger.filter(line_type="clawback").exclude(state="proposed"))
        over = -sum(line.amount_fen for line in mine)
        found.append(OverPaid(month, paid + before, paid + before - over, over))
    return found


def _sum(rows: object) -> int:
    return _sum_of(rows, "amount_fen")


@transaction.atomic
def confirm(*, lines: Sequence[PaymentLine], actor: Actor, reason: str) -> int:
    """The proposed lines become claims (待发, negative); returns how many fen are claimed. One audit line an award."""
    for line in lines:
        line.state, line.explanation = "planned", reason[:200]
        line.save(update_fields=["state", "explanation"])
        _book(line, -line.amount_fen, actor, f"{reason}（确认追回）", "claimed")
    _record(lines, actor, "award.clawback", reason)
    return -sum(line.amount_fen for line in lines)


@transaction.atomic
def give_up(*, lines: Sequence[PaymentLine], actor: Actor, reason: str) -> int:
    """Nothing is claimed after all: every line is met by a correction of the opposite amount. Returns the fen given up.
    Lines that a batch has taken already are left to the ledger."""
    mine = [line for line in lines if line.state in ("proposed", "planned")]
    for line in mine:
        if line.state == "planned":  # it was claimed before, so it stands on the books
            _book(line, -_still_claimed(line), actor, f"{reason}（不再追回）", "given_up")
        last = _last(line.award, line.month)
        PaymentLine.objects.create(
            award=line.award,
            month=line.month,
            line_type="correction",
            seq=last + 1,
            region_code=line.region_code,
            item_code=line.item_code,
            amount_fen=-line.amount_fen,
            explanation=reason[:200],
        )
        line.state = "planned"
        line.save(update_fields=["state"])
    _record(mine, actor, "award.clawback_given_up", reason)
    return -sum(line.amount_fen for line in mine)


def _still_claimed(line: PaymentLine) -> int:
    """What of a claim the books still hold: parts taken out of payments or paid back in cash are gone. What was taken is
    paid out again by the correction, with the next batch."""
    from minzheng.kernel.ledger.models import LedgerEntry

    mine = LedgerEntry.objects.filter(
        party=line.award.payee_id or 0, account_id="receivable", line_ref=line.pk, month=line.month
    )
    return _sum_of(mine, "amount")


def _sum_of(rows: object, field: str) -> int:
    return rows.aggregate(n=Sum(field))["n"] or 0  # type: ignore[attr-defined]


def _book(line: PaymentLine, fen: int, actor: Actor, memo: str, step: str) -> None:
    """Dr receivable / Cr expense for a claim, the other way round (fen < 0) when it is given up; once a line and step."""
    from minzheng.kernel import clock
    from minzheng.kernel.ledger import services as ledger

    def entry(account: str, amount: int) -> ledger.Entry:
        return ledger.Entry(
            account, amount, party=line.award.payee_id or 0, benefit=line.item_code, month=line.month, line_ref=line.pk
        )

    if not fen:
        return
    ledger.post(
        kind="clawback", key=f"claim:{line.pk}:{step}", occurred_on=clock.today(), region_code=line.region_code,
        reference=f"claim:{line.pk}", actor=actor, memo=memo,
        entries=[entry("receivable", fen), entry("expense", -fen)],
    )  # fmt: skip


def _last(award: Award, month: datetime.date) -> int:
    return award.lines.filter(month=month, line_type="correction").aggregate(n=Max("seq"))["n"] or 0


def _record(lines: Sequence[PaymentLine], actor: Actor, action: str, reason: str) -> None:
    from minzheng.kernel.audit.services import record

    for award in {line.award_id: line.award for line in lines}.values():
        fen = -sum(line.amount_fen for line in lines if line.award_id == award.pk)
        record(
            actor=actor,
            action=action,
            obj=award,
            region_code=award.region_code,
            reason=reason[:200],
            detail={"amount_fen": fen},
        )
