"""疑似重复的查找: compare a county's files with each other and keep the pairs that a person should look at.

Safe to run again: what was judged stays judged, an open pair takes its newest score, one that no longer looks alike (a
corrected number) is gone, and a pair put off comes back on its day."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from minzheng.datacenter.people.models import DuplicatePair
from minzheng.datacenter.people.resolution.candidates import normal_id, pairs
from minzheng.datacenter.people.resolution.scoring import PersonTraits, Score, score, weights
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.audit import services as audit
from minzheng.kernel.regions import codes
from minzheng.kernel.subjects.bulk import Identity, homes_in_force, identities, in_two_homes

_BATCH = 1000
#: States in which a pair is not asked again.
SETTLED = (DuplicatePair.ASKED, DuplicatePair.MERGED, DuplicatePair.DIFFERENT)


@dataclass(frozen=True)
class Found:
    """What one search did. `people` compared, `compared` pairs scored, `open` pairs to be judged now, `new` of them."""

    people: int = 0
    compared: int = 0
    open: int = 0
    new: int = 0

    def __add__(self, other: Found) -> Found:
        return Found(
            self.people + other.people, self.compared + other.compared, self.open + other.open, self.new + other.new
        )


def find(county: str) -> Found:
    """Look through one county (six or twelve digits)."""
    today = clock.today()
    people = list(identities(county))
    homes = homes_in_force(county, today)
    traits: dict[int, PersonTraits] = {}
    wanted: dict[str, DuplicatePair] = {}
    blocks = pairs(people)
    for places in blocks:
        a, b = (people[place] for place in places)
        found = score(_traits(traits, a, homes), _traits(traits, b, homes))
        if found.value >= int(weights()["show_from"]):
            pair = _person_pair(a, b, found)
            wanted[pair.key] = pair
    by_pk = {p.pk: p for p in people}
    for person, held in in_two_homes(county, today).items():
        if person in by_pk:
            pair = _home_pair(by_pk[person], held)
            wanted[pair.key] = pair
    new, left = _write(county, wanted, today)
    audit.record(
        actor=SYSTEM, action="people.find", region_code=codes.full(county),
        detail={"people": len(people), "compared": len(blocks), "open": left, "new": new},
    )  # fmt: skip
    return Found(len(people), len(blocks), left, new)


def note(county: str, couples: Iterable[tuple[int, int]]) -> int:
    """Enter some pairs of files that are known to look alike, without a search; returns how many."""
    people, homes = {one.pk: one for one in identities(county)}, homes_in_force(county, clock.today())
    traits: dict[int, PersonTraits] = {}
    rows = []
    for first, second in couples:
        a, b = people[first], people[second]
        rows.append(_person_pair(a, b, score(_traits(traits, a, homes), _traits(traits, b, homes))))
    rows += [_home_pair(people[pk], held) for pk, held in in_two_homes(county, clock.today()).items() if pk in people]
    return len(DuplicatePair.objects.bulk_create(rows, batch_size=_BATCH))


def _traits(known: dict[int, PersonTraits], one: Identity, homes: dict[int, int]) -> PersonTraits:
    if one.pk not in known:
        known[one.pk] = PersonTraits(
            one.name, normal_id(one.id_no), one.birth_date, one.sex, one.phone, one.region_code, homes.get(one.pk)
        )
    return known[one.pk]


def _person_pair(a: Identity, b: Identity, found: Score) -> DuplicatePair:
    first, second = sorted((a, b), key=lambda p: p.pk)
    return DuplicatePair(
        key=f"person:{first.pk}:{second.pk}", kind=DuplicatePair.PERSON, first_id=first.pk, second_id=second.pk,
        region_code=common_place(a.region_code, b.region_code), score=found.value,
        reasons=[[one.code, one.sentence] for one in found.reasons], found_at=clock.now(),
        is_demo=a.is_demo and b.is_demo,
    )  # fmt: skip


def _home_pair(person: Identity, held: list[int]) -> DuplicatePair:
    first, second = held[0], held[-1]
    return DuplicatePair(
        key=f"household:{person.pk}:{first}:{second}", kind=DuplicatePair.HOUSEHOLD, first_id=person.pk,
        second_id=person.pk, first_household_id=first, second_household_id=second, region_code=person.region_code,
        score=1000, reasons=[["two_homes", f"同一天登记在 {len(held)} 户里"]], found_at=clock.now(), is_demo=person.is_demo,
    )  # fmt: skip


def common_place(a: str, b: str) -> str:
    """The smallest place that holds both: who judges a pair must answer for it."""
    for width in reversed(codes.WIDTHS[1:]):
        if a[:width] == b[:width]:
            return a[:width].ljust(12, "0")
    return codes.NATION


@transaction.atomic
def _write(county: str, wanted: dict[str, DuplicatePair], today: datetime.date) -> tuple[int, int]:
    """(new pairs, pairs open afterwards)."""
    rows = DuplicatePair.objects.select_for_update().filter(codes.scope_q([county])).exclude(state__in=SETTLED)
    settled = set(DuplicatePair.objects.filter(key__in=wanted, state__in=SETTLED).values_list("key", flat=True))
    touched, left = [], 0
    for row in rows:
        found = wanted.pop(row.key, None)
        before = (row.state, row.score, row.reasons, row.region_code)
        if found is None:
            row.state = DuplicatePair.GONE
        else:
            row.score, row.reasons, row.region_code = found.score, found.reasons, found.region_code
            again = row.look_again_on is None or row.look_again_on <= today
            if row.state == DuplicatePair.GONE or (row.state == DuplicatePair.LATER and again):
                row.state = DuplicatePair.OPEN
        left += row.state == DuplicatePair.OPEN
        if before != (row.state, row.score, row.reasons, row.region_code):
            touched.append(row)
    DuplicatePair.objects.bulk_update(touched, ["state", "score", "reasons", "region_code"], batch_size=_BATCH)
    new = [pair for key, pair in wanted.items() if key not in settled]
    DuplicatePair.objects.bulk_create(new, batch_size=_BATCH)
    return len(new), left + len(new)
