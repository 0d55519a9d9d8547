"""复算: the same amount from the frozen basis, for auditors and tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from minzheng.kernel.awards.services import digest
from minzheng.kernel.items import registry

if TYPE_CHECKING:
    from minzheng.kernel.awards.models import Award


@dataclass(frozen=True)
class Proof:
    """`problems` is empty when the award is proved: the basis is untouched and the rules give the same fen."""

    award_no: str
    stored_fen: int
    computed_fen: int | None
    problems: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return not self.problems


def recompute(award: Award) -> Proof:
    """Check the SM3 of the frozen basis, run the rules on the frozen inputs, compare to the fen. Reads only."""
    problems = []
    frozen = award.frozen
    if digest(frozen) != award.frozen_sha:
        problems.append(f"待遇 {award.no} 的决定依据被改动过：SM3 与登记的不符。")
    rule = registry.get(award.item_code).recompute
    if rule is None:
        return Proof(award.no, award.amount_fen, None, (*problems, "这个事项没有声明复算方法。"))
    answer = rule(frozen)
    if answer.amount_fen != award.amount_fen:
        problems.append(f"待遇 {award.no} 登记每月 {award.amount_fen} 分，按冻结的依据复算为 {answer.amount_fen} 分。")
    if answer.persons != award.persons:
        problems.append(f"待遇 {award.no} 登记 {award.persons} 人，按冻结的依据复算为 {answer.persons} 人。")
    return Proof(award.no, award.amount_fen, answer.amount_fen, tuple(problems))
