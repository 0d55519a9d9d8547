"""Reading pairs and merges, narrowed to the places of a post that judges or approves them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from minzheng.datacenter.people.models import DuplicatePair, PersonMerge
from minzheng.kernel import clock
from minzheng.kernel.awards.references import in_force_of
from minzheng.kernel.subjects.merging import Obstacle, homes_of, obstacles

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.awards.models import Award
    from minzheng.kernel.subjects.models import Household, Person

JUDGE, APPROVE = "people.merge", "people.approve"
#: Who sees pairs and merges at all: whoever judges and whoever approves.
_READERS = (JUDGE, APPROVE)


def _scope(actor: Actor) -> Q:
    wanted = Q(pk__in=[])
    for permission in _READERS:
        wanted |= actor.scope_q(permission)
    return wanted


def pairs(actor: Actor) -> QuerySet[DuplicatePair]:
    """Every pair of the actor's places, judged or not; both files fetched along."""
    rows = DuplicatePair.objects.select_related("first", "second")
    rows = rows.defer(*(f"{side}__{name}" for side in ("first", "second") for name in ("address", "health")))
    return rows if actor.is_system else rows.filter(_scope(actor))


def waiting(actor: Actor) -> QuerySet[DuplicatePair]:
    """To be judged now: open, or put off until a day that has come; neither file merged elsewhere meanwhile."""
    due = Q(state=DuplicatePair.OPEN) | Q(state=DuplicatePair.LATER, look_again_on__lte=clock.today())
    return pairs(actor).filter(due, first__merged_into=None, second__merged_into=None)


def judged(actor: Actor) -> QuerySet[DuplicatePair]:
    """Put off, asked, merged or found to be two people."""
    return pairs(actor).filter(
        state__in=(DuplicatePair.LATER, DuplicatePair.ASKED, DuplicatePair.MERGED, DuplicatePair.DIFFERENT)
    )


def pair(actor: Actor, pk: int) -> DuplicatePair | None:
    rows = DuplicatePair.objects.select_related("first", "second", "first_household", "second_household")
    return (rows if actor.is_system else rows.filter(_scope(actor))).filter(pk=pk).first()


def to_judge(actor: Actor, pk: int) -> DuplicatePair | None:
    """A pair that this actor may judge now."""
    found = pair(actor, pk)
    open_states = (DuplicatePair.OPEN, DuplicatePair.LATER)
    may = found is not None and found.state in open_states and actor.can(JUDGE, found.region_code)
    return found if may else None


def merges(actor: Actor) -> QuerySet[PersonMerge]:
    rows = PersonMerge.objects.select_related("survivor", "absorbed", "pair").defer("changes")
    return rows if actor.is_system else rows.filter(_scope(actor))


def merge(actor: Actor, pk: int) -> PersonMerge | None:
    return merges(actor).filter(pk=pk).first()


def of_person(actor: Actor, person_id: int) -> QuerySet[PersonMerge]:
    """Merges in force into this file."""
    return merges(actor).filter(survivor_id=person_id, state=PersonMerge.DONE)


def awards_in_force(*people: Person) -> list[Award]:
    """Benefits in force of any of these people: money hangs on the merge, somebody else must look at it."""
    return [award for person in people for award in in_force_of(person.pk)]


def homes(*people: Person) -> list[Household]:
    """The households in which these people stand today, each once."""
    return list({row.household_id: row.household for row in homes_of(*people)}.values())


def hindrances(one: DuplicatePair) -> list[Obstacle]:
    """What must be settled before either file may be merged into the other, whichever stays."""
    found = {o.sentence + o.label: o for o in obstacles(one.first, one.second, _any_home(one))}
    turned = {o.sentence + o.label: o for o in obstacles(one.second, one.first, _any_home(one))}
    return [o for key, o in found.items() if key in turned]


def _any_home(one: DuplicatePair) -> int | None:
    """A household to ask with: which one stays is chosen on the form."""
    held = homes(one.first, one.second)
    return held[0].pk if held else None
