"""What stands against a benefit: other benefits that exclude it, and how far a refused condition is from being met.

Neither is read off the text of the rules: the family is computed again without the other benefit, or with the one
figure moved, and only what really changes is reported.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from minzheng.policy.entitlements.model import Distance, Exclusion, Refusal
from minzheng.policy.entitlements.trials import Family, Seen, Where, facts_behind, given_benefits
from minzheng.policy.money import FEN, Unrounded
from minzheng.policy.rules import Rule

_NOUGHT = Decimal("0.00")
#: Farther than this is not said: nobody is helped by “再低 800 万元”.
FARTHEST_FEN, FARTHEST_COUNT = 10_000_000, 120


def refusals(family: Family) -> dict[str, list[Refusal]]:
    """Benefit → conditions not met, in the order of the rules."""
    found: dict[str, list[Refusal]] = {}
    for rule, place, values in family.program.unmet(family.top, family.rows):
        found.setdefault(rule.benefit, []).append(_refusal(family, rule, place, values))
    return found


def _refusal(family: Family, rule: Rule, place: int, values: Mapping[str, Any]) -> Refusal:
    said = family.program.reason(rule, dict(values), family.top)
    person = family.person(rule.entity, place)
    return Refusal(said["code"], said["title"], said["text"], said["law"], rule.name, place, person)


def exclusions(
    family: Family, titles: Mapping[str, str], basis: Mapping[tuple[str, str], str]
) -> list[tuple[str, Exclusion]]:
    """(benefit, what excludes it): for every benefit given, what the others would be if it were not.

    ``basis``: (the one that stands, the one that yields) → legal basis, from the conflict matrix.
    """
    found: list[tuple[str, Exclusion]] = []
    for code in given_benefits(family.seen):
        changes = dict(_without(family, code))
        top, rows = family.suppose(changes)
        after = family.seen_in(family.look(top, rows))
        lifted = _lifted(family, top, rows)
        for (other, place), (now, without, refused) in _risen(family.seen, after, code).items():
            person = family.person("人", place)
            text = lifted.get((other, place)) or lifted.get((other, 0)) or _sentence(titles, code, other, now)
            law = basis.get((code, other), "")
            found.append((other, Exclusion(code, titles[code], place, person, now, without, refused, text, law)))
    return found


def _without(family: Family, code: str) -> Iterator[tuple[Where, Any]]:
    """The results of a benefit, and the statuses that stand for it, as if nobody had it."""
    ruleset, program = family.program.ruleset, family.program
    names = [*ruleset.outputs(code), *(w for w, owner in ruleset.statuses.items() if owner == code)]
    for name in names:
        if name not in program.rules:
            continue
        entity = ruleset.entities[name]
        nothing = False if ruleset.types[name][0] == "是否" else Decimal(0)
        places = [0] if entity == "户" else range(1, len(family.rows[entity]) + 1)
        for place in places:
            yield (entity, place, name), nothing


def _risen(before: Seen, after: Seen, code: str) -> dict[tuple[str, int], tuple[Decimal, Decimal, bool]]:
    """(benefit, place) → (amount now, amount then, given only then) of what grew."""
    found: dict[tuple[str, int], tuple[Decimal, Decimal, bool]] = {}
    for (other, place, cycle), then in after.items():
        now = before.get((other, place, cycle), _NOUGHT)
        if other == code or then <= now:
            continue
        was, would, refused = found.get((other, place), (_NOUGHT, _NOUGHT, False))
        found[other, place] = (was + now, would + then, refused) if cycle else (was, would, True)
    return found


def _lifted(family: Family, top: dict[str, Any], rows: dict[str, list[dict[str, Any]]]) -> dict[tuple[str, int], str]:
    """(benefit, place) → the sentence of a refusal that is gone when the other benefit is."""
    left = {(rule.name, place) for rule, place, _ in family.program.unmet(top, rows)}
    return {
        (rule.benefit, place): _refusal(family, rule, place, values).text
        for rule, place, values in family.program.unmet(family.top, family.rows)
        if (rule.name, place) not in left
    }


def _sentence(titles: Mapping[str, str], code: str, other: str, now: Decimal) -> str:
    how = "按差额或择高发给" if now else "不能同时享受"
    return f"已有{titles[code]}，{titles[other]}{how}"


def distances(family: Family) -> Iterator[tuple[str, Distance]]:
    """(benefit, how far) for every condition that compares a figure of the family and is not met."""
    unmet = list(family.program.unmet(family.top, family.rows))
    for rule, place, values in unmet:
        found = list(_moves(family, rule, place, values))
        # Money before heads: an income can fall, but nobody wants fewer people in the family.
        found = [d for d in found if d.unit] or found
        lower = [d for d in found if d.direction == "lower"]
        yield from ((rule.benefit, d) for d in (lower or found))


def _moves(family: Family, rule: Rule, place: int, values: Mapping[str, Any]) -> Iterator[Distance]:
    words = family.program.ruleset.vocabulary.words
    for name in rule.args:
        value = values.get(name, family.top.get(name))
        kind = _kind(family, name)
        if kind not in ("元", "整数") or value is None or not _can_move(family, name, kind):
            continue
        step: Decimal | int = FEN if kind == "元" else 1
        for direction, sign in (("lower", -1), ("higher", 1)):
            most = _room(value, step) if sign < 0 else FARTHEST_FEN if kind == "元" else FARTHEST_COUNT
            steps = _fewest(lambda n: _holds(family, rule, values, name, value + step * n), most, sign)  # noqa: B023
            if steps:
                gap = Decimal(steps) * step
                suffices = _suffices(family, rule, place)
                person = family.person(rule.entity, place)
                unit = "元" if kind == "元" else "" if name in words else "岁"
                yield Distance(name, place, person, direction, gap, unit, rule.name, suffices)


def _kind(family: Family, name: str) -> str:
    ruleset = family.program.ruleset
    if name in ruleset.types:
        return ruleset.types[name][0]
    word = ruleset.vocabulary.words.get(name)
    return word.type if word else ""


def _can_move(family: Family, name: str, kind: str) -> bool:
    """Whether a figure can be otherwise in life: money that comes from some money of the family, a count that the family
    states, an age. A standard, or the number of people, is no distance to a line."""
    words = family.program.ruleset.vocabulary.words
    if name in words:
        return True
    kinds = {words[one].type for one in facts_behind(family.program, name)}
    return "元" in kinds if kind == "元" else kinds == {"日期"}


def _room(value: Any, step: Decimal | int) -> int:
    """How many steps down to nought."""
    whole = value.numerator / value.denominator if isinstance(value, Unrounded) else Decimal(value)
    return max(int(whole / step), 0)


def _holds(family: Family, rule: Rule, values: Mapping[str, Any], name: str, supposed: Any) -> bool:
    top = family.top
    facts = {a: family.program.params if a == "参数" else values.get(a, top.get(a)) for a in rule.args}
    return bool(rule.fn(**{**facts, name: supposed}))


def _fewest(holds: Any, most: int, sign: int) -> int:
    """The fewest steps (at most ``most``) after which the condition holds; 0 when it then still does not."""
    if most <= 0 or not holds(sign * most):
        return 0
    low, high = 0, most  # not met at low, met at high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(sign * middle) else (middle, high)
    return high


def _suffices(family: Family, rule: Rule, place: int) -> bool:
    """Whether the benefit is given once this one condition holds."""
    seen = family.seen_in(family.try_({(rule.entity, place, rule.name): True}))
    before = family.seen
    return any(value and not before.get(key) for key, value in seen.items() if key[0] == rule.benefit and not key[2])
