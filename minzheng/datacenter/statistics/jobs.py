"""Every day: the reports of periods that have ended are there to be filled."""

from __future__ import annotations

from minzheng.datacenter.statistics import opening
from minzheng.kernel.jobs.context import Context
from minzheng.kernel.jobs.registry import job, periodic


@periodic(every_seconds=24 * 3600)
@job("statistics.open", title="布置到期的统计报表", atomic=False)
def open_reports(ctx: Context) -> dict[str, int]:
    """The newest ended period of each form for every bureau's place; what is there already stays."""
    places, made = opening.places(), 0
    for number, place in enumerate(places, start=1):
        with ctx.atomic():
            made += opening.open_newest(place)
        ctx.progress(100 * number / len(places), f"已看 {number}／{len(places)} 个地区")
    return {"places": len(places), "reports": made}
