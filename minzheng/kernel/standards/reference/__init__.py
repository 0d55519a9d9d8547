"""待遇说明: what every benefit is here and today, for staff and for anybody, computed from the rules and the values in force."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import lru_cache

from minzheng.kernel.standards import values
from minzheng.policy import Ruleset
from minzheng.policy.reference import Reference, describe
from minzheng.policy.regions import NATION, normalize_region


@dataclass(frozen=True)
class Line:
    """One benefit in the list. `missing`: parameters without a value here."""

    code: str
    title: str
    rules: int
    articles: int
    missing: tuple[str, ...]


def of(code: str, region: str, on: datetime.date) -> Reference | None:
    """The reference of one benefit in a place ("" = the nation) on a day; None for an unknown code."""
    ruleset = values.ruleset()
    if code not in ruleset.benefits:
        return None
    return _kept(ruleset, code, normalize_region(region) if region else NATION, on)


@lru_cache(maxsize=128)
def _kept(ruleset: Ruleset, code: str, region: str, on: datetime.date) -> Reference:
    return describe(ruleset, code, region, on)


def all_lines(region: str, on: datetime.date) -> list[Line]:
    """Every benefit, in the order of its folders."""
    ruleset = values.ruleset()
    place = normalize_region(region) if region else NATION
    program = ruleset.program(place, on)
    found = []
    for code in ruleset.benefit_codes():
        mine = [rule for rule in program.in_force.values() if rule.benefit == code]
        laws = {rule.law_on(on) for rule in mine}
        missing = tuple(program.unconfigured.get(code, ()))
        found.append(Line(code, ruleset.benefits[code].title, len(mine), len(laws), missing))
    return found
