"""待遇随迁: the former place pays this month, the new one from the next."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from minzheng.kernel.awards.services import ensure_line
from minzheng.kernel.months import month_after

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.awards.models import Award
    from minzheng.kernel.cases.params import FlowParams


@transaction.atomic
def move_award(*, award: Award, to_region: str, on: datetime.date, actor: Actor, params: FlowParams) -> datetime.date:
    """Day 1 of the first month that the new place pays. This month's line is made at the former place before the award
    moves, where it is payable; lines that exist stay where they are: (award, month) is unique, so nothing is doubled."""
    from minzheng.kernel.audit.services import record

    month, before = on.replace(day=1), award.region_code
    payable = award.pays_cash and award.first_month <= month and award.state != "suspended"
    if payable and not award.pauses.filter(to_month__gte=month, from_month__lte=month).exists():
        ensure_line(award, month, pay_day=params.pay_day)
    award.region_code = to_region
    award.save(update_fields=["region_code"])
    pays_from = max(month_after(on, 1), award.first_month)
    for place in (before, to_region):
        record(
            actor=actor,
            action="award.move",
            obj=award,
            region_code=place,
            detail={"from": before, "to": to_region, "pays_from": pays_from.isoformat()},
        )
    return pays_from
