"""One spot check (抽查) of the demo county: published, drawn a day later, half of it visited."""

from __future__ import annotations

import datetime

from minzheng.demo.clerks import Desk
from minzheng.demo.places import AREA
from minzheng.kernel import clock
from minzheng.kernel.cases.draws import results as draw_results
from minzheng.kernel.cases.draws import services as draws
from minzheng.kernel.cases.draws.models import SpotDraw
from minzheng.kernel.cases.errors import Refused

_COUNTY = f"{AREA}000000"
_VISIT = {"second_name": "孙科员", "result": "ok", "findings": "入户所见与档案一致，张榜内容属实。"}


def draw_some(desk: Desk) -> int:
    """Households decided in the last four months; returns how many are to be visited (0 where nobody was decided on)."""
    reviewer = desk.actor("county_reviewer", _COUNTY)
    published, drawn = (desk.as_of - datetime.timedelta(days=days) for days in (9, 7))
    since = desk.as_of - datetime.timedelta(days=130)
    rule = draws.Rule(since=since.isoformat(), until=published.isoformat(), share_percent=40)
    try:
        with clock.at(desk.moment(published, 1)):
            one = draws.publish(actor=reviewer, region_code=_COUNTY, title="低保审核确认抽查", rule=rule)
        SpotDraw.objects.filter(pk=one.pk).update(is_demo=True)
        with clock.at(desk.moment(drawn, 1)):
            draws.draw(actor=reviewer, pk=one.pk)
        tasks = list(one.tasks.order_by("seq"))
        for number, task in enumerate(tasks[: len(tasks) // 2], start=1):
            visited = desk.day(drawn, number % 3 + 1)
            if visited <= desk.as_of:
                with clock.at(desk.moment(visited, number)):
                    data = {**_VISIT, "visited_on": visited.isoformat()}
                    draw_results.record_result(actor=reviewer, task_id=task.pk, data=data)
    except Refused:
        return 0
    return len(tasks)
