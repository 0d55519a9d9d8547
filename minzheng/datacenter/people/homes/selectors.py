"""Reading households that may be changed and the changes made, by household.change and household.read over the place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from minzheng.datacenter.people.models import HouseholdChange
from minzheng.kernel.subjects.selectors import household_members, visible_households

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.subjects.models import Household, HouseholdMember

READ, CHANGE = "household.read", "household.change"


def changeable(actor: Actor, pk: int) -> Household | None:
    """A household this actor may split, join or give another head."""
    home = visible_households(actor).select_related("head").filter(pk=pk).first()
    return home if home is not None and actor.can(CHANGE, home.region_code) else None


def by_number(actor: Actor, number: str) -> Household | None:
    """A household by its number, where the actor may change it."""
    pk = visible_households(actor).filter(no=number.strip().upper()).values_list("pk", flat=True).first()
    return changeable(actor, pk) if pk else None


def members(home: Household) -> list[HouseholdMember]:
    return household_members(home)


def changes(actor: Actor) -> QuerySet[HouseholdChange]:
    rows = HouseholdChange.objects.select_related("household", "other")
    return rows if actor.is_system else rows.filter(actor.scope_q(READ))


def change(actor: Actor, pk: int) -> HouseholdChange | None:
    return changes(actor).filter(pk=pk).first()


def of_household(actor: Actor, household_id: int) -> QuerySet[HouseholdChange]:
    about = Q(household_id=household_id) | Q(other_id=household_id)
    return changes(actor).filter(about).order_by("-at")
