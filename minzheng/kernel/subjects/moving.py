"""迁居: a household's file goes to another place; who lived where until when is told by the log and by the case's moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from minzheng.kernel.audit import services as audit
from minzheng.kernel.subjects.models import PersonNameChar
from minzheng.kernel.subjects.selectors import household_members

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.subjects.models import Household


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
