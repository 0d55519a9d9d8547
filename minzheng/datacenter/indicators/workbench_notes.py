"""On the workbench: reports that wait for this person's confirmation, and own ones that came back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.urls import reverse

from minzheng.datacenter.indicators.models import ManualFigure
from minzheng.datacenter.indicators.selectors import CONFIRM, REPORT
from minzheng.kernel.parts.noting import Note, noted

if TYPE_CHECKING:
    from minzheng.kernel.parts.drawing import Drawing


@noted
def reports(drawing: Drawing) -> Iterator[Note]:
    """Nothing, and no query, for those without the right."""
    actor, page = drawing.actor, reverse("indicators.reports")
    if actor.has(CONFIRM):
        rows = ManualFigure.objects.filter(actor.scope_q(CONFIRM), state=ManualFigure.WAITING)
        if count := rows.exclude(entered_by_id=actor.id).count():
            yield Note(f"有 {count} 个人工填报的指标等您确认。", f"{page}?state=waiting", "去确认", "warning")
    if actor.has(REPORT):
        rows = ManualFigure.objects.filter(actor.scope_q(REPORT), state=ManualFigure.RETURNED, entered_by_id=actor.id)
        if count := rows.count():
            yield Note(
                f"您填报的 {count} 个指标被退回，请按原因改后再报。", f"{page}?state=returned", "去修改", "warning"
            )
