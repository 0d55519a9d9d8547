"""A raise that begins by itself: nobody applies and no standard changes, a person has grown into a higher amount."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max

from minzheng.kernel.awards.models import Award, PaymentLine
from minzheng.kernel.awards.services import adjust
from minzheng.kernel.months import month_after

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.cases.models import Case
    from minzheng.kernel.cases.params import FlowParams
    from minzheng.kernel.items.items import Answer

#: Money of a month that has gone out already; what is still planned is corrected instead.
GONE = ("batched", "paid")


def paid_with_birthday_in(item_code: str, months: Iterable[int]) -> QuerySet[Award]:
    """Monthly awards of an item in payment that cover somebody with a birthday in one of these months (1–12)."""
    return Award.objects.filter(
        item_code=item_code,
        state="active",
        cycle="monthly",
        case__state="IN_PAYMENT",
        members__person__birth_date__month__in=set(months),
    ).order_by("pk")


def active_of(case: Case) -> Award | None:
    """The award that a case pays now."""
    return case.awards.filter(state="active").order_by("-decided_on", "-pk").first()


@transaction.atomic
def raise_from(
    *,
    case: Case,
    award: Award,
    answer: Answer,
    month: datetime.date,
    actor: Actor,
    decided_on: datetime.date,
    params: FlowParams,
    why: str,
) -> Award:
    """The higher amount of `answer` from `month` (day 1): a new frozen award from there. Where the month's money has gone
    out already, from the next one, and the difference of the month is made up for by a line of its own (`why` explains it)."""
    gone = award.lines.filter(month=month, line_type="regular", state__in=GONE).exists()
    if gone:
        _make_up(award, month, answer.amount_fen - award.amount_fen, params.pay_day, why)
    return adjust(
        case=case,
        award=award,
        answer=replace(answer, first_month=None),
        from_month=month_after(month, 1) if gone else month,
        actor=actor,
        decided_on=decided_on,
        params=params,
    )


def _make_up(award: Award, month: datetime.date, fen: int, pay_day: int, why: str) -> None:
    last = award.lines.filter(month=month, line_type="back_pay").aggregate(n=Max("seq"))["n"] or 0
    PaymentLine.objects.create(
        award=award,
        month=month,
        line_type="back_pay",
        seq=last + 1,
        region_code=award.region_code,
        item_code=award.item_code,
        amount_fen=fen,
        due_on=month_after(month, 1).replace(day=min(pay_day, 28)),
        explanation=f"{why}，补当月差额"[:200],
    )
