"""暂停与恢复: the months in which an award is not paid, and the back pay when it turns out that it should have been.

A suspension begins with the next month (reference §1.7.3); what is paid for later is what the award, frozen, said for
each of those months: nothing is recomputed with today's standard."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from minzheng.kernel.awards.models import Award, AwardPause, PaymentLine
from minzheng.kernel.awards.services import digest, ensure_line, set_state
from minzheng.kernel.months import month_after

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.cases.params import FlowParams


class FrozenChanged(Exception):
    """The frozen basis of an award is not what was decided: nothing may be paid from it."""


@transaction.atomic
def suspend(*, award: Award, actor: Actor, on: datetime.date, params: FlowParams, reason: str) -> AwardPause:
    """No payment from the month after `on`; this month's line is made if the month is payable and has none yet."""
    month = on.replace(day=1)
    if award.pays_cash and award.first_month <= month:
        ensure_line(award, month, pay_day=params.pay_day)
    pause, _ = AwardPause.objects.get_or_create(
        award=award, to_month=None, defaults={"from_month": month_after(on, 1), "reason": reason[:200]}
    )
    set_state(award=award, state="suspended", actor=actor)
    return pause


@transaction.atomic
def resume(
    *, award: Award, actor: Actor, on: datetime.date, params: FlowParams, back_pay: bool, state: str = "active"
) -> list[PaymentLine]:
    """Pay again. `back_pay`: every suspended month up to this one is made up for, in lines of its own, and the regular
    line of this month is made; without it, payment begins with the next month. Raises FrozenChanged."""
    month, lines = on.replace(day=1), []
    pause = AwardPause.objects.select_for_update().filter(award=award, to_month=None).first()
    if pause is not None:
        lines = _back_pay(award, pause, month, params) if back_pay else []
        pause.back_paid = back_pay
        pause.to_month = month_after(month, -1 if back_pay else 0)
        pause.save(update_fields=["back_paid", "to_month"])
        if back_pay and award.pays_cash and award.first_month <= month:
            ensure_line(award, month, pay_day=params.pay_day)
    set_state(award=award, state=state, actor=actor)
    return lines


def _back_pay(award: Award, pause: AwardPause, month: datetime.date, params: FlowParams) -> list[PaymentLine]:
    """One line for each suspended month before `month`, of the amount frozen with the award."""
    if digest(award.frozen) != award.frozen_sha:
        raise FrozenChanged(f"待遇 {award.no} 的决定依据与登记的 SM3 不符，不能据此补发，请先核查。")
    amount = int(award.frozen.get("amount_fen", award.amount_fen))
    lines, one = [], max(pause.from_month, award.first_month)
    while one < month and amount > 0 and award.pays_cash:
        line, _ = PaymentLine.objects.get_or_create(
            award=award,
            month=one,
            line_type="back_pay",
            seq=1,
            defaults={
                "region_code": award.region_code,
                "item_code": award.item_code,
                "amount_fen": amount,
                "due_on": month.replace(day=min(params.pay_day, 28)),
                "explanation": f"{one:%Y年%m月}暂停，恢复后补发",
            },
        )
        lines.append(line)
        one = month_after(one, 1)
    return lines


def missing_months(award: Award, on: datetime.date) -> list[datetime.date]:
    """Suspended months up to this one that nobody has paid: what a decision to resume is about."""
    pause = award.pauses.filter(to_month=None).first()
    months, one = [], max(pause.from_month, award.first_month) if pause else on
    while pause is not None and one <= on.replace(day=1):
        months.append(one)
        one = month_after(one, 1)
    return months


def paused_in(month: datetime.date) -> Q:
    """Awards suspended in this month: the monthly lines leave them out, also when they were stopped later."""
    over = Q(to_month=None) | Q(to_month__gte=month)
    return Q(pk__in=AwardPause.objects.filter(over, from_month__lte=month).values("award_id"))
