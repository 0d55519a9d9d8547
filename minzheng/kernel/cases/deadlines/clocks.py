"""时限: every deadline of a case, counted from its acts alone.

`fold` is a pure function of the declared flow and the acts: `perform` stores what it gives, `replay` proves that the
stored dates follow from the acts. Days are working days of the calendar; day 1 is the day after the trigger
(民法典第201条). A pause takes out the working days of its own period, counted the same way."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from minzheng.kernel.calendar.days import DAY, Calendar, Pause, working_with_pauses

if TYPE_CHECKING:
    from minzheng.kernel.cases.flow import Clock, Flow
    from minzheng.kernel.cases.params import FlowParams

# When the notice of an act was served: a date that comes from the notice, not from the act.
SERVED = "served_on"
PAUSE_REASONS = {"SUPPLEMENT": "补正", "PUBLICITY": "公示", "OBJECTION": "异议复查"}


@dataclass(frozen=True)
class Step:
    """One act as the clocks see it. `dates`: ISO dates the act wrote down (end of a publicity, next review). `region`:
    where the case was then, when it has moved since; "" = where it is now."""

    code: str
    from_state: str
    to_state: str
    on: datetime.date
    dates: dict[str, str] = field(default_factory=dict)
    region: str = ""


@dataclass(frozen=True)
class Segment:
    """A running or stopped stretch. `ended_on` None: still running."""

    clock: str
    started_on: datetime.date
    working_days: int | None
    due_on: datetime.date | None
    provisional: bool = False
    paused: bool = False
    reason: str = ""
    ended_on: datetime.date | None = None


@dataclass(frozen=True)
class Fold:
    state: str
    segments: tuple[Segment, ...]
    due_on: datetime.date | None
    total_due_on: datetime.date | None
    provisional: bool
    paused: bool
    yellow_on: datetime.date | None = None


def fold(flow: Flow, steps: Sequence[Step], region: str, calendar: Calendar) -> Fold:
    """All clocks of a case after these acts."""
    state = steps[-1].to_state if steps else flow.initial
    segments: list[Segment] = []
    due = total = yellow = None
    provisional = paused = False
    latest = -1
    ordered = sorted(flow.clocks, key=lambda clock: clock.total)
    for clock in ordered:
        running, parts, begun = _run(flow, clock, steps, state, region, calendar, due)
        segments += parts
        if running is None:
            continue
        warned = yellow_from(running, _params(flow, clock, steps, begun, region), calendar)
        if clock.total:
            yellow = min(filter(None, (yellow, warned)), default=None)
        elif begun > latest:
            yellow = warned
        if clock.total:
            total = running.due_on
            paused = any(p.paused and p.ended_on is None for p in parts)
        elif begun > latest:
            due, latest = running.due_on, begun
        provisional = provisional or running.provisional
    return Fold(state, tuple(segments), due, total, provisional, paused, yellow)


def _params(flow: Flow, clock: Clock, steps: Sequence[Step], begun: int, region: str) -> FlowParams:
    """The rule that a clock goes by: of the place where it began, on the day the case was accepted (whoever is accepted
    under a rule is dealt with under it); before acceptance and while the benefit is paid, of the clock's first day."""
    accepted = None if clock.paid else next((s.on for s in reversed(steps[: begun + 1]) if s.code == "accept"), None)
    return flow.params(steps[begun].region or region, accepted or steps[begun].on)


def yellow_from(running: Segment, params: FlowParams, calendar: Calendar) -> datetime.date | None:
    """The first day on which a fifth of the time, as the place defines it, or less is left (registries.md §10.2)."""
    if running.due_on is None:
        return None
    limit = running.working_days or 0
    warn = -(-limit * params.yellow_percent // 100) if limit else params.review_notice_days
    day = running.due_on
    while warn > 0 and day > running.started_on:
        if calendar.is_workday(day):
            warn -= 1
        day -= DAY
    while not calendar.is_workday(day) and day > running.started_on:
        day -= DAY
    return max(day, running.started_on)


def _run(
    flow: Flow,
    clock: Clock,
    steps: Sequence[Step],
    state: str,
    region: str,
    calendar: Calendar,
    stage_due: datetime.date | None,
) -> tuple[Segment | None, list[Segment], int]:
    """(the running segment or None, every segment, index of the starting act)."""
    begun = max((i for i, s in enumerate(steps) if s.code in clock.starts), default=-1)
    if begun < 0:
        return None, [], begun
    start = _anchor(clock, steps[begun])
    if start is None:
        return None, [], begun
    params = _params(flow, clock, steps, begun, region)
    limit = clock.days(params)
    if clock.extended_by and any(s.code == clock.extended_by for s in steps[begun:]) and clock.extended_days:
        limit = clock.extended_days(params)
    if not limit and not clock.anchor:
        return None, [], begun
    ended = next((s.on for s in steps[begun:] if s.to_state not in clock.states and s is not steps[begun]), None)
    start = _served(clock, steps[begun], params, start, ended)
    if state in clock.states:
        ended = None
    pauses = _pauses(clock.pauses(params), steps[begun:], stage_due) + _halted(flow, steps[begun:])
    # Day 1 of a pause is the day after its act, as for every period.
    stopped = [Pause(a + DAY, b, code) for a, b, code, _ in pauses]
    due = working_with_pauses(start, limit, stopped, calendar)
    main = Segment(clock.code, start, limit, due.date, due.provisional, ended_on=ended)
    parts = [main] + [
        Segment(
            clock.code, a, None, None, paused=True, reason=PAUSE_REASONS.get(code, code), ended_on=None if open_ else b
        )
        for a, b, code, open_ in pauses
    ]
    return (main if ended is None and state in clock.states else None), parts, begun


def _anchor(clock: Clock, step: Step) -> datetime.date | None:
    """The day from which it counts: a date that the act wrote down, else the day of the act."""
    if not clock.anchor:
        return step.on
    text = step.dates.get(clock.anchor)
    return datetime.date.fromisoformat(text) if text else None


def _served(
    clock: Clock, step: Step, params: FlowParams, start: datetime.date, ended: datetime.date | None
) -> datetime.date:
    """The day of service, where limits run from it; a service recorded for after the clock's end changes nothing."""
    text = step.dates.get(SERVED)
    if clock.served is None or not text or not clock.served(params):
        return start
    day = datetime.date.fromisoformat(text)
    return start if ended is not None and day > ended else max(start, day)


def _halted(flow: Flow, steps: Sequence[Step]) -> list[tuple[datetime.date, datetime.date, str, bool]]:
    """Stretches between two acts of `flow.halts`, as `_pauses` gives them."""
    found = []
    for halt in flow.halts:
        for i, step in enumerate(steps):
            if step.code != halt.begins:
                continue
            ended = next((s.on for s in steps[i + 1 :] if s.code == halt.ends), None)
            until = datetime.date.fromisoformat(step.dates["until"]) if step.dates.get("until") else step.on
            found.append((step.on, max(ended or until, step.on), halt.title, ended is None))
    return found


def _pauses(
    states: Sequence[str], steps: Sequence[Step], stage_due: datetime.date | None
) -> list[tuple[datetime.date, datetime.date, str, bool]]:
    """(from, to, state, still open). An open pause is counted to its own planned end and put right when it ends; a
    publicity stops the clock for its own days only, not for those that the clerk took to end it."""
    found = []
    for i, step in enumerate(steps):
        if step.to_state not in states or (step.from_state == step.to_state and i > 0):
            continue
        left = next((s.on for s in steps[i + 1 :] if s.to_state != step.to_state), None)
        planned = step.dates.get("ends_on")
        until = datetime.date.fromisoformat(planned) if planned else stage_due if left is None else left
        end = min(left, until) if left and until else until or step.on
        found.append((step.on, max(end, step.on), step.to_state, left is None))
    return found
