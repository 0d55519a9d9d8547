"""The families behind a number: computed again when somebody asks, from what that person may see, and never kept.

Looking stops after some seconds; the page then says how far it came and goes on from there."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db.models import Q

from minzheng.datacenter.simulation import asking
from minzheng.datacenter.simulation.asking import DIMENSIONS, Options
from minzheng.datacenter.simulation.caseload import Caseload, Unit
from minzheng.datacenter.simulation.computing import home_of
from minzheng.datacenter.simulation.models import SimulationRun
from minzheng.datacenter.simulation.services import caseload_of
from minzheng.kernel.awards import selectors as awards
from minzheng.kernel.cases import selectors as cases
from minzheng.kernel.regions import codes
from minzheng.kernel.standards import values
from minzheng.policy.errors import InputError
from minzheng.policy.figures import Home, Side, compared, move
from minzheng.policy.measuring import Measure

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

PAGE, SECONDS = 50, 6.0
MOVES = {
    "entered": "新保的家庭",
    "left": "退出的家庭",
    "raised": "增发的家庭",
    "lowered": "减发的家庭",
    "same": "金额不变的家庭",
}
NEAR = {"near_base": "现行规则下的临界家庭", "near_reform": "假设下的临界家庭"}
PAID = {
    "not_due": "在发而核算不符合的家庭",
    "not_paid": "核算符合而没有发的家庭",
    "more_due": "核算比在发多的家庭",
    "less_due": "核算比在发少的家庭",
}
WHAT = MOVES | NEAR | PAID


@dataclass(frozen=True)
class Wanted:
    what: str
    place: str = ""
    dimension: str = ""
    group: str = ""
    benefit: str = ""
    after: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Wanted:
        return cls(
            *(str(given.get(name, ""))[:60] for name in ("what", "place", "dimension", "group", "benefit", "after"))
        )


@dataclass(frozen=True)
class Line:
    """One family as the page lists it. Exactly one of ``award`` and ``case`` opens."""

    name: str
    no: str
    place: str
    members: int
    before: int
    after: int
    award: int | None
    case: int | None


@dataclass(frozen=True)
class Found:
    """``further``: where to go on, "" at the end; ``looked``: families computed for this page."""

    lines: list[Line]
    looked: int
    further: str


def find(run: SimulationRun, actor: Actor, wanted: Wanted) -> Found:
    """Families of the run's question as they are today. Raises PolicyError when it no longer computes."""
    options = Options.of(run.options)
    sides = asking.sides(values.ruleset(), run.changes, options, run.rules)
    at = sides.frame.compare
    # Only up to the comparison month: what comes later is not asked here.
    sides = replace(sides, frame=replace(sides.frame, months=sides.frame.months[: at + 1]))
    measure, month = Measure(sides.baseline, sides.reform, sides.frame), sides.frame.months[at]
    hits: list[tuple[Unit, Side, Side]] = []
    looked, further, until = 0, "", time.monotonic() + SECONDS
    for mark, unit in _units(run, actor, sides, wanted, options):
        if len(hits) == PAGE or time.monotonic() > until:
            further = mark
            break
        looked += 1
        try:
            home = home_of(unit, measure, month)
        except InputError:
            continue
        if _fits(home, wanted, sides.frame.near_fen, sides.frame.near_share, measure):
            hits.append((unit, *home.months[at]))
    return Found(_lines(actor, hits), looked, further)


def _units(
    run: SimulationRun, actor: Actor, sides: asking.Sides, wanted: Wanted, options: Options
) -> Iterator[tuple[str, Unit]]:
    """(where this unit begins, unit): households with awards, awards without household, refused applications."""
    place = wanted.place if _inside(run.region_code, wanted.place) else run.region_code
    load: Caseload = caseload_of(place, options, sides)
    stage, _, key = wanted.after.partition("-")
    rows = load.awards() if actor.is_system else load.awards().filter(actor.scope_q("award.read"))
    if stage in ("", "a"):
        held = rows.filter(household_id__isnull=False)
        held = held.filter(household_id__gte=int(key)) if key.isdigit() else held
        yield from ((f"a-{unit.key}", unit) for unit in load.units(held, load.no_sheets()))
    if stage in ("", "a", "n"):
        alone = rows.filter(household_id__isnull=True).order_by("pk")
        alone = alone.filter(pk__gte=int(key)) if stage == "n" and key.isdigit() else alone
        yield from ((f"n-{unit.awards[0]}", unit) for unit in load.units(alone, load.no_sheets()))
    sheets = load.sheets()
    if sheets is not None:
        sheets = sheets if actor.is_system else sheets.filter(actor.scope_q("case.read", "case__region_code"))
        if stage == "c" and key.isdigit():
            line = sorted(load.line)
            sheets = sheets.exclude(
                case__household_id__in=load.awards().filter(item_code__in=line).values("household_id")
            )
            sheets = sheets.filter(
                Q(case__household_id__gte=int(key)) | Q(case__household_id__isnull=True, case_id__gte=int(key))
            )
        yield from ((f"c-{unit.key}", unit) for unit in load.units(rows.none(), sheets))


def _inside(region_code: str, place: str) -> bool:
    """Whether the address names a place of the run; it may have been typed by hand."""
    try:
        return bool(place) and codes.covers(region_code, place)
    except codes.BadRegionCode:
        return False


def _fits(home: Home, wanted: Wanted, near_fen: int, near_share: int, measure: Measure) -> bool:
    before, after = home.months[measure.frame.compare]
    if wanted.dimension in DIMENSIONS and home.groups[DIMENSIONS.index(wanted.dimension)] != wanted.group:
        return False
    if wanted.what in MOVES:
        return move(before.paid, after.paid) == wanted.what
    if wanted.what in NEAR:
        near = (before if wanted.what == "near_base" else after).near
        return near is not None and (near.fen <= near_fen or near.share <= near_share)
    if wanted.benefit not in home.known and wanted.benefit not in home.receives:
        return False
    return compared(home, before, wanted.benefit, measure.frame.results) == wanted.what


def _lines(actor: Actor, hits: list[tuple[Unit, Side, Side]]) -> list[Line]:
    """With the names that this person may read; two queries."""
    first = [unit.awards[0] for unit, _, _ in hits if unit.awards]
    held = {row.pk: row for row in awards.visible_to(actor).filter(pk__in=first)}
    refused = {row.pk: row for row in cases.visible_to(actor).filter(pk__in=[u.case for u, _, _ in hits if u.case])}
    lines = []
    for unit, before, after in hits:
        award = held.get(unit.awards[0]) if unit.awards else None
        case = refused.get(unit.case) if unit.case else None
        if award is None and case is None:
            continue
        name, no = (award.payee_name, award.no) if award else (case.applicant_name, case.no or "")  # type: ignore[union-attr]
        lines.append(
            Line(name, no, unit.place, unit.members, before.paid, after.paid, award.pk if award else None, case.pk if case else None)
        )  # fmt: skip
    return lines
