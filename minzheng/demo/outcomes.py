"""Awards in force: who gets one and how much a month is computed by the rules engine with the demo county's standards;
no number is made up elsewhere.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from random import Random
from typing import Any

from minzheng.demo.errors import DemoError
from minzheng.demo.people import Home, Member
from minzheng.demo.places import AREA
from minzheng.demo.words import policy_family
from minzheng.kernel.months import month_after
from minzheng.policy import Outcome, load_ruleset

DIBAO, EDGE = "assistance.dibao", "assistance.dibao_edge"
_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Grant:
    """One award in force. `family` is what the decision was computed from; amounts in fen."""

    item_code: str
    home: Home
    payee: Member
    covered: tuple[tuple[Member, int], ...]
    amount: int
    state: str
    decided_on: datetime.date
    first_month: datetime.date
    computed_on: datetime.date
    family: dict[str, Any]
    cycle: str = "monthly"


@lru_cache(maxsize=64)
def _program(on: datetime.date) -> Any:
    return load_ruleset().program(AREA, on)


def computable(on: datetime.date) -> bool:
    return not {DIBAO, EDGE} & set(_program(on).unconfigured)


def evaluate(family: dict[str, Any], on: datetime.date) -> Outcome:
    return _program(on).run(family)


def default_as_of(today: datetime.date) -> datetime.date:
    """Today, or the last day for which the demo county has standards."""
    if computable(today):
        return today
    declared = load_ruleset().program(AREA, datetime.date(2026, 11, 21)).found["保障标准_农村"].row.until
    if declared is not None and declared < today:
        return declared
    raise DemoError(f"示范县没有 {today} 的低保标准：请用 --as-of 指定 minzheng/regions/{AREA} 里已有标准的日期。")


class Granter:
    """Decides for every household near the line, as of one day."""

    def __init__(self, as_of: datetime.date) -> None:
        if not computable(as_of):
            raise DemoError(
                f"--as-of {as_of}：示范县没有这一天的低保标准，请改用 minzheng/regions/{AREA} 里已有标准的日期。"
            )
        self.as_of, self.month = as_of, as_of.replace(day=1)
        self.standard_since = _program(as_of).found["保障标准_农村"].row.since
        #: Lines are made from this month on: three months, one standard.
        self.paid_since = max(self.standard_since, month_after(self.month, -2))
        back = (d for d in (420, 300, 200, 100, 45) if computable(as_of - d * _DAY))
        self.earliest = as_of - next(back, 45) * _DAY

    def decide(self, rng: Random, home: Home) -> Grant | None:
        """The award of an ordinary household, or None. Households that hide something have none: they were found out."""
        if not home.poor or home.hidden_deposits or home.hidden_vehicles or home.hidden_wage:
            return None
        family = policy_family(home)
        outcome = evaluate(family, self.as_of)
        decided = self.earliest + int(rng.random() * max((self.as_of - self.earliest).days - 40, 1)) * _DAY
        if outcome.household["低保资格"]:
            return self._dibao(home, family, outcome, decided) if rng.random() < 0.9 else None
        if outcome.household["低保边缘资格"] and rng.random() < 0.6:
            return self.edge(home, family, outcome, decided)
        return None

    def _dibao(self, home: Home, family: dict[str, Any], outcome: Outcome, decided: datetime.date) -> Grant:
        first = month_after(decided)
        start = max(first, self.standard_since)
        newest = max(member.birth for member in home.members)
        if newest > start or _amount(evaluate(family, start)) != _amount(outcome):
            # A child was born, or a member turned 18 or 70 since: the amount in force was set when that was re-checked.
            decided = self.month - 5 * _DAY
            first = self.month
        return self.dibao(home, family, outcome, decided, first)

    def dibao(
        self, home: Home, family: dict[str, Any], outcome: Outcome, decided: datetime.date,
        first: datetime.date, state: str = "active",
    ) -> Grant:  # fmt: skip
        covered = tuple((member, _fen(row["分类施保金"])) for member, row in counted(home, outcome))
        return Grant(
            DIBAO, home, home.head, covered, _amount(outcome), state, decided, first, self.as_of, family,
        )  # fmt: skip

    def edge(self, home: Home, family: dict[str, Any], outcome: Outcome, decided: datetime.date) -> Grant:
        covered = tuple((member, 0) for member, _row in counted(home, outcome))
        return Grant(
            EDGE, home, home.head, covered, 0, "active", decided, month_after(decided),
            self.as_of, family,
        )  # fmt: skip


def counted(home: Home, outcome: Outcome) -> list[tuple[Member, dict[str, Any]]]:
    """The members that count for the benefit, each with the engine's row of it."""
    return [
        (member, row | outcome.members[place])
        for place, (member, row) in enumerate(zip(home.members, outcome.rows["人"], strict=True))
        if row["计入保障"]
    ]


def _fen(value: Decimal) -> int:
    return int(value * 100)


def _amount(outcome: Outcome) -> int:
    """低保金 plus 分类施保 of every member, in fen."""
    return _fen(outcome.household["低保金"]) + sum(_fen(row["分类施保金"]) for row in outcome.members)
