"""自您上次查看以来: what others did in a case since the reader's last sitting, so that nobody compares by memory."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from minzheng.kernel import clock
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.audit.services import READ
from minzheng.kernel.cases.flow import Flow
from minzheng.kernel.cases.models import Case, CaseAct

#: Reads within this time of now belong to the present sitting: going back and forth must not wipe the marks away.
SITTING = datetime.timedelta(minutes=30)


@dataclass(frozen=True)
class Change:
    at: datetime.datetime
    title: str
    who: str


@dataclass(frozen=True)
class Since:
    """``last``: when this reader last looked; ``acts``: what others did since, oldest first; ``papers``: how many new."""

    last: datetime.datetime
    acts: list[Change]
    papers: int

    @property
    def nothing(self) -> bool:
        return not self.acts and not self.papers


def since(actor: Any, case: Case, flow: Flow, acts: list[CaseAct], attachments: list[Any]) -> Since | None:
    """None on the first look. Own acts and own papers are no news."""
    last = _last_look(actor, case)
    if last is None:
        return None
    changes = []
    for act in acts:
        if act.at > last and act.actor_id != actor.id:
            declared = flow.act(act.code)
            changes.append(Change(act.at, declared.title if declared else act.code, act.actor_name or "系统"))
    new = [one for one in attachments if one.uploaded_at > last and one.uploaded_by_id != actor.id]
    return Since(last, changes, len(new))


def _last_look(actor: Any, case: Case) -> datetime.datetime | None:
    return (
        AuditEntry.objects.filter(
            object_type="case", object_id=case.pk, actor_id=actor.id, action=READ, at__lt=clock.now() - SITTING
        )
        .order_by("-at")
        .values_list("at", flat=True)
        .first()
    )
