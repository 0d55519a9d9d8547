"""My payments as the page draws them: amounts as text, the newest six months open, a payment that did not arrive first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse

from minzheng.kernel.payruns.figures.mine import Benefit, Month, Payment
from minzheng.online.portal import words

#: Months drawn open; older ones are folded.
OPEN = 6


@dataclass(frozen=True)
class Shown:
    """One payment: its amount (only where a month has several), state and sentences."""

    amount: str
    pay: Payment


def shown(benefit: Benefit) -> dict[str, Any]:
    """One benefit for the template."""
    months = [_month(one) for one in benefit.months]
    award, bad = benefit.award, benefit.returned
    return {
        "title": benefit.title,
        "award": award,
        "amount": words.yuan(award.amount_fen),
        "tail": award.account.tail if award.account else award.account_no[-4:],
        "bank": award.account.bank if award.account else award.account_bank,
        "months": months[:OPEN],
        "earlier": months[OPEN:],
        "bad": bad,
        "bad_amount": words.yuan(bad.fen) if bad else "",
        "correct": correction_url(bad) if bad and bad.correct else "",
    }


def _month(month: Month) -> dict[str, Any]:
    alone = len(month.payments) == 1
    return {
        "text": f"{month.month.year}年{month.month.month}月",
        "sum": words.yuan(month.fen),
        "why": month.why,
        "payments": [
            Shown("" if alone else f"{one.kind or '当月'} {words.yuan(one.fen)}", one) for one in month.payments
        ],
    }


def correction_url(payment: Payment) -> str:
    """Where another account is given for this payment's benefit."""
    try:
        return reverse("portal.account", kwargs={"pk": payment.award_id})
    except NoReverseMatch:
        return ""
