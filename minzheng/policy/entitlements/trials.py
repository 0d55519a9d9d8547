"""Trying what would be: the same family with one fact, or one result, supposed to be another.

Only the rules that depend on what is supposed run again, through the same compiled plan as a whole evaluation
(``policy.runner``); a test compares both on generated families. What a family does not say is not guessed here.
"""

from __future__ import annotations

import decimal
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from operator import itemgetter
from typing import Any

from minzheng.policy.evaluate import Program
from minzheng.policy.money import EXACT, to_fen_half_up
from minzheng.policy.rules import Rule
from minzheng.policy.runner import build_runner

#: (entity, row, name): row 0 of 户, rows from 1 of members and linked households.
Where = tuple[str, int, str]
#: Place and cycle of one benefit → its amount there; cycle "" holds whether it is given at all (1 or 0).
Seen = dict[tuple[str, int, str], Decimal]
#: The watched results of one family, in a fixed order.
Raw = tuple[Any, ...]

ELIGIBLE = "资格"  # a yes/no result so named says that a benefit is given
_NOUGHT, _ONE = Decimal("0.00"), Decimal(1)


@dataclass(frozen=True)
class Watched:
    """One output word of a benefit. ``cycle`` is "" for a yes/no result."""

    benefit: str
    word: str
    entity: str
    cycle: str


class Family:
    """A family as read and calculated, ready to be tried with other facts."""

    def __init__(self, program: Program, family: dict[str, Any]):
        self.program = program
        self.given = _given(program, family)
        self.top, self.rows = program.ruleset.vocabulary.read_family(family, program.on, program._blanks)
        with decimal.localcontext(EXACT):
            program.calculate(self.top, self.rows)
        self.watched = watched(program)
        own = [w for w in self.watched if w.entity == "户"]
        each = [w for w in self.watched if w.entity == "人"]
        #: Where every watched result of this family stands: the household's, then each member's.
        self._places = [(w, 0) for w in own] + [(w, p) for p in range(1, len(self.rows["人"]) + 1) for w in each]
        self._of_household, self._of_person = _getter(own), _getter(each)
        self.raw = self.look(self.top, self.rows)
        self.seen = self.seen_in(self.raw)
        #: Amounts at which something was found to begin or end: mostly those of the next fact, too.
        self.hints: list[int] = []

    def value(self, where: Where) -> Any:
        entity, row, name = where
        return (self.top if entity == "户" else self.rows[entity][row - 1])[name]

    def person(self, entity: str, place: int) -> str:
        """How a row is called: its name, else “第n位”; empty for the household."""
        if entity == "户" or not place:
            return ""
        row = self.rows[entity][place - 1]
        return str(row.get("姓名") or row.get("称谓") or f"第{place}位{'成员' if entity == '人' else ''}")

    def suppose(self, changes: Mapping[Where, Any]) -> tuple[dict[str, Any], dict[str, list[dict[str, Any]]]]:
        """All values if these were so; what is named stays as supposed, everything below it is made again."""
        top, rows = dict(self.top), {entity: [dict(r) for r in each] for entity, each in self.rows.items()}
        for (entity, row, name), value in changes.items():
            (top if entity == "户" else rows[entity][row - 1])[name] = value
        names = frozenset(name for _, _, name in changes)
        self.program.let_rules_see(top, rows)
        with decimal.localcontext(EXACT):
            _runner(self.program, names)(top, rows)
        return top, rows

    def try_(self, changes: Mapping[Where, Any]) -> Raw:
        """What every benefit gives if these were so."""
        if len({where[:2] for where in changes}) == 1 and next(iter(changes))[0] != "户":
            alone = self._alone(changes)
            if alone is not None:
                return alone
        return self.look(*self.suppose(changes))

    def _alone(self, changes: Mapping[Where, Any]) -> Raw | None:
        """The same for one row, where the change stays with that row; None where the household's values feel it.

        Most trials are of this kind (a father's illness, asked of an adult), and need a row and not a family."""
        entity, place, _ = next(iter(changes))
        gates, runner = _runner_of_row(self.program, frozenset(name for _, _, name in changes), entity)
        before = self.rows[entity][place - 1]
        row = {**before, **{name: value for (_, _, name), value in changes.items()}}
        top = dict(self.top)
        with decimal.localcontext(EXACT):
            runner(top, {key: [row] if key == entity else [] for key in self.rows})
        if any(row[name] != before[name] for name in gates):
            return None
        if entity != "人":
            return self.raw
        width = sum(1 for w in self.watched if w.entity == "人")
        start = len(self.raw) - width * (len(self.rows["人"]) - place + 1)
        return self.raw[:start] + self._of_person(row) + self.raw[start + width :]

    def look(self, top: dict[str, Any], rows: dict[str, list[dict[str, Any]]]) -> Raw:
        """The watched results as they stand, one for each of ``_places``; two looks of a family can be compared."""
        raw = self._of_household(top)
        for row in rows["人"]:
            raw += self._of_person(row)
        return raw

    def seen_in(self, raw: Raw) -> Seen:
        """Amounts per benefit, place and cycle. Nothing is left out."""
        seen: Seen = {}
        for (one, place), value in zip(self._places, raw, strict=True):
            if one.cycle:
                amount = value if type(value) is Decimal else to_fen_half_up(value)
                key = (one.benefit, place, one.cycle)
                seen[key] = seen.get(key, _NOUGHT) + amount
            key = (one.benefit, place, "")
            seen[key] = _ONE if value or seen.get(key) else _NOUGHT
        return seen


def _getter(listed: list[Watched]) -> Callable[[dict[str, Any]], Raw]:
    """The values of the words, as one tuple, in one call: trying is mostly looking."""
    words = [w.word for w in listed]
    if len(words) < 2:
        return lambda values: tuple(values[w] for w in words)
    return itemgetter(*words)


def given_benefits(seen: Seen) -> dict[str, list[int]]:
    """Benefit → places where it is given."""
    found: dict[str, list[int]] = {}
    for (code, place, cycle), value in seen.items():
        if not cycle and value:
            found.setdefault(code, []).append(place)
    return found


def watched(program: Program) -> list[Watched]:
    """The output words by which each benefit that can be computed here is judged."""
    found: list[Watched] = []
    for code in program.ruleset.benefit_codes():
        if code in program.unconfigured:
            continue
        rules = [program.rules[n] for n in program.ruleset.outputs(code) if n in program.rules]
        rules = [r for r in rules if r.entity in ("户", "人")]
        money = [r for r in rules if r.pays]
        yes = [r for r in rules if program.ruleset.types[r.name][0] == "是否"]
        found += [Watched(code, r.name, r.entity, r.pays) for r in money]
        found += [Watched(code, r.name, r.entity, "") for r in yes if not money or r.name.endswith(ELIGIBLE)]
    return found


def _given(program: Program, family: dict[str, Any]) -> frozenset[Where]:
    """What the family says itself; an empty value says nothing."""
    found: set[Where] = set()

    def add(entity: str, row: int, values: Mapping[Any, Any]) -> None:
        for name, value in values.items():
            if value is not None and not getattr(value, "empty", False):
                found.add((entity, row, str(name)))

    add("户", 0, family.get("家庭") or {})
    for entity, key in program.ruleset.vocabulary.collections.items():
        for i, values in enumerate(family.get(key) or (), 1):
            add(entity, i, values)
    return frozenset(found)


def _runner_of_row(program: Program, names: frozenset[str], entity: str) -> tuple[tuple[str, ...], Callable[..., None]]:
    """(values of the row that rules of the household read, a runner of the row's own rules below ``names``)."""
    kept = program.row_runners.get((names, entity))
    if kept is None:
        own = _below(program, names, lambda rule: rule.entity == entity)
        read = {n for r in program.rules.values() for e, n in r.agg_deps if e == entity}
        gates = tuple(n for n in (*names, *own) if n in read)
        kept = program.row_runners[names, entity] = (gates, _printed(program, own))
    return kept


def _runner(program: Program, names: frozenset[str]) -> Callable[..., None]:
    """Runs the rules below ``names``, in order, and nothing else. Made once for a program."""
    runner = program.partial_runners.get(names)
    if runner is None:
        runner = program.partial_runners[names] = _printed(program, _below(program, names, lambda _: True))
    return runner


def _below(program: Program, names: frozenset[str], through: Callable[[Rule], bool]) -> dict[str, Rule]:
    """The rules that depend on ``names``, in the order of calculation, going on only ``through`` some of them."""
    touched, below = set(names), dict[str, Rule]()
    for name, rule in program.rules.items():
        if name not in names and through(rule) and touched.intersection(_reads(rule)):
            touched.add(name)
            below[name] = rule
    return below


def _printed(program: Program, rules: dict[str, Rule]) -> Callable[..., None]:
    sums: dict[str, list[str]] = {"人": [], "户": []}
    collections = program.ruleset.vocabulary.collections
    return build_runner(rules, program._entity_of, collections, program.params, sums, ("_人", "_户"))


def facts_behind(program: Program, name: str) -> set[str]:
    """The input words on which a word or a result rests."""
    if name not in program.rules:
        return {name} & set(program.ruleset.vocabulary.words)
    found: set[str] = set()
    stack, done = [name], set[str]()
    while stack:
        one = stack.pop()
        if one in done:
            continue
        done.add(one)
        if one in program.rules:
            stack += _reads(program.rules[one])
        elif one in program.ruleset.vocabulary.words:
            found.add(one)
    return found


def _reads(rule: Rule) -> Iterable[str]:
    yield from rule.deps
    yield from (name for _, name in rule.agg_deps)
