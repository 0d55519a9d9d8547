"""A version as the pages show it: items in their order, the text with its words marked, the extractions beside it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from minzheng.business.bureau.plans import selectors
from minzheng.business.bureau.plans.models import PlanIndicator, PlanItem, PlanVersion


@dataclass(frozen=True)
class Piece:
    """A stretch of text; ``pk`` of the indicator it belongs to, 0 for plain text."""

    text: str
    pk: int = 0


@dataclass(frozen=True)
class Card:
    """One extraction with what may be done to it."""

    one: PlanIndicator
    figure: str
    struck: bool
    merged: bool
    notes: tuple[str, ...]

    @property
    def is_target(self) -> bool:
        """Whether it has a page of its own that says how far it is."""
        return self.one.kind != "actual" and not self.struck and not self.merged

    @property
    def tone(self) -> str:
        return {"read": "plain", "corrected": "info", "added": "info", "struck": "wait"}[self.one.state]


@dataclass
class Block:
    """An item (None: what stands before the first) with its sentences and cards."""

    item: PlanItem | None
    lines: list[list[Piece]] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)

    @property
    def level(self) -> int:
        return min(len(self.item.path), 4) + 1 if self.item else 2


def blocks(version: PlanVersion) -> list[Block]:
    """Every item of the document in its order. Two queries."""
    found: dict[int, list[PlanIndicator]] = defaultdict(list)
    for one in selectors.indicators_of(version):
        found[one.item_id or 0].append(one)
    result = (
        [Block(None, [[Piece(one.sentence)] for one in _sentences(found[0])], _cards(found[0]))] if found[0] else []
    )
    for item in selectors.items(version):
        mine = found[item.pk]
        spans = [tuple(sentence["span"]) for sentence in item.sentences]
        lines = [_marked(version.text, start, end, mine) for start, end in spans]
        outside = [one for one in mine if not any(start <= one.start < end for start, end in spans)]
        lines += [[Piece(one.sentence.replace("\n", " ").strip(), one.pk)] for one in outside]
        result.append(Block(item, lines, _cards(mine)))
    return result


def _sentences(found: Sequence[PlanIndicator]) -> list[PlanIndicator]:
    """The first indicator of each sentence."""
    return list({one.sentence: one for one in reversed(found)}.values())[::-1]


def _cards(found: Sequence[PlanIndicator]) -> list[Card]:
    return [Card(one, one.figure, one.state == "struck", one.merged_into_id is not None, _notes(one)) for one in found]


def _notes(one: PlanIndicator) -> tuple[str, ...]:
    more = one.more
    notes = [
        f"口径：{one.scope}" if one.scope else "",
        f"期限：{one.deadline}" if one.deadline else "",
        f"责任单位：{one.body}" if one.body else "",
        "力争" if one.strive else "",
        "约数" if more.get("approximate") else "",
        f"基数：{more['base']}" if more.get("base") else "",
        f"基期 {more['base_value']}" if more.get("base_value") is not None else "",
        f"年均增长印作 {more['growth']}%" if more.get("growth") is not None else "",
        "各地分别达到" if more.get("aggregates") == "each" else "",
    ]
    return tuple(note for note in notes if note)


def _marked(text: str, start: int, end: int, found: Sequence[PlanIndicator]) -> list[Piece]:
    """The words of ``text[start:end]``, those of live indicators marked; words shared by two are marked once."""
    pieces: list[Piece] = []
    at = start
    for one in sorted(found, key=lambda one: one.start):
        if one.start < at or one.end > end or one.state == "struck":
            continue
        pieces += [Piece(_plain(text[at : one.start])), Piece(_plain(text[one.start : one.end]), one.pk)]
        at = one.end
    return [piece for piece in (*pieces, Piece(_plain(text[at:end]))) if piece.text]


def _plain(text: str) -> str:
    return text.replace("\n", "").replace("\r", "")
