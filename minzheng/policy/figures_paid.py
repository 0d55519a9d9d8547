"""What is paid against what is due: leakage, under-coverage, amounts that differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from minzheng.policy.figures_parts import Home, Result, Side

#: Paid against computed under the baseline: households, and 分 a month.
RECEIVED = (
    "paid_households", "paid_fen", "due_households", "due_fen", "agree", "more_due", "more_due_fen", "less_due",
    "less_due_fen", "not_due", "not_due_fen", "not_paid", "not_paid_fen",
)  # fmt: skip


def words_of(results: Iterable[Result], benefit: str) -> list[Result]:
    """The words that say whether somebody has this benefit: its cash, else its quotas, else its status."""
    mine = [r for r in results if r.benefit == benefit]
    for kind in ("cash", "quota", "status"):
        chosen = [r for r in mine if r.kind == kind]
        if chosen:
            return chosen
    return []


def received(paid: bool, paid_fen: int, due: bool, due_fen: int) -> Iterator[tuple[str, int]]:
    if paid:
        yield from (("paid_households", 1), ("paid_fen", paid_fen))
    if due:
        yield from (("due_households", 1), ("due_fen", due_fen))
    if paid and not due:
        yield from (("not_due", 1), ("not_due_fen", paid_fen))
    elif due and not paid:
        yield from (("not_paid", 1), ("not_paid_fen", due_fen))
    elif paid:
        more = due_fen - paid_fen
        yield ("agree" if more == 0 else "more_due" if more > 0 else "less_due"), 1
        if more:
            yield ("more_due_fen" if more > 0 else "less_due_fen"), abs(more)


def due_of(side: Side, words: Iterable[Result]) -> tuple[bool, int]:
    """Whether a benefit is due, and what cash of it."""
    due = any(side.words.get(w.word, (0, 0))[0] for w in words)
    return due, sum(side.words.get(w.word, (0, 0))[1] for w in words if w.kind == "cash")


def compared(home: Home, side: Side, benefit: str, results: Iterable[Result]) -> str:
    """How what a home receives of a benefit stands to what is due: agree, more_due, less_due, not_due, not_paid or ""."""
    due, fen = due_of(side, words_of(results, benefit))
    paid = benefit in home.receives
    if paid != due:
        return "not_due" if paid else "not_paid"
    more = fen - home.receives.get(benefit, 0)
    return ("agree" if more == 0 else "more_due" if more > 0 else "less_due") if paid else ""
