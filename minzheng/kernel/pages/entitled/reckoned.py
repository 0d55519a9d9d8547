"""The whole outcome of a case's family: the facts its item gives to the rules, what the rules give, what is received."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from minzheng.kernel.awards.selectors import visible_to as awards_of
from minzheng.kernel.cases import selectors
from minzheng.kernel.cases.states import OPEN
from minzheng.kernel.items import registry
from minzheng.kernel.items.items import Item
from minzheng.kernel.standards.values import ruleset
from minzheng.policy import PolicyError
from minzheng.policy.entitlements import CYCLES, Change, Entitlement, Entitlements, entitlements, in_words

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.cases.models import Case

#: So many open questions are listed, those first that would change most.
LISTED = 30
#: An award in one of these states is being received.
RECEIVED = ("active", "tapering", "suspended")


@dataclass(frozen=True)
class Line:
    """One benefit as the page shows it. ``item``: what to apply for, where there is an item."""

    benefit: Entitlement
    item: Item | None
    award: Any = None
    case: Any = None

    @property
    def sums(self) -> list[tuple[str, Decimal]]:
        return [(title, self.benefit.total(cycle)) for cycle, title in CYCLES.items() if self.benefit.total(cycle)]

    @property
    def near(self) -> list[str]:
        """What is only a little short of a condition."""
        return [d.text for d in self.benefit.distances if d.near]

    @property
    def reasons(self) -> list[tuple[str, str]]:
        """(sentence, whom it is about) with the same sentence said once."""
        said: dict[str, list[str]] = {}
        for reason in self.benefit.reasons:
            said.setdefault(reason.text, []).append(reason.person)
        return [(text, "、".join(filter(None, people))) for text, people in said.items()]


@dataclass(frozen=True)
class Question:
    """One fact that nobody gave, and what each other answer would change."""

    title: str
    assumed: str
    answers: tuple[tuple[str, tuple[str, ...]], ...]
    gains: bool


@dataclass(frozen=True)
class Whole:
    """``missing``: gives, but is not received and not under way; ``held``: received or under way; ``gains``, ``losses``:
    open questions with an answer that would bring something, and those that could only take something away."""

    found: Entitlements
    missing: Sequence[Line]
    held: Sequence[Line]
    refused: Sequence[Line]
    unconfigured: Sequence[Line]
    gains: Sequence[Question]
    losses: Sequence[Question]


class NotReckoned(Exception):
    """Nothing can be computed for this case; ``str(error)`` says why and what to do."""


def whole_of(case: Case, actor: Actor, on: datetime.date) -> Whole:
    """Raises NotReckoned."""
    item = registry.get(case.item_code)
    if item.assess is None:
        raise NotReckoned("这个事项不核算家庭情况，所以看不出这一家还能享受什么。")
    try:
        family = item.assess(case, on).evidence["family"]
        found = entitlements(ruleset(), family, case.region_code, on)
    except PolicyError as error:
        raise NotReckoned(f"现在算不出来：{error}。请核对申请表里的家庭情况和本地的参数。") from error
    items = {code: one for one in registry.all_items() for code in one.grants}
    awards, cases = _received(case, actor), _under_way(case, actor)
    lines = [
        Line(b, items.get(b.code), _of(items.get(b.code), awards), _of(items.get(b.code), cases))
        for b in found.benefits
    ]
    questions = _questions(found.changes, {b.code: b.title for b in found.benefits})
    gains = [q for q in questions if q.gains]
    return Whole(
        found,
        [one for one in lines if one.benefit.eligible and not (one.award or one.case)],
        [one for one in lines if one.award or one.case],
        [one for one in lines if one.benefit.status == "refused" and not (one.award or one.case)],
        [one for one in lines if one.benefit.status == "unconfigured" and not (one.award or one.case)],
        gains[:LISTED],
        [q for q in questions if not q.gains][:LISTED],
    )


def _of(item: Item | None, rows: dict[str, Any]) -> Any:
    return rows.get(item.code) if item else None


def _people(case: Case) -> list[int]:
    return [m.person_id for m in case.members.all() if m.person_id]


def _received(case: Case, actor: Actor) -> dict[str, Any]:
    """Item → the award in force that covers somebody of this family, among those that the actor may see."""
    rows = awards_of(actor).filter(members__person_id__in=_people(case), state__in=RECEIVED).distinct()
    return {award.item_code: award for award in rows.order_by("decided_on")}


def _under_way(case: Case, actor: Actor) -> dict[str, Any]:
    """Item → the case of somebody of this family that is open, this one included."""
    rows = selectors.visible_to(actor).filter(members__person_id__in=_people(case), state__in=OPEN).distinct()
    found = {one.item_code: one for one in rows.order_by("pk")}
    return found | ({case.item_code: case} if case.state in OPEN else {})


def _questions(changes: Sequence[Change], titles: Mapping[str, str]) -> list[Question]:
    """Changes of one fact of one person stand together, in the order in which the first of them came."""
    grouped: dict[tuple[str, int, str], list[Change]] = {}
    for change in changes:
        grouped.setdefault((change.entity, change.place, change.word), []).append(change)
    found = []
    for listed in grouped.values():
        first = listed[0]
        title = f"{first.person}：{first.question}" if first.person else first.question
        answers = tuple((c.answer, in_words(c.effects, titles)) for c in listed)
        found.append(Question(title, _said(first.assumed), answers, any(c.gains for c in listed)))
    return found


def _said(value: Any) -> str:
    if value is None:
        return "没有填"
    return "是" if value is True else "否" if value is False else str(value)
