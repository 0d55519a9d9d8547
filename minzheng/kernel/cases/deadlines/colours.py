"""红黄绿: how near a case's deadline is (registries.md §10.2). Yellow when no more than the place's share of the time is
left (usually a fifth), red when nothing is left: on the last day itself and after. Both days are stored with the case
(`clocks.yellow_from`), so that lists and counts are plain indexed comparisons."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Q
from django.db.models.functions import Left

from minzheng.kernel import clock
from minzheng.kernel.cases import selectors
from minzheng.kernel.cases.models import Case
from minzheng.kernel.cases.states import TERMINAL

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

RED, YELLOW, GREEN, NONE = "red", "yellow", "green", ""
TITLES = {RED: "红（到期、超期）", YELLOW: "黄（将到期）", GREEN: "绿（时间充裕）"}


def colour(case: Case, today: datetime.date | None = None) -> str:
    """ "red" | "yellow" | "green" | "" (nothing runs). The stage's deadline and the whole procedure's: the worse counts."""
    day = today or clock.today()
    ends = [end for end in (case.due_on, case.total_due_on) if end is not None]
    if not ends or case.state in TERMINAL:
        return NONE
    if day >= min(ends):
        return RED
    return YELLOW if case.yellow_on is not None and day >= case.yellow_on else GREEN


def running() -> Q:
    return (Q(due_on__isnull=False) | Q(total_due_on__isnull=False)) & ~Q(state__in=TERMINAL)


def is_red(day: datetime.date) -> Q:
    return running() & (Q(due_on__lte=day) | Q(total_due_on__lte=day))


def is_yellow(day: datetime.date) -> Q:
    return running() & Q(yellow_on__lte=day) & ~(Q(due_on__lte=day) | Q(total_due_on__lte=day))


def is_green(day: datetime.date) -> Q:
    return running() & ~is_red(day) & ~is_yellow(day)


@dataclass(frozen=True)
class TownCount:
    """Open cases of one township (or of the county itself) by colour."""

    region_code: str
    red: int
    yellow: int
    green: int

    @property
    def total(self) -> int:
        return self.red + self.yellow + self.green


def by_town(actor: Actor, today: datetime.date | None = None) -> list[TownCount]:
    """Counts for every township that this actor may see, worst first. One query."""
    day = today or clock.today()
    rows = (
        selectors.visible_to(actor)
        .filter(running())
        .annotate(town=Left("region_code", 9))
        .values("town")
        .annotate(
            red=Count("pk", filter=is_red(day)),
            yellow=Count("pk", filter=is_yellow(day)),
            total=Count("pk"),
        )
        .order_by("town")
    )
    counts = [TownCount(r["town"] + "000", r["red"], r["yellow"], r["total"] - r["red"] - r["yellow"]) for r in rows]
    return sorted(counts, key=lambda one: (-one.red, -one.yellow, one.region_code))
