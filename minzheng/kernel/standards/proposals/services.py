"""A proposal becomes a draft set: the figures and the formula stand in its note, others sign it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from minzheng.kernel.standards import adjustments
from minzheng.kernel.standards.adjustments import Wanted
from minzheng.kernel.standards.errors import StandardRefused
from minzheng.kernel.standards.proposals.formulas import Formula

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.standards.models import StandardSet
    from minzheng.kernel.standards.proposals.comparing import Compared

_NOTE = 300  # length of a set's note


@transaction.atomic
def draft_set(
    *,
    actor: Actor,
    region_code: str,
    formula: Formula,
    figures: Mapping[str, Decimal],
    lines: Sequence[Compared],
    title: str,
    valid_from: datetime.date,
    source: str,
) -> StandardSet:
    """One draft set with every computed value. Raises StandardRefused (nothing is drafted then)."""
    row = adjustments.create(
        actor=actor, region_code=region_code, title=title, valid_from=valid_from, source=source,
        note=note_of(formula, figures, lines), origin="proposal",
    )  # fmt: skip
    wanted = {one.result.parameter: Wanted(str(one.result.value), one.result.unit) for one in lines}
    saved = adjustments.put_values(actor=actor, pk=row.pk, wanted=wanted)
    if saved.errors:
        transaction.set_rollback(True)
        raise StandardRefused(list(saved.errors.values()))
    return row


def note_of(formula: Formula, figures: Mapping[str, Decimal], lines: Sequence[Compared]) -> str:
    """The formula and every figure that was filled in, cut to what a note holds."""
    filled = "，".join(f"{one.title} {figures[one.name]} {one.unit}" for one in formula.inputs if one.name in figures)
    steps = "；".join(f"{one.title}：{one.result.steps}" for one in lines)
    return f"按“{formula.title}”测算。{filled}。{steps}。"[:_NOTE]
