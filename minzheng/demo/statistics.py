"""统计报表 of the demo county: the relief form of two months sealed, last month's being collected (one township has not
reported, one was sent back), with a correction slip that waits; last month's form of the disabled on the head's desk, last
quarter's of casework sealed. Numbers are those of the indicators; what townships enter by hand is made to agree with them."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from minzheng.datacenter.indicators import services as indicators
from minzheng.datacenter.statistics import corrections, reviewing, selectors, services
from minzheng.datacenter.statistics.models import StatReport
from minzheng.datacenter.statistics.periods import QUARTER, newest_ended, parse
from minzheng.demo.places import COUNTY, townships
from minzheng.kernel.accounts.actors import SYSTEM, Actor, staff_actor
from minzheng.kernel.months import month_after

if TYPE_CHECKING:
    from minzheng.demo.load import Loader

SHELL, DISABLED, CASEWORK = "relief", "disability", "casework"
SEALED = 2
Values = Mapping[str, str | None]
#: Who collects and reports for the county, who seals.
OFFICER, HEAD = "zhengce", "juzhang"
NOTE = "本月有暂停、恢复发放和迁入迁出的家庭，已逐户核对。"
SLIP = "一名特困人员月初已从敬老院回家分散供养，误计入集中供养，依据敬老院离院登记。"
BACK = "集中供养人数与敬老院月报不一致，请与敬老院核对后改正。"


def load_statistics(loader: Loader) -> int:
    """Returns the number of reports."""
    officer, head = staff_actor(OFFICER), staff_actor(HEAD)
    if officer is None or head is None:
        return 0
    this = loader.as_of.replace(day=1)
    clerks = {town.code: staff_actor(town.short) or SYSTEM for town in townships()}
    for back in range(SEALED + 1, 1, -1):
        _sealed(officer, head, SHELL, f"{month_after(this, -back):%Y-%m}", clerks)
    _collecting(officer, month_after(this, -1), clerks)
    _slip(month_after(this, -2))
    _summed(officer, DISABLED, f"{month_after(this, -1):%Y-%m}", clerks)
    quarter = newest_ended(QUARTER, loader.as_of)
    if quarter.first.year == this.year:  # the forms are those of this year
        _sealed(officer, head, CASEWORK, quarter.text, clerks)
    return StatReport.objects.filter(region_code__startswith=COUNTY[:6]).count()


def _open(officer: Actor, shell: str, period: str) -> dict[str, StatReport]:
    services.open_period(actor=officer, shell=shell, region_code=COUNTY, period=period)
    rows = StatReport.objects.filter(shell=shell, period=period, region_code__startswith=COUNTY[:6])
    return {row.region_code: row for row in rows}


def _summed(officer: Actor, shell: str, period: str, clerks: dict[str, Actor]) -> StatReport:
    """Every township has reported, the county's sum is sent: it waits to be sealed."""
    reports = _open(officer, shell, period)
    for place, clerk in clerks.items():
        _report(clerk, reports[place])
        reviewing.accept(actor=officer, pk=reports[place].pk)
    reviewing.collect(actor=officer, pk=reports[COUNTY].pk)
    return _send(officer, reports[COUNTY])


def _sealed(officer: Actor, head: Actor, shell: str, period: str, clerks: dict[str, Actor]) -> None:
    for month in parse(period).months:
        if indicators.current(COUNTY, month) is None:
            indicators.freeze(actor=SYSTEM, region_code=COUNTY, month=month)
    reviewing.seal(actor=head, pk=_summed(officer, shell, period, clerks).pk)


def _collecting(officer: Actor, month: datetime.date, clerks: dict[str, Actor]) -> None:
    """All but the last township have reported; the one before it was sent back."""
    reports = _open(officer, SHELL, f"{month:%Y-%m}")
    towns = townships()
    for town in towns[:-1]:
        row = _report(clerks[town.code], reports[town.code])
        if town == towns[-2]:
            reviewing.give_back(actor=officer, pk=row.pk, reason=BACK)
        elif town != towns[-3]:
            reviewing.accept(actor=officer, pk=row.pk)
    reviewing.collect(actor=officer, pk=reports[COUNTY].pk)


def _slip(month: datetime.date) -> None:
    """The first township found that a home of its institution was counted twice."""
    town = townships()[0]
    row = StatReport.objects.get(shell=SHELL, period=f"{month:%Y-%m}", region_code=town.code)
    central, scattered = (int(row.values[f"tekun_{one}.persons"] or 0) for one in ("central", "scattered"))
    if central:
        moved = {"tekun_central.persons": str(central - 1), "tekun_scattered.persons": str(scattered + 1)}
        corrections.ask(actor=staff_actor(town.short) or SYSTEM, pk=row.pk, values=moved, reason=SLIP)


def _report(clerk: Actor, report: StatReport) -> StatReport:
    """Take the numbers, enter those by hand, explain what asks for it, send."""
    values = services.fill(actor=clerk, pk=report.pk).values
    entered = ENTERED[report.shell](values)
    if entered:
        services.save(actor=clerk, pk=report.pk, values=entered, notes={})
    return _send(clerk, report)


def _parted(values: Values, whole: str, parts: tuple[str, str]) -> dict[str, str]:
    """Persons and money of a row, a third of them in the first of its parts."""
    persons, paid = int(values[f"{whole}.persons"] or 0), Decimal(values[f"{whole}.paid"] or 0)
    some = persons // 3
    share = (paid * some / persons).quantize(Decimal("0.01")) if persons else Decimal(0)
    one, other = parts
    return {
        f"{one}.persons": str(some), f"{other}.persons": str(persons - some), f"{one}.paid": str(share),
        f"{other}.paid": str(paid - share),
    }  # fmt: skip


#: Form → what a township enters by hand, so that it agrees with the numbers taken.
ENTERED: dict[str, Callable[[Values], dict[str, str]]] = {
    SHELL: lambda values: _parted(values, "tekun", ("tekun_central", "tekun_scattered")),
    DISABLED: lambda values: _parted(values, "all", ("living", "care")) | {"both.persons": "0"},
    CASEWORK: lambda values: {},
}


def _send(actor: Actor, report: StatReport) -> StatReport:
    """Explain what asks for an explanation, and send."""
    row = StatReport.objects.get(pk=report.pk)
    notes = {one.cell: NOTE for one in selectors.findings(row) if one.level == "note"}
    if notes:
        services.save(actor=actor, pk=row.pk, values={}, notes=notes)
    return services.report(actor=actor, pk=row.pk)
