"""发放的读操作 for other capabilities; pages read by reading.py, which narrows to what a person may see."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING

from minzheng.kernel.payruns import access, hashing
from minzheng.kernel.payruns.access import find, visible
from minzheng.kernel.payruns.closing import Unexplained, may_close_from, unexplained
from minzheng.kernel.payruns.models import PayBatch, PayMonth
from minzheng.kernel.payruns.words import NEXT
from minzheng.kernel.regions import codes

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

__all__ = ["Unexplained", "find", "may_close_from", "month_state", "unexplained", "visible"]


def month_state(actor: Actor, month: datetime.date, region_code: str) -> Mapping[str, object]:
    """{"closed": PayMonth | None, "may_close_from": date, "batches": [PayBatch], "next": {batch id: (permission, post,
    what to do)}} of a place's month, narrowed to what the actor may see."""
    first = access.month_of(month)
    rows = list(visible(actor).filter(codes.scope_q([region_code]), month=first).order_by("item_code", "kind", "seq"))
    closed = PayMonth.objects.filter(region_code=access.county_of(region_code), month=first).first()
    return {
        "closed": closed, "may_close_from": may_close_from(region_code, first), "batches": rows,
        "next": {one.pk: NEXT[one.state] for one in rows},
    }  # fmt: skip


def batch_json(batch: PayBatch) -> dict[str, object]:
    """What a command prints of a batch; amounts in fen. `sha`: the one fixed at approval, before that the one of the lines as
    they are now."""
    sha = batch.sha or hashing.digest(batch)
    return {
        "batch": batch.no, "state": batch.state, "lines": batch.lines, "total_fen": batch.total_fen, "sha": sha,
        "kind": batch.kind, "month": f"{batch.month:%Y-%m}", "item_code": batch.item_code,
        "region_code": batch.region_code, "excluded": batch.excluded,
    }  # fmt: skip
