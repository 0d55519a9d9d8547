"""Awards of everything besides 低保 and 低保边缘: each item is asked, in an order in which those that exclude others come
first, and its own answer is the amount. Nobody is granted what the rules of the county do not give.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from random import Random
from typing import Any

from minzheng.demo.facts_of import (
    ANSWERS,
    CARE,
    DIFFICULT,
    FUNERAL,
    HOME_CARE,
    OLD_AGE,
    ORPHAN,
    TEKUN,
    TWO,
    UNATTENDED,
    days_after,
    funeral_words,
    personal_words,
    tekun_words,
    temporary_words,
)  # fmt: skip
from minzheng.demo.outcomes import DIBAO, EDGE, Grant, Granter, counted, evaluate
from minzheng.demo.people import Home, Member
from minzheng.demo.personal_plans import RIGID, TEMPORARY, PersonalPlans
from minzheng.demo.words import policy_family, yuan
from minzheng.kernel.items import registry
from minzheng.kernel.items.items import Answer
from minzheng.kernel.months import month_after

YUAN = 100
#: How many of those entitled have applied and draw it; the rest are for clerks to find.
DRAWN = {
    TEKUN: 0.97, ORPHAN: 1.0, UNATTENDED: 0.9, OLD_AGE: 0.96, CARE: 0.85, TWO: 0.85, DIFFICULT: 0.35, HOME_CARE: 0.3,
}  # fmt: skip


def answer_of(item_code: str, family: dict[str, Any], region: str, on: datetime.date) -> Answer:
    """The item's own answer for a frozen family; what `awards recompute` will ask again."""
    recompute = registry.get(item_code).recompute
    assert recompute is not None
    day = on.isoformat()
    return recompute({"family": family, "region": region, "on": day, "payable_on": day, "notes": []})


class Entitled:
    """Goes through the people of one household after another."""

    def __init__(self, granter: Granter, seed: int, plans: PersonalPlans) -> None:
        self.plans = plans
        self.granter, self.as_of, self.seed = granter, granter.as_of, seed
        self._seen: set[str] = set()

    def grants(self, home: Home, means: Iterable[Grant]) -> list[Grant]:
        """Awards besides `means` (低保 or 低保边缘 of this household); none for the named families."""
        if home.story:
            return []
        rng = Random(f"entitled:{self.seed}:{home.no}")
        held: dict[str, set[str]] = {m.no: set() for m in home.members}
        drawn: tuple[int, int] | None = None
        for grant in means:
            for member, _top in grant.covered:
                held[member.no].add(grant.item_code)
            if grant.item_code == DIBAO:
                drawn = grant.amount - sum(top for _m, top in grant.covered), len(grant.covered)
        found = self._of_home(rng, home, held)
        for member in home.members:
            found += self._of_member(rng, home, member, held[member.no], drawn)
        return found

    def _draws(self, rng: Random, item_code: str) -> bool:
        roll, first = rng.random(), item_code not in self._seen
        self._seen.add(item_code)
        return first or roll < DRAWN[item_code]

    def _applies(self, item_code: str, home: Home, member: Member) -> bool:
        """Whether this one is an applicant of the plan; the first of each kind draws it already."""
        if item_code not in self._seen:
            self._seen.add(item_code)
            return False
        return self.plans.take(item_code, home, member)

    # ---- households

    def _of_home(self, rng: Random, home: Home, held: dict[str, set[str]]) -> list[Grant]:
        found: list[Grant] = []
        if any(m.death_date for m in home.members):
            return found
        items = set().union(*held.values())
        if home.medical_annual and not items:
            found += self._rigid(rng, home)
        if home.trouble:
            if self._applies(TEMPORARY, home, home.head):
                return found
            decided = days_after(self.as_of, -12 - int(rng.random() * 110))
            if max(m.birth for m in home.members) < decided:
                family = temporary_words(home, items, 1 + int(rng.random() * 2))
                found += self._once(TEMPORARY, home, home.head, home.members, family, decided)
        return found

    def _rigid(self, rng: Random, home: Home) -> list[Grant]:
        family = policy_family(home)
        family["家庭"] |= {"医疗支出年额": yuan(home.medical_annual)}
        outcome = evaluate(family, self.as_of)
        if not outcome.household["刚性支出困难资格"]:
            return []
        if self._applies(RIGID, home, home.head):
            return []
        decided = days_after(self.as_of, -40 - int(rng.random() * 120))
        covered = tuple((member, 0) for member, _row in counted(home, outcome))
        first = month_after(decided)
        return [Grant(RIGID, home, home.head, covered, 0, "active", decided, first, self.as_of, family)]

    def _once(
        self,
        item: str,
        home: Home,
        payee: Member,
        covered: list[Member],
        family: dict[str, Any],
        decided: datetime.date,
    ) -> list[Grant]:
        answer = answer_of(item, family, home.village.code, decided)
        if not answer.eligible or not answer.amount_fen:
            return []
        who, first = tuple((m, 0) for m in covered), month_after(decided)
        state = "ended" if first <= self.granter.month else "active"
        return [Grant(item, home, payee, who, answer.amount_fen, state, decided, first, decided, family, answer.cycle)]

    # ---- persons

    def _of_member(
        self, rng: Random, home: Home, member: Member, held: set[str], drawn: tuple[int, int] | None
    ) -> list[Grant]:
        if member.death_date is not None:
            return self._funeral(rng, home, member)
        if member.ability and not held and not home.poor and not member.tekun and CARE in self._seen:
            self.plans.take(CARE, home, member, refused=True)
        found, taken = [], set(self._seen)
        for item in self._asked(member, held):
            if not self._draws(rng, item):
                continue
            family = self._family(item, home, member, held, drawn)
            if family is None:
                continue
            grant = self._monthly(rng, item, home, member, family)
            if grant is not None and not (item in taken and self.plans.take(item, home, member)):
                held.add(item)
                found.append(grant)
        return found

    def _asked(self, member: Member, held: set[str]) -> list[str]:
        """Items worth asking for, those that exclude others first."""
        age, child = member.age(self.as_of), member.age(self.as_of) < 18
        lost = {member.parents.get("father_state"), member.parents.get("mother_state")} <= {"死亡", "宣告失踪"}
        poor = held & {DIBAO, EDGE} or member.tekun
        hard = child and (member.disability_level in (1, 2) or member.serious_illness or DIBAO in held)
        wanted = (
            (TEKUN, member.tekun),
            (ORPHAN, bool(member.parents) and lost),
            (UNATTENDED, bool(member.parents) and not lost),
            (CARE, age >= 60 and bool(poor) and (bool(member.ability) or age >= 80)),
            (TWO, bool(member.disability_kind)),
            (DIFFICULT, hard and not member.parents),
            (OLD_AGE, age >= 80),
            (HOME_CARE, age >= 60 and bool(member.ability) and not member.collective),
        )
        return [item for item, asked in wanted if asked]

    def _family(
        self, item: str, home: Home, member: Member, held: set[str], drawn: tuple[int, int] | None
    ) -> dict[str, Any] | None:
        if item == TEKUN:
            return tekun_words(home, member)
        answers = ANSWERS[item](home, member)
        if item == CARE and answers["ability"] == "none":
            return None  # nothing is paid before an assessment
        family = personal_words(item, member, answers, held, drawn if DIBAO in held else None)
        if item == TWO and CARE in held:
            # The same kind of subsidy: only the higher of the two. What is drawn already is told to the rules.
            care = self._family(CARE, home, member, held - {CARE}, drawn)
            assert care is not None
            given = answer_of(CARE, care, home.village.code, self.as_of).amount_fen
            family["成员"][0]["老年护理类补贴"] = yuan(given)
        return family

    def _monthly(self, rng: Random, item: str, home: Home, member: Member, family: dict[str, Any]) -> Grant | None:
        """In force since some day of the last year; since this month where the amount has changed meanwhile."""
        region, granter = home.village.code, self.granter
        answer = answer_of(item, family, region, self.as_of)
        if not answer.eligible or not answer.amount_fen:
            return None
        decided = granter.earliest + datetime.timedelta(
            days=int(rng.random() * max((self.as_of - granter.earliest).days - 40, 1))
        )
        decided = max(decided, days_after(self._since(item, member), 14))
        start = max(month_after(decided), granter.paid_since)
        then = answer if _same_bracket(member.birth, start, self.as_of) else None
        if then is None and start <= self.as_of:
            then = answer_of(item, family, region, start)
        if then is None or then.amount_fen != answer.amount_fen:
            decided, start = days_after(granter.month, -5), granter.month
            if answer_of(item, family, region, start).amount_fen != answer.amount_fen or decided < self._since(
                item, member
            ):
                return None
        payee = member if member.age(self.as_of) >= 16 else home.head
        return Grant(
            item, home, payee, ((member, 0),), answer.amount_fen, "active", decided, month_after(decided), self.as_of,
            family, answer.cycle,
        )  # fmt: skip

    def _since(self, item: str, member: Member) -> datetime.date:
        """Before this day nobody could have decided it."""
        if item in (CARE, HOME_CARE) and member.assessed_on is not None:
            return member.assessed_on
        if item == OLD_AGE:
            birth = member.birth
            return datetime.date(birth.year + 80, birth.month, 1)
        return member.birth

    def _funeral(self, rng: Random, home: Home, member: Member) -> list[Grant]:
        assert member.death_date is not None
        payee = next((m for m in home.members if m.death_date is None and m.age(self.as_of) >= 18), None)
        decided = days_after(member.death_date, 20)
        if payee is None or decided > self.as_of:
            return []
        if self._applies(FUNERAL, home, member):
            return []
        fees = {"遗体接运费": 260 + int(rng.random() * 20) * 10, "遗体存放费": 160, "遗体火化费": 380}
        family = funeral_words(member, {word: amount * YUAN for word, amount in fees.items()}, "格位存放")
        return self._once(FUNERAL, home, payee, [payee], family, decided)


def _same_bracket(birth: datetime.date, start: datetime.date, end: datetime.date) -> bool:
    """No round birthday from one day to the other: by age alone nothing can have changed, so the rules need not be asked
    a second time."""
    months = [(day.year - birth.year) * 12 + day.month - birth.month for day in (start, end)]
    return start <= end and (months[0] - 1) // 60 == months[1] // 60
