"""The daily refresh of the low-income database, county by county."""

from __future__ import annotations

from minzheng.datacenter.people.low_income import refresh as refreshing
from minzheng.kernel.jobs.context import Context
from minzheng.kernel.jobs.registry import job, periodic
from minzheng.kernel.subjects.selectors import counties

DAY = 86_400


@periodic(every_seconds=DAY)
@job("low_income.refresh", title="更新低收入人口数据库", atomic=False)
def refresh(ctx: Context) -> dict[str, int]:
    """Every county that keeps files, each in its own transaction."""
    total, places = refreshing.Refreshed(), counties()
    for number, county in enumerate(places):
        ctx.progress(100 * number / max(len(places), 1), f"{county}（{number + 1}/{len(places)}）")
        with ctx.atomic():
            total += refreshing.refresh(county)
    return {"entered": total.entered, "changed": total.changed, "withdrawn": total.withdrawn, "people": total.people}
