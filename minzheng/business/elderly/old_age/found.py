"""主动发现: people on file who are old enough, or soon will be, and neither draw the allowance nor have applied.

Nobody is put on the payroll from this list: it only opens an application with what the state knows, which the old person
(or who acts for them) completes and hands in like any other."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db.models import Q

from minzheng.kernel import clock
from minzheng.kernel.ages import born_by
from minzheng.kernel.cases import services as cases
from minzheng.kernel.items.unclaimed import without
from minzheng.kernel.regions.codes import scope_q
from minzheng.kernel.standards import values
from minzheng.kernel.standards.values import ruleset
from minzheng.kernel.subjects.selectors import visible_persons
from minzheng.policy.regions import normalize_region

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.cases.models import Case
    from minzheng.kernel.subjects.models import Person

ITEM = "elderly.old_age"
PERMISSION = "case.create"
CHANNEL = "found"
#: How far ahead the list looks.
DAYS = (0, 30, 60, 90)
AHEAD = max(DAYS)


def starting_age(region_code: str, on: datetime.date) -> int | None:
    """Full years from which this place pays the allowance; None where it has set no amount, so that nobody is told to apply."""
    params = values.with_values(ruleset().params)
    place = normalize_region(region_code)
    amount, age = (params.resolve(name, place, on) for name in ("高龄津贴_一档金额", "高龄津贴_一档年龄"))
    return int(age.row.value) if amount is not None and age is not None else None


def reaches(born: datetime.date, years: int) -> datetime.date:
    """The birthday itself; 1 March for those born on 29 February, where that year has none."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return datetime.date(born.year + years, 3, 1)


def waiting(actor: Actor, days: int = AHEAD) -> QuerySet[Person]:
    """Living people of the places where this actor registers applications, who reach the age within `days`."""
    last_day = clock.today() + datetime.timedelta(days=days)
    places = Q(pk__in=[])
    for scope in actor.scopes(PERMISSION):
        age = starting_age(scope, last_day)
        if age is not None:
            places |= scope_q([scope], "region_code") & Q(birth_date__lte=born_by(last_day, age))
    return without(visible_persons(actor, PERMISSION).filter(places), ITEM)


def open_application(*, actor: Actor, person: Person) -> Case:
    """A draft with what is on file, at the person's own village. Raises the errors of `cases.services.start_draft`."""
    return cases.start_draft(
        item_code=ITEM, actor=actor, channel=CHANNEL, region_code=person.region_code, applicant_id=person.pk
    )
