"""The questions, one group a screen, asked only of whom they can concern. “不知道” is an answer everywhere.

The answers are kept in the shape of ``Form`` (kernel/items/forms): one entry per screen, a list where each person is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from minzheng.kernel.items.forms import Form, Step
from minzheng.kernel.items.steps import DISABILITY_KINDS, LEVELS, SELF
from minzheng.kernel.parts.fields import Choice, Count, Field, Money, When, WhenRow
from minzheng.online.portal.what.places import places

UNKNOWN = "unknown"
DONT_KNOW = (UNKNOWN, "不知道")
#: From this age on people are asked what money they have; students are asked up to the next, the old from the third.
EARNS, STUDIES, OLD, GROWN = 16, 25, 60, 18
MOST_PEOPLE = 10

RELATIONS = (
    (SELF, "我自己"),
    ("配偶", "老伴（丈夫、妻子）"),
    ("子女", "儿子、女儿"),
    ("父母", "爸爸、妈妈"),
    ("孙子女", "孙子、孙女、外孙"),
    ("祖父母", "爷爷奶奶、外公外婆"),
    ("兄弟姐妹", "兄弟姐妹"),
    ("其他", "别的人"),
)
#: How each is called on the later screens and in the result.
SHORT = {
    SELF: "我自己",
    "配偶": "爱人",
    "子女": "孩子",
    "父母": "父亲（母亲）",
    "孙子女": "孙辈",
    "祖父母": "爷爷（奶奶）",
    "兄弟姐妹": "兄弟姐妹",
    "其他": "别的家里人",
}
PARENT = (
    ("ok", "能养他"),
    ("dead", "去世了"),
    ("missing", "法院宣告失踪了"),
    ("nobody", "查不到是谁"),
    ("prison", "坐牢或强制戒毒，判了半年以上"),
    ("lost", "半年以上联系不上，也不管孩子"),
    ("disabled", "残疾很重（一级、二级）"),
    ("ill", "得了大病"),
    DONT_KNOW,
)
HAVE = (("some", "有"), ("none", "没有"), DONT_KNOW)


def _choice(name: str, label: str, *options: tuple[str, str], **extra: Any) -> Choice:
    return Choice(name, label, options=options, **{"required": True, "radio_up_to": 12, **extra})


def age_of(person: Mapping[str, Any]) -> int | None:
    return person.get("age")


def earns(person: Mapping[str, Any]) -> bool:
    years = age_of(person)
    return years is None or years >= EARNS


def may_study(person: Mapping[str, Any]) -> bool:
    years = age_of(person)
    return years is not None and EARNS <= years < STUDIES


def is_old(person: Mapping[str, Any]) -> bool:
    years = age_of(person)
    return years is not None and years >= OLD


def is_child(person: Mapping[str, Any]) -> bool:
    years = age_of(person)
    return years is not None and years < GROWN


def needs_support(person: Mapping[str, Any]) -> bool:
    """Whom the law asks about those who must support them: the old, and those who cannot work."""
    held = person.get("has") or []
    return is_old(person) or (not is_child(person) and ("card" in held or "no_labour" in held))


WHERE = Step(
    "where",
    "您家住在哪里",
    (
        Choice("place", "住在哪个乡镇（街道）", options=places, required=True, radio_up_to=0),
        _choice("urban", "住在城里还是村里", ("农村", "村里"), ("城市", "城里（镇上、小区）"), DONT_KNOW),
        _choice("hukou", "户口在不在这个县（市、区）", ("here", "在"), ("away", "不在"), DONT_KNOW),
    ),
    why="各地的标准不一样。",
)
WHO = Step(
    "who",
    "家里一起过日子的有谁",
    (
        Choice("relation", "是您的谁", options=RELATIONS, required=True, radio_up_to=0),
        Count("age", "多大了", maximum=130, unit="岁", help="周岁。不知道就空着。"),
    ),
    repeat="who",
    min_rows=1,
    why="先写您自己，再一个一个加家里人。分开过的不用写。",
    add_title="再加一个人",
)
MONEY = Step(
    "money",
    "每个月有多少钱进来",
    (
        _choice("income", "每个月有没有钱进来", *HAVE),
        Money("work", "干活挣的（打工、种地、做生意）", unit="元/月", when=When("income", ("some",))),
        Money("other", "别的（养老金、租金、儿女给的）", unit="元/月", when=When("income", ("some",))),
        _choice("student", "还在上学吗", ("yes", "在上学"), ("no", "不上了"), DONT_KNOW, when=WhenRow(test=may_study)),
    ),
    repeat="money",
    fixed_rows=True,
    why="写个大概的数就行。已经领的低保金、高龄津贴、残疾人补贴不用算进来。",
)
PROPERTY = Step(
    "property",
    "家里有什么",
    (
        _choice("savings", "存款、理财、股票，有没有", *HAVE),
        Money("savings_amount", "全家一共大约多少", unit="元", when=When("savings", ("some",))),
        _choice("houses", "自家的房子有几套", ("0", "没有"), ("1", "一套"), ("2", "两套或更多"), DONT_KNOW),
        _choice("cars", "有没有汽车", ("0", "没有"), ("1", "有"), DONT_KNOW, help="摩托车、电动车、残疾人代步车不算。"),
    ),
    why="有房有存款也可能符合，有一条线。",
)
HEALTH = Step(
    "health",
    "身体怎么样",
    (
        Choice(
            "has",
            "有下面的情况吗",
            many=True,
            options=(("card", "有残疾证"), ("ill", "得了大病"), ("no_labour", "因为病残干不了活"), DONT_KNOW),
            help="没有就不用选。",
        ),
        Choice(
            "kind",
            "残疾证上是哪一类",
            options=(*DISABILITY_KINDS, DONT_KNOW),
            required=True,
            radio_up_to=0,
            when=When("has", ("card",)),
        ),
        Choice(
            "level",
            "残疾证上是几级",
            options=(*LEVELS, DONT_KNOW),
            required=True,
            radio_up_to=0,
            when=When("has", ("card",)),
        ),
    ),
    repeat="health",
    fixed_rows=True,
    why="大病是指癌症、尿毒症这样花钱多的病。",
)
ELDERS = Step(
    "elders",
    "老人能不能自己来",
    (
        Choice(
            "help",
            "吃饭、穿衣、上下床、上厕所、在屋里走、洗澡，有几样要人帮",
            options=(("0", "都能自己来"), *((str(n), f"{n} 样要人帮") for n in range(1, 7)), DONT_KNOW),
            required=True,
            radio_up_to=0,
        ),
        Choice(
            "ability",
            "有人上门评过“能力等级”吗",
            options=(
                ("none", "没评过"),
                *((w, w) for w in ("能力完好", "轻度失能", "中度失能", "重度失能", "完全失能")),
                DONT_KNOW,
            ),
            required=True,
            radio_up_to=0,
        ),
        _choice("lives", "住在哪里", ("home", "住家里"), ("institution", "住养老院"), DONT_KNOW),
    ),
    repeat="elders",
    fixed_rows=True,
)
SUPPORT = Step(
    "support",
    "有没有人养",
    (
        _choice(
            "supported",
            "儿女、老伴、父母里，有没有人该养他，也养得起他",
            ("yes", "有"),
            ("no", "没有"),
            DONT_KNOW,
            when=WhenRow(test=needs_support),
        ),
        Choice(
            "father", "他的爸爸", options=PARENT, required=True, radio_up_to=0, when=WhenRow(test=lambda p: is_child(p))
        ),
        Choice(
            "mother", "他的妈妈", options=PARENT, required=True, radio_up_to=0, when=WhenRow(test=lambda p: is_child(p))
        ),
    ),
    repeat="support",
    fixed_rows=True,
)
SPENT = Step(
    "spent",
    "这一年的难处",
    (
        _choice(
            "spent",
            "这一年看病、上学，自己掏的钱多不多",
            ("some", "花了不少"),
            ("none", "没花什么"),
            DONT_KNOW,
            help="报销以后，自己出的那部分。",
        ),
        Money("medical", "看病自己出了多少", unit="元/年", when=When("spent", ("some",))),
        Money("school", "上学自己出了多少", unit="元/年", when=When("spent", ("some",))),
        _choice(
            "sudden",
            "最近有没有碰上突然的难处",
            ("none", "没有"),
            ("火灾", "着火了"),
            ("交通事故", "出车祸了"),
            ("突发重大疾病", "突然得了重病"),
            ("其他意外", "别的意外"),
            ("其他特殊困难", "别的难处，饭都快吃不上了"),
            DONT_KNOW,
        ),
    ),
)
ALREADY = Step(
    "already",
    "现在已经在领什么",
    (
        Choice(
            "already",
            "已经在领的，选出来",
            many=True,
            options=(
                ("assistance.dibao", "低保"),
                ("assistance.dibao_edge", "低保边缘家庭（有认定书）"),
                ("assistance.tekun", "特困供养（五保）"),
                ("children.orphan", "孤儿基本生活费"),
                ("children.unattended", "事实无人抚养儿童补贴"),
                ("disability.living", "残疾人生活补贴"),
                ("disability.nursing", "残疾人护理补贴"),
                ("elderly.old_age", "高龄津贴"),
                DONT_KNOW,
            ),
            help="没有在领的就不用选。",
        ),
    ),
)


@dataclass(frozen=True)
class Screen:
    """One screen as it stands for this family. ``people``: positions (from 0) of those it asks, in order."""

    step: Step
    people: tuple[int, ...] = ()

    @property
    def code(self) -> str:
        return self.step.code


def people_of(answers: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Everybody in the family with what later screens say of them: relation, age, has, and how to call them."""
    people = [dict(row) for row in answers.get("who") or []]
    counted: dict[str, int] = {}
    for i, person in enumerate(people):
        title = SHORT.get(str(person.get("relation")), "家里人")
        counted[title] = counted.get(title, 0) + 1
        years = age_of(person)
        name = title if counted[title] == 1 else f"{title}{counted[title]}"
        person |= {"name": name, "relation_title": "年龄不知道" if years is None else f"{years} 岁", "who": i}
    for row in answers.get("health") or []:
        if row.get("who") is not None and row["who"] < len(people):
            people[row["who"]]["has"] = row.get("has") or []
    return people


_ASKED = {
    "money": (MONEY, earns),
    "health": (HEALTH, lambda person: True),
    "elders": (ELDERS, is_old),
    "support": (SUPPORT, lambda person: is_child(person) or needs_support(person)),
}


def screens(answers: Mapping[str, Any]) -> list[Screen]:
    """The screens that concern this family, given what is known so far."""
    people = people_of(answers)
    found: list[Screen] = []
    for step in (WHERE, WHO, MONEY, PROPERTY, HEALTH, ELDERS, SUPPORT, SPENT, ALREADY):
        if step.code not in _ASKED:
            found.append(Screen(step))
            continue
        asked = tuple(i for i, person in enumerate(people) if _ASKED[step.code][1](person))
        if asked or not people:
            found.append(Screen(step, asked))
    return found


def names_of(screen: Screen, answers: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Whom a screen asks, as the rows of its section stand before they are filled in."""
    people = people_of(answers)
    return [people[i] for i in screen.people]


def aligned(screen: Screen, answers: dict[str, Any]) -> dict[str, Any]:
    """The answers with this screen's rows standing for the people it asks now: somebody new has an empty row, whoever
    is gone takes their answers along, also those of the same place but another person."""
    if not screen.step.fixed_rows:
        return answers
    held = {(row.get("who"), row.get("name")): row for row in answers.get(screen.code) or []}
    own = {field.name for field in screen.step.fields}
    rows = []
    for person in names_of(screen, answers):
        said = held.get((person["who"], person["name"]), {})
        rows.append({**person, **{k: v for k, v in said.items() if k in own}})
    return {**answers, screen.code: rows}


def form_of(screen: Screen) -> Form:
    return Form((screen.step,))


def fields_of(step: Step) -> Sequence[Field]:
    return step.fields
