"""核算: the amount sheet, the reasons and the explanation tree — frozen with the opinion, or computed now as a preview."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from minzheng.kernel.cases.models import Case, CaseMember
from minzheng.kernel.items.items import Item
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.explanation import Branch, branches, graph_of, leading_roots
from minzheng.kernel.parts.fields import yuan_text
from minzheng.kernel.standards.selectors import unconfirmed_in
from minzheng.policy.errors import PolicyError

#: States before acceptance, in which a calculation on declared figures would only mislead the clerk.
_TOO_EARLY = ("DRAFT",)


@dataclass(frozen=True)
class Reckoning:
    """``problem`` is a sentence where nothing could be computed; ``source`` says what the figures rest on."""

    eligible: bool | None = None
    amount: str = ""
    persons: int = 0
    cycle: str = "monthly"  # monthly | once | quota
    sheet: Sequence[tuple[str, str]] = ()
    reasons: Sequence[tuple[str, str]] = ()
    tree: Sequence[Branch] = ()
    source: str = ""
    problem: str = ""
    recognised: bool = False  # eligible for a recognition that pays nothing
    unconfirmed: Sequence[str] = ()  # parameters behind it that the county never confirmed


def reckoning(case: Case, item: Item, members: Sequence[CaseMember], drawing: Drawing) -> Reckoning:
    """The newest frozen assessment of a case that has one, else today's preview from the figures as they stand."""
    frozen = case.evidence.filter(kind="assessment").order_by("-at", "-pk").first()
    counted = [one for one in members if one.in_count]
    if frozen is not None:
        data = frozen.data
        return _made(
            item.short,
            data,
            data.get("eligible"),
            data.get("amount_fen"),
            data.get("persons"),
            data.get("sheet") or (),
            data.get("reasons") or (),
            f"{frozen.at:%Y-%m-%d} 封存的核算结果",
            counted,
            str(data.get("cycle") or "monthly"),
        )
    if case.state in _TOO_EARLY or item.assess is None:
        return Reckoning(problem="提交申请后，这里按现有数据给出测算。")
    try:
        answer = item.assess(case, drawing.today)
    except (PolicyError, LookupError, ValueError) as error:
        return Reckoning(problem=f"现有数据还不能测算：{error}")
    return _made(
        item.short,
        dict(answer.evidence),
        answer.eligible,
        answer.amount_fen,
        answer.persons,
        answer.sheet,
        answer.reasons,
        "按今天的数据和规则试算，尚未封存",
        counted,
        answer.cycle,
    )


def _made(
    short: str,
    evidence: dict[str, Any],
    eligible: Any,
    amount: Any,
    persons: Any,
    sheet: Any,
    reasons: Any,
    source: str,
    counted: Sequence[CaseMember],
    cycle: str,
) -> Reckoning:
    graph = graph_of(evidence)
    # The rules may be asked about another person than the applicant: the one who died.
    given = (evidence.get("family") or {}).get("成员") or [{"姓名": one.name} for one in counted]
    names = {f"成员{n}": str(one.get("姓名") or "") for n, one in enumerate(given, start=1)}
    return Reckoning(
        bool(eligible),
        yuan_text(int(amount or 0)),
        int(persons or 0),
        cycle,
        [tuple(row) for row in sheet],
        [tuple(row) for row in reasons],
        branches(graph, leading_roots(graph, short), names),
        source,
        recognised=bool(eligible) and not int(amount or 0),
        unconfirmed=unconfirmed_in(evidence),
    )
