"""Applications ready to submit: a completed draft with signed consents for families of the demo county."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import Actor, actor_of
from minzheng.kernel.accounts.models import User
from minzheng.kernel.awards.models import Award
from minzheng.kernel.cases import services
from minzheng.kernel.cases.drafting.members import adult
from minzheng.kernel.cases.models import Case
from minzheng.kernel.subjects.models import Household

ITEM = "assistance.dibao"
#: Members whose relation to the applicant is unknown at window registration are all “其他”; submission does not depend on
#: it.
_RELATION = "其他"


@dataclass(frozen=True)
class Draft:
    case_id: int
    actor: Actor


def clerk_of(region_code: str) -> Actor:
    """The township clerk in charge of this village."""
    town = region_code[:9] + "000"
    user = (
        User.objects.filter(is_demo=True, assignments__role="town_clerk", assignments__region_code=town)
        .order_by("pk")
        .first()
    )
    if user is None:
        raise LookupError(f"示范县里 {town} 没有乡镇经办员。")
    return actor_of(user)


def drafts(count: int) -> list[Draft]:
    """``count`` drafts ready to submit, one per household, no household twice; households with an award or a case are
    skipped.
    """
    busy = set(Award.objects.values_list("household_id", flat=True)) | set(
        Case.objects.values_list("household_id", flat=True)
    )
    applicants = set(Case.objects.values_list("applicant_id", flat=True))
    made: list[Draft] = []
    clerks: dict[str, Actor] = {}
    for household in Household.objects.filter(is_demo=True).select_related("head").order_by("pk").iterator():
        if (
            household.pk in busy
            or household.head_id in applicants
            or household.head is None
            or not household.head.phone
        ):
            continue
        town = household.region_code[:9]
        clerks.setdefault(town, clerk_of(household.region_code))
        draft = _draft(household, clerks[town])
        if draft is not None:
            made.append(draft)
        if len(made) == count:
            return made
    raise LookupError(f"示范县里只凑得出 {len(made)} 份草稿，要 {count} 份：请增大人口。")


def _draft(household: Household, actor: Actor) -> Draft | None:
    case = services.start_draft(
        item_code=ITEM, actor=actor, channel="window", region_code=household.region_code, applicant_id=household.head_id
    )
    for step, raw in _answers(case):
        done = services.save_step(case_id=case.pk, step=step, raw=raw, actor=actor)
        if not done.ok:
            return None
    for member in Case.objects.get(pk=case.pk).members.all():
        if adult(member, clock.today()):
            services.sign_consent(case_id=case.pk, member_id=member.pk, method="same_phone", actor=actor)
    return Draft(case.pk, actor)


def _answers(case: Case) -> list[tuple[str, Any]]:
    form = case.form
    applicant = form["applicant"]
    members = [
        {"name": row["name"], "id_no": row["id_no"], "relation": row.get("relation") or _RELATION, "situation": "home"}
        for row in form["members"]
    ]
    return [
        ("applicant", applicant | {"hukou": "here"}),
        ("members", members),
        ("income", [{"wage": "800"} for _ in members]),
        (
            "home",
            {
                "urban": "农村",
                "deposits": "1000",
                "houses": "1",
                "vehicles": "0",
                "market_entity": "no",
                "near_relative": "no",
            },
        ),
        ("account", {"holder": applicant["name"], "number": "6217001234567890128", "bank": "示范农商银行"}),
    ]


def submit(draft: Draft) -> None:
    services.submit(case_id=draft.case_id, actor=draft.actor, data={"promise": "yes"})
