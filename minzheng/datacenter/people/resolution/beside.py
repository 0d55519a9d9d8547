"""Two files side by side: each line of both, and whether they say the same. Numbers stay masked; unlike positions of two
ID numbers are named, so that the clerk sees where the slip is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from minzheng.datacenter.people.low_income.catalogue import class_title
from minzheng.datacenter.people.low_income.selectors import classes_of
from minzheng.datacenter.people.resolution import selectors
from minzheng.kernel.awards.selectors import touching
from minzheng.kernel.items import registry
from minzheng.kernel.parts.fields import yuan_text
from minzheng.kernel.regions.selectors import region_names
from minzheng.kernel.subjects import masking
from minzheng.kernel.subjects.merging import homes_of
from minzheng.kernel.subjects.selectors import household_members

if TYPE_CHECKING:
    from minzheng.kernel.parts.drawing import Drawing
    from minzheng.kernel.subjects.models import Person

SEXES = {"1": "男", "2": "女", "0": "未知"}
SAME, UNLIKE, UNKNOWN = "same", "unlike", "unknown"
MARKS = {SAME: "相同", UNLIKE: "不同", UNKNOWN: "一方没有"}


@dataclass(frozen=True)
class Line:
    """One line: label, what either file says, how they compare, and a note."""

    label: str
    first: str
    second: str
    state: str = ""
    note: str = ""

    @property
    def mark(self) -> str:
        return MARKS.get(self.state, "")


def lines(first: Person, second: Person, drawing: Drawing) -> list[Line]:
    """Everything two files say, in the order of a file."""
    places = region_names(
        {p.region_code for p in (first, second)} | {p.hukou_region for p in (first, second)}, full=True
    )

    def place(code: str) -> str:
        return places.get(code, code)

    def line(label: str, get: Callable[[Person], Any], shown: Callable[[Any], str] = str) -> Line:
        a, b = get(first), get(second)
        state = UNKNOWN if not a or not b else SAME if a == b else UNLIKE
        return Line(label, shown(a) if a else "—", shown(b) if b else "—", state if a or b else "")

    number = line("证件号码", lambda p: p.id_no, masking.mask_id)
    rows = [
        line("姓名", lambda p: p.name),
        line("性别", lambda p: SEXES.get(p.sex, "") if p.sex != "0" else ""),
        line("出生日期", lambda p: p.birth_date, lambda day: day.isoformat()),
        Line(number.label, number.first, number.second, number.state, _positions(first.id_no, second.id_no)),
        line("联系电话", lambda p: p.phone, masking.mask_phone),
        line("所在村（社区）", lambda p: p.region_code, place),
        line("户籍地", lambda p: p.hukou_region, place),
        line("住址", lambda p: p.address, masking.mask_address),
        line("死亡日期", lambda p: p.death_date, lambda day: day.isoformat()),
    ]
    return [row for row in rows if row.state] + _standing(first, second, drawing)


def _positions(a: str, b: str) -> str:
    """Which digits differ and how, never a whole number."""
    if not a or not b or a == b or len(a) != len(b):
        return ""
    unlike = [place for place, (x, y) in enumerate(zip(a, b, strict=True)) if x != y]
    if len(unlike) > 4:
        return f"有 {len(unlike)} 位不同"
    return "、".join(f"第 {place + 1} 位：{a[place]}／{b[place]}" for place in unlike)


def _standing(first: Person, second: Person, drawing: Drawing) -> list[Line]:
    held = classes_of([first.pk, second.pk], drawing.today)
    homes: dict[int, list[str]] = {}
    for row in homes_of(first, second):
        homes.setdefault(row.person_id, []).append(f"{row.household.no}（{row.relation}）")

    def awards(person: Person) -> str:
        return "；".join(
            f"{registry.get(a.item_code).short} {yuan_text(a.amount_fen)} 元" for a in selectors.awards_in_force(person)
        )

    rows = (
        ("所在家庭", lambda p: "；".join(homes.get(p.pk, []))),
        ("在享受的待遇", awards),
        ("低收入类别", lambda p: "、".join(class_title(code) for code in held.get(p.pk, ()))),
        ("建档日期", lambda p: f"{p.created_at:%Y-%m-%d}"),
    )
    return [Line(label, get(first) or "—", get(second) or "—") for label, get in rows]


@dataclass(frozen=True)
class Home:
    """One of two households in which somebody stands: its number, head, since when and as what, people, benefits."""

    pk: int
    no: str
    head: str
    relation: str
    since: str
    people: int
    awards: str


def two_homes(person: Person) -> list[Home]:
    """Every household in which a person stands today."""
    return [
        Home(
            row.household_id, row.household.no, row.household.head.name if row.household.head else "—", row.relation,
            f"{row.valid_from:%Y-%m-%d}", len(household_members(row.household)),
            "；".join(f"{registry.get(a.item_code).short} {yuan_text(a.amount_fen)} 元" for a in touching([row.household_id], [])),
        )
        for row in homes_of(person)
    ]  # fmt: skip
