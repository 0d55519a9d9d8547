"""认定: what recognises a family without paying anything (低保边缘, 刚性支出困难). The same states in other words; where the law
gives it a term, it ends by itself on its last day and must be asked for again (reference §1.3.6, §7.3)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from minzheng.kernel.cases.flow import SYSTEM_ONLY, Act, State, guard
from minzheng.kernel.cases.states import STATES

if TYPE_CHECKING:
    from minzheng.kernel.cases.running.context import Ctx

#: (title for the staff, what the family reads, what comes next)
WORDS = {
    "APPROVED": ("确认同意", "已认定，下月起生效", "从下个月起，凭认定可以申请医疗、教育、住房等专项救助。"),
    "IN_PAYMENT": (
        "认定有效",
        "认定有效",
        "凭认定可以申请医疗、教育、住房等专项救助。家里收入、人口、财产有变化，请及时告诉乡镇（街道）。",
    ),
    "RECHECK": ("复核", "正在复核", "正在复核，结果出来前认定照常有效。"),
    "TERMINATED": ("认定终止", "认定已经终止，仍有困难可以重新申请", ""),
}


def recognition_states() -> tuple[State, ...]:
    """The common states in the words of a recognition."""

    def worded(state: State) -> State:
        if state.code not in WORDS:
            return state
        title, public, following = WORDS[state.code]
        return replace(state, title=title, public=public, next=following or state.next)

    return tuple(worded(s) for s in STATES)


@guard("term_over")
def term_over(ctx: Ctx) -> str:
    """The term is the review period of the family's class: written into the award by the decision."""
    award = ctx.case.awards.exclude(state="ended").order_by("-decided_on", "-id").first()
    if award is None or award.next_review_on is None:
        return "没有在有效期内的认定。"
    return "" if award.next_review_on <= ctx.today else f"认定到 {award.next_review_on:%Y-%m-%d} 才到期。"


def on_expire(ctx: Ctx) -> None:
    from minzheng.kernel.awards.services import stop

    award = ctx.case.awards.exclude(state="ended").order_by("-decided_on", "-id").first()
    if award is not None:  # the guard has asked already
        ctx.values["award"] = stop(award=award, last_month=ctx.today.replace(day=1), actor=ctx.actor)


def term_acts() -> tuple[Act, ...]:
    """Acts of a recognition that holds for a term."""
    return (
        Act(
            "expire",
            "认定到期",
            ("IN_PAYMENT",),
            ("TERMINATED",),
            by=(SYSTEM_ONLY,),
            guards=(term_over,),
            effects=(on_expire,),
            help="到期自动终止；仍有困难的重新申请。",
        ),
    )
