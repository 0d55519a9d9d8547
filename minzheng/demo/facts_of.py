"""What an application for each personal benefit says about somebody (the answers of the form), and the same in the rules' words.

The answers are translated by the items' own declarations, so that an award that is generated and a case that is played rest
on the same words."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection
from typing import Any

from minzheng.demo.people import Home, Member
from minzheng.demo.words import yuan
from minzheng.kernel.items import registry
from minzheng.kernel.items.personal import PersonalBenefit, in_words
from minzheng.kernel.items.reckoning import as_json

TEKUN, FUNERAL = "assistance.tekun", "funeral.free_basics"
TWO, OLD_AGE = "disability.two_subsidies", "elderly.old_age"
CARE, HOME_CARE = "elderly.care_subsidy", "elderly.home_care"
ORPHAN, UNATTENDED, DIFFICULT = "children.orphan", "children.unattended", "children.difficult"
#: Items about one person; the others are about a household.
PERSONAL = (TEKUN, FUNERAL, TWO, OLD_AGE, CARE, HOME_CARE, ORPHAN, UNATTENDED, DIFFICULT)
_SIX = ("eat", "dress", "bed", "toilet", "walk", "wash")
_HARDEST_FIRST = ("wash", "bed", "toilet", "walk", "dress", "eat")


def standing_words(home: Home) -> str:
    """With whom an old person lives, as the form asks it."""
    alive = [m for m in home.members if m.death_date is None]
    couple = len(alive) == 2 and {m.relation for m in alive} == {"户主", "配偶"}
    return "alone" if len(alive) == 1 else "spouse" if couple else "family"


def _old(home: Home, member: Member) -> dict[str, Any]:
    return {"elsewhere": False, "living": standing_words(home)} | _contact(home, member)


def _contact(home: Home, member: Member) -> dict[str, Any]:
    other = next((m for m in home.members if m is not member and m.phone and m.death_date is None), None)
    return {"contact_name": other.name, "contact_phone": other.phone} if other else {}


def _ability(home: Home, member: Member) -> dict[str, Any]:
    found = {"living": standing_words(home)} | _contact(home, member)
    if not member.ability or member.assessed_on is None:
        return found | {"ability": "none"}
    return found | {"ability": member.ability, "assessed_on": member.assessed_on.isoformat()}


def _two(home: Home, member: Member) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "disability_kind": member.disability_kind, "disability_level": str(member.disability_level),
        "standing": ["none"], "elsewhere": ["none"],
    }  # fmt: skip
    if member.disability_kind == "多重":
        facts["mixed_mental"] = False
    if member.disability_level <= 3:
        facts["needs_care"] = member.needs_care
    return facts


def _child(home: Home, member: Member) -> dict[str, Any]:
    guardian = next(m for m in home.members if m.relation == "户主")
    raised = "grandparent" if member.relation == "孙子女" else "parent"
    healthy = {"father_state": "无特殊情形", "mother_state": "无特殊情形"}
    school = "none" if member.student == "no" else "basic"
    return {**healthy, **member.parents} | {
        "guardian": guardian.name, "guardian_relation": raised, "guardian_phone": guardian.phone or "", "school": school,
        "agrees": True,
    }  # fmt: skip


def _ill_child(home: Home, member: Member) -> dict[str, Any]:
    facts = _child(home, member) | {"has_certificate": bool(member.disability_kind)}
    if member.disability_kind:
        facts |= {"disability_kind": member.disability_kind, "disability_level": str(member.disability_level)}
    return facts


def _in_difficulty(home: Home, member: Member) -> dict[str, Any]:
    facts = _ill_child(home, member) | {"care": "正常", "illness": member.serious_illness}
    facts.pop("school")
    return facts


ANSWERS: dict[str, Callable[[Home, Member], dict[str, Any]]] = {
    OLD_AGE: _old,
    CARE: _ability,
    HOME_CARE: lambda home, member: _ability(home, member) | {"in_hospital": False},
    TWO: _two,
    ORPHAN: _child,
    UNATTENDED: _ill_child,
    DIFFICULT: _in_difficulty,
}


def personal_words(
    item_code: str,
    member: Member,
    answers: dict[str, Any],
    held: Collection[str],
    drawn: tuple[int, int] | None,
) -> dict[str, Any]:
    """The family that an award of a personal benefit freezes. `held`: items that already cover this person; `drawn`: fen
    without what is paid for single members, and persons, of the family's 低保."""
    benefit = benefit_of(item_code)
    person: dict[str, Any] = {"姓名": member.name, "出生日期": member.birth, "户籍在本地": True}
    person |= in_words(answers, benefit.facts)
    home: dict[str, Any] = in_words(answers, benefit.home)
    for one in benefit.registered:
        (home if one.entity == "家庭" else person)[one.word] = any(item in held for item in one.items)
    if benefit.more is not None:
        person |= dict(benefit.more(answers, None))  # type: ignore[arg-type]
    if benefit.more_home is not None and drawn is not None:
        home |= {"登记低保月额": yuan(drawn[0]), "登记低保人数": drawn[1]}
    return as_json({"家庭": home, "成员": [person]})


def benefit_of(item_code: str) -> PersonalBenefit:
    """The declaration behind an item's recompute."""
    benefit = getattr(registry.get(item_code).recompute, "__self__", None)
    assert isinstance(benefit, PersonalBenefit), item_code
    return benefit


def tekun_answers(member: Member) -> dict[str, Any]:
    """The applicant's own row of the form: disability, the six things, income."""
    unable = set(_HARDEST_FIRST[: member.unable_items])
    row: dict[str, Any] = {name: name not in unable for name in _SIX}
    row |= {"care_mode": "集中供养" if member.collective else "分散供养", "no_labour": member.no_labour}
    row |= {"transfer": member.transfer, "not_counted": member.not_counted, "middle_student": False, "child_aid": False}
    if member.disability_kind:
        row |= {"disability_kind": member.disability_kind, "disability_level": str(member.disability_level)}
    return row


def tekun_words(home: Home, member: Member) -> dict[str, Any]:
    """One person alone, as tekun/benefit.py puts them."""
    person: dict[str, Any] = {
        "姓名": member.name, "与户主关系": "户主", "出生日期": member.birth, "无劳动能力": member.no_labour,
        "转移净收入": yuan(member.transfer), "不计入收入": yuan(member.not_counted), "特困申请": True,
        "无赡养能力人": True, "自理不能项数": member.unable_items,
        "供养方式": "集中供养" if member.collective else "分散供养", "户籍在本地": True,
    }  # fmt: skip
    if member.disability_kind:
        person |= {"残疾类别": member.disability_kind, "残疾等级": member.disability_level}
    owned = {
        "城乡": "城市" if home.urban else "农村", "金融资产": yuan(home.deposits), "房屋套数": home.houses,
        "机动车辆": home.vehicles,
    }  # fmt: skip
    return as_json({"家庭": owned, "成员": [person]})


def temporary_words(home: Home, held: Collection[str], months: int) -> dict[str, Any]:
    """The whole family, struck by `home.trouble`."""
    members = [
        {
            "姓名": m.name, "与户主关系": m.relation, "出生日期": m.birth, "户籍在本地": True, "不计入情形": "无",
            "长期共同居住": True,
        }
        for m in home.members
    ]  # fmt: skip
    need = {
        "城乡": "城市" if home.urban else "农村", "申请临时救助": True, "救助类型": "急难型", "救助原因": home.trouble,
        "情况紧急": False, "急难发生在本地": True, "需救助月数": months,
        "已确认低保": "assistance.dibao" in held, "已确认低保边缘": "assistance.dibao_edge" in held,
    }  # fmt: skip
    return as_json({"家庭": need, "成员": members})


def funeral_words(member: Member, fees: dict[str, int], burial: str) -> dict[str, Any]:
    """The deceased, as funeral/free_basics puts them; `fees`: word → fen."""
    assert member.death_date is not None
    person: dict[str, Any] = {
        "姓名": member.name, "出生日期": member.birth, "死亡日期": member.death_date, "户籍在本地": True,
        "本地常住": False, "已享受殡葬减免": False, "已确认特困": False, "遗体存放天数": 2, "安葬方式": burial,
    }  # fmt: skip
    person |= {word: yuan(fen) for word, fen in fees.items()}
    return as_json({"家庭": {"已确认低保": False, "已确认低保边缘": False}, "成员": [person]})


def days_after(day: datetime.date, count: int) -> datetime.date:
    return day + datetime.timedelta(days=count)
