"""办件的读操作. Every list and every object comes through here, narrowed to what the actor may see."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db.models import Q

from minzheng.kernel import clock
from minzheng.kernel.cases.deadlines.words import DeadlineView, deadline, deadline_text
from minzheng.kernel.cases.drafting.members import adult, consenting
from minzheng.kernel.cases.errors import NotFound
from minzheng.kernel.cases.models import Case, CaseMember, Consent, Evidence, Publicity
from minzheng.kernel.cases.publicity.progress import Progress, progress
from minzheng.kernel.cases.running import engine, reports
from minzheng.kernel.cases.running.authority import entitled, owns
from minzheng.kernel.cases.running.context import Ctx
from minzheng.kernel.cases.states import PAID
from minzheng.kernel.cases.workbench import WorkbenchGroup, workbench
from minzheng.kernel.crypto.fields import BlindIndex
from minzheng.kernel.items import guarded, registry
from minzheng.kernel.regions import codes
from minzheng.kernel.subjects import mandates

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.cases.flow import Act
    from minzheng.kernel.documents.models import Attachment

__all__ = [
    "AllowedAct",
    "ConsentLine",
    "DeadlineView",
    "Progress",
    "TimelineEntry",
    "WorkbenchGroup",
    "allowed_acts",
    "consent_lines",
    "consents_to_sign",
    "deadline",
    "deadline_text",
    "get",
    "mine",
    "open_differences",
    "open_publicities",
    "papers_of",
    "progress",
    "proposals",
    "refused_assessments",
    "timeline",
    "visible_to",
    "workbench",
]


@dataclass(frozen=True)
class AllowedAct:
    """An act that this person's post entitles them to at this state. `why_not`: what is still missing, in sentences."""

    act: Act
    enabled: bool
    why_not: list[str]


@dataclass(frozen=True)
class TimelineEntry:
    """`title` what was done; `who` name; `detail` opinion or sentence; `kept` deadline kept (None: none ran)."""

    at: datetime.datetime
    title: str
    who: str
    role: str
    organization: str
    state_title: str
    detail: str
    due_on: datetime.date | None
    kept: bool | None
    act_code: str
    document_id: str


@dataclass(frozen=True)
class ConsentLine:
    """One member's consent: `needed` for counted adults, `consent` the valid one or None. `welcome`: somebody of another
    household who owes support may sign; without it the declared figures go to the investigator, nothing is looked up."""

    member: CaseMember
    needed: bool
    consent: Consent | None
    welcome: bool = False


def visible_to(actor: Actor) -> QuerySet[Case]:
    """Staff: cases of the regions of one post with case.read, without drafts of others and without guarded items that
    they may not read. Citizens: their own, and those of people for whom they hold a mandate."""
    rows = Case.objects.all()
    if actor.is_system:
        return rows
    if actor.is_citizen:
        typed = Q(created_by_id=actor.id) & ~mandates.ended_q(actor)
        own = Q(applicant_id=actor.person_id) if actor.person_id else Q(pk__in=[])
        return rows.filter(typed | own | mandates.case_q(actor))
    me = actor.id if actor.is_staff else -1
    drafts = Q(state="DRAFT") & (Q(created_by_id=me) | Q(assignee_id=me))
    open_to_me = guarded.readable_q(actor) | Q(created_by_id=me)
    return rows.filter(actor.scope_q("case.read") & open_to_me & ~Q(state="DRAFT") | drafts)


def get(actor: Actor, pk: int | str) -> Case:
    """One visible case with applicant and household, or NotFound. One query."""
    try:
        found = visible_to(actor).select_related("applicant", "household").filter(pk=int(pk)).first()
    except (TypeError, ValueError):
        found = None
    if found is None:
        raise NotFound("没有这个办件，或者不在您的办理范围内。")
    return found


def mine(actor: Actor) -> QuerySet[Case]:
    """A citizen's own cases, newest first."""
    return visible_to(actor).order_by("-created_at") if actor.is_citizen else Case.objects.none()


def allowed_acts(case: Case, actor: Actor) -> list[AllowedAct]:
    """What this person may do now, each with what still stands in the way. Six queries at most before the rules run."""
    item = registry.for_case(case)
    shared = Ctx(case, item, item.flow.acts[0], actor)
    allowed = []
    for act in item.flow.acts_from(case.state):
        may, assignment = entitled(act, case, actor)
        if not may or act.by[0] == "system":
            continue
        shared.act, shared.assignment = act, assignment
        if any(g.hides and g.check(shared) for g in act.guards):
            continue
        apart = engine.segregation(shared)
        why = [apart] if apart else engine.why_not(shared, with_data=False)
        shown = replace(act, fields=act.fields_for(shared)) if act.choices else act
        allowed.append(AllowedAct(shown, not why, why))
    return allowed


def timeline(case: Case) -> list[TimelineEntry]:
    """Every act, oldest first. One query. Nothing sealed (an objector's name) is in it."""
    from minzheng.kernel.accounts.roles import title

    flow = registry.for_case(case).flow
    entries = []
    for row in case.acts.all():
        declared = flow.act(row.code)
        detail = row.opinion or (registry.get(case.item_code).reason_title(row.reason_code) if row.reason_code else "")
        who = {"citizen": "申请人", "agent": "代办人", "system": "系统", "public": "群众"}.get(row.role)
        entries.append(
            TimelineEntry(
                row.at,
                declared.title if declared else row.code,
                f"{row.actor_name}（代{absent}）" if (absent := row.data.get("on_behalf_of_name")) else row.actor_name,
                who or title(row.role),
                row.organization_name,
                flow.state(row.to_state).title,
                detail,
                row.due_on,
                row.kept_deadline,
                row.code,
                str(row.data.get("document") or ""),
            )
        )
    return entries


def consent_lines(case: Case) -> list[ConsentLine]:
    """Every member with their consent. Two queries."""
    today = clock.today()
    valid = {c.member_id: c for c in case.consents.filter(revoked_at=None, valid_until__gte=today)}
    everybody = list(case.members.all())
    needed = consenting(case, everybody, today)
    return [ConsentLine(m, m in needed, valid.get(m.pk), m.is_obligor and adult(m, today)) for m in everybody]


def consents_to_sign(actor: Actor) -> list[ConsentLine]:
    """Consents that wait for this citizen's own signature, in other people's applications."""
    from minzheng.kernel.subjects.models import Person

    person = Person.objects.filter(pk=actor.person_id).first() if actor.person_id else None
    if person is None or not person.id_no:
        return []
    index = BlindIndex.of_value("id_no", person.id_no)
    states = ("DRAFT", "SUBMITTED", "SUPPLEMENT", "ACCEPTED", "INVESTIGATING")
    rows = (
        CaseMember.objects.filter(
            Q(in_count=True) | Q(exclude_reason__in=CaseMember.ELSEWHERE), id_index=index, case__state__in=states
        )
        .select_related("case")
        .prefetch_related("consents")
    )
    today = clock.today()
    waiting = []
    for m in rows:
        signed = any(c.revoked_at is None and c.valid_until >= today for c in m.consents.all())
        if not signed and not owns(m.case, actor) and adult(m, today):
            waiting.append(ConsentLine(m, not m.is_obligor, None, m.is_obligor))
    return waiting


def mismatch_until(case: Case) -> datetime.date | None:
    """The last day to object to the match (N04), counted as the acts count it; None before it was told."""
    from minzheng.kernel.cases.deadlines.served import mismatch_due

    told = case.evidence.filter(kind="mismatch").order_by("-at", "-id").first()
    if told is None:
        return None
    on = case.event_date if case.event_date and case.state not in PAID else clock.today()
    return mismatch_due(case, told, registry.for_case(case).flow.params(case.region_code, on))


def open_differences(case: Case) -> list[dict[str, object]]:
    """Differences of the newest report without a judgement yet: what the clerk has to decide."""
    report = case.evidence.filter(kind="match_report").order_by("-at", "-id").first()
    if report is None:
        return []
    judged = reports.judged(report, case.evidence.filter(kind=reports.JUDGEMENT))
    return [d for d in [*report.data.get("differences", []), *report.data.get("alarms", [])] if d["key"] not in judged]


def proposals(case: Case) -> list[Evidence]:
    """Other benefits proposed with the refusal, still open to a tap of the family."""
    done = set(case.followups.values_list("item_code", flat=True))
    return [
        e for e in case.evidence.filter(kind="proposal") if e.data.get("eligible") and e.data["item_code"] not in done
    ]


def papers_of(case: Case) -> QuerySet[Attachment]:
    """The case's papers, and those of the case it was transferred from: the family hands nothing in twice."""
    from minzheng.kernel.documents.models import Attachment

    cases = [case.pk, case.parent_id] if case.parent_id else [case.pk]
    return Attachment.objects.filter(case_id__in=cases, removed_at=None).order_by("uploaded_at")


def open_publicities(today: datetime.date | None = None) -> QuerySet[Publicity]:
    """What the public page shows: only postings that run today, only their masked row."""
    day = today or clock.today()
    return (
        Publicity.objects.filter(closed_at=None, posted_on__lte=day, ends_on__gte=day)
        .order_by("-posted_on", "id")
        .defer("evidence_attachment_id")
    )


def followups(case: Case) -> dict[str, Case]:
    """Cases that went on from this one, by item; withdrawn ones left out."""
    return {one.item_code: one for one in Case.objects.filter(parent_id=case.pk).exclude(state="WITHDRAWN")}


def member_asked(pk: int) -> CaseMember | None:
    """The family member a signing link names; the caller checks that the signed-in person is that member."""
    return CaseMember.objects.select_related("case").filter(pk=pk).first()


def refused_assessments(region_code: str, since: datetime.date) -> QuerySet[Evidence]:
    """The computed sheets of applications refused in a place since that day, the newest of a case first; its `case` is
    loaded. For sums over a whole caseload, as `awards.selectors.in_force_with_families`."""
    rows = Evidence.objects.filter(codes.scope_q([region_code], "case__region_code"), kind="assessment")
    rows = rows.filter(case__state="REJECTED", case__decided_at__date__gte=since)
    return rows.select_related("case").order_by("case__household_id", "-case_id", "-at", "-pk")
