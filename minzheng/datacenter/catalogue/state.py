"""How each source stands: newest delivery, rows in force, overdue or not, quality. Two queries for all sources."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Count, OuterRef, Q, Subquery, Sum
from django.utils import timezone

from minzheng.datacenter.lake.models import LakeBatch
from minzheng.datacenter.sources import registry
from minzheng.datacenter.sources.classes import DEPARTMENT_TITLES
from minzheng.datacenter.sources.spec import SourceSpec
from minzheng.kernel.months import month_end
from minzheng.kernel.regions import codes

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from minzheng.kernel.accounts.actors import Actor

READ = "lake.read"
#: Above these shares (percent of the rows) a delivery is questionable: rows sent back, numbers that are none.
MOST_REJECTED, MOST_INVALID = 5.0, 8.0
#: Deliveries several times within a month.
OFTEN = ("daily", "weekly")
ON_TIME, OVERDUE, NEVER, ASKED = "on_time", "overdue", "never", "asked"
STATES = {ON_TIME: "按期", OVERDUE: "逾期", NEVER: "还没有数据", ASKED: "按请求"}
TONES = {ON_TIME: "good", OVERDUE: "bad", NEVER: "wait", ASKED: "plain"}


@dataclass(frozen=True)
class Standing:
    """One source as somebody sees it today. `newest`: the last batch in force, None without one; `rows`: in force."""

    spec: SourceSpec
    newest: LakeBatch | None
    rows: int
    batches: int
    state: str
    due: datetime.date | None
    problems: tuple[str, ...] = field(default=())

    @property
    def code(self) -> str:
        return self.spec.code

    @property
    def title(self) -> str:
        return self.spec.title


def visible(actor: Actor) -> QuerySet[LakeBatch]:
    """Batches about the places of one post with the permission: those of the places above serve them too."""
    rows = LakeBatch.objects.filter(state=LakeBatch.HELD)
    if actor.is_system:
        return rows
    around = {codes.NATION}
    for code in actor.scopes(READ):
        while code:
            around.add(code)
            code = codes.parent(code)
    return rows.filter(actor.scope_q(READ) | Q(region_code__in=around)) if actor.has(READ) else rows.none()


def standings(actor: Actor, today: datetime.date) -> list[Standing]:
    """Every source, department by department in the order of the report."""
    specs = registry.all()
    newest, sums = _newest(actor), _sums(actor)
    found = [_standing(spec, newest.get(code), sums.get(code, {}), today) for code, spec in specs.items()]
    order = list(DEPARTMENT_TITLES)
    return sorted(found, key=lambda one: (order.index(one.spec.department), one.spec.title))


def _newest(actor: Actor) -> dict[str, LakeBatch]:
    seen = visible(actor)
    last = seen.filter(source=OuterRef("source")).order_by("-period", "-held_at", "-pk").values("pk")[:1]
    return {one.source: one for one in seen.filter(pk=Subquery(last)).defer("key", "files")}


def _sums(actor: Actor) -> dict[str, dict[str, tuple[int, int]]]:
    """source → month → (rows, batches)."""
    found: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    rows = visible(actor).order_by().values("source", "period").annotate(accepted=Sum("accepted"), n=Count("pk"))
    for row in rows.values_list("source", "period", "accepted", "n"):
        found[row[0]][row[1]] = (row[2] or 0, row[3])
    return found


def _standing(
    spec: SourceSpec, newest: LakeBatch | None, months: Mapping[str, tuple[int, int]], today: datetime.date
) -> Standing:
    if newest is None:
        return Standing(spec, None, 0, 0, ASKED if spec.overdue_after is None else NEVER, None)
    counted = [months[max(months)]] if spec.delivery == "snapshot" else list(months.values())
    due = due_on(spec, newest)
    state = ASKED if due is None else OVERDUE if today > due else ON_TIME
    rows, batches = sum(one[0] for one in counted), sum(one[1] for one in months.values())
    return Standing(spec, newest, rows, batches, state, due, tuple(problems(newest)))


def due_on(spec: SourceSpec, newest: LakeBatch) -> datetime.date | None:
    """The last day for the delivery after this one; None when sent on request. Counted from the end of its month, or for
    daily and weekly sources from the day it came when that was earlier."""
    if spec.overdue_after is None:
        return None
    base = month_end(datetime.date.fromisoformat(f"{newest.period}-01"))
    if spec.frequency in OFTEN and newest.held_at is not None:
        base = min(base, timezone.localtime(newest.held_at).date())
    return base + datetime.timedelta(days=spec.overdue_after)


def problems(batch: LakeBatch) -> list[str]:
    """Sentences about what is questionable in a delivery, from the counts kept with it."""
    said = []
    if batch.rows and batch.rejected * 100 > MOST_REJECTED * batch.rows:
        said.append(f"退回 {share(batch.rejected, batch.rows)}，超过 {MOST_REJECTED:g}%")
    invalid = invalid_ids(batch)
    if batch.accepted and invalid * 100 > MOST_INVALID * batch.accepted:
        said.append(f"证件号码不对的 {share(invalid, batch.accepted)}，超过 {MOST_INVALID:g}%")
    for check in checks_of(batch).values():
        if check["bad"] * 100 > check["most_percent"] * max(check["rows"], 1):
            said.append(f"{check['title']}：{check['bad']:,} 行")
    return said


def invalid_ids(batch: LakeBatch) -> int:
    return int((batch.report.get("ids") or {}).get("invalid", 0))


def checks_of(batch: LakeBatch) -> dict[str, dict[str, Any]]:
    """Results of the source's own checks, by code."""
    return {one["code"]: one for one in batch.report.get("checks") or ()}


def share(part: int, whole: int) -> str:
    """A share in percent with one decimal; small ones are not rounded to nothing."""
    percent = part * 100 / whole if whole else 0.0
    return "不到 0.1%" if 0 < percent < 0.1 else f"{percent:.1f}%"
