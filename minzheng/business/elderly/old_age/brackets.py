"""到龄换档: the month in which somebody enters a higher bracket pays the higher amount, without an application.

Only the age has changed: the award is computed again from what it froze, with the values it froze. A new standard is the
repricing's matter. Raises are made here and told with N08; nothing is ever lowered."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from minzheng.kernel import clock
from minzheng.kernel.awards.raises import active_of, paid_with_birthday_in, raise_from
from minzheng.kernel.cases.flow import SYSTEM_ONLY, Act, guard
from minzheng.kernel.items import registry
from minzheng.kernel.months import month_after
from minzheng.kernel.parts.fields import Text
from minzheng.policy.errors import PolicyError

if TYPE_CHECKING:
    from minzheng.kernel.awards.models import Award
    from minzheng.kernel.cases.running.context import Ctx
    from minzheng.kernel.items.items import Answer

ITEM = "elderly.old_age"
ACT = "change_bracket"
#: Parameters of this benefit in the rule set.
PREFIX = "高龄津贴_"


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


def same_values(award: Award, answer: Answer) -> bool:
    """Whether the place still pays by the amounts and ages that the award froze; a new standard is repriced, not here."""

    def own(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
        return {str(one["name"]): one["value"] for one in rows if str(one["name"]).startswith(PREFIX)}

    return own(award.frozen.get("params") or ()) == own(answer.evidence.get("params") or ())


def due_month(award: Award, today: datetime.date) -> datetime.date | None:
    """The first month, this one or the next, in which the award is worth more than it pays."""
    for month in (today.replace(day=1), month_after(today, 1)):
        found = answer_in(award, month) if award.first_month <= month else None
        grown = found is not None and found.eligible and found.amount_fen > award.amount_fen
        if found is not None and grown and same_values(award, found):
            return month
    return None


def candidates(today: datetime.date) -> Iterator[int]:
    """Cases in payment of people whose birthday lies in last month, this one or the next: brackets move with birthdays."""
    months = {month_after(today, n).month for n in (-1, 0, 1)}
    for award in paid_with_birthday_in(ITEM, months).iterator(chunk_size=500):
        if award.case_id is not None and due_month(award, today) is not None:
            yield award.case_id


@guard("bracket_due")
def bracket_due(ctx: Ctx) -> str:
    award = active_of(ctx.case)
    if award is None or due_month(award, ctx.today) is None:
        return "这个月和下个月都没有到更高一档的年龄。"
    return ""


def on_change(ctx: Ctx) -> None:
    """A new award from the birthday's month; what this month has paid out already is made up for."""
    award = active_of(ctx.case)
    month = due_month(award, ctx.today) if award is not None else None
    answer = answer_in(award, month) if award is not None and month is not None else None
    if award is None or month is None or answer is None:  # the guard has asked already
        return
    age = dict(answer.sheet).get("周岁", "")
    ctx.done.opinion = f"到了更高一档的年龄，自 {month.year} 年 {month.month} 月起每月换档发给。"
    ctx.values |= {
        "facts": f"经核对，{'、'.join(m.name for m in ctx.counted)}到 {month.year} 年 {month.month} 月满 {age} 周岁。",
        "sheet": answer.sheet,
        "paper": {"cause": "老人到了更高一档的年龄"},
        "award": raise_from(
            case=ctx.case, award=award, answer=answer, month=month, actor=ctx.actor, decided_on=ctx.today,
            params=ctx.params, why="到龄换档",
        ),
    }  # fmt: skip
    ctx.values["month"] = ctx.values["award"].first_month
    ctx.note({"from_month": ctx.values["month"]})


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
