"""On the workbench: tasks to sign, to report on and overdue; reports to check, extensions to decide, offices that are gone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.urls import reverse

from minzheng.business.bureau.supervision import colours, selectors
from minzheng.business.bureau.supervision.selectors import CHECK, FEEDBACK, LIGHT, MANAGE
from minzheng.kernel.parts.noting import Note, noted

if TYPE_CHECKING:
    from minzheng.kernel.parts.drawing import Drawing


@noted
def duties(drawing: Drawing) -> Iterator[Note]:
    """One query for those who do tasks, one for each right of the supervising side; none for everybody else."""
    actor, url = drawing.actor, reverse("duty.mine")
    if actor.has(FEEDBACK):
        yield from _mine(drawing, url)
    if not (actor.has(CHECK) or actor.has(MANAGE)):
        return
    found = selectors.waiting(actor)
    if found["check"]:
        yield Note(f"{len(found['check'])} 项督办任务报了完成，等您核查。", url, "去核查")
    if found["decide"]:
        yield Note(f"{len(found['decide'])} 项督办任务申请延期，等您决定。", url, "去决定")
    if found["orphaned"]:
        yield Note(f"{len(found['orphaned'])} 项督办任务的牵头单位已经撤销，要转办。", url, "去转办", "warning")


def _mine(drawing: Drawing, url: str) -> Iterator[Note]:
    mine = list(selectors.mine(drawing.actor).exclude(state="checking").only("pk", *LIGHT))
    unsigned = sum(1 for one in mine if one.state == "assigned")
    late = sum(1 for one in mine if one.end and colours.due_day(one.end) < drawing.today)
    silent = sum(1 for one in mine if (colours.report_due(one) or drawing.today) < drawing.today)
    if late:
        yield Note(f"您有 {late} 项督办任务已经逾期。", url, "去办理", "error")
    if unsigned:
        yield Note(f"您有 {unsigned} 项督办任务等签收。", url, "去签收", "warning")
    if silent:
        yield Note(f"您有 {silent} 项督办任务到了反馈时间。", url, "去反馈", "warning")
