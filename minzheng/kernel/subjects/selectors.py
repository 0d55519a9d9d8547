"""Reading persons and households. Every list is narrowed to what the actor may see; opening a file is logged with its reason."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.db.models import Case, Count, Min, Q, QuerySet, Value, When
from django.db.models.functions import Substr

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.audit import services as audit
from minzheng.kernel.orgs.models import Organization
from minzheng.kernel.regions import codes
from minzheng.kernel.subjects.errors import ReasonNeeded
from minzheng.kernel.subjects.models import Household, HouseholdMember, Person
from minzheng.kernel.subjects.search import SearchResult, person_by_id_no, search

__all__ = [
    "DEMO_BUREAU",
    "DEMO_PROVINCE",
    "SENSITIVE",
    "SearchResult",
    "counties",
    "demo_loaded",
    "household_members",
    "household_of",
    "in_demo",
    "living_alone",
    "membership_history",
    "open_household",
    "open_person",
    "person_by_id_no",
    "search",
    "traits_in",
    "unmask",
    "visible_households",
    "visible_persons",
]

#: The first two digits of invented places: no province has them.
DEMO_PROVINCE = "99"
#: The demo county's bureau; its row exists exactly while demo data is loaded.
DEMO_BUREAU = "DEMO-990101-MZJ"
SENSITIVE = {"id_no": "证件号码", "phone": "联系电话", "address": "住址"}
_LONGEST_REASON = 200


def in_demo(region_code: str) -> bool:
    """Whether a place is the demonstration's: it lies in DEMO_AREA, and this installation shows the demonstration
    (MINZHENG_DEMO) or holds it. A real bureau that tries things out under such a code (MINZHENG_DEMO=0) is none."""
    return codes.covers(settings.DEMO_AREA, region_code) and (settings.DEMO_SHOWN or demo_loaded())


def demo_loaded() -> bool:
    """Whether invented data is in this database (page footer, demo logins). One query on a unique index."""
    return Organization.objects.filter(code=DEMO_BUREAU).exists()


def visible_persons(actor: Actor, permission: str = "person.read") -> QuerySet[Person]:
    """Files this actor may open: a citizen's own, those of the region of a post that grants `permission`."""
    if actor.is_system:
        return Person.objects.all()
    if actor.is_citizen:
        return Person.objects.filter(pk=actor.person_id) if actor.person_id else Person.objects.none()
    return Person.objects.filter(actor.scope_q(permission))


def visible_households(actor: Actor) -> QuerySet[Household]:
    """Households this actor may open: a citizen's own of today, those of the region of a post with household.read."""
    if actor.is_system:
        return Household.objects.all()
    if actor.is_citizen:
        own = actor.person_id
        if own is None:
            return Household.objects.none()
        return Household.objects.filter(
            pk__in=_rows_on(clock.today(), None).filter(person_id=own).values("household_id")
        )
    return Household.objects.filter(actor.scope_q("household.read"))


def open_person(actor: Actor, pk: int, reason: str, purpose: str = "") -> Person:
    """One person's file, and the line in the log that it was read, with the code of its purpose. Raises Person.DoesNotExist (also for a file outside
    the actor's scope: its existence is not revealed) and ReasonNeeded."""
    person = visible_persons(actor).get(pk=pk)
    audit.record_read(actor=actor, obj=person, reason=_reason(actor, reason), purpose=_purpose(actor, purpose))
    return person


def open_household(actor: Actor, pk: int, reason: str, purpose: str = "") -> Household:
    """One household's file, logged. Raises Household.DoesNotExist and ReasonNeeded."""
    household = visible_households(actor).select_related("head").get(pk=pk)
    audit.record_read(actor=actor, obj=household, reason=_reason(actor, reason), purpose=_purpose(actor, purpose))
    return household


def unmask(actor: Actor, pk: int, field: str, reason: str) -> str:
    """The whole ID number, phone or address of a file in the actor's scope, logged with the field and the reason.

    Needs person.unmask over the file's region and a reason of at least four characters."""
    label = SENSITIVE[field]
    if not actor.is_citizen and len(reason.strip()) < 4:
        raise ReasonNeeded(f"查看完整{label}须写明用途（至少 4 个字），例如“与申请人电话核实材料”。")
    person = visible_persons(actor, "person.unmask").get(pk=pk)
    why = f"查看完整{label}：{_reason(actor, reason)}"[:_LONGEST_REASON]
    audit.record_read(actor=actor, obj=person, reason=why, purpose="number")
    return str(getattr(person, field))


def _purpose(actor: Actor, purpose: str) -> str:
    return purpose or ("own" if actor.is_citizen else "")


def _reason(actor: Actor, reason: str) -> str:
    text = reason.strip()
    if not text and actor.is_citizen:
        return "本人查看"
    if not text:
        raise ReasonNeeded("查看档案须写明理由，请从办件进入，或填写理由后再查看。")
    return text[:_LONGEST_REASON]


def _rows_on(on: datetime.date, as_known: datetime.datetime | None) -> QuerySet[HouseholdMember]:
    rows = HouseholdMember.objects.filter(Q(valid_to=None) | Q(valid_to__gte=on), valid_from__lte=on)
    if as_known is None:
        return rows.filter(superseded_at=None)
    return rows.filter(Q(superseded_at=None) | Q(superseded_at__gt=as_known), recorded_at__lte=as_known)


def household_members(
    household: Household, on: datetime.date | None = None, as_known: datetime.datetime | None = None
) -> list[HouseholdMember]:
    """Members on a day (default today) as we know it now, or as we knew it at the moment `as_known`; head first, then
    the oldest. One query; persons are fetched along."""
    first = Case(When(person_id=household.head_id, then=Value(0)), default=Value(1))
    rows = _rows_on(on or clock.today(), as_known).filter(household=household)
    return list(rows.select_related("person").order_by(first, "person__birth_date", "pk"))


def household_of(person: Person, on: datetime.date | None = None) -> Household | None:
    """The household a person belongs to on a day, as we know it now."""
    row = _rows_on(on or clock.today(), None).filter(person=person).select_related("household").first()
    return row.household if row is not None else None


def living_alone(region_code: str, on: datetime.date) -> set[int]:
    """Everybody of a place who is the only member of a household on a day. One query; for whole counties, by the system."""
    rows = _rows_on(on, None).filter(codes.scope_q([region_code], "household__region_code"))
    alone = rows.values("household_id").annotate(people=Count("pk"), only=Min("person_id")).filter(people=1)
    return set(alone.values_list("only", flat=True))


def counties() -> list[str]:
    """The first six digits of every county that keeps a file, for jobs that go county by county."""
    heads = Person.objects.annotate(county=Substr("region_code", 1, 6)).values_list("county", flat=True)
    return sorted(heads.order_by().distinct())


def traits_in(region_code: str) -> QuerySet[Person]:
    """The living and unmerged files of a place with what tags are computed from (birth, health); by the system only."""
    rows = Person.objects.filter(codes.scope_q([region_code]), merged_into=None)
    return rows.only("pk", "region_code", "birth_date", "death_date", "health", "is_demo")


def membership_history(household: Household) -> list[HouseholdMember]:
    """Every row ever recorded, newest knowledge first: what changed, when we learned it and who wrote it."""
    return list(
        HouseholdMember.objects.filter(household=household)
        .select_related("person", "recorded_by")
        .order_by("-recorded_at", "person__birth_date")
    )
