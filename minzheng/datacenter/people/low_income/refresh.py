"""Bringing the low-income database up to date with what is in force. Idempotent: a second run right after changes nothing.

One county, one transaction: a run that dies leaves the old state. Entries by hand are never touched, except that they
end on their day. What the awards no longer say (a corrected month, an undone import) is withdrawn, not deleted.
"""

from __future__ import annotations

import datetime
import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection, transaction

from minzheng.datacenter.people.low_income import sources
from minzheng.datacenter.people.low_income.catalogue import by_item, classes, tags
from minzheng.datacenter.people.low_income.computed import Traits, tags_of
from minzheng.datacenter.people.low_income.spans import Span, award_span, ended_by_death, united
from minzheng.datacenter.people.models import LowIncomeEntry, PersonTag
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.audit import services as audit
from minzheng.kernel.awards.selectors import SPAN, spans_of
from minzheng.kernel.items import registry
from minzheng.kernel.regions import codes
from minzheng.kernel.subjects.selectors import living_alone, traits_in

_BATCH = 2000
IN_FORCE = ("active", "suspended", "tapering")
#: What a refresh may change in a row that is there.
_FIELDS = ["region_code", "until", "by", "basis", "award_id", "household_id", "main", "withdrawn_at"]


@dataclass(frozen=True)
class Refreshed:
    """What one refresh did: rows entered, changed (mostly ended) and withdrawn, of entries and tags; people in force."""

    entered: int = 0
    changed: int = 0
    withdrawn: int = 0
    tagged: int = 0
    untagged: int = 0
    people: int = 0

    def __add__(self, other: Refreshed) -> Refreshed:
        return Refreshed(*(a + b for a, b in zip(self.row(), other.row(), strict=True)))

    def row(self) -> tuple[int, ...]:
        return self.entered, self.changed, self.withdrawn, self.tagged, self.untagged, self.people


@dataclass(frozen=True)
class Person:
    """What the refresh knows of one file."""

    region_code: str
    birth_date: datetime.date | None
    death_date: datetime.date | None
    is_demo: bool


@transaction.atomic
def refresh(county: str, on: datetime.date | None = None) -> Refreshed:
    """Entries and tags of a county (six digits or twelve) as of a day (default today)."""
    today = on or clock.today()
    _alone_here(county)
    columns = ("pk", "region_code", "birth_date", "death_date", "is_demo")
    people = {row[0]: Person(*row[1:]) for row in traits_in(county).values_list(*columns)}
    found = list(_award_spans(county, today))
    registers = sources.standing(county, today)
    wanted = [*found, *_register_spans(registers, today)]
    entries = _entries(county, people, wanted, today)
    members = {pk for pk, in_force in entries.people.items() if in_force}
    tagged, untagged = _tags(county, people, _traits(county, people, members, registers, today), today)
    done = Refreshed(entries.entered, entries.changed, entries.withdrawn, tagged, untagged, len(members))
    if any(done.row()[:5]):
        audit.record(
            actor=SYSTEM, action="low_income.refresh", region_code=codes.full(county),
            detail=dict(zip(("entered", "changed", "withdrawn", "tagged", "untagged"), done.row(), strict=False)),
        )  # fmt: skip
    return done


def _alone_here(county: str) -> None:
    """Two refreshes of one county wait for each other to the end of the transaction."""
    key = int.from_bytes(hashlib.sha256(f"low_income:{codes.full(county)}".encode()).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])


def _award_spans(county: str, today: datetime.date) -> Iterable[Span]:
    of = by_item()
    for row in spans_of(of, county).values_list(*SPAN):
        person, merged, item, award, number, household, first, last, state, is_demo = row
        since, until = award_span(person, of[item], first, last, state, today)
        if since <= today:
            yield Span(
                merged or person, of[item], since, until, "award", f"{registry.get(item).short} {number}", award,
                household, is_demo,
            )  # fmt: skip


def _register_spans(registers: dict[str, dict[int, sources.Standing]], today: datetime.date) -> Iterable[Span]:
    for one in classes().values():
        for person, standing in registers.get(one.source, {}).items():
            over = standing.until is not None and standing.until < today
            yield Span(person, one.code, standing.since, standing.until if over else None, "source", standing.title)


@dataclass
class _Entries:
    entered: int
    changed: int
    withdrawn: int
    people: dict[int, bool]


def _entries(county: str, people: dict[int, Person], wanted: list[Span], today: datetime.date) -> _Entries:
    """Write the difference between the rows there are and the spans there should be."""
    spans: dict[tuple[int, str, datetime.date], Span] = {}
    for span in united(wanted):
        known = people.get(span.person_id)
        kept = ended_by_death(span, known.death_date) if known else None
        if kept is not None:
            spans[kept.key] = kept
    rows = LowIncomeEntry.objects.filter(codes.scope_q([county], "person__region_code"), withdrawn_at=None)
    new: list[LowIncomeEntry] = []
    touched: list[LowIncomeEntry] = []
    standing: dict[int, list[tuple[LowIncomeEntry, list[object] | None]]] = defaultdict(list)
    for row in rows.iterator(_BATCH):
        before = [getattr(row, name) for name in _FIELDS]
        _follow(row, spans.pop((row.person_id, row.class_code, row.since), None), people.get(row.person_id), today)
        standing[row.person_id].append((row, before))
    for span in spans.values():
        new.append(_new(span, people[span.person_id], clock.now()))
        standing[span.person_id].append((new[-1], None))
    inside = {}
    for person, held in standing.items():
        inside[person] = _choose_main([row for row, _ in held])
        touched += [row for row, before in held if before is not None and before != [getattr(row, n) for n in _FIELDS]]
    # withdrawn rows first: a corrected one may begin on the same day
    touched.sort(key=lambda row: row.withdrawn_at is None)
    withdrawn = sum(row.withdrawn_at is not None for row in touched)
    LowIncomeEntry.objects.bulk_update(touched, _FIELDS, batch_size=_BATCH)
    LowIncomeEntry.objects.bulk_create(new, batch_size=_BATCH)
    return _Entries(len(new), len(touched) - withdrawn, withdrawn, inside)


def _follow(row: LowIncomeEntry, said: Span | None, person: Person | None, today: datetime.date) -> None:
    """One row that is there, by what should be: the same, changed, withdrawn, or ended where it was written by hand."""
    if said is not None:
        _take(row, said)
    elif row.by != "manual":
        row.withdrawn_at, row.main = clock.now(), False
    else:
        _end_by_hand(row, person, today)
    if person is not None:
        row.region_code = person.region_code


def _take(row: LowIncomeEntry, span: Span) -> None:
    """What the award says now; an entry by hand that an award bears out becomes the award's."""
    row.until, row.by, row.basis = span.until, span.by, span.basis[:120]
    row.award_id, row.household_id = span.award_id, span.household_id  # type: ignore[attr-defined]


def _end_by_hand(row: LowIncomeEntry, person: Person | None, today: datetime.date) -> None:
    if row.until is not None:
        return
    died = person.death_date if person is not None else None
    if died is not None:
        row.until = max(died, row.since)
    elif row.expires_on is not None and row.expires_on < today:
        row.until = row.expires_on


def _new(span: Span, person: Person, now: datetime.datetime) -> LowIncomeEntry:
    return LowIncomeEntry(
        region_code=person.region_code, person_id=span.person_id, class_code=span.code, since=span.since,
        until=span.until, by=span.by, basis=span.basis[:120], award_id=span.award_id, household_id=span.household_id,
        recorded_at=now, is_demo=person.is_demo,
    )  # fmt: skip


def _choose_main(rows: list[LowIncomeEntry]) -> bool:
    """Mark the first class in force of one person; whether there is one."""
    order = classes()
    current = [row for row in rows if row.until is None and row.withdrawn_at is None]
    first = min(
        current, key=lambda r: (order[r.class_code].rank if r.class_code in order else 99, r.since), default=None
    )
    for row in rows:
        row.main = row is first
    return first is not None


def _traits(
    county: str,
    people: dict[int, Person],
    members: set[int],
    registers: dict[str, dict[int, sources.Standing]],
    today: datetime.date,
) -> dict[int, Traits]:
    """What tags rest on, of the living among these people."""
    items, alone = _items_held(county, members), living_alone(county, today)
    living = [pk for pk in members if pk in people and people[pk].death_date is None]
    return {
        p.pk: Traits(
            p.birth_date, p.health or {}, p.pk in alone, frozenset(items.get(p.pk, ())),
            frozenset(code for code, held in registers.items() if p.pk in held),
        )
        for p in traits_in(county).filter(pk__in=living)
    }  # fmt: skip


def _items_held(county: str, members: set[int]) -> dict[int, set[str]]:
    """Items of awards in force of these people that some tag asks for."""
    asked = sorted({item for tag in tags().values() for item in tag.items})
    held: dict[int, set[str]] = defaultdict(set)
    rows = spans_of(asked, county).filter(award__state__in=IN_FORCE)
    for person, merged, item in rows.values_list("person_id", "person__merged_into_id", "award__item_code"):
        if (merged or person) in members:
            held[merged or person].add(item)
    return held


def _tags(county: str, people: dict[int, Person], traits: dict[int, Traits], today: datetime.date) -> tuple[int, int]:
    """Open what follows from the facts, end what no longer does or has expired: (opened, ended)."""
    wanted = {(pk, code): basis for pk, one in traits.items() for code, basis in tags_of(one, today).items()}
    fields = ["region_code", "until", "basis"]
    touched, ended = [], 0
    rows = PersonTag.objects.filter(codes.scope_q([county], "person__region_code"), until=None)
    for row in rows.iterator(_BATCH):
        before = [getattr(row, name) for name in fields]
        person = people.get(row.person_id)
        if row.by == "computed":
            basis = wanted.pop((row.person_id, row.code), "")
            row.basis = basis or row.basis
            row.until = None if basis else today
        elif row.expires_on is not None and row.expires_on < today:
            row.until = row.expires_on
        elif person is not None and person.death_date is not None:
            row.until = person.death_date
        if person is not None:
            row.region_code = person.region_code
        ended += row.until is not None
        if before != [getattr(row, name) for name in fields]:
            touched.append(row)
    now, known = clock.now(), tags()
    new = [
        PersonTag(
            region_code=people[pk].region_code, person_id=pk, code=code, since=today, by="computed", basis=basis,
            reader=known[code].reader, recorded_at=now, is_demo=people[pk].is_demo,
        )
        for (pk, code), basis in wanted.items()
    ]  # fmt: skip
    PersonTag.objects.bulk_update(touched, fields, batch_size=_BATCH)
    PersonTag.objects.bulk_create(new, batch_size=_BATCH)
    return len(new), ended
