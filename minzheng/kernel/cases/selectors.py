"""办件的读操作. Every list and every object comes through here, narrowed to what the actor may see."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.cases.flow import Act
    from minzheng.kernel.cases.models import Case, CaseMember, Consent


@dataclass(frozen=True)
class AllowedAct:
    """An act that this person holds the right to at this state. `why_not`: what is still missing, sentence by sentence."""

    act: Act
    enabled: bool
    why_not: list[str]


@dataclass(frozen=True)
class TimelineEntry:
    """`title` what was done; `who` name · role; `detail` opinion or sentence; `kept` deadline kept (None: none ran)."""

    at: datetime.datetime
    title: str
    who: str
    organization: str
    state_title: str
    detail: str
    due_on: datetime.date | None
    kept: bool | None
    act_code: str


@dataclass(frozen=True)
class DeadlineView:
    """`colour`: green | yellow | red | none. `text`: 还剩 3 个工作日（11月26日）. `paused`: the clock stands still."""

    text: str
    colour: str
    due_on: datetime.date | None
    working_days_left: int | None
    paused: bool
    provisional: bool


@dataclass(frozen=True)
class ConsentLine:
    """One member's consent: `needed` for counted adults, `consent` the valid one or None."""

    member: CaseMember
    needed: bool
    consent: Consent | None


@dataclass(frozen=True)
class WorkbenchGroup:
    """One heading of the workbench: cases in the order in which they fall due."""

    code: str
    title: str
    total: int
    overdue: int
    due_today: int
    cases: list[Case]


@dataclass(frozen=True)
class Progress:
    """What the public query answers: no address, no amounts, no names of others."""

    no: str
    item_title: str
    state_title: str
    public_text: str
    submitted_on: datetime.date | None
    deadline: DeadlineView
    steps: list[tuple[str, str]]  # (stage title, "done" | "now" | "next")


def visible_to(actor: Actor) -> QuerySet[Case]:
    """Staff: cases of their regions (case.read), without other people's drafts. Citizens: their own."""
    raise NotImplementedError


def get(actor: Actor, pk: int) -> Case:
    """One visible case with its applicant, or NotFound."""
    raise NotImplementedError


def mine(actor: Actor) -> QuerySet[Case]:
    """A citizen's own cases, newest first."""
    raise NotImplementedError


def allowed_acts(case: Case, actor: Actor) -> list[AllowedAct]:
    raise NotImplementedError


def workbench(actor: Actor, today: datetime.date | None = None, limit: int = 20) -> list[WorkbenchGroup]:
    raise NotImplementedError


def timeline(case: Case) -> list[TimelineEntry]:
    raise NotImplementedError


def deadline(case: Case, today: datetime.date | None = None) -> DeadlineView:
    raise NotImplementedError


def deadline_text(case: Case, today: datetime.date | None = None) -> str:
    raise NotImplementedError


def consent_lines(case: Case) -> list[ConsentLine]:
    raise NotImplementedError


def consents_to_sign(actor: Actor) -> list[ConsentLine]:
    """Consents that wait for this citizen's own signature, in other people's applications."""
    raise NotImplementedError


def progress(*, no: str, id_tail: str, address: str) -> Progress:
    """By case number and the last four characters of the applicant's ID number. One answer for "no such number" and
    "wrong tail"; few tries per address, then TooMany."""
    raise NotImplementedError
