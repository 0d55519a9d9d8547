"""待遇的读操作, narrowed to what the actor may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q, Sum

from minzheng.kernel.awards.models import Award, AwardMember, PaymentLine
from minzheng.kernel.crypto.fields import BlindIndex
from minzheng.kernel.items import guarded
from minzheng.kernel.regions import codes

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.cases.models import CaseMember


def visible_to(actor: Actor) -> QuerySet[Award]:
    """Staff: awards of the region of a post with award.read. Citizens: their own."""
    rows = Award.objects.all()
    if actor.is_system:
        return rows
    if actor.is_citizen:
        return rows.filter(payee_id=actor.person_id) if actor.person_id else rows.none()
    return rows.filter(actor.scope_q("award.read") & guarded.readable_q(actor))


def lines_visible_to(actor: Actor) -> QuerySet[PaymentLine]:
    """Payment lines, by payment.read over the line's own region; citizens see their own award's."""
    rows = PaymentLine.objects.select_related("award")
    if actor.is_system:
        return rows
    if actor.is_citizen:
        return rows.filter(award__payee_id=actor.person_id) if actor.person_id else rows.none()
    return rows.filter(actor.scope_q("payment.read"))


def own(actor: Actor) -> QuerySet[Award]:
    """The awards paid to the signed-in citizen, newest decision first."""
    if actor.person_id is None:
        return Award.objects.none()
    return Award.objects.filter(payee_id=actor.person_id).order_by("-decided_on")


def number_in_force(people: Iterable[int], item_code: str) -> str:
    """Number of the newest active award of `item_code` that covers any of these people; "" if there is none. One query."""
    found = (
        AwardMember.objects.filter(person_id__in=list(people), award__item_code=item_code, award__state="active")
        .order_by("-award__decided_on", "-award_id")
        .values_list("award__no", flat=True)
        .first()
    )
    return found or ""


def cases_in_force(people: Iterable[int], item_code: str) -> list[int]:
    """Cases whose award of `item_code` in force covers any of these people. For the system's own acts: asks no actor."""
    rows = AwardMember.objects.filter(person_id__in=list(people), award__item_code=item_code)
    rows = rows.filter(award__state__in=("active", "tapering"), award__case__isnull=False)
    return list(rows.values_list("award__case_id", flat=True).distinct())


def in_force_with_families(region_code: str) -> QuerySet[Award]:
    """Everything being paid (or recognised) month by month in a place, with what each froze; rows of one household
    follow each other, the newest decision first.

    For sums over a whole caseload: it asks for no actor, so the caller checks the right over the place and records the
    reading once for all."""
    rows = Award.objects.filter(codes.scope_q([region_code]), state__in=("active", "tapering")).exclude(cycle="once")
    return rows.order_by("household_id", "-decided_on", "-pk").only(
        "pk", "region_code", "item_code", "household_id", "payee_id", "persons", "amount_fen", "cycle", "state", "frozen",
        "decided_on",
    )  # fmt: skip


def drawn_by(member: CaseMember, item_code: str) -> tuple[int, int] | None:
    """(fen a month without what is paid for single members on top, persons) of the award in force of an item that covers
    this member of a case; None where there is none. Two queries at most."""
    from minzheng.kernel.items.personal import covered_by

    row = covered_by(member, (item_code,)).select_related("award").order_by("-award__decided_on").first()
    if row is None:
        return None
    tops = row.award.members.aggregate(fen=Sum("top_up_fen"))["fen"] or 0
    return row.award.amount_fen - tops, max(row.award.persons, 1)


def once_in_year(people: Iterable[int], item_code: str, year: int, *, but_case: int | None) -> list[Award]:
    """One-off awards of `item_code` decided in a calendar year for any of these people, those of one case left out."""
    rows = Award.objects.filter(
        item_code=item_code, cycle="once", decided_on__year=year, members__person_id__in=list(people)
    )
    others = rows if but_case is None else rows.exclude(case_id=but_case)
    return list(others.distinct().order_by("pk"))


def covered_in(id_no: str, item_code: str, month: datetime.date) -> bool:
    """Whether an award of this item covered the person of this number in a month (day 1)."""
    lasted = Q(award__last_month=None) | Q(award__last_month__gte=month)
    return AwardMember.objects.filter(
        lasted,
        person__id_index=BlindIndex.of_value("id_no", id_no),
        award__item_code=item_code,
        award__first_month__lte=month,
    ).exists()


def touching(households: Iterable[int], people: Iterable[int]) -> list[Award]:
    """Awards in force of these households, or that cover or are paid to any of these people. For the system's own acts."""
    covered = AwardMember.objects.filter(person_id__in=list(people)).values("award_id")
    about = Q(household_id__in=list(households)) | Q(pk__in=covered) | Q(payee_id__in=list(people))
    return list(Award.objects.filter(about).exclude(state="ended").exclude(cycle="once").defer("frozen").order_by("pk"))


def spans_of(item_codes: Iterable[str], region_code: str) -> QuerySet[AwardMember]:
    """Everybody covered by an award of these items, past ones too, whose file lies in a place: one row a person and award,
    with the person's merged file, place and death and the award's number, months and state (`values_list` of SPAN).

    For whole caseloads, by the system: it asks for no actor. What is paid once is no standing and is left out."""
    rows = AwardMember.objects.filter(
        codes.scope_q([region_code], "person__region_code"), award__item_code__in=list(item_codes)
    )
    return rows.exclude(award__cycle="once")


#: Columns of `spans_of`.
SPAN = (
    "person_id", "person__merged_into_id", "award__item_code", "award_id", "award__no", "award__household_id",
    "award__first_month", "award__last_month", "award__state", "award__is_demo",
)  # fmt: skip
