"""工作台: what waits for this person, in the order in which it falls due."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, F, Q

from minzheng.kernel import clock
from minzheng.kernel.cases.models import Case
from minzheng.kernel.items import guarded
from minzheng.kernel.regions import codes

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor


@dataclass(frozen=True)
class Group:
    """One heading: cases in `states` wait for whoever holds one of `permissions` there. `level`: only posts of places at
    this level or below (4 township): the county does not confirm what it has delegated."""

    code: str
    title: str
    states: tuple[str, ...]
    permissions: tuple[str, ...]
    level: int = 0


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
    Group("town", "待乡镇确认", ("TOWN_CONFIRM",), ("case.confirm",), level=4),
    Group("recheck", "复核中", ("RECHECK",), ("case.investigate", "case.confirm")),
)


def workbench(actor: Actor, today: datetime.date | None = None, limit: int = 20) -> list[WorkbenchGroup]:
    """The headings this person has work under. One counting query, then one query for each heading that is not empty
    (at most eleven, whatever the caseload)."""
    day = today or clock.today()
    groups = [g for g in GROUPS if any(codes.level(c) >= g.level for p in g.permissions for c in actor.scopes(p))]
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


def waiting_for(actor: Actor) -> Q:
    """Cases whose next step is this person's, under whichever heading: what lists and figures count."""
    condition = Q(pk__in=[])
    for group in GROUPS:
        condition |= _scope(group, actor)
    return condition


def _scope(group: Group, actor: Actor) -> Q:
    regions: set[str] = set()
    for permission in group.permissions:
        regions |= {code for code in actor.scopes(permission) if codes.level(code) >= group.level}
    return Q(state__in=group.states) & codes.scope_q(sorted(regions)) & guarded.readable_q(actor)
