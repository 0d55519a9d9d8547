"""办件家庭成员: rows that follow the form while the family fills it in, frozen on the day of acceptance."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from minzheng.kernel import clock
from minzheng.kernel.ages import age_on
from minzheng.kernel.items import registry
from minzheng.kernel.subjects.idcard import InvalidIdNumber, check

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Case, CaseMember
    from minzheng.kernel.cases.running.context import Ctx

ADULT = 18
# Columns of the row; everything else the family said stands in `declared`.
OWN = ("name", "relation", "id_no")


def adult(member: CaseMember, on: datetime.date) -> bool:
    """18 or older; unknown birth dates count as adult, so that nobody's consent is skipped by a gap."""
    return member.birth_date is None or age_on(member.birth_date, on) >= ADULT


def consenting(case: Case, members: Sequence[CaseMember], on: datetime.date) -> list[CaseMember]:
    """Whose consent to the matching is needed: every adult who counts. Where only children count, the guardian signs in
    the place of each: without any consent nothing may be looked up."""
    counted = [m for m in members if m.in_count]
    grown = [m for m in counted if adult(m, on)]
    matched = registry.get(case.item_code).flow.act("run_match") is not None
    return grown if grown or not matched else counted


def claimants(case: Case, members: Sequence[CaseMember]) -> list[CaseMember]:
    """Members for whom the benefit is asked: the one who applies alone (57号第8条), else everybody who counts."""
    alone = registry.get(case.item_code).alone
    single = [m for m in members if alone is not None and alone(m.declared or {})]
    return [m for m in single if m.in_count] if single else [m for m in members if m.in_count]


def sync_members(case: Case) -> list[CaseMember]:
    """Make the member rows follow `form["members"]`, and after them `form["obligors"]` (who owes support, never counted)
    and the husbands and wives of these (whose income counts in their household, under their own consent).

    Rows are matched by ID number first (their consents stay), then by position; another person under the same row drops
    the consents signed before."""
    from minzheng.kernel.cases.models import CaseMember

    known = list(case.members.all())
    kept = _follow(case, [m for m in known if not m.is_obligor], _rows(case, "members"))
    rule = registry.get(case.item_code).composition
    for member, decided in zip(kept, rule(case, kept) if rule else (), strict=False):
        member.in_count, member.exclude_reason = decided
    owing = _rows(case, "obligors")
    others = _follow(case, [m for m in known if m.is_obligor and not m.is_obligor_spouse], owing)
    spouses = _follow(case, [m for m in known if m.is_obligor_spouse], _spouses(owing, len(kept)))
    for member in others:
        member.in_count, member.exclude_reason = False, CaseMember.OBLIGOR
    for member in spouses:
        member.in_count, member.exclude_reason = False, CaseMember.OBLIGOR_SPOUSE
    everybody = [*kept, *others, *spouses]
    gone = {m.pk for m in known} - {m.pk for m in everybody}
    CaseMember.objects.filter(pk__in=gone).delete()
    _renumber(case, everybody)
    return kept


def _rows(case: Case, section: str) -> list[Mapping[str, Any]]:
    return [row for row in case.form.get(section) or [] if row.get("name") or row.get("id_no")]


def _spouses(owing: Sequence[Mapping[str, Any]], before: int) -> list[Mapping[str, Any]]:
    """A row for every named husband or wife; `of` is the position of the one who owes support, `before` people ahead."""
    return [
        {
            "name": row["spouse_name"],
            "relation": f"{(row.get('name') or '')[:15]}的配偶",
            "id_no": row.get("spouse_id_no") or "",
            "phone": row.get("spouse_phone") or "",
            "of": before + place,
        }
        for place, row in enumerate(owing, start=1)
        if row.get("spouse_name")
    ]


def _follow(case: Case, known: list[CaseMember], rows: Sequence[Mapping[str, Any]]) -> list[CaseMember]:
    from minzheng.kernel.cases.models import CaseMember

    by_number = {m.id_no: m for m in known if m.id_no}
    numbers = {row.get("id_no") for row in rows}
    free = [m for m in known if not m.id_no or m.id_no not in numbers]
    kept: list[CaseMember] = []
    for row in rows:
        member = by_number.pop(row.get("id_no") or "", None) or (free.pop(0) if free else CaseMember(case=case))
        kept.append(_fill(member, row))
    return kept


def _fill(member: CaseMember, row: Mapping[str, Any]) -> CaseMember:
    number = row.get("id_no") or ""
    unnumbered = member.pk and not member.id_no and not number
    if (member.id_no and member.id_no != number) or (unnumbered and member.name != (row.get("name") or "")):
        member.consents.all().delete()
    member.name, member.relation, member.id_no = row.get("name") or "", row.get("relation") or "", number
    member.declared = {k: v for k, v in row.items() if k not in OWN}
    member.birth_date = birth_date(number)
    return member


def birth_date(number: str) -> datetime.date | None:
    try:
        return check(number).birth_date if number else None
    except InvalidIdNumber:
        return None


def _renumber(case: Case, kept: list[CaseMember]) -> None:
    """Positions are unique per case: move out of the way first, then number from 1."""
    from django.db.models import F

    case.members.filter(pk__in=[m.pk for m in kept]).update(seq=F("seq") + 1000)
    for seq, member in enumerate(kept, start=1):
        member.seq = seq
        member.save()


def decide_composition(ctx: Ctx) -> None:
    """Who counts, by the item's own rule (reference 1.2); undecided items count everybody."""
    if ctx.item.composition is None:
        return
    for member, decided in zip(ctx.members, ctx.item.composition(ctx.case, ctx.members), strict=True):
        member.in_count, member.exclude_reason = decided
        member.save(update_fields=["in_count", "exclude_reason"])
    ctx.forget()


def link_people(ctx: Ctx) -> None:
    """On acceptance: a file for every member, the household of the applicant, composition frozen."""
    from minzheng.kernel.subjects.services import ensure_person

    applicant = ctx.case.form.get("applicant") or {}
    for member in ctx.members:
        person = ensure_person(
            actor=ctx.actor,
            name=member.name,
            id_no=member.id_no,
            region_code=ctx.case.region_code,
            phone=member.declared.get("phone") or "",
            address=applicant.get("address") or "",
            is_demo=ctx.case.is_demo,
        )
        member.person, member.frozen_at = person, ctx.now
        member.save(update_fields=["person", "frozen_at"])
    _link_household(ctx)
    ctx.forget()


def _link_household(ctx: Ctx) -> None:
    """The applicant's household as we know it, or a new one. Members known to live elsewhere are left there and named
    in the act: the clerk settles that in the household file, the application does not wait for it."""
    from django.db import transaction

    from minzheng.kernel.subjects.errors import MembershipConflict
    from minzheng.kernel.subjects.selectors import household_members, household_of
    from minzheng.kernel.subjects.services import add_member, open_household

    case = ctx.case
    head = next(m for m in ctx.members if m.person_id == case.applicant_id)
    household = household_of(head.person)
    if household is None:
        applicant = case.form.get("applicant") or {}
        household = open_household(
            actor=ctx.actor,
            head=head.person,
            region_code=case.region_code,
            address=applicant.get("address") or "",
            is_urban=(case.form.get("property") or {}).get("urban") == "城市",
            is_demo=case.is_demo,
        )
    inside = {row.person_id for row in household_members(household)}
    elsewhere = []
    for member in ctx.counted:
        if member.person_id in inside:
            continue
        try:
            with transaction.atomic():
                add_member(
                    actor=ctx.actor,
                    household=household,
                    person=member.person,
                    relation=member.relation,
                    valid_from=ctx.today,
                    reason=f"{ctx.item.title}申请登记",
                )
        except MembershipConflict:
            elsewhere.append(member.name)
    case.household = household
    if elsewhere:
        ctx.note({"registered_elsewhere": elsewhere})


def today_adults(case: Case) -> list[CaseMember]:
    """Whose consent is needed as of today."""
    return consenting(case, list(case.members.all()), clock.today())
