"""单人户 (57号第8条, reference §1.2.3): one member of a 低保边缘 family asks alone. The family's figures prove the family;
eligibility, amount and people covered are the member's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from minzheng.kernel.parts.fields import yuan_text
from minzheng.policy import Outcome

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Case

CLAIM = "单人户申请"


@dataclass(frozen=True)
class SingleClaim:
    """Words of the rules. `eligible` and `cash` are the member's; `family` and `line` prove the family by `family_benefit`."""

    eligible: str
    cash: tuple[str, ...]
    family_benefit: str
    family: str
    line: str

    def places(self, family: Mapping[str, Any]) -> tuple[int, ...]:
        """1-based positions of the members who ask alone in a family of policy words."""
        return tuple(i for i, row in enumerate(family["成员"], start=1) if row.get(CLAIM) in (True, "是"))

    def eligible_in(self, outcome: Outcome, places: tuple[int, ...]) -> bool:
        return all(bool(outcome.rows["人"][place - 1].get(self.eligible)) for place in places)

    def amounts(self, outcome: Outcome, places: tuple[int, ...]) -> dict[int, dict[str, int]]:
        """{place: {word of `cash`: fen}}."""
        rows = outcome.rows["人"]
        return {place: {word: _fen(rows[place - 1].get(word)) for word in self.cash} for place in places}

    def reasons(self, outcome: Outcome, benefit: str, places: tuple[int, ...]) -> tuple[tuple[str, str], ...]:
        """The member's own conditions; where the family is no 低保边缘 family, also why not."""
        names = {outcome.rows["人"][place - 1].get("姓名") for place in places}
        own = [r for r in outcome.reasons if r["benefit"] == benefit and r.get("person") in names]
        through_family = not outcome.values.get(self.family) and not outcome.values.get("低保资格")
        why = [
            r for r in outcome.reasons if through_family and r["benefit"] == self.family_benefit and "person" not in r
        ]
        return tuple((r["code"], r["text"]) for r in [*own, *why])

    def proof(self, outcome: Outcome, recognised: str) -> str:
        """On what it rests that the family is 低保边缘; "" where its figures do not show it, whatever was recognised before."""
        if not outcome.values.get(self.family):
            return ""
        figures = f"家庭月收入 {_yuan(outcome.values.get('家庭月收入'))} 元，低保边缘线 {_yuan(outcome.values.get(self.line))} 元"
        return f"已认定（{recognised}），本次核对{figures}" if recognised else f"本次核对测算符合（{figures}）"

    def sheet(
        self, outcome: Outcome, places: tuple[int, ...], amounts: Mapping[int, Mapping[str, int]], proof: str
    ) -> tuple[tuple[str, str], ...]:
        """The amount sheet: whose claim, what the family shows, what the member gets."""
        values, rows = outcome.values, outcome.rows["人"]
        names = "、".join(str(rows[place - 1].get("姓名")) for place in places)
        sheet = [
            ("申请方式", f"{names}单独申请（单人户）"),
            (
                "家庭情况",
                f"{values.get('保障人口')} 人，月收入 {_yuan(values.get('家庭月收入'))} 元，"
                f"低保线 {_yuan(values.get('保障线合计'))} 元，低保边缘线 {_yuan(values.get(self.line))} 元",
            ),
            ("低保边缘家庭", proof or "不符合"),
            ("保障标准", f"每人每月 {_yuan(values.get('保障标准'))} 元"),
        ]
        for place in places:
            sheet.append(("本人月收入", f"{_yuan(rows[place - 1].get('个人月收入'))} 元"))
            if proof:
                sheet += [(word, f"{yuan_text(fen)} 元") for word, fen in amounts[place].items() if fen]
        if proof:
            sheet.append(("每月合计", f"{yuan_text(sum(sum(a.values()) for a in amounts.values()))} 元"))
        return tuple((label, str(text)) for label, text in sheet)


def recognised(case: Case, item_code: str) -> str:
    """Number of the award in force by which this family was recognised under `item_code`; "" if none."""
    from minzheng.kernel.awards.selectors import number_in_force

    people = [m.person_id for m in case.members.all() if m.in_count and m.person_id]
    return number_in_force(people, item_code)


def _fen(value: Any) -> int:
    return int((Decimal(value or 0) * 100).to_integral_value())


def _yuan(value: Any) -> str:
    """An amount as people read it: 1,551.00."""
    return yuan_text(_fen(value))
