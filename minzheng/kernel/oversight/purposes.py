"""Why a file was opened: derived from the work in hand where it can be, asked where it cannot.

A purpose is a code of data/purposes.yaml and the sentence that goes into the audit line. The citizen reads the plain
words of the code, the auditor the sentence."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import yaml
from django.db.models import Q

from minzheng.kernel import clock
from minzheng.kernel.calendar.selectors import add_working_days
from minzheng.kernel.cases import selectors as cases
from minzheng.kernel.cases.models import Case, CaseMember
from minzheng.kernel.cases.states import UNDER_WAY
from minzheng.kernel.cases.workbench import waiting_for
from minzheng.kernel.oversight.limits import DATA

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

#: Working days before a deadline within which the deadline is the purpose.
_NEAR = 3
UNKNOWN = "工作需要"


@dataclass(frozen=True)
class Code:
    """One purpose: `title` for staff, `plain` for the citizen, `more` when words must be added."""

    code: str
    title: str
    plain: str
    more: bool = False


@dataclass(frozen=True)
class Purpose:
    """A purpose in one concrete instance; `reason` is the sentence of the audit line."""

    code: str
    reason: str


@cache
def codes(group: str) -> dict[str, Code]:
    """The purposes of a group: derived, asked or glass."""
    rows: dict[str, dict[str, Any]] = yaml.safe_load((DATA / "purposes.yaml").read_text(encoding="utf-8"))[group]
    return {code: Code(code, **row) for code, row in rows.items()}


def plain(code: str) -> str:
    """A purpose in the citizen's words."""
    for group in ("derived", "asked", "glass"):
        if code in codes(group):
            return codes(group)[code].plain
    return UNKNOWN


def asked(code: str, text: str = "") -> Purpose | None:
    """What was chosen and typed on the page that asks; None when it does not suffice."""
    known = codes("asked").get(code)
    words = " ".join(text.split())[:120]
    if known is None or (known.more and len(words) < 4):
        return None
    return Purpose(known.code, f"{known.title}：{words}" if words else known.title)


def of_person(actor: Actor, person_id: int) -> Purpose | None:
    """The purpose that follows from this officer's open work with this person; None: it has to be asked."""
    inside = Q(applicant_id=person_id) | Q(pk__in=CaseMember.objects.filter(person_id=person_id).values("case_id"))
    return _in_hand(actor, inside)


def of_household(actor: Actor, household_id: int) -> Purpose | None:
    return _in_hand(actor, Q(household_id=household_id))


def _in_hand(actor: Actor, about: Q) -> Purpose | None:
    """An open case that waits for this officer, or on which he has acted already."""
    if actor.id is None or not actor.is_staff:
        return None
    open_cases = cases.visible_to(actor).filter(about, state__in=UNDER_WAY).defer("form")
    own = open_cases.filter(waiting_for(actor) | Q(pk__in=Case.objects.filter(acts__actor_id=actor.id).values("pk")))
    case = own.order_by("due_on", "pk").first()
    return of_case(case) if case else None


def of_case(case: Case) -> Purpose:
    """Why a case itself is opened: its state and deadline say it."""
    number = case.no or "（未编号）"
    if case.state == "PUBLICITY":
        return Purpose("publicity", f"办理公示：办件 {number}")
    if case.due_on and case.due_on <= add_working_days(clock.today(), _NEAR).date and case.state in UNDER_WAY:
        return Purpose("deadline", f"办理到期办件 {number}")
    return Purpose("case", f"办理办件 {number}")


def for_reader(actor: Actor, case: Case) -> Purpose:
    """Why this actor opens this case: an auditor audits it, everybody else deals with it."""
    if actor.role == "auditor":
        return Purpose("audit", f"审计检查：办件 {case.no or '（未编号）'}")
    return of_case(case)
