"""What came out, in plain words: cards for what one may have, then what yields to what, what is still open, what is near.

The figures and the sentences of refusals are the rules' own; here they are only put in order and given their everyday
names (``plain.yaml``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

from minzheng.kernel.items import registry
from minzheng.kernel.items.items import Item
from minzheng.online.portal.what.facts import Told
from minzheng.policy import yamltext
from minzheng.policy.entitlements import CYCLES, Change, Entitlement, Entitlements, Exclusion, in_words
from minzheng.policy.explain import show

#: So many numbers of the law are shown under one benefit.
STANDARDS = 3

_MONEY = re.compile(r"-?\d+\.\d{2}")


@dataclass(frozen=True)
class Standard:
    """A number of the law: what it is called, how much, from which document, since when."""

    name: str
    shown: str
    reference: str
    since: str


@dataclass(frozen=True)
class Card:
    """One benefit somebody may have. ``sums``: (each month | once | a month's services, amount); ``whose``: lines where
    several people or parts add up."""

    code: str
    name: str
    title: str
    what: str
    why: tuple[str, ...]
    sums: tuple[tuple[str, str], ...]
    whose: tuple[str, ...]
    standards: tuple[Standard, ...]
    already: bool
    item: Item | None
    bring: str
    say: str


@dataclass(frozen=True)
class Open:
    """A question that was left open, and what each answer would change."""

    title: str
    answers: tuple[tuple[str, tuple[str, ...]], ...]
    gains: bool


@dataclass(frozen=True)
class Refused:
    name: str
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """Everything the last screen shows."""

    cards: tuple[Card, ...]
    monthly: str
    stops: tuple[tuple[str, str], ...]
    open: tuple[Open, ...]
    near: tuple[tuple[str, str], ...]
    refused: tuple[Refused, ...]
    unknown_here: tuple[str, ...]

    @property
    def none_at_all(self) -> bool:
        return not self.cards


@cache
def plain() -> Mapping[str, Mapping[str, str]]:
    """Everyday words by benefit code."""
    return dict(yamltext.load(Path(__file__).with_name("plain.yaml")))


def tell(found: Entitlements, told: Told) -> Outcome:
    names = {b.code: _name(b) for b in found.benefits}
    items = {code: item for item in registry.portal_items() for code in item.benefits or (item.code,)}
    given = [b for b in found.benefits if b.eligible]
    return Outcome(
        cards=tuple(
            _card(b, items.get(b.code), b.code in told.already, _why(b, found)) for b in sorted(given, key=_most_first)
        ),
        monthly=f"{found.monthly:,.2f}",
        stops=tuple((names[b.code], _stop(x, names)) for b in found.benefits for x in _worth_saying(b)),
        open=tuple(_open(found.changes, names)),
        near=tuple(
            (names[b.code], d.text)
            for b in found.benefits
            if not b.eligible
            for d in b.distances
            if d.near and d.suffices
        ),
        refused=tuple(_refused(b) for b in found.benefits if b.status == "refused" and _concerns(b, told)),
        unknown_here=tuple(names[b.code] for b in found.benefits if b.status == "unconfigured"),
    )


def _name(benefit: Entitlement) -> str:
    return str((plain().get(benefit.code) or {}).get("name") or benefit.title)


def _most_first(benefit: Entitlement) -> tuple[Any, ...]:
    return (-benefit.total("monthly"), -benefit.total("once"), -benefit.total("quota"), benefit.code)


def _why(benefit: Entitlement, found: Entitlements) -> tuple[str, ...]:
    """The figures by which this family has it, in one sentence for each person; the same sentence once."""
    sentence = str((plain().get(benefit.code) or {}).get("why") or "")
    if not sentence:
        return ()
    top, rows = found.outcome.top, found.outcome.rows["人"]
    said: dict[str, list[str]] = {}
    for place, person in dict.fromkeys((a.place, a.person) for a in benefit.amounts) or {(0, ""): None}:
        values = {**top, **rows[place - 1]} if place else top
        text = sentence.format_map(_Shown(values)) if _names(sentence) <= values.keys() else ""
        if text:
            own = len(rows) > 1 and bool(_names(sentence) & rows[0].keys())
            said.setdefault(text, []).append(person if own else "")
    return tuple(f"{'、'.join(filter(None, people))}：{text}" if any(people) else text for text, people in said.items())


class _Shown(dict[str, Any]):
    """Values as a sentence shows them: money with two decimals and thousands."""

    def __getitem__(self, name: str) -> str:
        shown = show(super().__getitem__(name))
        return f"{Decimal(shown):,.2f}" if isinstance(shown, str) and _MONEY.fullmatch(shown) else str(shown)


def _names(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def _card(benefit: Entitlement, item: Item | None, already: bool, why: tuple[str, ...]) -> Card:
    words = plain().get(benefit.code) or {}
    sums = tuple((said, f"{benefit.total(cycle):,.2f}") for cycle, said in CYCLES.items() if benefit.total(cycle) > 0)
    lines = tuple(f"{a.person + '：' if a.person else ''}{a.word} {a.amount:,.2f} 元" for a in benefit.amounts)
    if len(lines) == 1:
        lines = (f"给{benefit.amounts[0].person}",) if benefit.amounts[0].person else ()
    return Card(
        benefit.code,
        _name(benefit),
        benefit.title,
        str(words.get("what") or (item.intro if item else "")),
        why,
        sums,
        lines,
        tuple(_standards(benefit)),
        already,
        item,
        str(words.get("bring") or "") or ("、".join(m.label for m in item.bring) if item else ""),
        str(words.get("say") or ""),
    )


def _standards(benefit: Entitlement) -> list[Standard]:
    """Amounts that a document of the place, or of those above it, sets: no roundings, no limits of years gone."""
    found = []
    for one in benefit.standards:
        if "元" in str(one.get("unit") or "") and one.get("reference"):
            name = str(one["name"]).replace("_", " ")
            found.append(Standard(name, str(one["shown"]), str(one["reference"]), str(one["since"])))
    own = [s for s in found if s.name.startswith("保障标准") or "标准" in s.name or "金额" in s.name or "额" in s.name]
    return (own or found)[:STANDARDS]


def _worth_saying(benefit: Entitlement) -> Sequence[Exclusion]:
    return [x for x in benefit.excluded_by if x.without > x.now]


def _stop(stop: Exclusion, names: Mapping[str, str]) -> str:
    who = f"{stop.person}：" if stop.person else ""
    if stop.now:
        return f"{who}因为有{names[stop.by]}，这一项按 {stop.now:,.2f} 元发（单独领是 {stop.without:,.2f} 元）"
    return f"{who}和{names[stop.by]}不能同时领。{stop.text}"


def _open(changes: Sequence[Change], names: Mapping[str, str]) -> list[Open]:
    grouped: dict[tuple[str, str], list[Change]] = {}
    for change in changes:
        grouped.setdefault((change.person, change.question), []).append(change)
    found = []
    for (person, title), listed in grouped.items():
        answers = tuple((c.answer, in_words(c.effects, names)) for c in sorted(listed, key=_by_amount))
        heading = f"{person}：{title}" if person else title
        found.append(Open(heading, answers, any(c.gains for c in listed)))
    return sorted(found, key=lambda one: not one.gains)


def _by_amount(change: Change) -> tuple[bool, Any]:
    amount = not isinstance(change.value, str)
    return (amount, change.value if amount else 0)


def _concerns(benefit: Entitlement, told: Told) -> bool:
    """Whether a refusal is worth telling this family: nobody without a child asks why there is no money for orphans."""
    whom = (plain().get(benefit.code) or {}).get("for", "anybody")
    return whom == "anybody" or whom in told.kinds


def _refused(benefit: Entitlement) -> Refused:
    said: dict[str, list[str]] = {}
    for reason in benefit.reasons:
        said.setdefault(reason.text, []).append(reason.person)
    texts = tuple(
        f"{'、'.join(filter(None, people))}：{text}" if any(people) else text for text, people in said.items()
    )
    return Refused(_name(benefit), texts or ("家里没有符合条件的人，或者现在没有这样的事。",))
