"""迁居: a household's file goes to another place; who lived where until when is told by the log and by the case's moves."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from minzheng.kernel.audit import services as audit
from minzheng.kernel.subjects.errors import MembershipConflict
from minzheng.kernel.subjects.models import PersonNameChar
from minzheng.kernel.subjects.selectors import household_members
from minzheng.kernel.subjects.services import add_member, correct_membership, end_membership

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.subjects.models import Household, HouseholdMember, Person


@transaction.atomic
def change_head(*, actor: Actor, household: Household, head: Person, reason: str) -> Household:
    """Another member becomes the head; relations of the others are rewritten by `relate`. Raises MembershipConflict."""
    if not any(row.person_id == head.pk for row in household_members(household)):
        raise MembershipConflict(f"{head.name}不是这一户现在的成员，不能做户主。")
    former = str(household.head_id or "")
    household.head = head
    household.save(update_fields=["head"])
    detail = {"former": former, "head": str(head.pk)}
    audit.record(actor=actor, action="household.head", obj=household, reason=reason, detail=detail)
    return household


@transaction.atomic
def relate(
    *, actor: Actor, membership: HouseholdMember, relation: str, on: datetime.date, reason: str
) -> HouseholdMember:
    """From `on` the person stands in another relation to the head of the same household; a day before is the last one of
    the former relation."""
    if membership.relation == relation:
        return membership
    if on <= membership.valid_from:
        return correct_membership(actor=actor, membership=membership, relation=relation, reason=reason)
    end_membership(actor=actor, membership=membership, last_day=on - datetime.timedelta(days=1), reason=reason)
    return add_member(
        actor=actor, household=membership.household, person=membership.person, relation=relation, valid_from=on,
        lives_together_since=membership.lives_together_since, reason=reason,
    )  # fmt: skip


@transaction.atomic
def move_household(*, actor: Actor, household: Household, to_region: str, address: str = "", reason: str) -> int:
    """The household and the files of everybody who belongs to it today; returns how many people. Recorded in the former
    place and in the new one."""
    before = household.region_code
    if before == to_region:
        return 0
    household.region_code = to_region
    if address:
        household.address = address
    household.save(update_fields=["region_code", "address"])
    people = [row.person for row in household_members(household)]
    for person in people:
        person.region_code = to_region
        if address:
            person.address = address
        person.save(update_fields=["region_code", "address"])
    PersonNameChar.objects.filter(person__in=people).update(region_code=to_region)
    for place in (before, to_region):
        audit.record(
            actor=actor,
            action="household.move",
            obj=household,
            region_code=place,
            reason=reason,
            detail={"from": before, "to": to_region, "people": len(people)},
        )
    return len(people)
