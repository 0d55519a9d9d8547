"""The answers in the words of the rules; what was answered “不知道” becomes a fact to be tried with other answers.

A word that nobody was asked about is left out, so the rules take its declared default.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from minzheng.kernel.ages import born_by
from minzheng.kernel.items.steps import SELF
from minzheng.online.portal.what.questions import PARENT, UNKNOWN, is_child, is_old, needs_support, people_of
from minzheng.policy.entitlements import Fact

Words = dict[str, Any]
Where = tuple[str, int, str]

#: An answer about a parent → the words of the rules, without 父亲 or 母亲 in front. “半年以上” is six months at least.
PARENTS: Mapping[str, Words] = {
    "ok": {"情形": "无特殊情形"},
    "dead": {"情形": "死亡"},
    "missing": {"情形": "宣告失踪"},
    "nobody": {"情形": "查找不到"},
    "prison": {"情形": "服刑在押", "情形月数": 6},
    "lost": {"情形": "失去联系", "情形月数": 6},
    "disabled": {"情形": "残疾", "残疾等级": 2, "残疾类别": "肢体"},
    "ill": {"情形": "重病"},
}
SUDDEN = ("火灾", "交通事故", "突发重大疾病", "其他意外", "其他特殊困难")
GRADES = ("一", "二", "三", "四")
_KINDS: Mapping[str, Callable[[Mapping[str, Any]], bool]] = {
    "child": is_child,
    "old": is_old,
    "disabled": lambda person: "card" in (person.get("has") or []),
}


@dataclass
class Told:
    """``family`` as the rules read it, ``facts`` to be tried, ``already``: codes of benefits said to be received.

    ``kinds``: whom there is in the family: child, old, disabled."""

    family: dict[str, Any]
    region: str
    facts: list[Fact] = field(default_factory=list)
    already: tuple[str, ...] = ()
    kinds: frozenset[str] = frozenset()


def told(answers: Mapping[str, Any], today: datetime.date) -> Told:
    """Everything that was said. The people keep their order: member n of the family is person n − 1."""
    people = people_of(answers)
    members: list[Words] = [
        {"姓名": p["name"], "与户主关系": "户主" if p["relation"] == SELF else p["relation"]} for p in people
    ]
    out = Told({"家庭": {}, "成员": members}, str((answers.get("where") or {}).get("place") or ""))
    _where(out, answers.get("where") or {}, len(people))
    for i, person in enumerate(people):
        _age(out, i, person, today)
    for code, read in (("money", _money), ("health", _health), ("elders", _elder), ("support", _support)):
        for row in answers.get(code) or []:
            if row.get("who") is not None and row["who"] < len(people):
                read(out, row["who"], people[row["who"]], row)
    _property(out, answers.get("property") or {})
    _spent(out, answers.get("spent") or {})
    out.kinds = frozenset(kind for person in people for kind, is_one in _KINDS.items() if is_one(person))
    _already(out, people, (answers.get("already") or {}).get("already") or [])
    return out


def _where(out: Told, said: Mapping[str, Any], people: int) -> None:
    urban, hukou = said.get("urban"), said.get("hukou")
    if urban in ("农村", "城市"):
        out.family["家庭"]["城乡"] = urban
    else:
        options = tuple(
            (f"住在{title}", {("户", 0, "城乡"): code}) for code, title in (("农村", "村里"), ("城市", "城里"))
        )
        out.facts.append(Fact("urban", "住在城里还是村里", options))
    if hukou in ("here", "away"):
        for member in out.family["成员"]:
            member["户籍在本地"] = hukou == "here"
    else:
        away = {("人", i + 1, "户籍在本地"): False for i in range(people)}
        out.facts.append(Fact("hukou", "户口在不在这个县（市、区）", (("不在", away),)))


def _age(out: Told, i: int, person: Mapping[str, Any], today: datetime.date) -> None:
    """Somebody so many years old may have a birthday on any day of the year; one half a year ago is taken."""
    years = person.get("age")
    if years is None:
        out.facts.append(Fact("age", "多大了", scan=("人", i + 1, "出生日期"), place=i + 1))
        return
    out.family["成员"][i]["出生日期"] = born_by(today - datetime.timedelta(days=182), int(years))


def _money(out: Told, i: int, person: Mapping[str, Any], said: Mapping[str, Any]) -> None:
    member = out.family["成员"][i]
    income = said.get("income")
    amounts = {"工资性收入": said.get("work"), "转移净收入": said.get("other")}
    if income == "none":
        member |= dict.fromkeys(amounts, Decimal(0))
    elif income == "some" and any(v is not None for v in amounts.values()):
        member |= {word: _yuan(value or 0) for word, value in amounts.items()}
    else:
        word = "转移净收入" if is_old(person) else "工资性收入"
        out.facts.append(Fact("income", "每个月进多少钱", scan=("人", i + 1, word), place=i + 1))
    if said.get("student") == "yes":
        member["在校"] = True
    elif said.get("student") == UNKNOWN:
        out.facts.append(Fact("student", "还在上学吗", (("在上学", {("人", i + 1, "在校"): True}),), place=i + 1))


def _property(out: Told, said: Mapping[str, Any]) -> None:
    home = out.family["家庭"]
    if said.get("savings") == "none":
        home["金融资产"] = Decimal(0)
    elif said.get("savings") == "some" and said.get("savings_amount") is not None:
        home["金融资产"] = _yuan(said["savings_amount"])
    else:
        out.facts.append(Fact("savings", "全家一共有多少存款", scan=("户", 0, "金融资产")))
    for key, word, title, more in (
        ("houses", "房屋套数", "自家的房子有几套", (("两套或更多", 2),)),
        ("cars", "机动车辆", "有没有汽车", (("有", 1),)),
    ):
        if str(said.get(key) or "").isdigit():
            home[word] = int(said[key])
        else:
            out.facts.append(Fact(key, title, tuple((label, {("户", 0, word): n}) for label, n in more)))


def _health(out: Told, i: int, person: Mapping[str, Any], said: Mapping[str, Any]) -> None:
    member, held, place = out.family["成员"][i], said.get("has") or [], i + 1
    if UNKNOWN in held:
        options = (
            *_grades(place, None),
            ("得了大病", {("人", place, "重病"): True}),
            ("因为病残干不了活", {("人", place, "无劳动能力"): True}),
        )
        out.facts.append(Fact("health", "身体怎么样", options, place=place))
        return
    member |= {"重病": "ill" in held, "无劳动能力": "no_labour" in held}
    if "card" not in held:
        member |= {"残疾类别": "无", "残疾等级": 0}
        return
    kind, level = said.get("kind"), str(said.get("level") or "")
    if kind and kind != UNKNOWN:
        member["残疾类别"] = kind
    if level.isdigit():
        member["残疾等级"] = int(level)
    if not kind or kind == UNKNOWN or not level.isdigit():
        options = tuple(_grades(place, kind if kind != UNKNOWN else None, int(level) if level.isdigit() else None))
        out.facts.append(Fact("card", "残疾证上写的类别和级别", options, place=place))


def _grades(place: int, kind: str | None, level: int | None = None) -> Iterator[tuple[str, dict[Where, Any]]]:
    """Cards that somebody may hold: every grade of the known kind, or of the two kinds the rules tell apart."""
    for one in [kind] if kind else ["肢体", "智力"]:
        for number in [level] if level else [1, 2, 3, 4]:
            yield (
                f"{one}残疾{GRADES[number - 1]}级",
                {("人", place, "残疾类别"): one, ("人", place, "残疾等级"): number},
            )


def _elder(out: Told, i: int, person: Mapping[str, Any], said: Mapping[str, Any]) -> None:
    member, place = out.family["成员"][i], i + 1
    if str(said.get("help") or "").isdigit():
        member["自理不能项数"] = int(said["help"])
    else:
        options = (
            ("1 到 3 样", {("人", place, "自理不能项数"): 1}),
            ("4 样或更多", {("人", place, "自理不能项数"): 4}),
        )
        out.facts.append(Fact("help", "有几样事要人帮", options, place=place))
    ability = said.get("ability")
    if ability in (None, "", "none", UNKNOWN):
        levels = ("轻度失能", "中度失能", "重度失能", "完全失能")
        title = "能力评估的结果" if ability == "none" else "能力等级"
        out.facts.append(
            Fact("ability", title, tuple((w, {("人", place, "能力等级"): w}) for w in levels), place=place)
        )
    else:
        member["能力等级"] = ability
    member["入住养老机构"] = said.get("lives") == "institution"
    if len(out.family["成员"]) == 1 and said.get("lives") == "home":
        member["空巢独居"] = True


def _support(out: Told, i: int, person: Mapping[str, Any], said: Mapping[str, Any]) -> None:
    member, place = out.family["成员"][i], i + 1
    if needs_support(person):
        if said.get("supported") in ("yes", "no"):
            member["无赡养能力人"] = said["supported"] == "no"
        else:
            options = (("没有", {("人", place, "无赡养能力人"): True}),)
            out.facts.append(Fact("supported", "有没有人该养他，也养得起他", options, place=place))
    if not is_child(person):
        return
    for key, whose, title in (("father", "父亲", "他的爸爸"), ("mother", "母亲", "他的妈妈")):
        answer = str(said.get(key) or "")
        if answer in PARENTS:
            member |= {whose + word: value for word, value in PARENTS[answer].items()}
        else:
            others = tuple(
                (text, {("人", place, whose + word): value for word, value in PARENTS[code].items()})
                for code, text in PARENT
                if code in PARENTS and code != "ok"
            )
            out.facts.append(Fact(key, title, others, place=place))


def _spent(out: Told, said: Mapping[str, Any]) -> None:
    home = out.family["家庭"]
    medical, school = said.get("medical"), said.get("school")
    if said.get("spent") == "some" and (medical is not None or school is not None):
        home |= {"医疗支出年额": _yuan(medical or 0), "教育支出年额": _yuan(school or 0)}
        home["自付费用"] = _yuan((medical or 0) + (school or 0))
        reason = "医疗支出" if (medical or 0) >= (school or 0) else "教育支出"
        home |= {"申请临时救助": True, "救助类型": "支出型", "救助原因": reason}
    elif said.get("spent") == "none":
        home |= {"医疗支出年额": Decimal(0), "教育支出年额": Decimal(0)}
    else:
        out.facts.append(Fact("spent", "这一年看病自己出了多少钱", scan=("户", 0, "医疗支出年额")))
    sudden = said.get("sudden")
    if sudden in SUDDEN:
        home |= {"申请临时救助": True, "救助类型": "急难型", "救助原因": sudden}
    elif sudden in (None, "", UNKNOWN):
        asks = {("户", 0, "申请临时救助"): True, ("户", 0, "救助类型"): "急难型"}
        out.facts.append(Fact("sudden", "有没有突然的难处", (("有", asks),)))


def _already(out: Told, people: list[dict[str, Any]], chosen: list[str]) -> None:
    home = out.family["家庭"]
    out.already = tuple(code for code in chosen if code != UNKNOWN)
    if "assistance.dibao" in chosen:
        home |= {"已确认低保": True, "在保": True}
    if "assistance.dibao_edge" in chosen:
        home["已确认低保边缘"] = True
    if "assistance.tekun" in chosen:
        alone = [m for m in out.family["成员"] if m.get("无赡养能力人")]
        for member in alone or (out.family["成员"] if len(people) == 1 else []):
            member["已确认特困"] = True


def _yuan(fen: int) -> Decimal:
    return (Decimal(int(fen)) / 100).quantize(Decimal("0.01"))


__all__ = ["Told", "told"]
