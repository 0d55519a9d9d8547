"""复算: the same amount from the frozen basis, for auditors and tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from minzheng.kernel.awards.services import digest
from minzheng.kernel.awards.shares import taken_off
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
    imported: str = ""  # where an award comes from that was taken over and never computed here

    @property
    def ok(self) -> bool:
        return not self.problems


def recompute(award: Award) -> Proof:
    """Check the SM3 of the frozen basis, run the rules on the frozen inputs, compare to the fen. Reads only."""
    problems = []
    frozen = award.frozen
    if digest(frozen) != award.frozen_sha:
        problems.append(f"待遇 {award.no} 的决定依据被改动过：SM3 与登记的不符。")
    if "imported" in frozen:
        return _taken_over(award, problems)
    rule = registry.get(award.item_code).recompute
    if rule is None:
        return Proof(award.no, award.amount_fen, None, (*problems, "这个事项没有声明复算方法。"))
    try:
        answer = rule(frozen)
    except KeyError as error:
        return Proof(award.no, award.amount_fen, None, (*problems, f"冻结的依据不完整，缺少 {error}，不能复算。"))
    computed = answer.amount_fen - taken_off(frozen)
    if computed != award.amount_fen:
        problems.append(f"待遇 {award.no} 登记每月 {award.amount_fen} 分，按冻结的依据复算为 {computed} 分。")
    if answer.persons != award.persons:
        problems.append(f"待遇 {award.no} 登记 {award.persons} 人，按冻结的依据复算为 {answer.persons} 人。")
    return Proof(award.no, award.amount_fen, computed, tuple(problems))


def _taken_over(award: Award, problems: list[str]) -> Proof:
    """存量导入: there is nothing to compute from; the amount must still be the one of the file's row."""
    basis, source = award.frozen, award.frozen["imported"]
    if (basis.get("amount_fen"), basis.get("persons")) != (award.amount_fen, award.persons):
        problems.append(f"待遇 {award.no} 的金额或人数与导入时的不同：导入的待遇只能由复核改变。")
    rows = "、".join(str(line) for line in source.get("rows", [])[:5])
    told = f"由存量文件“{source.get('file', '')}”第 {rows} 行导入，不是本系统测算的；复核一次后才有测算依据。"
    return Proof(award.no, award.amount_fen, None, tuple(problems), told)
