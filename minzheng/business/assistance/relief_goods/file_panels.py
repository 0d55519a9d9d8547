"""What a person received in kind, on the person's file."""

from __future__ import annotations

from typing import Any

from minzheng.business.assistance.relief_goods import selectors, showing
from minzheng.kernel.parts.columns import Badge, Date, Link, Text
from minzheng.kernel.parts.contributions import contribute
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.panels import Table
from minzheng.kernel.subjects.merging import files_of


def _received(person: Any, drawing: Drawing) -> list[Any]:
    found = selectors.issues_of_person(drawing.actor, files_of(person.pk))
    drawing.notes["relief_handed"] = selectors.received(found)
    return found


contribute(
    "person",
    Table(
        "领取的救助物资",
        permission=selectors.READ,
        rows=_received,
        columns=(
            Date("issued_on", "日期"),
            Link("campaign.title", "批次", page="relief.campaign", args={"pk": "campaign_id"}),
            showing.Handed(lambda row: row.pk, "物资"),
            Text(
                lambda row: row.received_by if row.relation == "本人" else f"{row.received_by}（{row.relation}）",
                "领取人",
            ),
            Badge("voided", "状态", names={"True": "已收回", "False": "已领"}, tones={"True": "warn", "False": "good"}),
        ),
        empty="没有领取过救助物资。",
    ),
    order=60,
)
