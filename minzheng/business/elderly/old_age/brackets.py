"""到龄换档: the month in which somebody enters a higher bracket pays the higher amount, without an application.

Only the age has changed: the award is computed again from what it froze, with the values it froze. A new standard is the
repricing's matter. Raises are made here and told with N08; nothing is ever lowered."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from django.db.models import Max

from minzheng.kernel import clock
from minzheng.kernel.awards.models import Award, PaymentLine
from minzheng.kernel.awards.services import adjust, month_after
from minzheng.kernel.cases.flow import SYSTEM_ONLY, Act, guard
from minzheng.kernel.items import registry
from minzheng.kernel.parts.fields import Text
from minzheng.policy.errors import PolicyError

if TYPE_CHECKING:
    from minzheng.kernel.cases.running.context import Ctx
    from minzheng.kernel.items.items import Answer

ITEM = "elderly.old_age"
ACT = "change_bracket"
#: Money of a month that has gone out already; what is still planned is corrected instead.
GONE = ("batched", "paid")


def answer_in(award: Award, month: datetime.date) -> Answer | None:
    """What the award's own basis gives in that month; None where it has no basis to compute from."""
    rule = registry.get(ITEM).recompute
    if rule is None or "family" not in award.frozen:
        return None
    day = month.isoformat()
    try:
        return rule({**award.frozen, "on": day, "payable_on": day})
    except PolicyError:
        return None


def due_month(award: Award, today: datetime.date) -> datetime.date | None:
    """The first month, this one or the next, in which the award is worth more than it pays."""
    for month in (today.replace(day=1), month_after(today, 1)):
        found = answer_in(award, month) if award.first_month <= month else None
        if found is not None and found.eligible and found.amount_fen > award.amount_fen:
            return month
    return None


def candidates(today: datetime.date) -> Iterator[int]:
    """Cases in payment of people whose birthday lies in last month, this one or the next: brackets move with birthdays."""
    months = {month_after(today, n).month for n in (-1, 0, 1)}
    awards = Award.objects.filter(
        item_code=ITEM, state="active", cycle="monthly", case__state="IN_PAYMENT",
        members__person__birth_date__month__in=months,
    )  # fmt: skip
    for award in awards.order_by("pk").iterator(chunk_size=500):
        if award.case_id is not None and due_month(award, today) is not None:
            yield award.case_id


def _award(ctx: Ctx) -> Award | None:
    return ctx.case.awards.filter(state="active").order_by("-decided_on", "-pk").first()


@guard("bracket_due")
def bracket_due(ctx: Ctx) -> str:
    award = _award(ctx)
    if award is None or due_month(award, ctx.today) is None:
        return "这个月和下个月都没有到更高一档的年龄。"
    return ""


def on_change(ctx: Ctx) -> None:
    """A new award from the birthday's month; what this month has paid out already is made up for."""
    award = _award(ctx)
    month = due_month(award, ctx.today) if award is not None else None
    answer = answer_in(award, month) if award is not None and month is not None else None
    if award is None or month is None or answer is None:  # the guard has asked already
        return
    gone = award.lines.filter(month=month, line_type="regular", state__in=GONE).exists()
    from_month = month_after(month, 1) if gone else month
    if gone:
        _make_up(award, month, answer.amount_fen - award.amount_fen, ctx.params.pay_day)
    age = dict(answer.sheet).get("周岁", "")
    ctx.done.opinion = f"到了更高一档的年龄，自 {month.year} 年 {month.month} 月起每月换档发给。"
    ctx.values |= {
        "facts": f"经核对，{'、'.join(m.name for m in ctx.counted)}到 {month.year} 年 {month.month} 月满 {age} 周岁。",
        "month": from_month,
        "sheet": answer.sheet,
        "paper": {"cause": "老人到了更高一档的年龄"},
        "award": adjust(
            case=ctx.case, award=award, answer=replace(answer, first_month=None), from_month=from_month,
            actor=ctx.actor, decided_on=ctx.today, params=ctx.params,
        ),
    }  # fmt: skip
    ctx.note({"from_month": from_month})


def _make_up(award: Award, month: datetime.date, fen: int, pay_day: int) -> None:
    last = award.lines.filter(month=month, line_type="back_pay").aggregate(n=Max("seq"))["n"] or 0
    due = month_after(month, 1).replace(day=min(pay_day, 28))
    PaymentLine.objects.create(
        award=award, month=month, line_type="back_pay", seq=last + 1, region_code=award.region_code,
        item_code=award.item_code, amount_fen=fen, due_on=due, explanation="到龄换档，补当月差额",
    )  # fmt: skip


def change_due(today: datetime.date | None = None) -> list[int]:
    """Cases whose bracket was changed now; safe to run again."""
    from minzheng.kernel.accounts.actors import SYSTEM
    from minzheng.kernel.cases.errors import NotFound, Refused
    from minzheng.kernel.cases.services import perform

    done = []
    for case in list(candidates(today or clock.today())):
        try:
            perform(case_id=case, act=ACT, actor=SYSTEM, data={})
        except (NotFound, Refused):
            continue
        done.append(case)
    return done


CHANGE = Act(
    ACT,
    "到龄换档",
    ("IN_PAYMENT",),
    by=(SYSTEM_ONLY,),
    notice="N08",
    guards=(bracket_due,),
    fields=(Text("note", "说明", max_length=100),),
    effects=(on_change,),
)
