"""On the workbench of whoever looks after money: months in which it does not last, what waits for a second person, the
lottery fund's progress and its yearly list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.urls import reverse

from minzheng.datacenter.funding import selectors
from minzheng.kernel.funds import reminders
from minzheng.kernel.funds.hands import MANAGE, READ
from minzheng.kernel.funds.selectors import waiting_for
from minzheng.kernel.parts.noting import Note, noted
from minzheng.kernel.regions.selectors import region_names

if TYPE_CHECKING:
    from minzheng.kernel.parts.drawing import Drawing

TONES = {"red": "error", "yellow": "warning"}


@noted
def money(drawing: Drawing) -> Iterator[Note]:
    """Nothing, and no query, for those without the right; the auditor is not reminded of other people's work."""
    actor = drawing.actor
    if not (actor.has(READ) and (actor.has(MANAGE) or actor.has("funds.confirm"))):
        return
    found = selectors.warnings(actor)
    names = region_names(one.region_code for one in found) if found else {}
    for one in found:
        word = "红色" if one.level == "red" else "黄色"
        url = f"{reverse('funding.forecast')}?region={one.region_code}"
        yield Note(
            f"资金{word}预警（{names.get(one.region_code, one.region_code)}）：{one.sentence}",
            url,
            "看预测",
            TONES[one.level],
        )
    waiting = sum(waiting_for(actor).values())
    if waiting:
        yield Note(f"有 {waiting} 条资金记录等您确认。", reverse("funds.board"), "去确认")
    for sentence, page in reminders.of(actor, drawing.today):
        yield Note(sentence, reverse(page), "去办理", "warning")
