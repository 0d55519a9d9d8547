"""On the workbench: reports that are due, were returned, wait to be judged or sealed, and slips to confirm."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.urls import reverse

from minzheng.datacenter.statistics import board, selectors
from minzheng.datacenter.statistics.models import StatReport
from minzheng.datacenter.statistics.selectors import REPORT, REVIEW, SEAL
from minzheng.kernel.parts.noting import Note, noted

if TYPE_CHECKING:
    from minzheng.kernel.parts.drawing import Drawing


@noted
def reports(drawing: Drawing) -> Iterator[Note]:
    """Nothing, and no query, for those who neither fill nor judge."""
    actor = drawing.actor
    if not any(actor.has(one) for one in (REPORT, REVIEW, SEAL)):
        return
    url, rows = reverse("stats.board"), board.waiting_for(actor)
    returned = [row for _, row in rows if row.state == StatReport.RETURNED]
    open_ = [row for _, row in rows if row.state in selectors.OPEN and row.state != StatReport.RETURNED]
    judge = [row for _, row in rows if row.state == StatReport.REPORTED]
    if returned:
        yield Note(f"有 {len(returned)} 张统计报表被退回，请按退回的原因改正后再报。", url, "去改", "error")
    if open_:
        first = open_[0].due_on
        tone = "error" if first < drawing.today else "warning"
        yield Note(f"有 {len(open_)} 张统计报表要填报、汇总，最早 {first:%m-%d} 截止。", url, "去填报", tone)
    if judge:
        yield Note(f"有 {len(judge)} 张统计报表等您审核、封存。", url, "去审核")
    if actor.has(SEAL):
        asked = selectors.corrections(actor, SEAL).filter(state="asked").count()
        if asked:
            yield Note(f"有 {asked} 张统计订正单等您确认。", f"{reverse('stats.corrections')}?state=asked", "去确认")
