"""移交: all open cases of one clerk go to another in one act — for a leave, for good, or back again.

State and clocks of a case do not change, only whose it is; so a replay from the acts stays what it was. One submit is
one transaction with one audit line; every case keeps a row that says from whom, to whom, by whom and why.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Count, F, Min, Q

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import actor_of
from minzheng.kernel.cases.errors import NotAllowed, Refused
from minzheng.kernel.cases.running.authority import entitled
from minzheng.kernel.cases.states import UNDER_WAY
from minzheng.kernel.ids import new_id
from minzheng.kernel.items import registry
from minzheng.kernel.regions import codes

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.accounts.models import Leave, User
    from minzheng.kernel.cases.models import Case

#: States in which a case waits for somebody in person. A benefit that is paid month by month waits for nobody until its
#: next review opens.
IN_HAND = (*UNDER_WAY, "RECHECK")
_NAMED = 5


def open_cases(user: User) -> QuerySet[Case]:
    """Cases in hand of this person, soonest due first; also walk-in drafts that nobody else has taken over."""
    from minzheng.kernel.cases.models import Case

    drafts = Q(state="DRAFT") & (Q(assignee=user) | Q(created_by=user, assignee=None, created_by__kind="staff"))
    rows = Case.objects.filter(Q(state__in=IN_HAND, assignee=user) | drafts)
    return rows.order_by(F("due_on").asc(nulls_last=True), "pk").defer("form")


def open_count(user: User) -> int:
    """How many cases are in hand of this person."""
    return open_cases(user).count()


def due_during(user: User, start: datetime.date, end: datetime.date) -> int:
    """How many of them fall due in these days."""
    return open_cases(user).filter(due_on__gte=start, due_on__lte=end).count()


@transaction.atomic
def hand_over(
    *,
    actor: Actor,
    from_user: User,
    to_user: User,
    cases: Iterable[int] | None = None,
    reason: str,
    leave: Leave | None = None,
) -> int:
    """Give cases in hand of `from_user` (all, or the ids in `cases`) to `to_user`; returns how many.

    Without `leave` the actor needs case.assign over every case, and any case that `to_user` may not work on refuses the
    whole (Refused, NotAllowed). With an approved leave the right was given when it was confirmed; what the deputy may
    not touch (a relative's application, a colleague's draft elsewhere) stays where it is and shows as unattended."""
    if not reason.strip():
        raise Refused("请写明移交的事由，如“调离”“休假”“工作调整”。")
    if from_user.pk == to_user.pk:
        raise Refused("接手人和移交人是同一个人，请另选接手人。")
    rows = _locked(from_user, cases)
    if leave is None:
        _require(actor, rows)
    elif (leave.user_id, leave.deputy_id, leave.state) != (from_user.pk, to_user.pk, "approved"):
        raise NotAllowed("这次移交与已确认的休假对不上，请重新办理休假。")
    able = [case for case in rows if case.pk not in _unfit(rows, to_user)]
    if leave is None and len(able) < len(rows):
        raise Refused(_cannot(rows, able, to_user))
    return _move(able, actor, from_user, to_user, reason.strip(), leave, returned=False)


@transaction.atomic
def hand_back(*, actor: Actor, leave: Leave) -> int:
    """At the end of a leave: what the deputy still has in hand is the principal's again; returns how many. What was
    finished, or went on to somebody else, stays as it is."""
    from minzheng.kernel.cases.models import Case

    held = Case.objects.select_for_update().filter(stands_in_for=leave.user, assignee=leave.deputy).defer("form")
    rows = list(held.order_by("pk"))
    Case.objects.filter(pk__in=[case.pk for case in rows]).update(stands_in_for=None)
    waiting = [case for case in rows if case.state in (*IN_HAND, "DRAFT")]
    if not leave.user.is_active:
        # Nobody comes back: they stay with the deputy and show as unattended once her post is over.
        return 0
    return _move(waiting, actor, leave.deputy, leave.user, f"{leave.user.name}销假", leave, returned=True)


def unattended(actor: Actor, today: datetime.date | None = None) -> QuerySet[Case]:
    """Open cases within case.assign whose clerk has left, is switched off, is on leave or has no post there any more:
    nobody's application is to lie there unseen. Two small queries about the clerks, then the rows, soonest due first."""
    from minzheng.kernel.accounts.models import Leave
    from minzheng.kernel.cases.models import Case

    day = today or clock.today()
    rows = Case.objects.filter(actor.scope_q("case.assign"), state__in=IN_HAND).exclude(assignee=None)
    rows = rows.order_by(F("due_on").asc(nulls_last=True), "pk").select_related("assignee").defer("form")
    clerks = dict(rows.order_by().values_list("assignee_id", "assignee__is_active").distinct())
    away = Leave.objects.filter(state="approved", starts_on__lte=day, ends_on__gte=day, user_id__in=clerks)
    places = _places(clerks, day)
    for pk in away.values_list("user_id", flat=True):
        places.pop(pk, None)
    lost = Q(pk__in=[])
    for pk, active in clerks.items():
        here = places.get(pk, []) if active else []
        lost |= Q(assignee_id=pk) & ~codes.scope_q(here) if here else Q(assignee_id=pk)
    return rows.filter(lost)


def _places(clerks: Iterable[int | None], day: datetime.date) -> dict[int, list[str]]:
    """{clerk: regions of the posts held on the day}."""
    from minzheng.kernel.accounts.models import Assignment

    valid = Assignment.objects.filter(Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day)
    found: dict[int, list[str]] = {}
    for pk, region in valid.filter(user_id__in=[pk for pk in clerks if pk]).values_list("user_id", "region_code"):
        found.setdefault(pk, []).append(region)
    return found


def workloads(actor: Actor, today: datetime.date | None = None) -> list[dict[str, Any]]:
    """One row for everybody with cases in hand within case.assign: {"user", "name", "active", "total", "overdue",
    "soonest"}. One query."""
    from minzheng.kernel.cases.models import Case

    day = today or clock.today()
    rows = Case.objects.filter(actor.scope_q("case.assign"), state__in=IN_HAND).exclude(assignee=None)
    counted = rows.values("assignee_id", "assignee__name", "assignee__is_active").annotate(
        total=Count("pk"), overdue=Count("pk", filter=Q(due_on__lt=day)), soonest=Min("due_on")
    )
    return [
        {
            "user": row["assignee_id"],
            "name": row["assignee__name"],
            "active": row["assignee__is_active"],
            "total": row["total"],
            "overdue": row["overdue"],
            "soonest": row["soonest"],
        }
        for row in counted.order_by(F("soonest").asc(nulls_last=True), "assignee__name")
    ]


def handed_to(actor: Actor) -> dict[int, tuple[int, datetime.date | None]]:
    """{absent colleague: (open cases this person holds for her, the soonest due date)}. One query."""
    from minzheng.kernel.cases.models import Case

    rows = Case.objects.filter(assignee_id=actor.id, state__in=(*IN_HAND, "DRAFT")).exclude(stands_in_for=None)
    found = rows.values_list("stands_in_for_id").annotate(Count("pk"), Min("due_on"))
    return {pk: (count, soonest) for pk, count, soonest in found}


def may_assign(actor: Actor, case: Case) -> bool:
    """Whether this person may give the case to somebody else."""
    return actor.is_system or actor.can("case.assign", case.region_code) is not None


def _locked(from_user: User, cases: Iterable[int] | None) -> list[Case]:
    from minzheng.kernel.cases.models import Case

    mine = set(open_cases(from_user).values_list("pk", flat=True))
    wanted = mine if cases is None else {int(pk) for pk in cases}
    if wanted - mine:
        raise Refused(f"有 {len(wanted - mine)} 件已不在{from_user.name}名下或已办结，请刷新后重新选择。")
    if cases is not None and not wanted:
        raise Refused("请至少选择一件要移交的办件。")
    return list(Case.objects.select_for_update().filter(pk__in=wanted).order_by("pk").defer("form"))


def _require(actor: Actor, rows: Sequence[Case]) -> None:
    for case in rows:
        if not may_assign(actor, case):
            raise NotAllowed("所选办件里有不在您分派范围内的，请只选择本地区的办件。")
        post = actor.can("case.assign", case.region_code)
        if actor.clash(post):
            raise NotAllowed(actor.clash(post))


def _unfit(rows: Sequence[Case], to_user: User) -> set[int]:
    """Cases on which this person could do nothing, or must not (近亲属回避)."""
    from minzheng.kernel.cases.models import Evidence

    taker = actor_of(to_user)
    relatives = Evidence.objects.filter(case__in=rows, kind="relative")
    unfit = {row.case_id for row in relatives if str(row.data.get("user_id") or "") == str(to_user.pk)}
    return unfit | {case.pk for case in rows if not _able(case, taker)}


def _able(case: Case, taker: Actor) -> bool:
    if case.state == "DRAFT":
        return taker.can("case.create", case.region_code) is not None
    flow = registry.get(case.item_code).flow
    return any(entitled(act, case, taker)[1] is not None for act in flow.acts_from(case.state))


def _cannot(rows: Sequence[Case], able: Sequence[Case], to_user: User) -> str:
    kept = {case.pk for case in able}
    left = [f"{case.applicant_name or '未填姓名'}（{case.no or '草稿'}）" for case in rows if case.pk not in kept]
    more = f"等 {len(left)} 件" if len(left) > _NAMED else ""
    return (
        f"{to_user.name}的岗位办不了、或应当回避这些办件：{'、'.join(left[:_NAMED])}{more}。"
        "请换一位接手人，或去掉这些办件另行移交。"
    )


def _move(
    rows: Sequence[Case],
    actor: Actor,
    from_user: User,
    to_user: User,
    reason: str,
    leave: Leave | None,
    *,
    returned: bool,
) -> int:
    from minzheng.kernel.audit.services import record
    from minzheng.kernel.cases.models import Case, CaseHandover

    if not rows:
        return 0
    now, batch = clock.now(), new_id()
    absent = from_user if leave is not None and not returned else None
    Case.objects.filter(pk__in=[case.pk for case in rows]).update(assignee=to_user, stands_in_for=absent)
    CaseHandover.objects.bulk_create(
        CaseHandover(
            case=case,
            batch=batch,
            from_user=from_user,
            to_user=to_user,
            leave=leave,
            returned=returned,
            reason=reason[:200],
            by=actor.user,
            by_name=actor.name,
            at=now,
        )
        for case in rows
    )
    record(
        actor=actor,
        action="case.hand_back" if returned else "case.hand_over",
        obj=from_user,
        region_code=rows[0].region_code[:9].ljust(12, "0") if rows[0].region_code else "",
        reason=reason,
        detail={
            "from": str(from_user.pk),
            "to": str(to_user.pk),
            "leave": str(leave.pk) if leave else "",
            "count": len(rows),
            "cases": [str(case.pk) for case in rows],
        },
    )
    return len(rows)
