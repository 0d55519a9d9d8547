"""What people live with besides age and income: who is provided for by the state, children without parents, how well old
people manage, who died lately, which family was struck by something.

Drawn from a `Random` of its own for each household, so that nobody's name, number or income depends on it. The first
household that fits is always taken, so that even a small county has one of each kind.
"""

from __future__ import annotations

import datetime
from random import Random

from minzheng.demo.people import Home, Member

YUAN = 100
#: Share of the households (people) that fit and are taken, the first of each kind apart.
SHARES = {
    "alone_country": 0.075, "alone_city": 0.03, "alone_disabled": 0.5, "orphan": 0.025, "unattended": 0.06,
    "parent_ill": 0.7, "dead": 0.03, "costs": 0.25, "trouble": 0.0025,
}  # fmt: skip
LEVELS = (("能力完好", 0.35), ("轻度失能", 0.3), ("中度失能", 0.18), ("重度失能", 0.12), ("完全失能", 0.05))
TROUBLES = ("火灾", "交通事故", "突发重大疾病", "其他意外")
#: Circumstances of (father, mother) under which a child is one whom neither can raise.
UNABLE: tuple[dict[str, object], ...] = (
    {"father_state": "死亡", "mother_state": "失去联系", "mother_months": 14},
    {"father_state": "服刑在押", "father_months": 48, "mother_state": "失去联系", "mother_months": 20},
    {"father_state": "死亡", "mother_state": "重病"},
    {
        "father_state": "残疾",
        "father_level": "1",
        "father_kind": "精神",
        "mother_state": "失去联系",
        "mother_months": 9,
    },
)


class Standings:
    """Marks households as they come by; see the module."""

    def __init__(self, seed: int, as_of: datetime.date) -> None:
        self.seed, self.as_of = seed, as_of
        self._seen: set[str] = set()

    def mark(self, home: Home) -> None:
        """Write the marks into the household and its members. The named families are as they are told."""
        if home.story:
            return
        rng = Random(f"standing:{self.seed}:{home.no}")
        self._care(rng, home)
        self._alone(rng, home)
        self._children(rng, home)
        self._dead(rng, home)
        self._struck(rng, home)

    def _taken(self, rng: Random, kind: str) -> bool:
        roll, first = rng.random(), kind not in self._seen
        self._seen.add(kind)
        return first or roll < SHARES[kind]

    def _care(self, rng: Random, home: Home) -> None:
        """Who needs care, and what an assessment of the last months found about old people."""
        for member in home.members:
            member.needs_care = 0 < member.disability_level <= 3 and rng.random() < 0.9
            age = member.age(self.as_of)
            if age < 60 or rng.random() > (0.6 if home.poor else 0.25 if age >= 75 else 0.06):
                continue
            member.ability = _level(rng.random())
            member.assessed_on = self.as_of - datetime.timedelta(days=20 + int(rng.random() * 290))

    def _alone(self, rng: Random, home: Home) -> None:
        """特困: alone, unable to work, nothing but the basic pension, nobody who owes support."""
        member = home.head
        if home.poor or len(home.members) > 1:
            return
        old = member.age(self.as_of) >= 60 and member.not_counted
        disabled = (member.disability_kind in ("智力", "精神") and member.disability_level <= 3) or (
            member.disability_kind == "肢体" and member.disability_level <= 2
        )
        kind = "alone_disabled" if disabled else "alone_city" if home.urban else "alone_country"
        if not (old or disabled) or not self._taken(rng, kind):
            return
        member.tekun, member.no_labour = True, True
        member.wage = member.business = member.property_income = 0
        if not old:
            member.transfer = member.not_counted = 0
        home.deposits = int(rng.random() * 60) * 100 * YUAN
        home.vehicles = home.hidden_deposits = home.hidden_vehicles = home.hidden_wage = 0
        home.houses, home.market_entity = 1, False
        roll = rng.random()
        member.unable_items = (
            0 if roll < 0.5 else 1 + int(rng.random() * 3) if roll < 0.8 else 4 + int(rng.random() * 3)
        )
        member.collective = member.unable_items >= 4 or rng.random() < 0.15

    def _children(self, rng: Random, home: Home) -> None:
        children = [m for m in home.members if m.age(self.as_of) < 18 and m.relation in ("子女", "孙子女")]
        if not children:
            return
        parents: dict[str, object] = {}
        if all(m.relation != "子女" for m in home.members):  # grandparents and grandchildren
            if not home.poor and self._taken(rng, "orphan"):
                parents = {"father_state": "死亡", "mother_state": "死亡" if rng.random() < 0.7 else "宣告失踪"}
            elif self._taken(rng, "unattended"):
                parents = dict(UNABLE[int(rng.random() * len(UNABLE))])
        elif self._one_who_fails(home) and self._taken(rng, "parent_ill"):
            parents = self._dead_and_failing(home.head)
        for child in children:
            child.parents = dict(parents)

    @staticmethod
    def _one_who_fails(home: Home) -> bool:
        """One parent, who is too ill or disabled to raise the children."""
        alone = not any(m.relation in ("配偶", "父母") for m in home.members)
        return alone and (home.head.serious_illness or 0 < home.head.disability_level <= 2)

    @staticmethod
    def _dead_and_failing(parent: Member) -> dict[str, object]:
        mine, other = ("father", "mother") if parent.sex == "1" else ("mother", "father")
        if not 0 < parent.disability_level <= 2:
            return {f"{other}_state": "死亡", f"{mine}_state": "重病"}
        level, kind = str(parent.disability_level), parent.disability_kind
        return {f"{other}_state": "死亡", f"{mine}_state": "残疾", f"{mine}_level": level, f"{mine}_kind": kind}

    def _dead(self, rng: Random, home: Home) -> None:
        """Somebody old died some weeks ago, and the family arranged the funeral."""
        if home.poor or not home.deposits:
            return
        for member in home.members[1:]:
            if member.age(self.as_of) >= 70 and member.relation in ("配偶", "父母") and self._taken(rng, "dead"):
                member.death_date = self.as_of - datetime.timedelta(days=30 + int(rng.random() * 110))
                member.ability, member.assessed_on = "", None
                return

    def _struck(self, rng: Random, home: Home) -> None:
        """Bills that eat up the income, or something that happened suddenly."""
        ill = any(m.serious_illness or 0 < m.disability_level <= 2 for m in home.members if m.death_date is None)
        if not home.poor and ill and home.deposits <= 60_000 * YUAN and self._taken(rng, "costs"):
            income = sum(m.wage + m.business + m.transfer for m in home.members)
            home.medical_annual = int((0.35 + rng.random() * 0.4) * income * 12 // (100 * YUAN)) * 100 * YUAN
        if not home.head.tekun and self._taken(rng, "trouble"):
            home.trouble = TROUBLES[int(rng.random() * len(TROUBLES))]


def _level(roll: float) -> str:
    for level, share in LEVELS:
        roll -= share
        if roll < 0:
            return level
    return LEVELS[0][0]
