"""Who may do what with a task. Two sides: whoever supervises it (duty.manage, duty.check over the owner's place) and whoever
does it (duty.feedback over the lead's place, from the lead or an assisting office). The two never meet in one person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from minzheng.business.bureau.supervision.folding import Standing
from minzheng.kernel.accounts.actors import principal_of
from minzheng.kernel.cases.errors import NotAllowed, Refused
from minzheng.kernel.orgs import selectors as orgs

if TYPE_CHECKING:
    from minzheng.business.bureau.supervision.models import SupervisedTask
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.accounts.models import Assignment

READ, MANAGE, FEEDBACK, CHECK = "duty.read", "duty.manage", "duty.feedback", "duty.check"
WHO = {MANAGE: "督办单位的局领导、政策科人员（乡镇为负责人）", CHECK: "督办单位的局领导、政策科人员（乡镇为负责人）"}


@dataclass(frozen=True)
class Hand:
    """Somebody acting: the actor under one post, the office, and whether it is the lead office."""

    actor: Actor
    org_name: str = ""
    lead: bool = True


def supervising(actor: Actor, permission: str, place: str) -> Hand:
    """The one post that allows this over the place that supervises. Raises NotAllowed."""
    if actor.is_system:
        return Hand(actor, "系统")
    post = actor.can(permission, place)
    if post is None:
        raise NotAllowed(f"您的岗位不能办理这一步，请由{WHO[permission]}办理。")
    return _by(actor, post)


def handling(actor: Actor, task: SupervisedTask) -> Hand:
    """The post by which this person does the task or assists in it. Raises NotAllowed, Refused when the office is gone."""
    if task.lead_org_id is not None and orgs.current(pk=task.lead_org_id) is None:
        raise Refused(f"牵头单位“{task.lead_name}”已经撤销：请督办单位先把任务转办给接手的单位。")
    if actor.is_system:
        return Hand(actor, "系统")
    held = actor.grants(FEEDBACK, task.region_code)
    mine = [one for one in held if one.organization_id == task.lead_org_id]
    if mine:
        return _by(actor, mine[0])
    assisting = {one.get("org") for one in task.assisting}
    mine = [one for one in held if one.organization_id in assisting]
    if mine:
        return _by(actor, mine[0], lead=False)
    raise NotAllowed(f"这项任务由“{task.lead_name or '还没有定的单位'}”承办，请由该单位的人员办理。")


def leading(actor: Actor, task: SupervisedTask) -> Hand:
    """Like `handling`, for what only the lead office does."""
    hand = handling(actor, task)
    if not hand.lead:
        raise NotAllowed(f"您的单位是配合单位：这一步由牵头单位“{task.lead_name}”办理，您可以写协办反馈。")
    return hand


def apart(actor: Actor, standing: Standing, what: str) -> None:
    """Whoever handled the task, or stands in for somebody who did, may not judge it. Raises NotAllowed."""
    own = {actor.id, *(one.pk for one in map(principal_of, actor.assignments) if one is not None)}
    if own & (standing.handlers | {standing.responsible_id}) - {None}:
        raise NotAllowed(f"您承办过这项任务，不能自己{what}：请由没有承办过的人员办理。")


def _by(actor: Actor, post: Assignment, *, lead: bool = True) -> Hand:
    return Hand(actor.acting_as(post).at_address(actor.address), post.organization.name, lead)
