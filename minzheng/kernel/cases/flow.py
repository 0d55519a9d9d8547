"""办件流程的声明: states, acts, guards, clocks. Values only; `services.perform` runs them, `clocks` counts them.

A flow is data that can be drawn, listed and checked: which act leads where, who may do it, what must hold first, which
statutory clock it starts or ends and which 文书 it issues.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from minzheng.kernel.parts.fields import Choice, Field

if TYPE_CHECKING:
    import datetime

    from minzheng.kernel.cases.params import FlowParams
    from minzheng.kernel.cases.running.context import Ctx

# Who may act, besides staff permissions (which contain a dot): the applicant, a background job, anyone in the village.
CITIZEN, SYSTEM_ONLY, PUBLIC = "citizen", "system", "public"
STAY = "="  # among several targets: the state may also stay


@dataclass(frozen=True)
class State:
    """`title` is the official name; `public` is what the family reads; `stage` groups states in lists and in the rail."""

    code: str
    title: str
    _: KW_ONLY
    public: str = ""
    next: str = ""  # what comes next, in the family's words, where an item puts it otherwise than usual
    stage: str = ""
    terminal: bool = False
    tone: str = "plain"  # plain | active | wait | good | bad


@dataclass(frozen=True)
class Guard:
    """A condition of an act. `check` returns "" or one sentence saying what is missing and what to do.

    `needs_data`: looks at what was typed, so it is skipped when we only ask whether the act is open at all.
    `hides`: while unmet the act is not even offered (there is nothing to sign, to answer, to accept)."""

    code: str
    check: Callable[[Ctx], str]
    needs_data: bool = False
    hides: bool = False


@dataclass(frozen=True)
class Act:
    """`to` lists every state it may lead to (empty: the state stays; STAY among several: it may stay); with several,
    `choose` picks one.

    `by`: staff permissions and CITIZEN/SYSTEM_ONLY/PUBLIC; any one suffices. `duty` names what segregation separates.
    `guards` run in order, all of them, so that the clerk sees every missing thing at once."""

    code: str
    title: str
    from_states: tuple[str, ...]
    to: tuple[str, ...] = ()
    _: KW_ONLY
    by: tuple[str, ...]
    choose: Callable[[Ctx], str] | None = None
    guards: tuple[Guard, ...] = ()
    fields: tuple[Field, ...] = ()
    effects: tuple[Callable[[Ctx], None], ...] = ()
    notice: str | Callable[[Ctx], str] = ""
    duty: str = ""
    help: str = ""
    tone: str = "plain"  # primary: the normal way on; plain: also possible; danger: ends or turns against the family
    step_up: bool = False  # asks for password or device code again, unless proved lately
    quiet: bool = False  # left out of the family's timeline
    batch: bool | Callable[[FlowParams], bool] = (
        False  # may be done to many cases at once; a place may have to allow it
    )
    # Choice fields whose options the case itself gives: (field name, options of the case)
    choices: tuple[tuple[str, Callable[[Ctx], Sequence[tuple[str, str]]]], ...] = ()

    def fields_for(self, ctx: Ctx) -> tuple[Field, ...]:
        """The fields as they stand for this case."""
        given = dict(self.choices)
        return tuple(
            replace(f, options=tuple(given[f.name](ctx))) if f.name in given and isinstance(f, Choice) else f
            for f in self.fields
        )

    def targets(self, state: str) -> tuple[str, ...]:
        """Where the act may lead from this state."""
        return tuple(state if t == STAY else t for t in self.to) or (state,)

    @property
    def permission(self) -> str:
        """The first way to hold it: a staff permission, "citizen", "system" or "public"."""
        return self.by[0]

    @property
    def staff_permissions(self) -> tuple[str, ...]:
        return tuple(p for p in self.by if "." in p)


def no_pauses(params: FlowParams) -> tuple[str, ...]:
    return ()


@dataclass(frozen=True)
class Clock:
    """A statutory limit in working days, read from the county's parameters; 0 = no such limit there.

    It starts with the last act among `starts` and runs while the case is in one of `states`; `pauses` are states whose
    days are not counted. `anchor`: count from this date, which the starting act wrote into its data (end of a
    publicity); with limit 0 the anchor itself is the deadline (next review). `total`: the limit of the whole procedure,
    shown beside the stage's own. `served`: where it says so, the limit runs from the day on which the notice of the
    starting act was served, once that is recorded."""

    code: str
    title: str
    _: KW_ONLY
    starts: tuple[str, ...]
    states: tuple[str, ...]
    days: Callable[[FlowParams], int]
    pauses: Callable[[FlowParams], tuple[str, ...]] = no_pauses
    anchor: str = ""
    total: bool = False
    paid: bool = False  # runs while the benefit is paid: by the rule of its own first day, not of the acceptance
    served: Callable[[FlowParams], bool] | None = None
    extended_by: str = ""
    extended_days: Callable[[FlowParams], int] | None = None


@dataclass(frozen=True)
class Halt:
    """A stretch between two acts that counts for no clock: an expert's appraisal, a department's data that cannot be had.

    While it lasts it is taken to end on the day that `begins` wrote down as "until" (then the clocks run on by
    themselves); once `ends` is done, the whole stretch is left out."""

    begins: str
    ends: str
    title: str


@dataclass(frozen=True)
class Flow:
    states: tuple[State, ...]
    acts: tuple[Act, ...]
    clocks: tuple[Clock, ...]
    params: Callable[[str, datetime.date], FlowParams]
    # pairs of duties that one person must not combine in one case, with the sentence that says so
    apart: tuple[tuple[str, str, str], ...] = ()
    initial: str = "DRAFT"
    halts: tuple[Halt, ...] = ()

    @cached_property
    def _states(self) -> dict[str, State]:
        return {s.code: s for s in self.states}

    @cached_property
    def _acts(self) -> dict[str, Act]:
        return {a.code: a for a in self.acts}

    def state(self, code: str) -> State:
        return self._states[code]

    def act(self, code: str) -> Act | None:
        return self._acts.get(code)

    def acts_from(self, state: str) -> list[Act]:
        return [a for a in self.acts if state in a.from_states]

    def clock(self, code: str) -> Clock:
        return next(c for c in self.clocks if c.code == code)

    def edges(self) -> list[tuple[str, str, str]]:
        """(from, act, to) of every possible transition, for diagrams and completeness tests."""
        return [(s, a.code, t) for a in self.acts for s in a.from_states for t in a.targets(s)]

    def changed(self, **acts: Mapping[str, Any]) -> Flow:
        """The same flow with single acts altered: ``flow.changed(accept={"fields": (...)})``."""
        unknown = set(acts) - set(self._acts)
        if unknown:
            raise KeyError(f"流程里没有这些动作：{'、'.join(sorted(unknown))}")
        return replace(self, acts=tuple(replace(a, **acts.get(a.code, {})) for a in self.acts))


def guard(code: str, *, needs_data: bool = False, hides: bool = False) -> Callable[[Callable[[Ctx], str]], Guard]:
    """``@guard("consents") def all_consents(ctx) -> str``: "" means it holds."""
    return lambda check: Guard(code, check, needs_data, hides)
