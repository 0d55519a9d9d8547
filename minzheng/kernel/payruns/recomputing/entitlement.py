"""What one award owes for one month, from its decision: months in force, suspensions, and the rules run again on the frozen
basis. It imports nothing of what makes lines or batches, so that an error there is not repeated here. Fen throughout."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

from minzheng.kernel.awards.proof import recompute
from minzheng.kernel.items import registry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from minzheng.kernel.awards.models import Award, AwardPause


@dataclass(frozen=True)
class Owed:
    """`fen` owed for the month, 0 with the reason `why` when none; `problems` of the frozen basis itself."""

    fen: int
    why: str = ""
    problems: tuple[str, ...] = ()
    imported: str = ""


def owed(award: Award, month: datetime.date, pauses: Sequence[AwardPause]) -> Owed:
    """`month`: day 1. Suspended months are owed only when they were made up for (补发)."""
    why = _not_in_force(award, month) or _paused(month, pauses)
    if why:
        return Owed(0, why)
    proof = recompute(award)
    if proof.computed_fen is None:  # taken over from the bureau's register: the register's amount stands
        return Owed(_of_month(award, month, award.amount_fen), "", proof.problems, proof.imported)
    return Owed(_of_month(award, month, proof.computed_fen), "", proof.problems)


def _not_in_force(award: Award, month: datetime.date) -> str:
    if award.cycle == "quota" or award.amount_fen <= 0:
        return "不发现金"
    if award.cycle == "once":
        return "" if month == award.first_month else "一次性待遇，不在本月"
    if month < award.first_month:
        return f"{award.first_month:%Y年%m月}起发"
    if award.last_month is not None and month > award.last_month:
        return f"{award.last_month:%Y年%m月}止发"
    return ""


def _paused(month: datetime.date, pauses: Sequence[AwardPause]) -> str:
    for one in pauses:
        inside = one.from_month <= month and (one.to_month is None or month <= one.to_month)
        if inside and not one.back_paid:
            return "暂停发放"
    return ""


def _of_month(award: Award, month: datetime.date, fen: int) -> int:
    """December pays what eleven twelfths left of a yearly standard (R3)."""
    if month.month == 12 and registry.get(award.item_code).yearly:
        return int(award.frozen.get("december_fen") or fen)
    return fen
