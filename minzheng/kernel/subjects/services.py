"""Writing persons and households: one file per ID number; household membership is bitemporal (see models.HouseholdMember).

Days are inclusive: a membership is true from `valid_from` to `valid_to`, both days counted. A change of knowledge
closes the old row (`superseded_at`) and adds a new one; nothing is overwritten.
"""

from __future__ import annotations

import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.audit import services as audit
from minzheng.kernel.crypto.fields import BlindIndex
from minzheng.kernel.regions import codes
from minzheng.kernel.subjects import idcard
from minzheng.kernel.subjects.errors import MembershipConflict, NameMismatch, SubjectError
from minzheng.kernel.subjects.models import Household, HouseholdMember, Person, PersonNameChar
from minzheng.kernel.subjects.names import name_characters, normal_name

_KEEP: Any = object()


@transaction.atomic
def ensure_person(
    *,
    actor: Actor,
    name: str,
    id_no: str,
    region_code: str,
    phone: str = "",
    address: str = "",
    hukou_region: str = "",
    health: dict[str, Any] | None = None,
    is_demo: bool = False,
) -> Person:
    """The file of this ID number, opened if there is none. Blank phone and address of an existing file are filled in,
    nothing of it is overwritten. Raises idcard.InvalidIdNumber, NameMismatch."""
    card, wanted = idcard.check(id_no), normal_name(name)
    known = Person.objects.filter(id_index=BlindIndex.of_value("id_no", card.normalised)).first()
    if known is not None and known.merged_into_id:
        # The number stands on a file that was merged: under its own name it leads on to the file that speaks for it.
        wanted = known.merged_into.name if known.name == wanted else wanted
        known = known.merged_into
    if known is None:
        person = Person(
            name=wanted,
            sex=card.sex,
            birth_date=card.birth_date,
            id_no=card.normalised,
            phone=phone,
            address=address,
            region_code=codes.full(region_code),
            hukou_region=hukou_region,
            health=health or {},
            is_demo=is_demo,
        )
        try:
            with transaction.atomic():
                person.save(force_insert=True)
        except IntegrityError:
            # Somebody else opened the file in the same moment: theirs it is.
            known = Person.objects.get(id_index=BlindIndex.of_value("id_no", card.normalised))
        else:
            _index_name(person)
            audit.record(actor=actor, action="person.create", obj=person)
            return person
    if known.name != wanted:
        raise NameMismatch("该身份证号码已登记在另一个姓名下，请核对证件；确属改名的，请先办理姓名变更。")
    _fill_blanks(actor, known, phone, address)
    return known


def _fill_blanks(actor: Actor, person: Person, phone: str, address: str) -> None:
    filled = []
    if phone and not person.phone:
        person.phone = phone
        filled.append("phone")
    if address and not person.address:
        person.address = address
        filled.append("address")
    if filled:
        person.save(update_fields=filled)
        audit.record(actor=actor, action="person.fill", obj=person, detail={"fields": filled})


def _index_name(person: Person) -> None:
    PersonNameChar.objects.filter(person=person).delete()
    PersonNameChar.objects.bulk_create(
        PersonNameChar(char=char, person=person, region_code=person.region_code)
        for char in name_characters(person.name)
    )


@transaction.atomic
def rename_person(*, actor: Actor, person: Person, name: str, reason: str) -> Person:
    """A changed or misspelt name; the reason is kept in the audit line."""
    person.name = normal_name(name)
    person.save(update_fields=["name"])
    _index_name(person)
    audit.record(actor=actor, action="person.rename", obj=person, reason=reason)
    return person


@transaction.atomic
def update_contact(
    *, actor: Actor, person: Person, phone: str | None = None, address: str | None = None, reason: str = ""
) -> Person:
    """Replace phone and/or address; None leaves the value."""
    changed = []
    if phone is not None:
        person.phone = phone
        changed.append("phone")
    if address is not None:
        person.address = address
        changed.append("address")
    if changed:
        person.save(update_fields=changed)
        audit.record(actor=actor, action="person.contact", obj=person, reason=reason, detail={"fields": changed})
    return person


@transaction.atomic
def record_death(*, actor: Actor, person: Person, on: datetime.date, reason: str) -> Person:
    """Note the day of death; the membership is ended by `end_membership` when the household is re-checked."""
    if on > clock.today() or (person.birth_date and on < person.birth_date):
        raise SubjectError("死亡日期不能晚于今天，也不能早于出生日期，请改正。")
    person.death_date = on
    person.save(update_fields=["death_date"])
    audit.record(actor=actor, action="person.death", obj=person, reason=reason)
    return person


@transaction.atomic
def open_household(
    *,
    actor: Actor,
    head: Person,
    region_code: str,
    is_urban: bool,
    valid_from: datetime.date | None = None,
    address: str = "",
    is_demo: bool = False,
) -> Household:
    """A new household whose head is its first member (relation 户主)."""
    from minzheng.kernel.registers.numbering import next_number

    code, day = codes.full(region_code), valid_from or clock.today()
    serial = next_number("household", region_code=code, year=day.year)
    household = Household.objects.create(
        no=f"{code}{day.year}{serial:05d}",
        head=head,
        region_code=code,
        is_urban=is_urban,
        address=address,
        is_demo=is_demo,
    )
    audit.record(actor=actor, action="household.create", obj=household)
    add_member(actor=actor, household=household, person=head, relation="户主", valid_from=day)
    return household


@transaction.atomic
def add_member(
    *,
    actor: Actor,
    household: Household,
    person: Person,
    relation: str,
    valid_from: datetime.date,
    valid_to: datetime.date | None = None,
    lives_together_since: datetime.date | None = None,
    reason: str = "",
) -> HouseholdMember:
    """Raises MembershipConflict when the person is known to be in a household on one of these days."""
    if valid_to is not None and valid_to < valid_from:
        raise MembershipConflict("成员关系的截止日期早于开始日期，请改正。")
    # The person's row is the lock: two clerks cannot put one person into two households at once.
    Person.objects.select_for_update().get(pk=person.pk)
    _refuse_overlap(person, valid_from, valid_to, apart_from=None)
    row = HouseholdMember.objects.create(
        household=household,
        person=person,
        relation=relation,
        valid_from=valid_from,
        valid_to=valid_to,
        lives_together_since=lives_together_since,
        recorded_at=clock.now(),
        recorded_by=actor.user,
        reason=reason,
    )
    audit.record(
        actor=actor, action="household.add_member", obj=household, reason=reason, detail={"person": str(person.pk)}
    )
    return row


def _refuse_overlap(
    person: Person, start: datetime.date, end: datetime.date | None, apart_from: HouseholdMember | None
) -> None:
    rows = HouseholdMember.objects.filter(person=person, superseded_at=None).filter(
        Q(valid_to=None) | Q(valid_to__gte=start)
    )
    if end is not None:
        rows = rows.filter(valid_from__lte=end)
    if apart_from is not None:
        rows = rows.exclude(pk=apart_from.pk)
    other = rows.select_related("household").first()
    if other is not None:
        raise MembershipConflict(
            f"{person.name}自 {other.valid_from} 起已登记在另一户（户编号 {other.household.no}），"
            "请先办理迁出，再登记到本户。"
        )


def _replace(actor: Actor, membership: HouseholdMember, reason: str, **changes: Any) -> HouseholdMember:
    """Close the row as knowledge and add the corrected one."""
    old = HouseholdMember.objects.select_for_update().select_related("household", "person").get(pk=membership.pk)
    if old.superseded_at is not None:
        raise MembershipConflict("这条成员记录已被他人更正，请刷新后在最新记录上修改。")
    Person.objects.select_for_update().get(pk=old.person_id)
    now = clock.now()
    values = {
        name: changes.get(name, getattr(old, name))
        for name in ("relation", "valid_from", "valid_to", "lives_together_since")
    }
    if values["valid_to"] is not None and values["valid_to"] < values["valid_from"]:
        raise MembershipConflict("成员关系的截止日期早于开始日期，请改正。")
    _refuse_overlap(old.person, values["valid_from"], values["valid_to"], apart_from=old)
    old.superseded_at = now
    old.save(update_fields=["superseded_at"])
    return HouseholdMember.objects.create(
        household=old.household, person=old.person, recorded_at=now, recorded_by=actor.user, reason=reason, **values
    )


@transaction.atomic
def end_membership(
    *, actor: Actor, membership: HouseholdMember, last_day: datetime.date, reason: str
) -> HouseholdMember:
    """The person belonged to the household up to and including `last_day` (on death, that day). Returns the new row."""
    row = _replace(actor, membership, reason, valid_to=last_day)
    audit.record(
        actor=actor,
        action="household.end_member",
        obj=row.household,
        reason=reason,
        detail={"person": str(row.person_id)},
    )
    return row


@transaction.atomic
def correct_membership(
    *,
    actor: Actor,
    membership: HouseholdMember,
    reason: str,
    relation: str = _KEEP,
    valid_from: datetime.date = _KEEP,
    valid_to: datetime.date | None = _KEEP,
    lives_together_since: datetime.date | None = _KEEP,
) -> HouseholdMember:
    """What was recorded was wrong: the row is replaced as knowledge; what we believed before stays readable."""
    given = {
        "relation": relation,
        "valid_from": valid_from,
        "valid_to": valid_to,
        "lives_together_since": lives_together_since,
    }
    changes = {name: value for name, value in given.items() if value is not _KEEP}
    row = _replace(actor, membership, reason, **changes)
    audit.record(
        actor=actor,
        action="household.correct_member",
        obj=row.household,
        reason=reason,
        detail={"person": str(row.person_id), "fields": sorted(changes)},
    )
    return row


@transaction.atomic
def withdraw_membership(*, actor: Actor, membership: HouseholdMember, reason: str) -> None:
    """The row never was true (wrong person): it stops being our knowledge, without a successor."""
    closed = HouseholdMember.objects.filter(pk=membership.pk, superseded_at=None).update(superseded_at=clock.now())
    if not closed:
        raise MembershipConflict("这条成员记录已被他人更正，请刷新后在最新记录上修改。")
    audit.record(
        actor=actor,
        action="household.withdraw_member",
        obj=membership.household,
        reason=reason,
        detail={"person": str(membership.person_id)},
    )


@transaction.atomic
def move_member(
    *, actor: Actor, membership: HouseholdMember, to: Household, on: datetime.date, relation: str, reason: str
) -> HouseholdMember:
    """From `on` the person belongs to another household; the day before is the last one in the old household."""
    end_membership(actor=actor, membership=membership, last_day=on - datetime.timedelta(days=1), reason=reason)
    return add_member(
        actor=actor, household=to, person=membership.person, relation=relation, valid_from=on, reason=reason
    )
