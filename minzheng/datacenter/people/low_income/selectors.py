"""Reading the low-income database. Lists need low_income.read over the place; tags of children need child.read besides."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet

from minzheng.datacenter.people.low_income.catalogue import classes, special_codes
from minzheng.datacenter.people.models import LowIncomeEntry, PersonTag
from minzheng.kernel.ages import born_by

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

READ, MANAGE = "low_income.read", "low_income.manage"


def classes_of(person_ids: Iterable[int], on: datetime.date) -> dict[int, tuple[str, ...]]:
    """{person: class codes on a day, the most important first}; people in no class are left out. One query."""
    rows = LowIncomeEntry.objects.filter(
        Q(until=None) | Q(until__gte=on), person_id__in=list(person_ids), since__lte=on, withdrawn_at=None
    ).values_list("person_id", "class_code")
    rank = {code: one.rank for code, one in classes().items()}
    found: dict[int, set[str]] = {}
    for person, code in rows:
        found.setdefault(person, set()).add(code)
    return {pk: tuple(sorted(held, key=lambda c: rank.get(c, 99))) for pk, held in found.items()}


def standing(since: datetime.date) -> dict[int, tuple[tuple[str, ...], datetime.date]]:
    """{person: (class codes in force, the day on which the newest stretch began)} of everybody in the database, and of those
    who left it on `since` or later (with no class). For the system's own work: asks no actor. One query."""
    rows = LowIncomeEntry.objects.filter(Q(until=None) | Q(until__gte=since), withdrawn_at=None)
    found: dict[int, tuple[tuple[str, ...], datetime.date]] = {}
    for person, code, begun, until in rows.values_list("person_id", "class_code", "since", "until").iterator(5000):
        held, newest = found.get(person, ((), begun))
        found[person] = ((*held, code) if until is None and code not in held else held, max(newest, begun))
    return found


def newest_change() -> tuple[Any, ...]:
    """Changes whenever somebody enters, leaves or is withdrawn: (rows that hold, of these ended, last entered, last left)."""
    rows = LowIncomeEntry.objects.filter(withdrawn_at=None)
    told = rows.aggregate(n=Count("pk"), gone=Count("until"), last=Max("recorded_at"), left=Max("until"))
    return tuple(told.values())


def known_to(actor: Actor) -> QuerySet[LowIncomeEntry]:
    """Every entry that was not withdrawn, in the places of a post with low_income.read."""
    rows = LowIncomeEntry.objects.filter(withdrawn_at=None)
    return rows if actor.is_system else rows.filter(actor.scope_q(READ))


def in_force(actor: Actor) -> QuerySet[LowIncomeEntry]:
    return known_to(actor).filter(until=None)


def told_twice(rows: QuerySet[LowIncomeEntry]) -> QuerySet[LowIncomeEntry]:
    """Of entries in force, those by hand whose person is in the same class by an award or a department's data as well (or by
    hand before). All entries less these are people: cheaper than counting distinct ones over a county."""
    same = LowIncomeEntry.objects.filter(
        person_id=OuterRef("person_id"), class_code=OuterRef("class_code"), until=None, withdrawn_at=None
    ).exclude(pk=OuterRef("pk"))
    return rows.filter(Exists(same.filter(~Q(by="manual") | Q(pk__lt=OuterRef("pk")))), by="manual")


def people_now(actor: Actor) -> QuerySet[LowIncomeEntry]:
    """One row a person: the main class in force."""
    return in_force(actor).filter(main=True)


def tags_known_to(actor: Actor) -> QuerySet[PersonTag]:
    """Tags in the places of a post with low_income.read; those that name a reader, only over that reader's places."""
    rows = PersonTag.objects.all()
    if actor.is_system:
        return rows
    open_to_all = Q(reader="") & actor.scope_q(READ)
    guarded = Q(reader="child.read") & actor.scope_q(READ) & actor.scope_q("child.read")
    return rows.filter(open_to_all | guarded)


def special_now(actor: Actor) -> QuerySet[PersonTag]:
    """特殊困难对象: low-income people with a tag that the catalogue calls special; one row a tag."""
    inside = LowIncomeEntry.objects.filter(person_id=OuterRef("person_id"), until=None, withdrawn_at=None)
    return tags_known_to(actor).filter(Exists(inside), until=None, code__in=special_codes())


def with_tag(rows: QuerySet[LowIncomeEntry], actor: Actor, code: str) -> QuerySet[LowIncomeEntry]:
    """Those of these entries whose person bears a tag this actor may know of."""
    return rows.filter(Exists(tags_known_to(actor).filter(person_id=OuterRef("person_id"), code=code, until=None)))


def born(
    rows: QuerySet[LowIncomeEntry], on: datetime.date, age_from: int, age_to: int | None
) -> QuerySet[LowIncomeEntry]:
    """Entries of people of these whole years on a day; None: no upper end."""
    rows = rows.filter(person__birth_date__lte=born_by(on, age_from))
    return rows if age_to is None else rows.filter(person__birth_date__gt=born_by(on, age_to + 1))


def entries_of(actor: Actor, person_id: int) -> QuerySet[LowIncomeEntry]:
    """The class history of one person, newest first."""
    return known_to(actor).filter(person_id=person_id).order_by("-since", "-pk")


def tags_of_person(actor: Actor, person_id: int) -> QuerySet[PersonTag]:
    return tags_known_to(actor).filter(person_id=person_id).order_by("until", "-since")
