"""On the workbench of whoever looks after projects: what lags or is late, what waits for a second person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.urls import reverse

from minzheng.business.bureau.projects import reminders, selectors
from minzheng.business.bureau.projects.selectors import CONFIRM, MANAGE
from minzheng.kernel.parts.noting import Note, noted

if TYPE_CHECKING:
    from minzheng.kernel.parts.drawing import Drawing


@noted
def projects(drawing: Drawing) -> Iterator[Note]:
    """Nothing, and no query, for those without the right; the auditor is not reminded of other people's work."""
    actor = drawing.actor
    if not (actor.has(MANAGE) or actor.has(CONFIRM)):
        return
    found = reminders.of(actor, drawing.today)
    late = sum(one.kind in ("milestone", "problem") for one in found)
    if found:
        said = f"项目有 {len(found)} 条提醒" + (f"，其中 {late} 条逾期" if late else "") + "。"
        yield Note(said, reverse("projects.reminders"), "去看", "warning")
    if actor.has(CONFIRM):
        waiting = selectors.changes(actor, CONFIRM).filter(state="draft").count()
        mended = selectors.problems(actor, CONFIRM).filter(state="mended").count()
        if waiting:
            yield Note(f"有 {waiting} 个项目调整批次等您确认。", reverse("projects.changes") + "?state=draft", "去确认")
        if mended:
            yield Note(
                f"有 {mended} 个项目问题已整改，等您核查。", reverse("projects.problems") + "?state=mended", "去核查"
            )
