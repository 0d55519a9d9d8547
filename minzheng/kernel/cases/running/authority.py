"""谁可以做这个动作: one assignment that covers the case, or the applicant, or the system. Never a union of posts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from minzheng.kernel.accounts.actors import principal_of
from minzheng.kernel.cases.flow import CITIZEN, PUBLIC, SYSTEM_ONLY, Act, Flow
from minzheng.kernel.items import guarded
from minzheng.kernel.subjects import mandates

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.accounts.models import Assignment
    from minzheng.kernel.cases.models import Case, CaseAct


#: What an agent may do for somebody: the steps of applying. Ending it, choosing another benefit, changing where the money
#: goes and taking back consents stay with the principal; a guardian stands in the principal's place (民法典第三十四条).
AGENT_ACTS = ("submit", "resubmit", "match_objection", "report_change")


def owns(case: Case, actor: Actor) -> bool:
    """The applicant, whoever acts for the applicant under a mandate, or whoever typed in an application of their own. An
    application that was typed in under a mandate is lost to the agent with the mandate."""
    if not actor.is_citizen:
        return False
    if actor.person_id is not None and actor.person_id == case.applicant_id:
        return True
    if mandates.acting(actor, case) is not None:
        return True
    return case.created_by_id == actor.id and not mandates.ever(actor, case)


def may_as_citizen(act: Act, case: Case, actor: Actor) -> bool:
    """Whether an act of the applicant's is this citizen's to do: one's own, or within the mandate."""
    if not owns(case, actor):
        return False
    mandate = None if actor.person_id == case.applicant_id else mandates.acting(actor, case)
    if mandate is None or mandate.kind == "guardian":
        return True
    return mandate.may_file and act.code in AGENT_ACTS


def entitled(act: Act, case: Case, actor: Actor) -> tuple[bool, Assignment | None]:
    """(may do it as far as posts go, the post). Conditions of the case itself are guards, not asked here."""
    if actor.is_system:
        return SYSTEM_ONLY in act.by, None
    if CITIZEN in act.by and may_as_citizen(act, case, actor):
        return True, None
    for permission in act.staff_permissions:
        assignment = post_for(case, actor.grants(permission, case.region_code))
        if assignment is not None:
            return True, assignment
    return PUBLIC in act.by, None


def post_for(case: Case, held: Sequence[Assignment]) -> Assignment | None:
    """Which of the posts that allow it is used: the deputy's for a case handed over by the absent colleague, otherwise
    one's own before a deputy's."""
    for one in held if case.stands_in_for_id else ():
        principal = principal_of(one)
        if principal is not None and principal.pk == case.stands_in_for_id:
            return one
    return held[0] if held else None


def sees(case: Case, actor: Actor) -> bool:
    """Whether the case exists for this person at all."""
    if actor.is_system or owns(case, actor):
        return True
    if actor.can("case.read", case.region_code) is None:
        return False
    mine = case.created_by_id is not None and case.created_by_id == actor.id
    return mine or guarded.may_read(actor, case.item_code, case.region_code)


def kept_apart(
    flow: Flow,
    act: Act,
    actor: Actor,
    acts: list[CaseAct],
    investigators: set[int],
    relatives: set[int],
    assignment: Assignment | None = None,
) -> str:
    """ "" or why this person must leave this act to somebody else: 近亲属回避, 调查人不得确认.

    A deputy acts in somebody's name, so the two count as one: what either did, or what was done in the name of either,
    bars both. Whoever holds two posts that must be apart may do nothing by either."""
    if actor.id is None:
        return ""
    why = _apart_in_case(flow, act, actor, acts, investigators, relatives, assignment) if act.duty else ""
    return why or actor.clash(assignment)


def _apart_in_case(
    flow: Flow,
    act: Act,
    actor: Actor,
    acts: list[CaseAct],
    investigators: set[int],
    relatives: set[int],
    assignment: Assignment | None,
) -> str:
    principal = principal_of(assignment)
    one_person = {actor.id or 0} | ({principal.pk} if principal else set())
    if one_person & relatives:
        who = "您已" if actor.id in relatives else f"您代理的{principal.name if principal else ''}已"
        return f"{who}登记为申请人的近亲属，应当回避，请交由其他人员办理。"
    done = {declared.duty for a in acts if one_person & hands_of(a) and (declared := flow.act(a.code))}
    if one_person & investigators:
        done.add("investigate")
    for one, other, sentence in flow.apart:
        if (act.duty == one and other in done) or (act.duty == other and one in done):
            if principal is not None:
                return f"{sentence}（您与您代理的{principal.name}在这一户按同一人对待。）"
            return sentence
    return ""


def hands_of(act: CaseAct) -> set[int]:
    """Whoever did the act, and the absent person in whose name it was done."""
    absent = act.data.get("on_behalf_of")
    return {act.actor_id or 0} | ({int(absent)} if absent else set())
