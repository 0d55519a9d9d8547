"""个人待遇 as an item: which words of the rules its questions answer, and the rules' answer for one person.

A personal benefit asks for facts about one person, who is the applicant of the case (somebody else may act for them under a
mandate: parents, guardians, village workers). What families are registered for (低保, 特困 …) is looked up, not asked again.
An `item.py` declares a `PersonalBenefit`, a form by `personal_form` and a flow by `lifecycle.personal.personal`.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.timezone import localdate

from minzheng.kernel.awards.services import first_payable_month
from minzheng.kernel.crypto.fields import BlindIndex
from minzheng.kernel.items import reckoning, registry
from minzheng.kernel.items.forms import Form, Step
from minzheng.kernel.items.items import Answer
from minzheng.kernel.items.reckoning import Family, fen, in_yuan, yuan_of
from minzheng.kernel.items.steps import ACCOUNT, APPLICANT, CONSENTS, REVIEW, papers
from minzheng.kernel.months import month_after
from minzheng.kernel.parts.fields import Field, Photo, yuan_text
from minzheng.kernel.standards.values import ruleset

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from minzheng.kernel.awards.models import AwardMember
    from minzheng.kernel.cases.models import Case, CaseMember
    from minzheng.kernel.cases.params import FlowParams
    from minzheng.policy import Outcome

#: Facts of a person (declared, or verified by the clerk) → words of the rules for that person; for what a mapping by name
#: cannot say.
More = Callable[[Mapping[str, Any], "Case"], Mapping[str, Any]]


def personal_form(
    title: str,
    facts: tuple[Field, ...],
    *,
    why: str,
    photos: tuple[Photo, ...] = (),
    account: bool = True,
    before: tuple[Step, ...] = (),
    applicant: Step = APPLICANT,
) -> Form:
    """Who, the facts (one screen), [account], photographs, consents, review. `before`: further steps after the first.
    `applicant`: the first step in other words (same fields), where the person is a child.

    The facts stand in the applicant's own row of `form["members"]`, so that they are shown, verified and frozen there."""
    step = Step("facts", title, facts, repeat="members", fixed_rows=True, why=why)
    steps = (applicant, *before, step, *((ACCOUNT,) if account else ()), papers(*photos), CONSENTS, REVIEW)
    return Form(steps)


@dataclass(frozen=True)
class Registered:
    """A word that says whether somebody is registered as …: yes with an award of one of `items` in force; else what the
    clerk verified or the person declared under `fact` ("name=code": that code is among the answers). `entity`: whose word
    it is (家庭 or 成员)."""

    word: str
    items: tuple[str, ...]
    fact: str = ""
    entity: str = "家庭"


#: What most personal benefits ask about a family's standing.
DIBAO = Registered("已确认低保", ("assistance.dibao",), "is_dibao")
EDGE = Registered("已确认低保边缘", ("assistance.dibao_edge",), "is_edge")
TEKUN = Registered("已确认特困", ("assistance.tekun",), "is_tekun", "成员")


@dataclass(frozen=True)
class PersonalBenefit:
    """One or more benefits of the rule set seen as an item about one person.

    `eligible`: the yes/no words of 人, any of which grants. `cash`: words of 人 that add up to the amount. `facts`: fact →
    word of 人; `home`: fact → word of 户. `shown`: (label, word) for the sheet. `also`: further rule folders asked.
    """

    benefit: str
    title: str
    eligible: tuple[str, ...]
    cash: tuple[str, ...]
    _: KW_ONLY
    facts: Mapping[str, str] = field(default_factory=dict)
    home: Mapping[str, str] = field(default_factory=dict)
    registered: tuple[Registered, ...] = ()
    shown: tuple[tuple[str, str], ...] = ()
    also: tuple[str, ...] = ()
    cycle: str = "monthly"
    more: More | None = None
    more_home: More | None = None  # the same for words of 户
    category: str = "A"  # the class that says how often it is re-checked
    # First month where it is not the usual one; it may answer None (the usual one after all).
    start_month: Callable[[Case, datetime.date], datetime.date | None] | None = None

    # ---- one case ----

    def assess(self, case: Case, on: datetime.date) -> Answer:
        """Eligibility on `on`, amount by the standard of the first month that would be paid.

        Raises policy.Unconfigured where this place has no parameters, policy.InputError on impossible facts."""
        family, notes = self.family(case)
        params = registry.get(case.item_code).flow.params(case.region_code, on)
        words = reckoning.as_json(family)
        start = self.start_month(case, on) if self.start_month else applied_month(case, params)  # None: by the decision
        if start is None:
            return self._answer(words, case.region_code, on, first_payable_month(on, params), notes)
        answer = self._answer(words, case.region_code, on, max(start, on.replace(day=1)), notes)
        return self._from(start, answer, words, case.region_code, on) if answer.eligible else answer

    def recompute(self, frozen: Mapping[str, Any]) -> Answer:
        """The same answer from what an award froze."""
        day = datetime.date.fromisoformat
        with reckoning.as_decided(frozen):
            return self._answer(
                dict(frozen["family"]),
                frozen["region"],
                day(frozen["on"]),
                day(frozen.get("payable_on") or frozen["on"]),
                list(frozen.get("notes", [])),
            )

    def _from(self, start: datetime.date, answer: Answer, family: Family, region: str, on: datetime.date) -> Answer:
        """Paid from `start`: every month before the one of the decision by its own rules and standards."""
        back: dict[datetime.date, int] = {}
        month = start
        while month < on.replace(day=1):
            outcome = reckoning.run(family, region, month, (self.benefit, *self.also), explain=False)
            amount = sum(fen(_row(outcome).get(word)) or 0 for word in self.cash)
            back |= {month: amount} if amount else {}
            month = month_after(month, 1)
        sheet = answer.sheet
        if back:
            months = "、".join(f"{m.year} 年 {m.month} 月" for m in back)
            sheet = (*sheet, ("补发", f"{months}，共 {yuan_text(sum(back.values()))} 元（自申请当月起发）"))
        return replace(answer, first_month=min(back, default=max(start, on.replace(day=1))), back=back, sheet=sheet)

    def family(self, case: Case) -> tuple[Family, list[str]]:
        """(the person in the rules' words, notes on what was taken from where)."""
        member = next(iter(m for m in case.members.all() if m.in_count), None)
        if member is None:
            return {"家庭": {}, "成员": []}, []
        verified = {k: v for k, v in (member.verified or {}).items() if v is not None}
        known = {**(member.declared or {}), **verified}
        person: Family = {"姓名": member.name}
        if member.birth_date:
            person["出生日期"] = member.birth_date
        person["户籍在本地"] = (case.form.get("applicant") or {}).get("hukou") not in ("permit", "away")
        if known.get("died_on"):
            person["死亡日期"] = known["died_on"]
        person |= in_words(known, self.facts)
        home = in_words(known, self.home)
        for one in self.registered:
            held = holds(member, one.items) or _says(known, one.fact)
            (home if one.entity == "家庭" else person)[one.word] = held
        if self.more is not None:
            person |= dict(self.more(known, case))
        if self.more_home is not None:
            home |= dict(self.more_home(known, case))
        return {"家庭": home, "成员": [person]}, [f"{key}：按核实的情况" for key in verified]

    def _answer(
        self, family: Family, region: str, on: datetime.date, payable_on: datetime.date, notes: list[str]
    ) -> Answer:
        targets = (self.benefit, *self.also)
        outcome = reckoning.run(family, region, on, targets, explain=True)
        eligible = self._granted(outcome)
        paid = outcome
        if eligible and payable_on != on:
            paid = reckoning.by_payable_month(family, region, payable_on, targets, outcome, self._granted)
        amount = sum(fen(_row(paid).get(word)) or 0 for word in self.cash) if eligible else 0
        return Answer(
            eligible=eligible,
            amount_fen=amount,
            persons=len(outcome.rows["人"]),
            per_capita_fen=None,
            reasons=()
            if eligible
            else tuple((r["code"], r["text"]) for r in outcome.reasons if r["benefit"] in targets),
            sheet=self._sheet(paid, amount, eligible),
            category=self.category,
            cycle=self.cycle,
            evidence=reckoning.evidence(self.benefit, family, region, on, payable_on, notes, outcome, paid)
            | self._amounts(paid),
        )

    def _other_parts(self, outcome: Outcome) -> list[tuple[str, str]]:
        """Where several benefits are asked for at once: those that are not given, with the reasons."""
        refused: list[tuple[str, str]] = []
        for word in self.cash if self.also else ():
            benefit = ruleset().versions[word][0].benefit
            why = "；".join(r["text"] for r in outcome.reasons if r["benefit"] == benefit)
            if why and not _row(outcome).get(word):
                refused.append((word, f"不发：{why}"))
        return refused

    def _amounts(self, outcome: Outcome) -> dict[str, dict[str, int]]:
        """Fen by word of the result; where several benefits are asked for at once, by benefit too."""
        amounts = {word: fen(_row(outcome).get(word)) or 0 for word in self.cash}
        if not self.also:
            return {"amounts": amounts}
        shares = dict.fromkeys((self.benefit, *self.also), 0)
        for word, amount in amounts.items():
            shares[ruleset().versions[word][0].benefit] += amount
        return {"amounts": amounts, "by_benefit": shares}

    def _granted(self, outcome: Outcome) -> bool:
        row = _row(outcome)
        return any(bool(row.get(word)) for word in self.eligible)

    def _sheet(self, outcome: Outcome, amount: int, eligible: bool) -> tuple[tuple[str, str], ...]:
        values = {**outcome.values, **_row(outcome)}
        rows = [(label, _shown(word, values[word])) for label, word in self.shown if values.get(word) is not None]
        if eligible:
            rows += [(word, f"{in_yuan(values.get(word))} 元") for word in self.cash if values.get(word)]
            rows += self._other_parts(outcome)
            total = {"monthly": "每月合计", "once": "一次性发给", "quota": "每月服务额度"}[self.cycle]
            rows.append((total, f"{yuan_text(amount)} 元"))
        return tuple((label, str(value)) for label, value in rows)


def holds(member: CaseMember, items: tuple[str, ...]) -> bool:
    """Whether this person is covered by an award of one of these items that is in force."""
    return covered_by(member, items).exists()


def holding(members: Sequence[CaseMember], items: tuple[str, ...]) -> list[bool]:
    """For each of these members, in order, whether an award of one of these items that is in force covers them. One query;
    rows that are not saved yet are known by their ID number."""
    from minzheng.kernel.awards.models import AwardMember

    indexes = [BlindIndex.of_value("id_no", m.id_no) if m.id_no else None for m in members]
    people = [m.person_id for m in members if m.person_id]
    known = [index for index in indexes if index is not None]
    if not known:
        return [False for _ in members]
    rows = AwardMember.objects.filter(
        Q(person_id__in=people) | Q(person__id_index__in=known),
        award__item_code__in=items,
        award__state__in=("active", "suspended", "tapering"),
    ).values_list("person_id", "person__id_index")
    found = {(person, bytes(index or b"")) for person, index in rows}
    by_person, by_index = {one for one, _ in found}, {one for _, one in found}
    return [
        index is not None and (m.person_id in by_person if m.person_id else bytes(index) in by_index)
        for m, index in zip(members, indexes, strict=True)
    ]


def covered_by(member: CaseMember, items: tuple[str, ...]) -> QuerySet[AwardMember]:
    """The rows of awards in force of these items that cover this person; none without an ID number."""
    from minzheng.kernel.awards.models import AwardMember

    if not member.id_no:
        return AwardMember.objects.none()
    rows = AwardMember.objects.filter(award__item_code__in=items, award__state__in=("active", "suspended", "tapering"))
    if member.person_id:
        return rows.filter(person_id=member.person_id)
    return rows.filter(person__id_index=member.id_index)


def applied_month(case: Case, params: FlowParams) -> datetime.date | None:
    """Day 1 of the month from which the place pays by the application: handed in, or its papers complete (补正 over).
    None where it pays by the decision."""
    if not params.paid_from or case.submitted_at is None:
        return None
    at = case.submitted_at
    if params.paid_from == "complete":
        last = case.acts.filter(code="resubmit").order_by("-at").values_list("at", flat=True).first()
        at = last or at
    return localdate(at).replace(day=1)


def _says(known: Mapping[str, Any], fact: str) -> bool:
    """Whether a fact was answered with yes; `fact` "standing=dibao": whether that is among the answers."""
    name, _, value = fact.partition("=")
    given = known.get(name)
    return value in (given if isinstance(given, (list, tuple)) else (given,)) if value else bool(given)


def _shown(word: str, value: Any) -> str:
    """A value as the sheet says it: grades by their numeral, yes and no in words."""
    declared = ruleset().vocabulary.words.get(word)
    if isinstance(value, bool):
        return "是" if value else "否"
    if declared is not None and declared.code:
        return f"{'〇一二三四五六七八九'[int(value)]}级" if 0 < int(value) < 10 else "没有"
    return in_yuan(value)


def _row(outcome: Outcome) -> dict[str, Any]:
    return outcome.rows["人"][0] if outcome.rows["人"] else {}


def in_words(known: Mapping[str, Any], names: Mapping[str, str]) -> Family:
    """Facts under the rules' words, in the types these words have; what was not answered takes the word's default."""
    vocabulary = ruleset().vocabulary.words
    words: Family = {}
    for fact, word in names.items():
        value = known.get(fact)
        if value in (None, "", []):
            continue
        kind = vocabulary[word].type
        words[word] = yuan_of(value) if kind == "元" else int(value) if kind == "整数" else value
    return words
