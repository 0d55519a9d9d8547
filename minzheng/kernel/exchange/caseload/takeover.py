"""接续复核: an imported award gets its case the first time somebody looks into it; nothing else about it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from minzheng.kernel import clock
from minzheng.kernel.awards.models import Award
from minzheng.kernel.cases import services
from minzheng.kernel.cases.models import Case, CaseMember
from minzheng.kernel.cases.states import OPEN
from minzheng.kernel.exchange.caseload.errors import ImportRefused
from minzheng.kernel.subjects.selectors import household_members

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor


def waiting(award: Award) -> bool:
    """An award that was loaded with a register (imported, or computed from it), goes on, and has no case yet."""
    return award.case_id is None and award.state != "ended"


@transaction.atomic
def open_recheck(*, actor: Actor, award_id: int, why: str, opinion: str = "") -> Case:
    """A case in payment for the award, and its re-check at once. `why`: see lifecycle_pay.WHY_RECHECK.

    Raises ImportRefused, cases.Refused."""
    award = Award.objects.select_for_update().filter(pk=award_id).first()
    if award is None or not (actor.is_system or actor.can("case.investigate", award.region_code)):
        raise ImportRefused("没有这项待遇，或不在您的办理范围内。")
    if not waiting(award):
        raise ImportRefused("这项待遇不用接续：它已有办件，请在办件里启动复核。")
    _refuse_second_case(award)
    case = _case(award, actor)
    award.case = case
    award.save(update_fields=["case"])
    services.perform(case_id=case.pk, act="take_over", actor=actor, data={})
    services.perform(case_id=case.pk, act="open_recheck", actor=actor, data={"why": why, "opinion": opinion})
    case.refresh_from_db()
    return case


def _refuse_second_case(award: Award) -> None:
    """The payee may have handed in an application of their own since the import: one case of a benefit at a time."""
    running = Case.objects.filter(item_code=award.item_code, applicant_id=award.payee_id, state__in=OPEN).first()
    if running is not None:
        what = f"（编号 {running.no}）" if running.no else "（还没有提交）"
        raise ImportRefused(
            f"{award.payee_name}另有一件同一事项的申请{what}，请先办结或撤回那一件，再启动这项待遇的复核。"
        )


def _case(award: Award, actor: Actor) -> Case:
    payee, household = award.payee, award.household
    if payee is None or household is None:
        raise ImportRefused("这项待遇没有登记领款人或家庭，请先在档案里补齐。")
    case = Case.objects.create(
        item_code=award.item_code, region_code=award.region_code, channel="window", applicant=payee,
        applicant_name=payee.name, household=household, created_by=actor.user, is_demo=award.is_demo,
        form={
            "applicant": {
                "name": payee.name, "id_no": payee.id_no, "phone": payee.phone, "region": award.region_code,
                "address": household.address or payee.address,
            },
            "property": {"urban": "城市" if household.is_urban else "农村"},
            "account": {"holder": award.payee_name, "number": award.account_no, "bank": award.account_bank},
        },
    )  # fmt: skip
    _members(case, award)
    return case


def _members(case: Case, award: Award) -> None:
    """The household as it is on file today; those the award covers count."""
    covered = set(award.members.values_list("person_id", flat=True))
    assert case.household is not None
    rows = sorted(household_members(case.household, clock.today()), key=lambda row: row.person_id != case.applicant_id)
    for seq, row in enumerate(rows, start=1):
        person, counted = row.person, row.person_id in covered
        declared: dict[str, Any] = {"situation": "home" if counted else "apart", **(person.health or {})}
        CaseMember.objects.create(
            case=case, seq=seq, person=person, name=person.name, relation=row.relation, birth_date=person.birth_date,
            id_no=person.id_no, in_count=counted, exclude_reason="" if counted else "存量名册不计入",
            declared=declared,
        )  # fmt: skip


def due() -> list[int]:
    """Imported awards without a case whose review is due."""
    rows = Award.objects.filter(case=None, next_review_on__lte=clock.today(), state__in=("active", "tapering"))
    return [award.pk for award in rows.order_by("next_review_on") if waiting(award)]
