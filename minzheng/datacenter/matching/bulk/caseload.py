"""Whom a check of a caseload is about: everybody covered by awards in force, with the consents that allow it.

Who gave no valid consent to what is asked is left out and listed with the reason. Children stand under the consent of an
adult of their family; a person covered by several awards may be looked up under any of their consents.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from minzheng.datacenter.matching import scopes
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.awards.selectors import in_force_with_families
from minzheng.kernel.awards.selectors import visible_to as awards_of
from minzheng.kernel.cases import selectors as case_files
from minzheng.kernel.cases.drafting.consents import scope_of
from minzheng.kernel.cases.drafting.members import adult
from minzheng.kernel.items import registry
from minzheng.kernel.subjects.idcard import InvalidIdNumber, check

if TYPE_CHECKING:
    from minzheng.kernel.awards.models import Award
    from minzheng.kernel.cases.models import CaseMember, Consent

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
        for case_id, signed in _signed(chunk, on):
            key, item_code = cases[case_id]
            covers = scopes.items_of(scope_of(registry.get(item_code)))
            for member, consents in signed:
                _enter(found[key], member, *_verdict(consents, covers, items, on))


def _signed(cases: Iterable[int], on: datetime.date) -> Iterator[tuple[int, list[tuple[CaseMember, list[Consent]]]]]:
    """Case → its members who count, each with every consent that stands for them, also those over: an adult's own, a
    child's that a guardian signed, else those of the adults of the family."""
    rows = case_files.visible_to(SYSTEM).filter(pk__in=list(cases)).prefetch_related("members__person", "consents")
    for case in rows:
        own: dict[int | None, list[Consent]] = defaultdict(list)
        for consent in case.consents.all():
            own[consent.member_id].append(consent)
        family = [one for one in case.members.all() if one.in_count and one.person_id is not None]
        guardians = [one for member in family if adult(member, on) for one in own[member.pk]]
        yield case.pk, [(one, own[one.pk] if adult(one, on) else [*own[one.pk], *guardians]) for one in family]


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
    wanted = {pk: home for home in found.values() for pk in home.awards}
    for chunk in _chunks(sorted(wanted)):
        for award in awards_of(SYSTEM).filter(pk__in=chunk).only("pk").prefetch_related("members"):
            for one in award.members.all():
                if one.person_id is not None:
                    people = wanted[award.pk].people
                    people.setdefault(one.person_id, Someone(one.person_id, one.name, "", "no_consent"))


def still_allowed(awards: Iterable[Award], people: set[int], on: datetime.date) -> bool:
    """Whether everybody of ``people`` has a valid consent on file for one of the awards' cases."""
    cases = [one.case_id for one in awards if one.case_id is not None]
    covered = {
        member.person_id
        for _, family in _signed(cases, on)
        for member, consents in family
        if any(one.revoked_at is None and one.valid_until >= on for one in consents)
    }
    return people <= covered


def _chunks(keys: Sequence[int]) -> Iterable[list[int]]:
    return (list(keys[at : at + _CHUNK]) for at in range(0, len(keys), _CHUNK))
