"""Every day: does the money last?"""

from __future__ import annotations

from minzheng.datacenter.funding import selectors, services
from minzheng.kernel.jobs.context import Context
from minzheng.kernel.jobs.registry import job, periodic


@periodic(every_seconds=24 * 3600)
@job("funding.forecast", title="资金预测和缺口预警", atomic=False)
def forecast(ctx: Context) -> dict[str, int]:
    """One forecast for each place with allocations; again on the same day it is made anew."""
    found = {"places": 0, "warned": 0}
    places = selectors.places()
    for place in places:
        with ctx.atomic():
            row = services.daily(place)
        found["places"] += 1
        found["warned"] += row.level in ("red", "yellow")
        ctx.progress(100 * found["places"] / len(places), f"已预测 {found['places']}／{len(places)} 个地区")
    return found
