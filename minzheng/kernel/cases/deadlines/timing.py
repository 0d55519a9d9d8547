"""时限落账: state, deadlines and clock rows of a case, folded from its acts and stored for lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import transaction

from minzheng.kernel.cases.deadlines import clocks
from minzheng.kernel.cases.deadlines.served import service_days
from minzheng.kernel.items import registry

if TYPE_CHECKING:
    from minzheng.kernel.cases.flow import Flow
    from minzheng.kernel.cases.models import Case, CaseAct
    from minzheng.kernel.cases.running.context import Ctx

# Dates an act writes down that clocks count from, see clocks.Step.
CLOCK_DATES = ("ends_on", "next_review_on", "until")
# What an act that moves a case writes down (kernel/cases/moving.py).
MOVED_FROM, MOVED_TO = "from_region", "to_region"
STORED = ("due_on", "total_due_on", "due_provisional", "yellow_on")


def stamp(ctx: Ctx) -> None:
    """Onto an act that ends a state, before it is stored: the deadline it had, and whether that was kept."""
    case, record = ctx.case, ctx.done
    if record.to_state != record.from_state and case.due_on:
        record.due_on, record.kept_deadline = case.due_on, ctx.today <= case.due_on


def advance(ctx: Ctx) -> None:
    """State, deadlines and clock rows of the case from its acts; the version counts every act."""
    case = ctx.case
    folded = _folded(case, ctx.item.flow, ctx.acts)
    case.state = folded.state
    _put(case, folded)
    assignee = _responsible(ctx)
    if case.assignee_id != assignee:
        # Whoever acts has it now; only the deputy to whom it was handed over goes on standing in.
        case.assignee_id, case.stands_in_for_id = assignee, None
    case.version += 1
    case.save()
    _store_segments(case, folded)


@transaction.atomic
def recount_clocks(case_id: int) -> int:
    """Count a case's clocks again (a new calendar is loaded); 1 if a date changed. The acts stay as they are."""
    from minzheng.kernel.cases.running.engine import locked

    case = locked(case_id)
    folded = fold_of(case, registry.for_case(case).flow)
    before = [getattr(case, name) for name in STORED]
    _put(case, folded)
    case.save(update_fields=STORED)
    _store_segments(case, folded)
    return int(before != [getattr(case, name) for name in STORED])


def _responsible(ctx: Ctx) -> int | None:
    """Whoever acted last; nobody yet in the place a case has moved to; whom an effect named."""
    if ctx.done.data.get(MOVED_TO):
        return None
    if "responsible" in ctx.values:
        return ctx.values["responsible"] or ctx.case.assignee_id
    return ctx.actor.id if ctx.assignment else ctx.case.assignee_id


def _put(case: Case, folded: clocks.Fold) -> None:
    case.due_on, case.total_due_on = folded.due_on, folded.total_due_on
    case.due_provisional, case.yellow_on = folded.provisional, folded.yellow_on


def fold_of(case: Case, flow: Flow) -> clocks.Fold:
    return _folded(case, flow, list(case.acts.all()))


def _folded(case: Case, flow: Flow, acts: Sequence[CaseAct]) -> clocks.Fold:
    from minzheng.kernel.calendar.selectors import calendar

    return clocks.fold(flow, steps_of(acts), case.region_code, calendar())


def steps_of(acts: Sequence[CaseAct]) -> list[clocks.Step]:
    """The acts as the clocks see them, each with the place where the case was then."""
    from django.utils import timezone

    served = service_days(acts)
    moves = [a for a in acts if a.data.get(MOVED_TO)]
    region = str(moves[0].data[MOVED_FROM]) if moves else ""
    steps = []
    for act in acts:
        region = str(act.data.get(MOVED_TO) or region)
        dates = {name: act.data[name] for name in CLOCK_DATES if act.data.get(name)}
        notice = str(act.data.get("document") or "")
        if notice in served:
            dates[clocks.SERVED] = served[notice].isoformat()
        day = timezone.localtime(act.at).date()
        steps.append(clocks.Step(act.code, act.from_state, act.to_state, day, dates, region))
    return steps


def _store_segments(case: Case, folded: clocks.Fold) -> None:
    from minzheng.kernel.cases.models import ClockSegment

    case.clocks.all().delete()
    ClockSegment.objects.bulk_create(
        ClockSegment(
            case=case,
            clock=s.clock,
            started_on=s.started_on,
            working_days=s.working_days,
            due_on=s.due_on,
            provisional=s.provisional,
            paused=s.paused,
            reason=s.reason,
            ended_on=s.ended_on,
        )
        for s in folded.segments
    )
