"""Whom a check of a caseload is about: everybody covered by awards in force, with the consents that allow it.

Who gave no valid consent to what is asked is left out and listed with the reason. Children stand under the consent of an
adult of their family; a person covered by several awards may be looked up under any of their consents.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from minzheng.datacenter.matching import scopes
from minzheng.kernel.awards.selectors import in_force_with_families
from minzheng.kernel.cases.drafting.consents import scope_of
from minzheng.kernel.cases.drafting.members import adult
from minzheng.kernel.cases.models import CaseMember, Consent
from minzheng.kernel.items import registry
from minzheng.kernel.subjects.idcard import InvalidIdNumber, check

if TYPE_CHECKING:
    from minzheng.kernel.awards.models import Award

_CHUNK = 500


@dataclass
class Someone:
    """One person of the caseload. ``why``: why not to be asked about, "" for who is; ``until``: last day of the consent."""

    pk: int
    name: str
    id_no: str
    why: str = ""
    until: datetime.date | None = None
    case_members: list[CaseMember] = field(default_factory=list)


@dataclass
class Home:
    """One family: a household, or the people of an award without one."""

    key: int
    household: int | None
    region_code: str
    payee: str
    awards: list[int] = field(default_factory=list)
    cases: list[int] = field(default_factory=list)
    people: dict[int, Someone] = field(default_factory=dict)

    @property
    def asked(self) -> list[Someone]:
        return [one for one in self.people.values() if not one.why]

    @property
    def left_out(self) -> list[Someone]:
        return [one for one in self.people.values() if one.why]


def homes(region_code: str, benefits: Sequence[str], items: Sequence[str], on: datetime.date) -> list[Home]:
    """Families with an award in force. ``benefits``: item codes, () for all; ``items``: codes of ``scopes.ITEMS``."""
    found: dict[int, Home] = {}
    cases: dict[int, tuple[int, str]] = {}
    rows = in_force_with_families(region_code).only(
        "pk", "region_code", "item_code", "household_id", "payee_name", "case_id", "decided_on"
    )
    for award in rows.filter(item_code__in=benefits) if benefits else rows:
        key = award.household_id or award.pk
        home = found.setdefault(key, Home(key, award.household_id, award.region_code, award.payee_name))
        home.awards.append(award.pk)
        if award.case_id is not None:
            home.cases.append(award.case_id)
            cases[award.case_id] = key, award.item_code
    _members(found, cases, set(items), on)
    _without_case(found)
    return list(found.values())


def _members(found: dict[int, Home], cases: dict[int, tuple[int, str]], items: set[str], on: datetime.date) -> None:
    for chunk in _chunks(sorted(cases)):
        consents = _consents(chunk)
        families: dict[int, list[CaseMember]] = defaultdict(list)
        for member in CaseMember.objects.filter(case_id__in=chunk, in_count=True, person__isnull=False).select_related(
            "person"
        ):
            families[member.case_id].append(member)
        for case_id, family in families.items():
            key, item_code = cases[case_id]
            covers = scopes.items_of(scope_of(registry.get(item_code)))
            guardians = [one for member in family if adult(member, on) for one in consents.get(member.pk, ())]
            for member in family:
                own = consents.get(member.pk, ()) if adult(member, on) else [*consents.get(member.pk, ()), *guardians]
                _enter(found[key], member, *_verdict(own, covers, items, on))


def _consents(cases: Iterable[int]) -> dict[int, list[Consent]]:
    """Member → every consent signed for the cases, also those over."""
    rows: dict[int, list[Consent]] = defaultdict(list)
    for one in Consent.objects.filter(case_id__in=list(cases), member__isnull=False):
        if one.member_id is not None:
            rows[one.member_id].append(one)
    return rows


def _verdict(
    consents: Sequence[Consent], covers: set[str], items: set[str], on: datetime.date
) -> tuple[str, datetime.date | None]:
    """("" or the reason, last day)."""
    valid = [one for one in consents if one.revoked_at is None and one.valid_until >= on]
    if valid:
        return ("", max(one.valid_until for one in valid)) if items <= covers else ("scope", None)
    if not consents:
        return "no_consent", None
    return ("expired" if any(one.revoked_at is None for one in consents) else "revoked"), None


def _enter(home: Home, member: CaseMember, why: str, until: datetime.date | None) -> None:
    """The surest verdict over all cases of the family stands."""
    person = member.person
    if not why and person.death_date is not None:
        why, until = "dead", None
    if not why and not _is_number(member.id_no or person.id_no):
        why, until = "no_id", None
    known = home.people.get(person.pk)
    if known is None:
        known = home.people[person.pk] = Someone(person.pk, member.name, member.id_no or person.id_no, why, until)
    elif known.why and not why:
        known.why, known.until = "", until
    elif not known.why and not why and until and known.until:
        known.until = max(known.until, until)
    known.case_members.append(member)


def _is_number(text: str) -> bool:
    try:
        check(text)
    except InvalidIdNumber:
        return False
    return True


def _without_case(found: dict[int, Home]) -> None:
    """People of awards taken over from elsewhere: there is no slip they signed."""
    from minzheng.kernel.awards.models import AwardMember

    wanted = {pk: home for home in found.values() for pk in home.awards}
    for chunk in _chunks(sorted(wanted)):
        rows = AwardMember.objects.filter(award_id__in=chunk, person__isnull=False).values_list(
            "award_id", "person_id", "name"
        )
        for award_id, person_id, name in rows:
            wanted[award_id].people.setdefault(person_id, Someone(person_id, name, "", "no_consent"))


def still_allowed(awards: Iterable[Award], people: set[int], on: datetime.date) -> bool:
    """Whether everybody of ``people`` has a valid consent on file for one of the awards' cases."""
    cases = [one.case_id for one in awards if one.case_id is not None]
    covered: set[int] = set()
    consents = _consents(cases)
    families: dict[int, list[CaseMember]] = defaultdict(list)
    for member in CaseMember.objects.filter(case_id__in=cases, in_count=True):
        families[member.case_id].append(member)
    for family in families.values():
        guardians = [one for member in family if adult(member, on) for one in consents.get(member.pk, ())]
        for member in family:
            own = consents.get(member.pk, ()) if adult(member, on) else [*consents.get(member.pk, ()), *guardians]
            if member.person_id is not None and any(c.revoked_at is None and c.valid_until >= on for c in own):
                covered.add(member.person_id)
    return people <= covered


def _chunks(keys: Sequence[int]) -> Iterable[list[int]]:
    return (list(keys[at : at + _CHUNK]) for at in range(0, len(keys), _CHUNK))
