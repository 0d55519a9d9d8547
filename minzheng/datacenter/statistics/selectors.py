"""Reading reports, narrowed to the places of a post; what a report is checked against; who is missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, QuerySet

from minzheng.datacenter.indicators import declaring as indicators
from minzheng.datacenter.indicators import selectors as figures
from minzheng.datacenter.indicators.periods import Period
from minzheng.datacenter.statistics import checking, expressions, periods, reading, reckoning
from minzheng.datacenter.statistics.checking import Finding, Known, Sheet
from minzheng.datacenter.statistics.declaring import Shell, Version
from minzheng.datacenter.statistics.models import StatCorrection, StatReport
from minzheng.kernel import clock

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

READ, REPORT, REVIEW, SEAL = "stats.read", "stats.report", "stats.review", "stats.seal"
#: Still to be reported by the place itself.
OPEN = (StatReport.WAITING, StatReport.FILLING, StatReport.RETURNED)
#: Numbers of these states are good enough to be compared with.
TOLD = (StatReport.REPORTED, StatReport.ACCEPTED, StatReport.SEALED)
#: What the level above adds up.
THROUGH = (StatReport.ACCEPTED, StatReport.SEALED)


def visible_to(actor: Actor, permission: str = READ) -> QuerySet[StatReport]:
    """Reports of the places of one post with the permission."""
    rows = StatReport.objects.select_related("parent")
    return rows if actor.is_system else rows.filter(actor.scope_q(permission))


def listed(actor: Actor) -> QuerySet[Any]:
    """For lists: with `below_count`, `accepted_count` (how many below are through), without the numbers."""
    through = Q(below__state__in=(StatReport.ACCEPTED, StatReport.SEALED))
    return visible_to(actor).defer("values", "sources", "notes").annotate(
        below_count=Count("below"), accepted_count=Count("below", filter=through)
    )  # fmt: skip


def get(actor: Actor, pk: int, permission: str = READ) -> StatReport | None:
    return visible_to(actor, permission).filter(pk=pk).first()


def find(shell: str, region_code: str, period: str) -> StatReport | None:
    """One report by what it is about: the caller has asked for permission."""
    return (
        StatReport.objects.select_related("parent").filter(shell=shell, region_code=region_code, period=period).first()
    )


def corrections(actor: Actor, permission: str = READ) -> QuerySet[StatCorrection]:
    rows = StatCorrection.objects.select_related("report")
    return rows if actor.is_system else rows.filter(actor.scope_q(permission))


def below(report: StatReport) -> list[StatReport]:
    """The reports that this one sums up, by place."""
    return list(StatReport.objects.filter(parent=report).order_by("region_code"))


def shell_of(report: StatReport) -> Shell:
    return reading.shells()[report.shell]


def version_of(report: StatReport) -> Version:
    return shell_of(report).at(report.version)


def is_late(report: StatReport, today: date | None = None) -> bool:
    """Reported after the due day, or not reported though the day is over."""
    return report.late or (report.state in OPEN and (today or clock.today()) > report.due_on)


@dataclass(frozen=True)
class Progress:
    """How far the reports below are. `missing`: not reported and not returned; all are lists of places."""

    missing: list[StatReport]
    returned: list[StatReport]
    waiting: list[StatReport]
    through: list[StatReport]

    @property
    def whole(self) -> int:
        return sum(map(len, (self.missing, self.returned, self.waiting, self.through)))


def progress(rows: Iterable[StatReport]) -> Progress:
    found: dict[str, list[StatReport]] = {"missing": [], "returned": [], "waiting": [], "through": []}
    sides = {
        StatReport.RETURNED: "returned", StatReport.REPORTED: "waiting", StatReport.ACCEPTED: "through",
        StatReport.SEALED: "through",
    }  # fmt: skip
    for row in rows:
        found[sides.get(row.state, "missing")].append(row)
    return Progress(**found)


# ---- checks ----


def findings(report: StatReport, values: dict[str, str | None] | None = None) -> list[Finding]:
    """What the checks say of a report (of these values in its place). A fixed number of queries."""
    version = version_of(report)
    children = below(report)
    sheet = Sheet(
        version, report.values if values is None else values, report.sources, report.notes, report.parent_id is None
    )  # fmt: skip
    return checking.run(sheet, _known(report, version, children))


def _known(report: StatReport, version: Version, children: list[StatReport]) -> Known:
    shell, period = shell_of(report), periods.parse(report.period)
    before, year_ago = period.before.text, period.back(1).text
    wanted = [one for check in version.checks for text in check.formulas for one in expressions.operands(text)]
    tables = {(names[0], names[1]) for kind, *names in wanted if kind == expressions.TABLE}
    same = Q(shell=shell.code, period__in=(before, year_ago), state__in=TOLD)
    at = {code: _period_in(code, period) for code, _ in tables}
    other = Q(pk__in=[])
    for code, text in at.items():
        other |= Q(shell=code, period=text)
    rows = StatReport.objects.filter(same | other & ~Q(state=StatReport.WAITING), region_code=report.region_code)
    found = {(one.shell, one.period): one.values for one in rows}
    return Known(
        previous=found.get((shell.code, before)),
        year_ago=found.get((shell.code, year_ago)),
        tables={
            (code, cell): reckoning.number(found.get((code, at[code]), {}), cell) for code, cell in tables
        },
        indicators=_asked({names[0] for kind, *names in wanted if kind == expressions.INDICATOR}, report),
        names=_names(tables, wanted),
        below=reckoning.gathered(version, [one.values for one in children if one.state in THROUGH])
        if children else None,
        direct={address: source["direct"] for address, source in report.sources.items() if "direct" in source},
    )  # fmt: skip


def _period_in(code: str, period: Period) -> str:
    """The report of another form that stands at the end of a period: December's for a year."""
    other = reading.shell(code)
    return periods.of_day(other.periodicity, period.ends_on).text if other else period.text


def _asked(codes: set[str], report: StatReport) -> dict[str, Decimal | None]:
    known = codes & {one.code for one in indicators.all()}
    if not known:
        return {}
    told = figures.values(sorted(known), report.region_code, report.period)
    return {code: value.value for code, value in told.items()}


def _names(tables: set[tuple[str, str]], wanted: list[tuple[str, ...]]) -> dict[str, str]:
    """Titles of other forms, their cells (under "form.row.column") and of indicators."""
    names: dict[str, str] = {}
    for code, cell in tables:
        other = reading.shell(code)
        if other is not None:
            names |= {code: other.title, f"{code}.{cell}": other.versions[-1].titles.get(cell, cell)}
    declared = {one.code: one.name for one in indicators.all()}
    return names | {names_[0]: declared.get(names_[0], names_[0]) for kind, *names_ in wanted if kind == expressions.INDICATOR}  # fmt: skip
