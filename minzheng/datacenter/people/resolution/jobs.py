"""The weekly search for duplicate files, county by county."""

from __future__ import annotations

from minzheng.datacenter.people.resolution import finding
from minzheng.kernel.jobs.context import Context
from minzheng.kernel.jobs.registry import job, periodic
from minzheng.kernel.subjects.selectors import counties

WEEK = 7 * 86_400


@periodic(every_seconds=WEEK)
@job("people.find", title="查找疑似重复人员", atomic=False)
def find(ctx: Context) -> dict[str, int]:
    """Every county that keeps files, each written in one transaction."""
    total, places = finding.Found(), counties()
    for number, county in enumerate(places):
        ctx.progress(100 * number / max(len(places), 1), f"{county}（{number + 1}/{len(places)}）")
        total += finding.find(county)
    return {"people": total.people, "compared": total.compared, "open": total.open, "new": total.new}
