"""期限督办: a deadline comes near (yellow: whoever has the case), is reached (red: the township's leader), is overdue by
some days (the county). Each degree once for each deadline, recorded with whom it was brought to."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q, QuerySet

from minzheng.kernel import clock
from minzheng.kernel.accounts.models import Assignment, User
from minzheng.kernel.accounts.roles import ROLES
from minzheng.kernel.cases.deadlines import colours
from minzheng.kernel.cases.errors import NotFound, Refused
from minzheng.kernel.cases.models import Case, Escalation
from minzheng.kernel.cases.workbench import GROUPS
from minzheng.kernel.items import guarded, registry
from minzheng.kernel.regions import codes

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

LEADER, COUNTY = "case.opinion", "case.county_visit"
YELLOW, RED, OVERDUE = "yellow", "red", "county"


def due_cases(day: datetime.date) -> QuerySet[Case]:
    """Open cases that are yellow or red on this day."""
    return Case.objects.filter(colours.is_red(day) | colours.is_yellow(day)).defer("form")


@transaction.atomic
def escalate(case: Case, day: datetime.date) -> list[str]:
    """Write what is new about this case; returns the degrees (none, when everybody has been told)."""
    made = []
    for degree in _degrees(case, day):
        due = min(end for end in (case.due_on, case.total_due_on) if end is not None)
        people = told(case, degree)
        _, fresh = Escalation.objects.get_or_create(
            case=case,
            due_on=due,
            degree=degree,
            defaults={
                "region_code": case.region_code,
                "state": case.state,
                "told_at": clock.now(),
                "told_to": [{"user": str(u.pk), "name": u.name} for u in people],
            },
        )
        made += [degree] if fresh else []
    return made


def _degrees(case: Case, day: datetime.date) -> list[str]:
    from minzheng.kernel.calendar.selectors import working_days_left

    shown = colours.colour(case, day)
    if shown == colours.YELLOW:
        return [YELLOW]
    if shown != colours.RED:
        return []
    due = min(end for end in (case.due_on, case.total_due_on) if end is not None)
    params = registry.for_case(case).flow.params(case.region_code, day)
    late = working_days_left(due, day) if day > due else 0
    return [RED, OVERDUE] if params.county_after_days and late >= params.county_after_days else [RED]


def told(case: Case, degree: str) -> list[User]:
    """Whom this degree is brought to. Yellow: who has the case and may still act on it, else everybody whose turn it is;
    red: the township's leaders; then the county."""
    if degree == OVERDUE:
        return people_with((COUNTY,), case.region_code)
    if degree == RED:
        return people_with((LEADER,), case.region_code) or people_with((COUNTY,), case.region_code)
    group = next((g for g in GROUPS if case.state in g.states), None)
    turn = people_with(group.permissions if group else ("case.accept",), case.region_code)
    return [u for u in turn if u.pk == case.assignee_id] or turn


def people_with(permissions: tuple[str, ...], region_code: str) -> list[User]:
    """Everybody who holds one of these permissions over a place today, by name."""
    roles = [code for code, role in ROLES.items() if set(permissions) & role.permissions]
    day = clock.today()
    posts = Assignment.objects.filter(
        Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day, role__in=roles, user__is_active=True
    ).select_related("user")
    found = {post.user_id: post.user for post in posts if codes.covers(post.region_code, region_code)}
    return sorted(found.values(), key=lambda user: user.name)


def visible_to(actor: Actor) -> QuerySet[Escalation]:
    """Of the places of one post with case.read, newest first."""
    mine = actor.scope_q("case.read") & guarded.readable_q(actor, "case__item_code")
    return Escalation.objects.filter(mine).select_related("case")


@transaction.atomic
def answer(*, actor: Actor, pk: int, text: str) -> Escalation:
    """What is being done about it, by anybody who was told or who leads there. Raises NotFound, Refused."""
    from minzheng.kernel.audit.services import record

    row = visible_to(actor).select_for_update(of=("self",)).filter(pk=pk).first()
    if row is None:
        raise NotFound("没有这条督办，或者不在您的范围内。")
    if row.answered_at is not None:
        raise Refused("这条督办已经答复。")
    if not text.strip():
        raise Refused("请写明原因和打算哪天办完。")
    row.answered_at, row.answered_by_id, row.answer = clock.now(), actor.id, text.strip()[:200]
    row.save(update_fields=["answered_at", "answered_by", "answer"])
    record(actor=actor, action="case.escalation_answer", obj=row, region_code=row.region_code)
    return row
