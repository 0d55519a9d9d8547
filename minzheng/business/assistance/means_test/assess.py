"""核算: the rules' answer for one case, as evidence that can be frozen, shown and computed again."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from minzheng.business.assistance.means_test.family import Family, policy_family
from minzheng.business.assistance.means_test.single import SingleClaim, recognised
from minzheng.kernel.awards.services import first_payable_month
from minzheng.kernel.items import reckoning, registry
from minzheng.kernel.items.items import Answer, Proposal, Taper
from minzheng.kernel.parts.fields import yuan_text
from minzheng.policy import InputError, Outcome, Unconfigured
from minzheng.policy.explain import show

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Case

SHOWN = ("保障人口", "家庭月收入", "人均月收入")


@dataclass(frozen=True)
class MeansTest:
    """One benefit of the rule set seen as an item. `cash`/`member_cash`: output words that add up to the month's amount."""

    benefit: str
    title: str
    eligible: str
    cash: tuple[str, ...] = ()
    member_cash: tuple[str, ...] = ()
    taper: str = ""  # the word that says whether a family over the line may leave gradually …
    taper_cash: str = ""  # … what it goes on receiving …
    taper_months: str = ""  # … and the parameter for how long
    # Facts of the family put in the words that this benefit means by them (what the form asks in common words).
    words: Callable[[Family], Family] = lambda family: family
    shown: tuple[tuple[str, str], ...] = ()  # further lines of the sheet: (label, word of 户 in 元)
    single: SingleClaim | None = None  # where one member of the family may ask alone
    # Limits on property that the matching report shows: (class of facts, word of 户 in 元 or parameter with a count)
    limit_words: tuple[tuple[str, str], ...] = ()

    # ---- one case ----

    def assess(self, case: Case, on: datetime.date) -> Answer:
        """Eligibility on `on`, amount by the standard of the first month that would be paid (reference §1.14 case 16).

        Raises policy.Unconfigured where this place has no parameters, policy.InputError on impossible facts."""
        family, notes = policy_family(case)
        params = registry.get(case.item_code).flow.params(case.region_code, on)
        words = reckoning.as_json(self.words(family))
        known = recognised(case, self.single.family_benefit) if self.single and self.single.places(words) else ""
        return self._answer(words, case.region_code, on, first_payable_month(on, params), notes, known)

    def recompute(self, frozen: Mapping[str, Any]) -> Answer:
        """The same answer from what an award froze; for an award in its taper, the amount kept (渐退保障金)."""
        day = datetime.date.fromisoformat
        with reckoning.as_decided(frozen):
            answer = self._answer(
                dict(frozen["family"]),
                frozen["region"],
                day(frozen["on"]),
                day(frozen.get("payable_on") or frozen["on"]),
                frozen.get("notes", []),
                frozen.get("recognised", ""),
            )
        return replace(answer, amount_fen=answer.taper.amount_fen) if answer.taper else answer

    def _answer(
        self, family: Family, region: str, on: datetime.date, payable_on: datetime.date, notes: list[str], known: str
    ) -> Answer:
        if self.single and self.single.places(family):
            return self._single(self.single, family, region, on, payable_on, notes, known)
        outcome = self._run(family, region, on, explain=True)
        eligible = bool(outcome.values.get(self.eligible))
        paid = self._payable(family, region, payable_on, outcome) if eligible else outcome
        amount, tops = self._amount(paid) if eligible else (0, {})
        reasons = tuple(
            (r["code"], r["text"]) for r in outcome.reasons if r["benefit"] == self.benefit and "person" not in r
        )
        per_capita = outcome.values.get("人均月收入")
        return Answer(
            eligible=eligible,
            amount_fen=amount,
            persons=int(outcome.values.get("保障人口") or 0),
            per_capita_fen=reckoning.fen(per_capita),
            reasons=() if eligible else reasons,
            sheet=self._sheet(paid, amount, eligible),
            category=category(paid),
            top_ups=tops,
            taper=self._taper(outcome),
            evidence=reckoning.evidence(self.benefit, family, region, on, payable_on, notes, outcome, paid),
        )

    def _single(
        self,
        single: SingleClaim,
        family: Family,
        region: str,
        on: datetime.date,
        payable_on: datetime.date,
        notes: list[str],
        known: str,
    ) -> Answer:
        """One member asks alone: the family is assessed to prove what it is, the member for the rest."""
        places = single.places(family)
        outcome = self._run(family, region, on, explain=True)
        eligible = single.eligible_in(outcome, places)
        paid = outcome
        if eligible:
            paid = self._payable(family, region, payable_on, outcome, lambda later: single.eligible_in(later, places))
        amounts, proof = single.amounts(paid, places), single.proof(outcome, known)
        reasons = () if eligible else single.reasons(self._with_family(family, region, on), self.benefit, places)
        return Answer(
            eligible=eligible,
            amount_fen=sum(sum(a.values()) for a in amounts.values()) if eligible else 0,
            persons=len(places),
            per_capita_fen=reckoning.fen(outcome.values.get("人均月收入")),
            reasons=reasons,
            sheet=single.sheet(paid, places, amounts, proof if eligible else ""),
            category=category(paid, places),
            top_ups={
                place: fen
                for place in places
                if eligible and (fen := sum(amounts[place].values()) - amounts[place][single.cash[0]])
            },
            evidence=reckoning.evidence(self.benefit, family, region, on, payable_on, notes, outcome, paid)
            | {"covered": list(places), "proof": proof, "recognised": known},
            covered=places,
            proof=proof,
        )

    def _with_family(self, family: Family, region: str, on: datetime.date) -> Outcome:
        """The same outcome with the reasons of the benefit that recognises the family."""
        assert self.single is not None
        targets = (self.benefit, self.single.family_benefit, *SHOWN)
        return reckoning.run(family, region, on, targets, explain=False)

    def _run(self, family: Family, region: str, on: datetime.date, *, explain: bool) -> Outcome:
        return reckoning.run(family, region, on, self._targets, explain=explain)

    @property
    def _targets(self) -> tuple[str, ...]:
        return (self.benefit, *SHOWN)

    def _taper(self, outcome: Outcome) -> Taper | None:
        if not self.taper or not outcome.values.get(self.taper):
            return None
        months = next((int(p["value"]) for p in outcome.params_used if p["name"] == self.taper_months), 0)
        return Taper(reckoning.fen(outcome.values.get(self.taper_cash)) or 0, months)

    def _payable(
        self,
        family: Family,
        region: str,
        on: datetime.date,
        outcome: Outcome,
        still: Callable[[Outcome], bool] | None = None,
    ) -> Outcome:
        """By the standards of the first paid month; by today's where those are not published yet."""
        return reckoning.by_payable_month(
            family, region, on, self._targets, outcome, still or (lambda later: bool(later.values.get(self.eligible)))
        )

    def _amount(self, outcome: Outcome) -> tuple[int, dict[int, int]]:
        """(fen a month, {position of the member among the counted: fen of top-up})."""
        tops = {
            i: sum(reckoning.fen(row.get(w)) or 0 for w in self.member_cash)
            for i, row in enumerate(outcome.rows["人"], start=1)
        }
        own = sum(reckoning.fen(outcome.values.get(w)) or 0 for w in self.cash)
        return own + sum(tops.values()), {i: fen for i, fen in tops.items() if fen}

    def _sheet(self, outcome: Outcome, amount: int, eligible: bool) -> tuple[tuple[str, str], ...]:
        values = outcome.values
        rows = [
            ("保障人口", f"{values.get('保障人口')} 人"),
            ("保障标准", f"每人每月 {reckoning.in_yuan(values.get('保障标准'))} 元"),
            ("家庭月收入", f"{reckoning.in_yuan(values.get('家庭月收入'))} 元"),
        ]
        if values.get("人均月收入") is not None:
            rows.append(("人均月收入", f"{reckoning.in_yuan(values['人均月收入'])} 元（仅供对照，按全家总额判断）"))
        rows += [
            (label, f"{reckoning.in_yuan(values[word])} 元")
            for label, word in self.shown
            if values.get(word) is not None
        ]
        if values.get("赡养费收入"):
            rows.append(("其中赡养费", f"{reckoning.in_yuan(values['赡养费收入'])} 元（不住在一起的义务人应付）"))
        if values.get("计入金融资产") is not None:
            rows.append(("计入的金融资产", f"{reckoning.in_yuan(values['计入金融资产'])} 元"))
        if eligible:
            rows += [(w, f"{reckoning.in_yuan(values.get(w))} 元") for w in self.cash if amount]
            for word in self.member_cash:
                rows += [
                    (f"{word}（{row.get('姓名')}）", f"{reckoning.in_yuan(row[word])} 元")
                    for row in outcome.rows["人"]
                    if row.get(word)
                ]
            if self.cash and amount:
                rows.append(("每月合计", f"{yuan_text(amount)} 元"))
        return tuple((label, str(value)) for label, value in rows)

    # ---- for the matching report ----

    def limits(self, case: Case, on: datetime.date) -> dict[str, int]:
        """Class of facts → the most this family may have, in fen or pieces; nothing where the place has no parameters."""
        family, _ = policy_family(case)
        try:
            outcome = self._run(reckoning.as_json(self.words(family)), case.region_code, on, explain=False)
        except (Unconfigured, InputError):
            return {}
        used = {p["name"]: p["value"] for p in outcome.params_used}
        found = {name: reckoning.fen(outcome.values.get(word)) for name, word in self.limit_words}
        found |= {name: int(used[word]) for name, word in self.limit_words if word in used}
        return {name: value for name, value in found.items() if value is not None}

    # ---- as a proposal after another benefit's refusal ----

    def proposal(self, case: Case, on: datetime.date, line: str) -> Proposal | None:
        """What this benefit's own rules say for the same family; None where it has no parameters here.

        `line`: the word of the limit that is shown beside the income."""
        family, _ = policy_family(case)
        try:
            outcome = self._run(reckoning.as_json(self.words(family)), case.region_code, on, explain=False)
        except Unconfigured:
            return None
        ok = bool(outcome.values.get(self.eligible))
        figures = tuple(
            (w, show(outcome.values[w])) for w in ("保障人口", "家庭月收入", line) if outcome.values.get(w) is not None
        )
        figures = tuple((label, str(value)) for label, value in figures)
        facts = "，".join(f"{label} {value}" for label, value in figures)
        why = "；".join(r["text"] for r in outcome.reasons if r["benefit"] == self.benefit and "person" not in r)
        sentence = (
            f"按核定情况（{facts}），符合{self.title}条件，同意后不用重新交材料。"
            if ok
            else f"不符合{self.title}条件：{why}。"
        )
        return Proposal(self.benefit, self.title, ok, sentence, figures)


def category(outcome: Outcome, places: tuple[int, ...] = ()) -> str:
    """Class for re-checks (reference §1.7.1): C somebody can work, A nobody can and no income, B the others.

    `places`: only these members are covered (单人户), and only their own income is looked at."""
    rows = [row for place, row in enumerate(outcome.rows["人"], start=1) if not places or place in places]
    able = any(
        row.get("计入保障")
        and row.get("成年")
        and not row.get("无劳动能力")
        and not row.get("重度残疾")
        and not row.get("在校")
        and (row.get("年龄") or 0) < 60
        for row in rows
    )
    if able:
        return "C"
    income = sum(row.get("个人月收入") or 0 for row in rows) if places else outcome.values.get("家庭月收入") or 0
    return "B" if income > 0 else "A"
