"""What one person or household has had over all lines: benefits with sums, facts of the last check, visits, papers. Every
row comes through the selector of its own capability, so that nobody sees here what is closed to him there."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet, Sum

from minzheng.kernel.awards import selectors as awards
from minzheng.kernel.cases import selectors as cases
from minzheng.kernel.documents.selectors import visible_documents
from minzheng.kernel.items import registry
from minzheng.kernel.months import month_end
from minzheng.kernel.subjects.merging import files_of

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.awards.models import Award
    from minzheng.kernel.cases.models import Case

_NEWEST = 12


@dataclass(frozen=True)
class Held:
    """One award with what was paid by it so far (None where the reader may not see payments)."""

    award: Award
    title: str
    paid_fen: int | None

    @property
    def since(self) -> datetime.date:
        return self.award.first_month

    @property
    def until(self) -> datetime.date | None:
        """The last day it covers; None: still in force."""
        if self.award.last_month is None and self.award.state != "ended":
            return None
        return month_end(self.award.last_month or self.award.first_month)


def awards_of_person(actor: Actor, person_id: int) -> list[Held]:
    """Benefits that cover or were paid to this person, under any of the person's files; newest first."""
    files = files_of(person_id)
    about = Q(members__person_id__in=files) | Q(payee_id__in=files)
    return _held(actor, awards.visible_to(actor).filter(about).distinct())


def awards_of_household(actor: Actor, household_id: int) -> list[Held]:
    return _held(actor, awards.visible_to(actor).filter(household_id=household_id))


def _held(actor: Actor, found: QuerySet[Award]) -> list[Held]:
    rows = list(found.defer("frozen", "account_no").order_by("-first_month", "-pk"))
    lines = awards.lines_visible_to(actor).filter(award_id__in=[row.pk for row in rows], state="paid")
    paid = dict(lines.select_related(None).values_list("award_id").annotate(Sum("amount_fen")).order_by())
    shown = bool(actor.has("payment.read"))
    return [Held(row, _title(row.item_code), paid.get(row.pk, 0) if shown else None) for row in rows]


def _title(item: str) -> str:
    try:
        return registry.get(item).short
    except registry.UnknownItem:
        return item


def _cases(actor: Actor, person_id: int) -> QuerySet[Case]:
    files = files_of(person_id)
    about = Q(members__person_id__in=files) | Q(applicant_id__in=files)
    return cases.visible_to(actor).filter(about).distinct().defer("form")


@dataclass(frozen=True)
class Checked:
    """One fact of the newest check: what a department knew, as of which day, under which report."""

    class_title: str
    title: str
    amount_fen: int | None
    on: datetime.date | None
    source: str
    reference: str
    case_id: int
    case_no: str


def last_check(actor: Actor, person_id: int) -> list[Checked]:
    """The facts about this person in the newest report of a case that this actor may see with match.read."""
    files = set(files_of(person_id))
    for case in _cases(actor, person_id).order_by("-pk")[:_NEWEST]:
        report = case.evidence.filter(kind="match_report").order_by("-at").first()
        if report is None or not actor.can("match.read", case.region_code):
            continue
        own = {str(m.pk) for m in case.members.all() if m.person_id in files}
        rows = [
            fact
            for one in report.data.get("members", [])
            if str(one.get("member")) in own
            for fact in one.get("facts", [])
        ]
        return [_checked(fact, case) for fact in rows]
    return []


def _checked(fact: dict[str, Any], case: Case) -> Checked:
    day = str(fact.get("on") or "")[:10]
    return Checked(
        str(fact.get("class_title") or fact.get("class_") or ""), str(fact.get("title") or ""), fact.get("amount_fen"),
        datetime.date.fromisoformat(day) if day else None, str(fact.get("source_title") or fact.get("source") or ""),
        str(fact.get("reference") or ""), case.pk, case.no or "",
    )  # fmt: skip


@dataclass(frozen=True)
class Visited:
    """One visit: when, by whom, in which case."""

    at: datetime.datetime
    who: str
    title: str
    case_id: int
    case_no: str


def visits(actor: Actor, person_id: int) -> list[Visited]:
    """Household visits of cases this actor may see, newest first. Two queries."""
    found = {case.pk: case for case in _cases(actor, person_id).prefetch_related("evidence").order_by("-pk")[:_NEWEST]}
    rows = [
        Visited(
            row.at, "、".join(str(one.get("name", "")) for one in row.data.get("investigators", [])), row.title, case.pk,
            case.no or "",
        )
        for case in found.values()
        for row in case.evidence.all()
        if row.kind in ("visit", "county_visit")
    ]  # fmt: skip
    return sorted(rows, key=lambda one: one.at, reverse=True)[:_NEWEST]


def papers(actor: Actor, person_id: int) -> QuerySet[Any]:
    """Notices issued in this person's cases, newest first."""
    found = visible_documents(actor).filter(case_id__in=_cases(actor, person_id).values("pk"))
    return found.order_by("-issued_on", "-pk")[:_NEWEST]
