"""统计报表 of the demo county: the relief form of two months sealed, last month's being collected (one township has not
reported, one was sent back), with a correction slip that waits. Numbers are those of the indicators; what townships enter by
hand is made to agree with them."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from minzheng.datacenter.indicators import services as indicators
from minzheng.datacenter.statistics import corrections, reviewing, selectors, services
from minzheng.datacenter.statistics.models import StatReport
from minzheng.demo.places import COUNTY, townships
from minzheng.kernel.accounts.actors import SYSTEM, Actor, staff_actor
from minzheng.kernel.months import month_after

if TYPE_CHECKING:
    from minzheng.demo.load import Loader

SHELL = "relief"
SEALED = 2
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
    for back in range(SEALED + 1, 1, -1):
        _sealed(officer, head, month_after(this, -back))
    _collecting(officer, month_after(this, -1))
    _slip(month_after(this, -2))
    return StatReport.objects.filter(region_code__startswith=COUNTY[:6]).count()


def _open(officer: Actor, month: datetime.date) -> dict[str, StatReport]:
    period = f"{month:%Y-%m}"
    services.open_period(actor=officer, shell=SHELL, region_code=COUNTY, period=period)
    rows = StatReport.objects.filter(shell=SHELL, period=period, region_code__startswith=COUNTY[:6])
    return {row.region_code: row for row in rows}


def _sealed(officer: Actor, head: Actor, month: datetime.date) -> None:
    if indicators.current(COUNTY, month) is None:
        indicators.freeze(actor=SYSTEM, region_code=COUNTY, month=month)
    reports = _open(officer, month)
    clerks = {town.code: staff_actor(town.short) or SYSTEM for town in townships()}
    for place, clerk in clerks.items():
        _report(clerk, reports[place])
        reviewing.accept(actor=officer, pk=reports[place].pk)
    top = reports[COUNTY]
    reviewing.collect(actor=officer, pk=top.pk)
    _send(officer, top)
    reviewing.seal(actor=head, pk=top.pk)


def _collecting(officer: Actor, month: datetime.date) -> None:
    """All but the last township have reported; the one before it was sent back."""
    reports = _open(officer, month)
    towns = townships()
    for town in towns[:-1]:
        row = _report(staff_actor(town.short) or SYSTEM, reports[town.code])
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
    persons, paid = int(values["tekun.persons"] or 0), Decimal(values["tekun.paid"] or 0)
    central = persons // 3
    share = (paid * central / persons).quantize(Decimal("0.01")) if persons else Decimal(0)
    entered = {
        "tekun_central.persons": str(central), "tekun_scattered.persons": str(persons - central),
        "tekun_central.paid": str(share), "tekun_scattered.paid": str(paid - share),
    }  # fmt: skip
    services.save(actor=clerk, pk=report.pk, values=entered, notes={})
    return _send(clerk, report)


def _send(actor: Actor, report: StatReport) -> StatReport:
    """Explain what asks for an explanation, and send."""
    row = StatReport.objects.get(pk=report.pk)
    notes = {one.cell: NOTE for one in selectors.findings(row) if one.level == "note"}
    if notes:
        services.save(actor=actor, pk=row.pk, values={}, notes=notes)
    return services.report(actor=actor, pk=row.pk)
