"""Which missing fact would change the outcome: every fact that was not given is tried with its other possible answers.

Yes/no and options: every other answer. Grades and small counts: every other value. Money, large counts and dates of
birth: the values at which some benefit begins or ends, found to the 分 (to the year of age) by halving. Whatever is
reported was computed by the rules with exactly that value.
"""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from minzheng.policy.entitlements.model import Change, Effect
from minzheng.policy.entitlements.trials import Family, Raw, Where
from minzheng.policy.words import Word

_NOUGHT = Decimal("0.00")
#: A count with at most so many values is tried with every one of them.
SMALL = 7
#: Where the search for beginnings and ends starts; between two neighbours with different outcomes it halves.
MONEY_GRID = tuple(yuan * 100 for yuan in (0, 300, 1000, 2000, 4000, 10_000, 60_000, 1_000_000))
COUNT_GRID = (0, 1, 2, 3, 6, 12, 36, 120)
AGE_GRID = (1, 7, 15, 17, 20, 30, 45, 55, 62, 67, 72, 77, 82, 87, 92, 97, 102)
#: So many beginnings and ends of one fact are told.
MOST = 6


@dataclass(frozen=True)
class Fact:
    """Something asked of a family that may be one word or several together, such as kind and grade of a disability.

    ``options``: answer in words → what the family would then say. ``scan``: one money word instead, tried for the
    amounts at which something begins or ends.
    """

    code: str
    title: str
    options: tuple[tuple[str, Mapping[Where, Any]], ...] = ()
    scan: Where | None = None
    place: int = 0


def missing_facts(family: Family) -> Iterator[tuple[Word, Where]]:
    """Words that were not given and on which some result may depend. When somebody died is no missing fact."""
    program = family.program
    words = program.ruleset.vocabulary.words
    for entity in ("户", *program.ruleset.vocabulary.collections):
        places = [0] if entity == "户" else range(1, len(family.rows[entity]) + 1)
        for name in program.explainer.facts(entity):
            word = words[name]
            if word.type == "文字" or (word.type == "日期" and word.optional):
                continue
            for place in places:
                if (entity, place, name) not in family.given:
                    yield word, (entity, place, name)


def find_changes(family: Family, titles: Mapping[str, str]) -> list[Change]:
    """Every missing fact that would change something, those that would bring most first."""
    found: list[Change] = []
    for word, where in missing_facts(family):
        found += _of_word(family, word, where, titles)
    return sorted(found, key=_weight)


def changes_of(family: Family, facts: Sequence[Fact], titles: Mapping[str, str]) -> list[Change]:
    """The same for facts that the caller asked for and did not get."""
    found: list[Change] = []
    words = family.program.ruleset.vocabulary.words
    for fact in facts:
        same: dict[tuple[Effect, ...], list[str]] = {}
        for label, answer in fact.options:
            effects = effects_of(family, family.try_(answer), titles)
            if effects:
                same.setdefault(effects, []).append(label)
        person = family.person("人", fact.place)
        for effects, labels in same.items():
            also = tuple(labels[1:])
            found.append(Change(fact.code, fact.title, fact.place, person, "人", None, labels[0], effects, also=also))
        if fact.scan is not None:
            found += _scanned(family, words[fact.scan[2]], fact.scan, titles, fact.title, fact.code)
    return sorted(found, key=_weight)


def effects_of(family: Family, raw: Raw, titles: Mapping[str, str]) -> tuple[Effect, ...]:
    """What is different in ``raw`` from the family as it is."""
    if raw == family.raw:
        return ()
    before, after, found, told = family.seen, family.seen_in(raw), [], set[tuple[str, int]]()
    for key in [k for k in after if k[2]] + [k for k in after if not k[2]]:
        code, place, cycle = key
        was, now = before.get(key, _NOUGHT), after[key]
        if was == now or (not cycle and (code, place) in told):
            continue
        told.add((code, place))
        able = (bool(before.get((code, place, ""))), bool(after.get((code, place, ""))))
        amounts = (was, now) if cycle else (_NOUGHT, _NOUGHT)
        found.append(Effect(code, titles[code], place, family.person("人", place), cycle, *amounts, *able))
    return tuple(found)


def _weight(change: Change) -> tuple[bool, Decimal, str, int]:
    most = max((abs(e.after - e.before) for e in change.effects), default=_NOUGHT)
    return (not change.gains, -most, change.word, change.place)


def _of_word(family: Family, word: Word, where: Where, titles: Mapping[str, str]) -> Iterable[Change]:
    if word.type in ("元", "日期") or (word.type == "整数" and not _is_small(word)):
        return _scanned(family, word, where, titles)
    now = family.value(where)
    found: dict[tuple[Effect, ...], list[Any]] = {}
    for value in _other_answers(word):
        if value != now:
            effects = effects_of(family, family.try_({where: value}), titles)
            if effects:
                found.setdefault(effects, []).append(value)
    return [_change(family, word, where, v[0], effects, also=tuple(v[1:])) for effects, v in found.items()]


def _is_small(word: Word) -> bool:
    return word.low is not None and word.high is not None and word.high - word.low < SMALL


def _other_answers(word: Word) -> Sequence[Any]:
    if word.type == "是否":
        return (True, False)
    if word.type == "选项":
        return word.choices
    if word.type == "整数" and word.low is not None and word.high is not None:
        return range(word.low, word.high + 1)
    return ()


def _change(family: Family, word: Word, where: Where, value: Any, effects: tuple[Effect, ...], **extra: Any) -> Change:
    entity, place, name = where
    title = extra.pop("title", "") or word.title or name
    code = extra.pop("code", "") or name
    return Change(
        code, title, place, family.person(entity, place), entity, family.value(where), value, effects, **extra
    )


def _scanned(
    family: Family, word: Word, where: Where, titles: Mapping[str, str], title: str = "", code: str = ""
) -> list[Change]:
    """Where some benefit begins or ends as this one fact grows, and, for money, what a first 100 元 would do."""
    grid, value_of, now = _axis(family, word, where)
    extra = {"title": title, "code": code}
    outcomes: dict[int, Raw] = {}

    def raw(at: int) -> Raw:
        if at not in outcomes:
            outcomes[at] = family.try_({where: value_of(at)})
        return outcomes[at]

    def given(at: int) -> tuple[bool, ...]:
        return tuple(map(bool, raw(at)))

    found: list[Change] = []
    hints = family.hints if word.type == "元" else []
    for at, side in stretches(turning_points(grid, given, hints), grid[0], now):
        effects = effects_of(family, raw(at), titles)
        if effects:
            found.append(_change(family, word, where, value_of(at), effects, side=side, **extra))
    if word.type == "元" and not any(change.value <= value_of(now + 100_00) for change in found):
        effects = effects_of(family, raw(now + 100_00), titles)
        if effects:
            found.insert(0, _change(family, word, where, value_of(now + 100_00), effects, **extra))
    distinct = {change.effects: change for change in reversed(found)}
    return [change for change in found if distinct[change.effects] is change][:MOST]


def _axis(family: Family, word: Word, where: Where) -> tuple[tuple[int, ...], Callable[[int], Any], int]:
    """Points of a word as whole numbers (分, counts, years of age), how a point becomes a value, and where it is now."""
    value = family.value(where)
    if word.type == "元":
        return MONEY_GRID, lambda fen: (Decimal(fen) / 100).quantize(Decimal("0.01")), int((value or 0) * 100)
    if word.type == "整数":
        low, high = word.low or 0, word.high if word.high is not None else COUNT_GRID[-1]
        return tuple(n for n in COUNT_GRID if low <= n <= high), int, int(value or 0)
    on = family.program.on
    age = on.year - value.year - ((on.month, on.day) < (value.month, value.day))
    return AGE_GRID, lambda years: birthday(on, years), age


def birthday(on: datetime.date, years: int) -> datetime.date:
    """The latest date of birth of somebody who is so many years old on a day."""
    try:
        return on.replace(year=on.year - years)
    except ValueError:  # 29 February
        return on.replace(year=on.year - years, day=28)


def stretches(turns: Sequence[int], lowest: int, now: int) -> list[tuple[int, str]]:
    """The point nearest to ``now`` of every stretch but that in which ``now`` lies, and on which side it is."""
    starts = [lowest, *turns]
    found: list[tuple[int, str]] = []
    for start, after in zip(starts, [*turns, None], strict=True):
        if start > now:
            found.append((start, "up"))
        elif after is not None and after <= now:
            found.append((after - 1, "down"))
    return found


def turning_points(grid: Sequence[int], state: Callable[[int], Any], hints: list[int]) -> list[int]:
    """Every point at which the state differs from that of the point before it, between the ends of the grid.

    Exact wherever a state holds on one stretch between two neighbours of the grid; each point is returned only after
    the states on both sides of it were computed. ``hints`` are points tried first; what is found is added to them.
    """
    found: list[int] = []
    for low, high in itertools.pairwise(grid):
        start = low
        while state(start) != state(high):
            last = _turn(start, high, state, hints)
            found.append(last)
            if last not in hints:
                hints.append(last)
            start = last
    return found


def _turn(start: int, high: int, state: Callable[[int], Any], hints: Sequence[int]) -> int:
    """The first point found after ``start``, up to ``high``, at which the state is another."""
    held = state(start)
    first, last = start, high
    for hint in sorted(hints):
        if first < hint <= last:
            if state(hint) == held:
                first = hint
            elif state(hint - 1) == held:
                return hint
            else:
                last = hint - 1
                break
    while last - first > 1:
        middle = (first + last) // 2
        first, last = (middle, last) if state(middle) == held else (first, middle)
    return last
