"""On the workbench of whoever keeps registers: dates that are near or over, and duties that were not done often enough."""

from __future__ import annotations

from collections.abc import Iterator

from minzheng.business.bureau.registers import duties, listing
from minzheng.business.bureau.registers.selectors import WRITE
from minzheng.business.bureau.registers.showing import duty_url, list_url
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.noting import Note, noted

#: Duties named one by one; more of them are one sentence.
NAMED = 3


@noted
def registers(drawing: Drawing) -> Iterator[Note]:
    """Nothing, and no query, for those who do not keep registers. An office is told of its own duties, a bureau not of each
    township's."""
    actor = drawing.actor
    if not actor.has(WRITE):
        return
    found = duties.dates(actor, drawing.today, WRITE)
    late = len({one.entry.pk for one in found if one.late(drawing.today)})
    near = len({one.entry.pk for one in found}) - late
    if late:
        yield Note(f"工作台账有 {late} 条过了期限。", list_url(due=listing.LATE), "去处理", "warning")
    if near:
        yield Note(f"工作台账有 {near} 条快到期限。", list_url(due=listing.NEAR), "看一看")
    own = {one.organization_id for one in actor.assignments}
    short = [one for one in duties.owed(actor, drawing.today, WRITE) if one.state == "short" and one.org_id in own]
    for one in short[:NAMED]:
        yield Note(f"{one.unit}{one.sentence}。", duty_url(one), "看台账", "warning")
    if len(short) > NAMED:
        from django.urls import reverse

        yield Note(f"还有 {len(short) - NAMED} 项工作次数不够。", reverse("registers.overview"), "去看", "warning")
