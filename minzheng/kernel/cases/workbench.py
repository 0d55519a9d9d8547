"""工作台: what waits for this person, in the order in which it falls due."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, F, Q

from minzheng.kernel import clock
from minzheng.kernel.cases.models import Case

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor


@dataclass(frozen=True)
class Group:
    """One heading: cases in `states` wait for whoever holds one of `permissions` there."""

    code: str
    title: str
    states: tuple[str, ...]
    permissions: tuple[str, ...]


@dataclass(frozen=True)
class WorkbenchGroup:
    """A heading with its figures and the first cases, soonest due first."""

    code: str
    title: str
    total: int
    overdue: int
    due_today: int
    cases: list[Case]


GROUPS = (
    Group("accept", "待受理", ("SUBMITTED",), ("case.accept",)),
    Group("supplement", "等家庭补正", ("SUPPLEMENT",), ("case.accept",)),
    Group("start", "待启动调查", ("ACCEPTED",), ("case.investigate",)),
    Group("check", "调查核对中", ("INVESTIGATING",), ("case.investigate", "match.run")),
    Group("opinion", "待初审意见", ("INVESTIGATING", "INITIAL_OPINION"), ("case.opinion",)),
    Group("post", "待公示或上报", ("INITIAL_OPINION",), ("case.publicity",)),
    Group("publicity", "公示中、期满待上报", ("PUBLICITY",), ("case.publicity",)),
    Group("objection", "异议复查", ("OBJECTION",), ("case.investigate",)),
    Group("county", "待县级审核确认", ("REVIEW",), ("case.county_visit",)),
    Group("town", "待乡镇确认", ("TOWN_CONFIRM",), ("case.confirm",)),
    Group("recheck", "复核中", ("RECHECK",), ("case.investigate", "case.confirm")),
)


def workbench(actor: Actor, today: datetime.date | None = None, limit: int = 20) -> list[WorkbenchGroup]:
    """The headings this person has work under. One counting query, then one query for each heading that is not empty
    (at most eleven, whatever the caseload)."""
    day = today or clock.today()
    groups = [g for g in GROUPS if any(actor.has(p) for p in g.permissions)]
    if not groups:
        return []
    scopes = {g.code: _scope(g, actor) for g in groups}
    figures = Case.objects.aggregate(
        **{
            f"{g.code}_{name}": Count("pk", filter=scopes[g.code] & extra)
            for g in groups
            for name, extra in (("total", Q()), ("overdue", Q(due_on__lt=day)), ("today", Q(due_on=day)))
        }
    )
    found = []
    for g in groups:
        total = figures[f"{g.code}_total"]
        if total:
            rows = list(
                Case.objects.filter(scopes[g.code])
                .order_by(F("due_on").asc(nulls_last=True), "submitted_at", "id")
                .defer("form")[:limit]
            )
            found.append(
                WorkbenchGroup(g.code, g.title, total, figures[f"{g.code}_overdue"], figures[f"{g.code}_today"], rows)
            )
    return found


def _scope(group: Group, actor: Actor) -> Q:
    held = [p for p in group.permissions if actor.has(p)]
    regions = Q()
    for permission in held:
        regions |= actor.scope_q(permission)
    return Q(state__in=group.states) & regions
