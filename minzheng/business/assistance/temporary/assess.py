"""核算: the rules' answer for one application, less what was given in advance, more where a meeting agreed on more."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from minzheng.business.assistance.means_test.family import SITUATIONS
from minzheng.business.assistance.temporary.form import SPENDING, SUDDEN
from minzheng.kernel.awards import selectors as awards
from minzheng.kernel.items import reckoning
from minzheng.kernel.items.items import Answer
from minzheng.kernel.items.reckoning import Family, fen, in_yuan, yuan_of
from minzheng.kernel.parts.fields import yuan_text

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Case
    from minzheng.policy import Outcome

BENEFIT = "assistance.temporary"
#: Standings that spare a family the test of its means: word of 户 → items.
REGISTERED = {"已确认低保": "assistance.dibao", "已确认低保边缘": "assistance.dibao_edge"}
TEKUN = "assistance.tekun"


def need_of(case: Case) -> dict[str, Any]:
    """What stands: the facts verified by the township over those declared."""
    found = dict(case.form.get("need") or {})
    for member in case.members.all():
        verified = (member.verified or {}).get("household") or {}
        found |= {name: value for name, value in verified.items() if value is not None}
    return found


def assess(case: Case, on: datetime.date) -> Answer:
    """Raises policy.Unconfigured where this place has chosen no way of reckoning, policy.InputError on impossible facts."""
    family = reckoning.as_json(_family(case, on))
    kept = {"advance_fen": advanced(case), "agreed_fen": agreed(case)}
    return _answer(family, case.region_code, on, kept)


def recompute(frozen: Mapping[str, Any]) -> Answer:
    """The same answer from what an award froze; an advance is worth what was given."""
    kept = {name: int(frozen.get(name) or 0) for name in ("advance_fen", "agreed_fen", "given_fen")}
    with reckoning.as_decided(frozen):
        return _answer(dict(frozen["family"]), frozen["region"], datetime.date.fromisoformat(frozen["on"]), kept)


def advance_answer(answer: Answer, given: int) -> Answer:
    """What the award of an advance freezes: the family as known then, and the sum that was given."""
    evidence = {**answer.evidence, "given_fen": given, "advance_fen": 0, "agreed_fen": 0}
    sheet = (("先行救助", f"{yuan_text(given)} 元"),)
    return Answer(True, given, answer.persons, None, (), sheet, "A", evidence, cycle="once")


def advanced(case: Case) -> int:
    """Fen given in advance so far."""
    return sum(int(e.data.get("amount_fen") or 0) for e in case.evidence.filter(kind="advance"))


def agreed(case: Case) -> int:
    """The total that the county's meeting agreed on; 0 where none met since the case was last sent back."""
    back = case.acts.filter(code="return_case").order_by("-seq").first()
    rows = case.evidence.filter(kind="case_by_case").order_by("-at", "-pk")
    newest = rows.filter(at__gte=back.at).first() if back else rows.first()
    return int(newest.data.get("amount_fen") or 0) if newest else 0


# ---- the family in the rules' words ----


def _family(case: Case, on: datetime.date) -> Family:
    need, frozen = need_of(case), case.event_date is not None
    people = [m for m in case.members.all() if not m.is_obligor and (m.in_count or not frozen)]
    hukou = (case.form.get("applicant") or {}).get("hukou")
    members = []
    for place, m in enumerate(people):
        words: Family = {
            "姓名": m.name,
            "与户主关系": m.relation or "其他",
            "户籍在本地": hukou not in ("permit", "away"),
        }
        if m.birth_date:
            words["出生日期"] = m.birth_date
        if not frozen:
            situation = (m.declared or {}).get("situation") or "home"
            words["不计入情形"] = SITUATIONS.get(situation, "无")
            words["长期共同居住"] = situation != "apart"
        if (m.verified or {}).get("died_on"):
            words["死亡日期"] = m.verified["died_on"]
        if awards.number_in_force([m.person_id] if m.person_id else [], TEKUN):
            words["已确认特困"] = True
        if place == 0 and need.get("income"):  # one figure for the whole family: it stands with the first of them
            words["财产净收入"] = yuan_of(need["income"])
        members.append(words)
    return {"家庭": _home(case, need, on, hukou == "permit"), "成员": members}


def _home(case: Case, need: Mapping[str, Any], on: datetime.date, permit: bool) -> Family:
    people = [m.person_id for m in case.members.all() if m.person_id]
    causes, given = earlier(case, on)
    home: Family = {
        "城乡": need.get("urban") or "农村",
        "申请临时救助": True,
        "救助类型": need.get("kind") or SUDDEN,
        "救助原因": need.get("cause") or "其他特殊困难",
        "情况紧急": bool(need.get("urgent")),
        "急难发生在本地": need.get("here") is not False,
        "持有居住证": permit,
        "需救助月数": int(need.get("months") or 1),
        "核定救助倍数": str(need.get("multiple") or 1),
        "核定困难金额": yuan_of(need.get("amount") or 0),
        "自付费用": yuan_of(need.get("spent") or 0),
        "本年同原因已救助": need.get("cause") in causes or bool(need.get("elsewhere")),
        "本年已获临时救助": yuan_of(given),
    }
    if home["救助类型"] == SPENDING:
        home["金融资产"] = yuan_of(need.get("deposits") or 0)
        home["房屋套数"], home["机动车辆"] = int(need.get("houses") or 0), int(need.get("vehicles") or 0)
    for word, item in REGISTERED.items():
        home[word] = bool(people and awards.number_in_force(people, item))
    return home


def earlier(case: Case, on: datetime.date) -> tuple[set[str], int]:
    """(causes already helped with in this calendar year, fen given in it) for anybody of the family, this case left out."""
    people = [m.person_id for m in case.members.all() if m.person_id]
    rows = awards.once_in_year(people, BENEFIT, on.year, but_case=case.pk)
    causes = {str(row.frozen.get("family", {}).get("家庭", {}).get("救助原因", "")) for row in rows}
    return causes, sum(row.amount_fen for row in rows)


# ---- the answer ----


def _answer(family: Family, region: str, on: datetime.date, kept: Mapping[str, int]) -> Answer:
    outcome = reckoning.run(family, region, on, (BENEFIT,), explain=True)
    values = outcome.values
    due = fen(values.get("临时救助金额")) or 0
    total = max(due, kept.get("agreed_fen", 0)) if values.get("临时救助资格") else 0
    eligible = total > 0
    given = kept.get("given_fen", 0)
    rest = given or max(total - kept.get("advance_fen", 0), 0)
    reasons = tuple((r["code"], r["text"]) for r in outcome.reasons if r["benefit"] == BENEFIT)
    if not eligible and not reasons:
        reasons = (("R10", "按当地办法计算，这次可以救助的金额是零"),)
    return Answer(
        eligible=eligible or bool(given),
        amount_fen=rest if eligible or given else 0,
        persons=int(values.get("家庭人口") or 0),
        per_capita_fen=None,
        reasons=() if eligible else reasons,
        sheet=_sheet(outcome, total, kept, rest, eligible),
        category="A",
        cycle="once",
        evidence=reckoning.evidence(BENEFIT, family, region, on, on, [], outcome, outcome)
        | {name: kept.get(name, 0) for name in ("advance_fen", "agreed_fen", "given_fen")}
        | {
            "town_decides": bool(values.get("临时救助_乡镇审批")),
            "may_discuss": bool(values.get("临时救助_可一事一议")),
            "may_advance_fen": fen(values.get("先行救助金额")) or 0,
            "due_fen": due,
            "before_cap_fen": fen(values.get("临时救助应救金额")) or 0,
        },
    )


def _sheet(
    outcome: Outcome, total: int, kept: Mapping[str, int], rest: int, eligible: bool
) -> tuple[tuple[str, str], ...]:
    values = outcome.values
    rows = [
        ("困难的类型", f"{values.get('救助类型')}（{values.get('救助原因')}）"),
        ("救助人口", f"{values.get('家庭人口')} 人"),
    ]
    if values.get("救助类型") == SPENDING:
        rows += [
            ("家庭月收入", f"{in_yuan(values.get('临时救助家庭月收入'))} 元"),
            ("收入线", f"{in_yuan(values.get('临时救助收入线'))} 元"),
            ("自己付的必需支出", f"{in_yuan(values.get('自付费用'))} 元"),
        ]
    if eligible:
        rows += _amounts(outcome, total, kept, rest)
    return tuple(rows)


def _amounts(outcome: Outcome, total: int, kept: Mapping[str, int], rest: int) -> list[tuple[str, str]]:
    values = outcome.values
    rows = [("按当地办法计算", f"{in_yuan(values.get('临时救助应救金额'))} 元")]
    if values.get("临时救助_封顶减少额"):
        rows.append(("超过封顶线减少", f"{in_yuan(values.get('临时救助_封顶减少额'))} 元"))
    if kept.get("agreed_fen", 0) > (fen(values.get("临时救助金额")) or 0):
        rows.append(("一事一议议定", f"{yuan_text(kept['agreed_fen'])} 元"))
    rows.append(("救助总额", f"{yuan_text(total)} 元"))
    if kept.get("advance_fen"):
        rows.append(("已先行救助", f"{yuan_text(kept['advance_fen'])} 元"))
    return [*rows, ("一次性发给", f"{yuan_text(rest)} 元")]
