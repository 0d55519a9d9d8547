"""Reading tasks, narrowed to the places of a post; and what other folders ask: open tasks and standing of an organisation."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import Prefetch, Q, QuerySet

from minzheng.business.bureau.supervision import colours
from minzheng.business.bureau.supervision.hands import CHECK, FEEDBACK, MANAGE, READ
from minzheng.business.bureau.supervision.models import (
    DONE,
    OPEN,
    SupervisedTask,
    TaskAct,
    TaskBulletin,
    TaskEvidence,
    TaskFeedback,
)
from minzheng.business.bureau.supervision.scoring import Score, score
from minzheng.kernel import clock
from minzheng.kernel.orgs import selectors as orgs

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.orgs.models import Organization

__all__ = ["CHECK", "FEEDBACK", "MANAGE", "READ", "open_tasks", "standing", "tasks"]
#: Which place's right decides: what one does is the lead's place, what one supervises the owner's.
_FIELD = {READ: "region_code", FEEDBACK: "region_code", MANAGE: "owner_region", CHECK: "owner_region"}
#: Columns that a light and a score need.
LIGHT = (
    "state", "progress", "start", "end", "assigned_on", "signed_on", "last_feedback_on", "finished_on", "closed_on", "cycle",
    "weight",
)  # fmt: skip


def tasks(actor: Actor, permission: str = READ) -> QuerySet[SupervisedTask]:
    """Tasks over which this permission is held."""
    rows = SupervisedTask.objects.all()
    return rows if actor.is_system else rows.filter(actor.scope_q(permission, _FIELD[permission]))


def get(actor: Actor, pk: int, permission: str = READ) -> SupervisedTask | None:
    return tasks(actor, permission).select_related("parent", "plan", "merged_into").filter(pk=pk).first()


def with_light(rows: QuerySet[SupervisedTask], code: str, today: datetime.date) -> QuerySet[SupervisedTask]:
    """Those that show this colour today. A light is counted, not kept: it changes with the day."""
    if code == colours.BLUE:
        return rows.filter(state__in=DONE)
    some = rows.exclude(state__in=DONE).order_by().only("pk", *LIGHT)
    return rows.filter(pk__in=[one.pk for one in some if colours.of(one, today).code == code])


def overdue_q(today: datetime.date) -> Q:
    """Given out, not finished, and past the last day; a day off at the end carries on (colours.due_day)."""
    late = Q(end__lt=today, state__in=OPEN)
    if colours.due_day(today - datetime.timedelta(days=1)) >= today:
        # Yesterday's deadline, and those of the days off before it, are still running.
        first = today - datetime.timedelta(days=1)
        while colours.due_day(first) >= today:
            first -= datetime.timedelta(days=1)
        late &= Q(end__lte=first)
    return late & (Q(finished_on=None) | ~Q(state="checking"))


def mine(actor: Actor) -> QuerySet[SupervisedTask]:
    """What this person has to do: named as responsible, or of the own office without a name."""
    if actor.id is None:
        return SupervisedTask.objects.none()
    offices = [one.organization_id for one in actor.assignments]
    own = Q(responsible_id=actor.id) | Q(responsible=None, lead_org_id__in=offices)
    return tasks(actor, FEEDBACK).filter(own, state__in=OPEN)


def of_office(actor: Actor) -> QuerySet[SupervisedTask]:
    """What the own offices do or assist in, not named for oneself."""
    offices = [one.organization_id for one in actor.assignments]
    theirs = Q(lead_org_id__in=offices)
    for pk in dict.fromkeys(offices):
        theirs |= Q(assisting__contains=[{"org": pk}])
    rows = tasks(actor, FEEDBACK).filter(theirs, state__in=OPEN)
    return rows.exclude(Q(responsible_id=actor.id) | Q(responsible=None, lead_org_id__in=offices))


def to_check(actor: Actor) -> QuerySet[SupervisedTask]:
    """Waiting for a check by somebody else than who handled it."""
    rows = tasks(actor, CHECK).filter(state="checking").exclude(responsible_id=actor.id or 0)
    own = TaskAct.objects.filter(
        actor_id=actor.id or 0, act__in=("sign", "feedback", "assist", "milestone", "ask_extension")
    )
    return rows.exclude(pk__in=own.values("task_id"))


def to_decide(actor: Actor) -> QuerySet[SupervisedTask]:
    """Extensions that wait for a decision."""
    return tasks(actor, MANAGE).filter(pending_end__isnull=False, state__in=OPEN)


def orphaned(actor: Actor) -> QuerySet[SupervisedTask]:
    """Open tasks whose lead office was abolished: they have to be transferred."""
    return tasks(actor, MANAGE).filter(state__in=(*OPEN, "paused", "divided"), lead_org_id__in=orgs.abolished())


def waiting(actor: Actor) -> dict[str, list[tuple[int, str]]]:
    """{"check", "decide", "orphaned": [(id, title)]} for the supervising side. At most three queries."""
    asked = (("check", CHECK, to_check), ("decide", MANAGE, to_decide), ("orphaned", MANAGE, orphaned))
    return {key: list(rows(actor).values_list("pk", "title")) if actor.has(right) else [] for key, right, rows in asked}


def history(task: SupervisedTask) -> list[TaskAct]:
    """Every act with its report and evidence. Three queries."""
    rows = task.acts.select_related("feedback").prefetch_related(
        Prefetch("evidence", TaskEvidence.objects.order_by("pk"))
    )
    return list(rows.order_by("seq"))


def problems(actor: Actor) -> QuerySet[TaskFeedback]:
    """Reports that name a problem, of tasks not closed."""
    rows = TaskFeedback.objects.exclude(problems="").select_related("task")
    return rows.filter(task__in=tasks(actor).filter(state__in=(*OPEN, "paused")))


def evidence(actor: Actor, pk: int) -> TaskEvidence | None:
    return TaskEvidence.objects.select_related("task").filter(pk=pk, task__in=tasks(actor)).first()


def bulletins(actor: Actor, permission: str = READ) -> QuerySet[TaskBulletin]:
    """Issued by the places of the post; offices below get them on paper."""
    rows = TaskBulletin.objects.all()
    return rows if actor.is_system else rows.filter(actor.scope_q(permission))


def open_tasks(actor: Actor, org: Organization) -> list[SupervisedTask]:
    """Tasks that an organisation leads and has not finished, the nearest first."""
    rows = tasks(actor).filter(lead_org_id=org.pk, state__in=(*OPEN, "divided", "proposed"))
    return list(rows.order_by("end", "pk"))


def standing(org: Organization, on: datetime.date | None = None) -> Score:
    """Due, finished in time, late and open of what an organisation leads, by a day (today by default)."""
    return score(SupervisedTask.objects.filter(lead_org_id=org.pk).only("pk", *LIGHT), on or clock.today())


def scores(rows: Iterable[SupervisedTask], on: datetime.date) -> list[tuple[str, Score, dict[str, int]]]:
    """(office, score, tasks by colour) of every lead office among these tasks, the best first."""
    groups: dict[str, list[SupervisedTask]] = defaultdict(list)
    for one in rows:
        if one.lead_name:
            groups[one.lead_name].append(one)
    found = []
    for name, some in groups.items():
        lights: dict[str, int] = defaultdict(int)
        for one in some:
            lights[colours.of(one, on).code] += 1
        found.append((name, score(some, on), dict(lights)))
    return sorted(found, key=lambda row: (-(row[1].score if row[1].score is not None else -1), row[0]))
