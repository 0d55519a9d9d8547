"""核算: the applicant in the rules' words, and the rules' answer; December pays the rest of the yearly standards (R3)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from minzheng.business.assistance.means_test.family import policy_family, yuan
from minzheng.business.assistance.tekun.form import SIX
from minzheng.kernel import clock
from minzheng.kernel.ages import age_on
from minzheng.kernel.items import reckoning
from minzheng.kernel.items.items import Answer
from minzheng.kernel.items.personal import PersonalBenefit
from minzheng.kernel.items.reckoning import Family, fen, in_yuan
from minzheng.kernel.parts.fields import yuan_text
from minzheng.policy import InputError, Unconfigured

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Case, CaseMember
    from minzheng.policy import Outcome

#: What the form calls an obligor's standing → the word of the rules.
STANDING = {
    "tekun": "特困人员",
    "dibao": "低保对象",
    "disabled": "重度残疾",
    "third": "三级智力精神残疾",
    "incapable": "无民事行为能力",
    "missing": "宣告失踪",
    "prison": "服刑在押",
}
_STANDARDS = ("特困基本生活标准", "特困照料护理标准")


def facts_of(member: CaseMember) -> dict[str, Any]:
    """Declared facts of a person, those found out by the township standing over them."""
    verified = {k: v for k, v in (member.verified or {}).items() if v is not None}
    return {**(member.declared or {}), **verified}


def unable_items(known: Mapping[str, Any]) -> int:
    """How many of the six things the person cannot do alone: as assessed, before that as declared."""
    if known.get("unable_items") is not None:
        return int(known["unable_items"])
    return sum(1 for name, _ in SIX if known.get(name) is False)


def obligor_words(member: CaseMember, words: Family) -> Family:
    """One person who owes support, for the rule of 履行能力."""
    known = facts_of(member)
    years = age_on(member.birth_date, clock.today()) if member.birth_date else int(known.get("age") or 0)
    return {
        **words,
        "义务人身份": STANDING.get(known.get("status") or "", "无"),
        "义务人年龄": years,
        "义务人收入低": bool(known.get("low_income")),
        "义务人财产符合": bool(known.get("modest")),
    }


@dataclass(frozen=True)
class TekunBenefit(PersonalBenefit):
    """特困供养 of one person. The family of the rules is this person alone."""

    def family(self, case: Case) -> tuple[Family, list[str]]:
        """See PersonalBenefit.family. A finding of the township about the obligors stands over what was declared of them."""
        family, notes = policy_family(case)
        in_force = ("在保", "原月保障金", "超标月数")  # of 低保, not of this award
        home = {word: value for word, value in family["家庭"].items() if word not in in_force}
        member = next((m for m in case.members.all() if m.in_count), None)
        if member is None or not family["成员"]:
            return {"家庭": home, "成员": []}, notes
        known = facts_of(member)
        declared_none = (case.form.get("support") or {}).get("has_obligor") is False
        finding = known.get("no_support")
        person = {
            **family["成员"][0],
            "与户主关系": "户主",
            "特困申请": True,
            "无赡养能力人": declared_none if finding is None else bool(finding),
            "自理不能项数": unable_items(known),
            "供养方式": known.get("care_mode") or "分散供养",
            "中学在读": bool(known.get("middle_student")),
            "特困另不计入收入": yuan(known.get("tekun_not_counted") or 0),
        }
        if known.get("child_aid"):
            person["孤儿"] = True
        if case.awards.exclude(state="ended").exists():
            person["已确认特困"] = True
        owing = [m for m in case.members.all() if m.is_obligor and not m.is_obligor_spouse]
        rows = [obligor_words(m, words) for m, words in zip(owing, family.get("赡养义务人", []), strict=True)]
        linked = {"赡养义务人": rows} if rows and finding is None else {}
        return {"家庭": home, "成员": [person], **linked}, notes

    def recompute(self, frozen: Mapping[str, Any]) -> Answer:
        """See PersonalBenefit.recompute; of a funeral payment, the payment."""
        answer = super().recompute(frozen)
        paid = frozen.get("funeral")
        if not paid:
            return answer
        day = datetime.date.fromisoformat(paid["died_on"])
        return replace(answer, amount_fen=funeral_fen(frozen, day), cycle="once")

    def _answer(
        self, family: Family, region: str, on: datetime.date, payable_on: datetime.date, notes: list[str]
    ) -> Answer:
        """The month's amount is the rounded twelfth; what December pays instead is kept beside it."""
        december = datetime.date(payable_on.year, 12, 1)
        last = self._paid(family, region, december)
        usual = self._usual_month(family, region, last, december) if payable_on.month == 12 else payable_on
        answer = super()._answer(family, region, on, usual, notes)
        if not answer.eligible or last is None:
            return answer
        rest = sum(fen(last.get(word)) or 0 for word in self.cash)
        return replace(answer, evidence={**answer.evidence, "december_fen": rest})

    def _sheet(self, outcome: Outcome, amount: int, eligible: bool) -> tuple[tuple[str, str], ...]:
        """In whole words: the first lines are also read out in the notice."""
        row = outcome.rows["人"][0] if outcome.rows["人"] else {}
        if not row:
            return ()
        unable = row["自理不能项数"]
        grade = "全护理" if row.get("完全丧失自理") else "半护理" if row.get("部分丧失自理") else "全自理"
        lines = [
            ("年龄", f"{row['年龄']} 周岁"),
            ("本人月收入", f"{in_yuan(row['特困月收入'])} 元"),
            ("低保标准", f"每月 {in_yuan(outcome.values['保障标准'])} 元"),
            ("自理能力", f"六项中 {unable} 项不能自主完成，{grade}" if unable else "六项都能自主完成，全自理"),
            ("供养方式", str(row["供养方式"])),
        ]
        if eligible:
            lines += [(word, f"{in_yuan(row.get(word))} 元") for word in self.cash]
            lines.append(("每月合计", f"{yuan_text(amount)} 元"))
        return tuple(lines)

    def _paid(self, family: Family, region: str, on: datetime.date) -> dict[str, Any] | None:
        """The person's values on a day; None where they cannot be computed or nothing is granted."""
        if not family["成员"]:
            return None
        try:
            outcome = reckoning.run(family, region, on, (self.benefit,), explain=False)
        except (Unconfigured, InputError):
            return None
        return outcome.rows["人"][0] if self._granted(outcome) else None

    def _usual_month(
        self, family: Family, region: str, last: dict[str, Any] | None, december: datetime.date
    ) -> datetime.date:
        """A month beside December with the same standards."""
        for month in (datetime.date(december.year, 11, 1), datetime.date(december.year + 1, 1, 1)):
            beside = self._paid(family, region, month)
            if beside and last and all(beside.get(word) == last.get(word) for word in _STANDARDS):
                return month
        return december


BENEFIT = TekunBenefit(
    "assistance.tekun",
    "特困供养",
    ("特困资格",),
    ("特困基本生活金", "特困照料护理费"),
)


def funeral_fen(frozen: Mapping[str, Any], died_on: datetime.date) -> int:
    """丧葬费 in fen by the rules of the month of death, for the person whose award was frozen."""
    family = dict(frozen["family"])
    family["成员"] = [{**family["成员"][0], "死亡日期": died_on.isoformat()}]
    with reckoning.as_decided(frozen):
        outcome = reckoning.run(family, frozen["region"], died_on, (BENEFIT.benefit,), explain=False)
    return fen(outcome.rows["人"][0].get("特困丧葬费")) or 0
