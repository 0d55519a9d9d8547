"""The one who died: on file beside the applicant, found again by number, entered once.

The deceased is a member of the case who does not count: nobody signs for them, nothing is paid to them, and by their
number a second application for the same funeral is found."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from minzheng.kernel.awards.selectors import covered_in
from minzheng.kernel.cases.drafting.beside import found_beside, others_about, put_beside
from minzheng.kernel.cases.drafting.members import birth_date
from minzheng.kernel.cases.flow import guard
from minzheng.kernel.cases.lifecycle.facts import beneficiary, standing_facts
from minzheng.kernel.cases.running.locks import lock_people
from minzheng.kernel.cases.states import BEFORE_DECISION
from minzheng.kernel.crypto.fields import BlindIndex
from minzheng.kernel.items.personal import PersonalBenefit
from minzheng.kernel.items.reckoning import Family, yuan_of

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Case
    from minzheng.kernel.cases.running.context import Ctx

ITEM = "funeral.free_basics"
RELATION = "逝者"
#: Paid, or decided to be.
SETTLED = ("APPROVED", "CLOSED")
FEES = {
    "transport_fee": "遗体接运费",
    "keeping_fee": "遗体存放费",
    "cremation_fee": "遗体火化费",
    "ashes_fee": "骨灰寄存费",
}


def facts_of(ctx: Ctx) -> dict[str, Any]:
    """What is declared or verified about the funeral; it stands in the applicant's row."""
    member = beneficiary(ctx)
    return standing_facts(member) if member is not None else {}


def words(known: Mapping[str, Any], case: Case) -> dict[str, Any]:
    """The deceased in the rules' words, instead of the applicant."""
    number = known.get("deceased_id") or ""
    found: dict[str, Any] = {"姓名": known.get("deceased_name") or RELATION}
    if birth_date(number):
        found["出生日期"] = birth_date(number)
    found["户籍在本地"] = known.get("deceased_home") == "here"
    found["本地常住"] = known.get("deceased_home") == "lived"
    settled = others_about(case, number, RELATION, SETTLED)
    found["已享受殡葬减免"] = bool(known.get("waived")) or settled
    found |= {word: yuan_of(known[fee]) for fee, word in FEES.items() if known.get(fee)}
    found["遗体存放天数"] = int(known.get("keeping_days") or 0)
    if known.get("burial"):
        found["安葬方式"] = known["burial"]
    found["已确认特困"] = bool(known.get("was_tekun")) or registered(known, "assistance.tekun")
    return found


def home_words(known: Mapping[str, Any]) -> dict[str, bool]:
    """What the deceased's family was registered for, on file or found out by the clerk."""
    return {
        "已确认低保": bool(known.get("was_dibao")) or registered(known, "assistance.dibao"),
        "已确认低保边缘": bool(known.get("was_edge")) or registered(known, "assistance.dibao_edge"),
    }


def registered(known: Mapping[str, Any], item_code: str) -> bool:
    """Whether an award of this item covered the deceased in the month of the death."""
    number, died = known.get("deceased_id"), known.get("died_on")
    if not number or not died:
        return False
    return covered_in(number, item_code, datetime.date.fromisoformat(died).replace(day=1))


@guard("one_funeral", needs_data=True)
def one_funeral(ctx: Ctx) -> str:
    """One application under way for one deceased; a settled one is refused by the rules, with a reason."""
    number = facts_of(ctx).get("deceased_id") or ""
    if not number:
        return ""
    lock_people(ITEM, [BlindIndex.of_value("id_no", number)])
    other = others_about(ctx.case, number, RELATION, BEFORE_DECISION)
    return "这位逝者的殡葬减免已经有人申请、正在办理，一位逝者只减免一次；请和办理丧事的家人商量。" if other else ""


def on_submit(ctx: Ctx) -> None:
    """Put the deceased beside the applicant; what was edited meanwhile is followed."""
    facts = facts_of(ctx)
    put_beside(
        ctx,
        name=facts["deceased_name"],
        id_no=facts["deceased_id"],
        relation=RELATION,
        why_not="已死亡",
        declared={"died_on": facts.get("died_on")},
    )


def on_approve(ctx: Ctx) -> None:
    """The death is on the file from now on, so that other benefits of the deceased stop."""
    from minzheng.kernel.cases.errors import Refused
    from minzheng.kernel.subjects.errors import SubjectError
    from minzheng.kernel.subjects.services import record_death

    member = found_beside(ctx.case, RELATION)
    died = facts_of(ctx).get("died_on")
    if member is None or member.person is None or not died or member.person.death_date is not None:
        return
    try:
        record_death(
            actor=ctx.actor,
            person=member.person,
            on=datetime.date.fromisoformat(died),
            reason=f"惠民殡葬减免办件 {ctx.case.no} 核实",
        )
    except SubjectError as error:
        raise Refused(str(error)) from error


@dataclass(frozen=True)
class FreeBasics(PersonalBenefit):
    """The rules are asked about the deceased; the applicant is who arranged the funeral and is paid."""

    def family(self, case: Case) -> tuple[Family, list[str]]:
        found, notes = super().family(case)
        member = next((m for m in case.members.all() if m.in_count), None)
        if member is None:
            return found, notes
        known = standing_facts(member)
        return {"家庭": home_words(known), "成员": [{**found["成员"][0], **words(known, case)}]}, notes
