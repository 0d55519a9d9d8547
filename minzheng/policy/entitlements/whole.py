"""Putting the whole outcome together."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from minzheng.policy.entitlements import against
from minzheng.policy.entitlements.changes import Fact, changes_of, find_changes
from minzheng.policy.entitlements.matrix import basis_in
from minzheng.policy.entitlements.model import Amount, Change, Entitlement, Entitlements
from minzheng.policy.entitlements.standards import standards
from minzheng.policy.entitlements.trials import Family, given_benefits
from minzheng.policy.errors import InputError
from minzheng.policy.evaluate import HOUSEHOLD_TOTAL
from minzheng.policy.money import to_fen_half_up
from minzheng.policy.words import to_date

if TYPE_CHECKING:
    from minzheng.policy.ruleset import Ruleset


def entitlements(
    ruleset: Ruleset,
    family: dict[str, Any],
    region: str,
    on: datetime.date,
    *,
    facts: Sequence[Fact] | None = None,
    would_change: bool = True,
) -> Entitlements:
    """Everything that one family gets in a place on a day, benefit by benefit in the order of their codes.

    ``family`` as for ``Ruleset.evaluate``. ``facts``: what was asked and not answered, tried instead of every missing
    word; ``would_change=False`` leaves that part out. Raises InputError for unknown words and impossible values; a
    benefit without values in this place comes out as unconfigured and never as a refusal.
    """
    if type(on) is not datetime.date:
        try:
            on = to_date(on)
        except ValueError as error:
            raise InputError(str(error), field="日期") from None
    known = Family(ruleset.program(region, on), family)
    titles = {code: ruleset.benefits[code].title for code in ruleset.benefit_codes()}
    changes: list[Change] = []
    if would_change:
        changes = find_changes(known, titles) if facts is None else changes_of(known, facts, titles)
    benefits = [_benefit(known, code, titles) for code in titles]
    _add_against(known, {b.code: b for b in benefits}, titles)
    for one in benefits:
        one.would_change = tuple(c for c in changes if any(e.benefit == one.code for e in c.effects))
    return Entitlements(
        region=known.program.region,
        on=on,
        people=tuple(known.person("人", i) for i in range(1, len(known.rows["人"]) + 1)),
        benefits=tuple(benefits),
        changes=tuple(changes),
        monthly=to_fen_half_up(known.top[HOUSEHOLD_TOTAL] or 0),
        sha=ruleset.sha,
        outcome=known,
    )


def _benefit(family: Family, code: str, titles: dict[str, str]) -> Entitlement:
    missing = family.program.unconfigured.get(code)
    one = Entitlement(code, titles[code], unconfigured=None if missing is None else tuple(missing))
    if missing is not None:
        return one
    one.eligible = code in given_benefits(family.seen)
    amounts: list[Amount] = []
    behind: list[tuple[str, str, int]] = []
    for watched in (w for w in family.watched if w.benefit == code):
        one.law = one.law or family.program.rules[watched.word].law_on(family.program.on)
        rows = [family.top] if watched.entity == "户" else family.rows[watched.entity]
        for place, values in enumerate(rows, 0 if watched.entity == "户" else 1):
            value = values[watched.word]
            if watched.cycle and value > 0:
                person = family.person(watched.entity, place)
                amounts.append(Amount(watched.word, place, person, to_fen_half_up(value), watched.cycle))
                behind.append((watched.entity, watched.word, place))
    one.amounts = tuple(amounts)
    one.standards = standards(family, behind)
    return one


def _add_against(family: Family, benefits: dict[str, Entitlement], titles: dict[str, str]) -> None:
    for code, refused in against.refusals(family).items():
        if code in benefits:
            benefits[code].reasons = tuple(refused)
    basis = basis_in(family.program)
    for code, exclusion in against.exclusions(family, titles, basis):
        benefits[code].excluded_by += (exclusion,)
    for code, distance in against.distances(family):
        if code in benefits:
            benefits[code].distances += (distance,)
