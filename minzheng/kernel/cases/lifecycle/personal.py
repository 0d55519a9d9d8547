"""个人待遇的办件流程: one person's benefit that rests on facts about the person (age, disability, parents), not on a family's
means. The same states and the same acts as `means_tested`, without the matching of incomes and without 渐退."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from minzheng.kernel.cases import moving
from minzheng.kernel.cases.flow import SYSTEM_ONLY, Act, Clock, Flow, Guard, State
from minzheng.kernel.cases.lifecycle import apply as lifecycle_apply
from minzheng.kernel.cases.lifecycle import changes as lifecycle_changes
from minzheng.kernel.cases.lifecycle import check as lifecycle_check
from minzheng.kernel.cases.lifecycle import clawback as lifecycle_clawback
from minzheng.kernel.cases.lifecycle import confirm as lifecycle_confirm
from minzheng.kernel.cases.lifecycle import custody as lifecycle_custody
from minzheng.kernel.cases.lifecycle import decide as lifecycle_decide
from minzheng.kernel.cases.lifecycle import facts as lifecycle_facts
from minzheng.kernel.cases.lifecycle import guards_decide
from minzheng.kernel.cases.lifecycle import halts as lifecycle_halts
from minzheng.kernel.cases.lifecycle import objections as lifecycle_objections
from minzheng.kernel.cases.lifecycle import opinion as lifecycle_opinion
from minzheng.kernel.cases.lifecycle import pay as lifecycle_pay
from minzheng.kernel.cases.lifecycle import penalty as lifecycle_penalty
from minzheng.kernel.cases.lifecycle import referrals as lifecycle_referrals
from minzheng.kernel.cases.lifecycle import takeover as lifecycle_takeover
from minzheng.kernel.cases.lifecycle.means_tested import APART, CLOCKS
from minzheng.kernel.cases.states import CLOSED, STATES

if TYPE_CHECKING:
    import datetime

    from minzheng.kernel.cases.params import FlowParams
    from minzheng.kernel.parts.fields import Field

KNOWN = (lifecycle_facts.facts_verified,)
CLEAN = (guards_decide.death_and_custody_clean,)
#: Acts of the common pieces that make no sense without a family's means.
MEANS_ONLY = ("start", "run_match", "collect_match", "sign_match", "review_hit", "judge", "taper")
#: What the person reads while facts are looked up, instead of incomes.
PUBLIC = {
    "ACCEPTED": "已受理，即将核实情况",
    "INVESTIGATING": "正在核实情况",
}
NEXT = {
    "ACCEPTED": "工作人员会核实您填的情况，多半向有关部门查询就行，不用您跑。请保持电话畅通。",
    "INVESTIGATING": "工作人员正在核实您填的情况。请保持电话畅通。",
    "INITIAL_OPINION": "乡镇（街道）已经提出意见，接着由有权的部门作决定。",
    "IN_PAYMENT": "钱每月直接打到您的账户。情况有变化（搬家、等级变化、不在世等），请及时告诉乡镇（街道）。",
}
#: The same for services: nobody is sent any money.
QUOTA_PUBLIC = {
    "APPROVED": "已确认同意，下月起可以使用",
    "IN_PAYMENT": "享受中，每月有服务额度",
    "ADJUSTED": "额度已调整，下月起按新的额度",
    "SUSPENDED": "已暂停，额度不能用",
    "TERMINATED": "已停止，没有额度了",
}
QUOTA_NEXT = {
    "APPROVED": "从通知书写明的月份起，每月有一笔服务额度，用来请人上门服务；额度不发现金。",
    "IN_PAYMENT": "每月的额度用来请人上门服务，不发现金。情况有变化（住院、住机构、搬家、不在世等），请及时告诉乡镇（街道）。",
}


#: 确认同意 of what is paid once: what the person reads, and what comes next.
ONCE = ("已确认同意，等待发放", "钱一次打到您的账户，不用再办手续。")


def states_of(cycle: str = "monthly", *, publicity: bool = False) -> tuple[State, ...]:
    """The common states in the words of a personal benefit; a one-off payment ends in 已办结."""
    unused = ("TAPERING",) if publicity else ("TAPERING", "PUBLICITY", "OBJECTION")
    public = PUBLIC | (QUOTA_PUBLIC if cycle == "quota" else {})
    then = NEXT | (QUOTA_NEXT if cycle == "quota" else {})
    mine = tuple(
        replace(s, public=public.get(s.code, s.public), next=then.get(s.code, s.next))
        for s in STATES
        if s.code not in unused
    )
    if cycle != "once":
        return mine
    gone = ("IN_PAYMENT", "RECHECK", "ADJUSTED", "SUSPENDED", "TERMINATED")
    kept = (replace(s, public=ONCE[0], next=ONCE[1]) if s.code == "APPROVED" else s for s in mine if s.code not in gone)
    return (*kept, CLOSED)


def personal(
    *,
    reasons: tuple[tuple[str, str], ...],
    params: Callable[[str, datetime.date], FlowParams],
    facts: tuple[Field, ...],
    publicity: bool = False,
    cycle: str = "monthly",
    extra: tuple[Act, ...] = (),
    known: tuple[Guard, ...] = (),
    clean: tuple[Guard, ...] = (),
    states: tuple[State, ...] = (),
    clocks: tuple[Clock, ...] = (),
) -> Flow:
    """The flow of a personal benefit: application, facts verified by the township, opinion, decision, payment, re-check.

    `reasons`: reason codes with titles. `params`: the procedure of a place on a day (`cases.procedure.Procedure`).
    `facts`: the questions that the clerk confirms or corrects. `publicity`: whether a positive opinion is posted (children
    and mere facts are not). `cycle`: monthly, quota (service) or once. `extra`: acts of the item itself; `known`: further
    guards that must hold before opinion and decision; `clean`: further ones that must hold before the decision alone.
    `states`, `clocks`: the item's own, besides the common ones."""
    needed = (*KNOWN, *known)
    states = (*states_of(cycle, publicity=publicity), *states)
    acts = (
        *lifecycle_apply.acts(reasons),
        *lifecycle_changes.acts(),
        *lifecycle_check.acts(),
        *lifecycle_facts.acts(facts),
        *lifecycle_opinion.acts(reasons, publicity=publicity, known=needed),
        *lifecycle_decide.acts(reasons, publicity=publicity, known=needed, clean=(*CLEAN, *clean)),
        *lifecycle_takeover.acts(),
        *lifecycle_pay.acts(reasons, known=needed),
        *lifecycle_objections.acts(publicity=publicity),
        *lifecycle_halts.acts(),
        *lifecycle_confirm.acts(),
        *lifecycle_clawback.acts(),
        *lifecycle_penalty.acts(),
        *lifecycle_referrals.acts(),
        *lifecycle_custody.acts(),
        *moving.acts(),
        *extra,
    )
    if cycle == "once":
        acts = tuple(_once(a) for a in acts)
    have = {s.code for s in states}
    return Flow(
        states,
        tuple(b for a in acts if a.code not in MEANS_ONLY and (b := _within(a, have)) is not None),
        tuple(
            replace(c, states=tuple(s for s in c.states if s in have))
            for c in (*CLOCKS, *clocks)
            if set(c.states) & have
        ),
        params,
        apart=APART,
        halts=lifecycle_halts.HALTS,
    )


def _once(act: Act) -> Act:
    """A one-off payment is done when its month has come: nothing is re-checked afterwards."""
    if act.code != "start_payment":
        return act
    return replace(act, title="发放办结", to=("CLOSED",), by=(SYSTEM_ONLY,))


def _within(act: Act, states: set[str]) -> Act | None:
    """The act cut down to the states there are; None where nothing is left of it."""
    sources = tuple(s for s in act.from_states if s in states)
    targets = tuple(t for t in act.to if t in states or t == "=")
    if not sources or (act.to and not targets):
        return None
    return replace(act, from_states=sources, to=targets)
