"""流程图 on the case page: the declared flow with the present state marked, and the same steps as a table for those who
cannot see the picture, beginning with what leads on from here."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.safestring import SafeString, mark_safe

from minzheng.kernel.cases import diagram
from minzheng.kernel.cases.flow import Flow


@dataclass(frozen=True)
class FlowRow:
    """``number`` as on the arrow, "" for what is not drawn; ``here``: possible from the present state."""

    number: str
    act: str
    sources: str
    target: str
    here: bool


def flow_rows(flow: Flow, state: str) -> list[FlowRow]:
    rows = [
        FlowRow(
            str(row.number or ""),
            row.act,
            "、".join(flow.state(one).title for one in row.sources),
            flow.state(row.target).title,
            state in row.sources,
        )
        for row in diagram.rows(flow)
    ]
    return sorted(rows, key=lambda row: not row.here)


def flow_picture(flow: Flow, state: str) -> SafeString:
    """Made of the declaration alone; ``diagram`` escapes every text in it."""
    return mark_safe(diagram.svg(flow, state))  # noqa: S308
