"""Every night: the live months of every county; on the day of freezing the month that ended."""

from __future__ import annotations

import datetime

from minzheng.datacenter.indicators import computing, declaring, reading, services
from minzheng.datacenter.indicators.errors import IndicatorRefused
from minzheng.datacenter.indicators.models import IndicatorFreeze, IndicatorMonth
from minzheng.datacenter.indicators.terms import number
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.jobs.context import Context
from minzheng.kernel.jobs.registry import job, periodic
from minzheng.kernel.months import month_after
from minzheng.kernel.orgs.selectors import places_of_work

#: Just computed, by a page or the start of the platform: nothing to do. Older months are come round to after a week.
MOMENT, WEEK = datetime.timedelta(minutes=30), datetime.timedelta(days=7)


def counties() -> list[str]:
    """Counties where offices work, or that were computed before."""
    known = set(IndicatorMonth.objects.values_list("region_code", flat=True).distinct())
    return sorted(known | {reading.county_of(code) for code in places_of_work()})


def months(today: datetime.date, county: str) -> list[datetime.date]:
    """What is computed anew: the running month and the last two, every night; of those before that boards look back to,
    what was never computed, and each of the others once a week. No frozen ones, and none of a moment ago."""
    this, now, digest = today.replace(day=1), clock.now(), declaring.digest()
    wanted = [month_after(this, -back) for back in range(computing.MOST_AT_ONCE)]
    frozen = set(
        IndicatorFreeze.objects.filter(region_code=county, month__in=wanted, version=1).values_list("month", flat=True)
    )
    known = {row.month: row for row in IndicatorMonth.objects.filter(region_code=county, month__in=wanted)}
    lately = wanted[: computing.LATELY + 1]

    def is_due(month: datetime.date) -> bool:
        row = known.get(month)
        if row is None or row.declared != digest:
            return True
        return now - row.computed_at > (MOMENT if month in lately else WEEK)

    return [month for month in wanted if month not in frozen and is_due(month)]


@periodic(every_seconds=24 * 3600)
@job("indicators.nightly", title="指标计算和冻结", atomic=False)
def nightly(ctx: Context) -> dict[str, int]:
    """Run again on the same day it computes the same anew; a month is frozen once."""
    found, today = {"counties": 0, "months": 0, "frozen": 0}, clock.today()
    places = counties()
    for place in places:
        for month in months(today, place):
            with ctx.atomic():
                computing.compute(place, month)
            found["months"] += 1
        if today.day >= number("freeze_day"):
            found["frozen"] += _freeze(ctx, place, month_after(today, -1))
        found["counties"] += 1
        ctx.progress(100 * found["counties"] / len(places), f"已计算 {found['counties']}／{len(places)} 个县")
    return found


def _freeze(ctx: Context, place: str, month: datetime.date) -> int:
    if services.current(place, month) is not None:
        return 0
    try:
        with ctx.atomic():
            services.freeze(actor=SYSTEM, region_code=place, month=month)
    except IndicatorRefused:  # somebody froze it a moment ago
        return 0
    return 1
