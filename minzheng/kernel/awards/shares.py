"""本人份额: one person's part of a household's award, withheld after refusing work (社会救助暂行办法第四十五条)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from minzheng.kernel.cases.models import CaseMember
    from minzheng.kernel.items.items import Answer


def share_fen(answer: Answer, place: int) -> int:
    """Fen a month of the person at `place` (1-based, among the counted): an equal part of the household's own amount,
    rounded half up, and that person's top-up."""
    tops = sum(answer.top_ups.values())
    base, persons = answer.amount_fen - tops, max(answer.persons, 1)
    return (2 * base + persons) // (2 * persons) + answer.top_ups.get(place, 0)


def without(answer: Answer, counted: Sequence[CaseMember], names: Sequence[str]) -> Answer:
    """The same answer less the shares of these people; what was taken off stands in its evidence, so that an auditor
    computes the same amount again (`taken_off`)."""
    if not names or not answer.eligible:
        return answer
    cuts = [
        {"name": m.name, "fen": share_fen(answer, place)}
        for place, m in enumerate(counted, start=1)
        if m.name in names and (answer.covered is None or place in answer.covered)
    ]
    off = min(sum(int(c["fen"]) for c in cuts), answer.amount_fen)  # type: ignore[call-overload]
    sheet = (*answer.sheet, *((f"{c['name']}停发本人份额", f"−{int(c['fen']) / 100:,.2f} 元") for c in cuts))  # type: ignore[call-overload]
    return replace(
        answer,
        amount_fen=answer.amount_fen - off,
        sheet=sheet,
        evidence={**answer.evidence, "shares_off": cuts, "shares_off_fen": off},
    )


def taken_off(frozen: dict[str, Any]) -> int:
    """Fen that a frozen award was reduced by for shares withheld."""
    return int(frozen.get("shares_off_fen") or 0)
