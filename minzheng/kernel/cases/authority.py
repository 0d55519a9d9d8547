"""谁可以做这个动作: one assignment that covers the case, or the applicant, or the system. Never a union of posts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minzheng.kernel.cases.flow import CITIZEN, PUBLIC, SYSTEM_ONLY, Act, Flow

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.accounts.models import Assignment
    from minzheng.kernel.cases.models import Case, CaseAct


def owns(case: Case, actor: Actor) -> bool:
    """The applicant, or the relative who is applying on the applicant's behalf on the phone."""
    if not actor.is_citizen:
        return False
    return case.created_by_id == actor.id or (actor.person_id is not None and actor.person_id == case.applicant_id)


def entitled(act: Act, case: Case, actor: Actor) -> tuple[bool, Assignment | None]:
    """(may do it as far as posts go, the post). Conditions of the case itself are guards, not asked here."""
    if actor.is_system:
        return SYSTEM_ONLY in act.by, None
    if CITIZEN in act.by and owns(case, actor):
        return True, None
    for permission in act.staff_permissions:
        assignment = actor.can(permission, case.region_code)
        if assignment is not None:
            return True, assignment
    return PUBLIC in act.by, None


def sees(case: Case, actor: Actor) -> bool:
    """Whether the case exists for this person at all."""
    return actor.is_system or owns(case, actor) or actor.can("case.read", case.region_code) is not None


def kept_apart(
    flow: Flow, act: Act, actor: Actor, acts: list[CaseAct], investigators: set[int], relatives: set[int]
) -> str:
    """ "" or why this person must leave this act to somebody else: 近亲属回避, 调查人不得确认."""
    if not act.duty or actor.id is None:
        return ""
    if actor.id in relatives:
        return "您已登记为申请人的近亲属，应当回避，请交由其他人员办理。"
    done = {flow.act(a.code).duty for a in acts if a.actor_id == actor.id and flow.act(a.code)}  # type: ignore[union-attr]
    if actor.id in investigators:
        done.add("investigate")
    for one, other, sentence in flow.apart:
        if (act.duty == one and other in done) or (act.duty == other and one in done):
            return sentence
    return ""
