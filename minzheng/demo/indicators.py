"""Indicators of the demo county: months of this year computed, some frozen and one restated; numbers reported by hand for this
year and the last, one still waiting for its confirmation."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from minzheng.datacenter.indicators import reporting, services
from minzheng.demo.places import COUNTY
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM, Actor, staff_actor
from minzheng.kernel.months import month_after

if TYPE_CHECKING:
    from minzheng.demo.load import Loader

#: Months before the last one that are frozen; earlier ones are computed when somebody looks.
FROZEN = 3
#: Code → what was reported for December of the year before last, December of last year, and June of this one.
STOCKS: dict[str, tuple[int, int, int]] = {
    "elderly.population_60": (7_310, 7_520, 0), "elderly.institutions": (9, 10, 11), "elderly.beds": (212, 238, 251),
    "elderly.beds_nursing": (84, 101, 112), "elderly.beds_social": (176, 190, 204), "community.urban": (31, 31, 31),
    "community.villages": (119, 119, 119), "community.urban_served": (29, 30, 31), "community.rural_served": (98, 107, 112),
    "charity.volunteers": (2_960, 3_340, 3_610), "population.residents": (41_200, 40_900, 0),
    "organisations.total": (121, 130, 136), "population.consumption_urban": (26_900, 28_150, 0),
    "population.consumption_rural": (17_800, 18_900, 0), "funeral.counties_with_facility": (1, 1, 1),
}  # fmt: skip
#: Code → first and second quarter of last year, first to third quarter of this one (reported in the quarter's last month).
FLOWS: dict[str, tuple[int, int, int, int, int]] = {
    "funeral.deaths": (96, 88, 93, 85, 87), "funeral.cremations": (93, 86, 91, 84, 86), "funeral.burials": (94, 87, 92, 84, 86),
    "funeral.eco_burials": (11, 13, 16, 19, 20), "marriage.registered": (71, 83, 64, 80, 58),
    "marriage.divorce_counselling": (18, 22, 25, 27, 21), "marriage.reconciled": (7, 9, 11, 12, 10),
    "elderly.home_adaptations": (20, 35, 25, 40, 32),
}  # fmt: skip
WAITING = ("charity.social_workers", 86)


def load_indicators(loader: Loader) -> int:
    """How many numbers were reported."""
    officer, head = (_staff(name) for name in ("zhengce", "juzhang"))
    count = 0
    for code, month, value in _reports(clock.today()):
        row = reporting.report_manual(
            actor=officer, code=code, region_code=COUNTY, month=month, value=value, note="按年度台账核实", is_demo=True
        )
        reporting.confirm(actor=head, pk=row.pk)
        count += 1
    _freeze(clock.today(), officer)
    code, value = WAITING
    reporting.report_manual(
        actor=officer, code=code, region_code=COUNTY, month=clock.today().replace(day=1), value=value, is_demo=True
    )
    return count + 1


def _reports(today: datetime.date) -> list[tuple[str, datetime.date, int]]:
    year, this = today.year, today.replace(day=1)
    ends = [datetime.date(year - 2, 12, 1), datetime.date(year - 1, 12, 1), datetime.date(year, 6, 1)]
    quarters = [
        datetime.date(year - 1, 3, 1),
        datetime.date(year - 1, 6, 1),
        *(datetime.date(year, n, 1) for n in (3, 6, 9)),
    ]
    rows = [(code, month, value) for code, told in STOCKS.items() for month, value in zip(ends, told, strict=True)]
    rows += [(code, month, value) for code, told in FLOWS.items() for month, value in zip(quarters, told, strict=True)]
    return sorted((row for row in rows if row[2] and row[1] <= this), key=lambda row: row[1])


def _freeze(today: datetime.date, officer: Actor) -> None:
    """The months before the last one; the first of them gets a number that came late, so that there is a diff to look at."""
    last = month_after(today, -1)
    months = [month_after(last, -n) for n in range(FROZEN, 0, -1)]
    for month in months:
        services.freeze(actor=officer, region_code=COUNTY, month=month)
    late = reporting.report_manual(
        actor=officer,
        code="elderly.meal_points",
        region_code=COUNTY,
        month=months[0],
        value=3,
        note="补报三处老年助餐点",
        is_demo=True,
    )
    reporting.confirm(actor=_staff("fujuzhang"), pk=late.pk)
    services.restate(actor=officer, region_code=COUNTY, month=months[0], reason="补报老年助餐点")


def _staff(username: str) -> Actor:
    return staff_actor(username) or SYSTEM
