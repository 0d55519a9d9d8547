"""What a person's and a household's file shows, and how search hits are listed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from minzheng.kernel.audit import selectors as audit
from minzheng.kernel.awards import selectors as awards
from minzheng.kernel.awards.models import Award
from minzheng.kernel.cases import selectors as cases
from minzheng.kernel.items import registry
from minzheng.kernel.pages.words import action_title
from minzheng.kernel.parts.columns import (
    Badge,
    Column,
    Date,
    Link,
    MaskedId,
    MaskedPhone,
    Moment,
    Money,
    Number,
    Region,
    Text,
)
from minzheng.kernel.parts.contributions import contributed
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.panels import Facts, Panel, Table
from minzheng.kernel.subjects import masking, selectors
from minzheng.kernel.subjects.merging import files_of
from minzheng.kernel.subjects.models import Household, Person

AWARD_TONES = {"active": "good", "suspended": "wait", "tapering": "info", "ended": "plain"}


@dataclass(frozen=True)
class SensitiveLine:
    """One masked value on the person's page. ``whole`` is set after it was asked for with a reason."""

    field: str
    label: str
    masked: str
    whole: str
    may_ask: bool


def item_title(code: str) -> str:
    """The short name of an item; the code where its folder is gone."""
    try:
        return registry.get(code).short
    except registry.UnknownItem:
        return code


def state_badge() -> Column:
    return Badge("state", "状态", names=_state_title, tones=_state_tone)


def _state_title(case: Any) -> str:
    return registry.get(case.item_code).flow.state(case.state).title


def _state_tone(case: Any) -> str:
    tone = registry.get(case.item_code).flow.state(case.state).tone
    return {"active": "info"}.get(tone, tone)


def sensitive_lines(person: Person, drawing: Drawing, revealed: Mapping[str, str]) -> list[SensitiveLine]:
    may = bool(drawing.actor.can("person.unmask", person.region_code))
    maskers = {"id_no": masking.mask_id, "phone": masking.mask_phone, "address": masking.mask_address}
    lines = []
    for field, label in selectors.SENSITIVE.items():
        value = str(getattr(person, field) or "")
        if value:
            lines.append(SensitiveLine(field, label, maskers[field](value), revealed.get(field, ""), may))
    return lines


def _cases_of(person: Person, drawing: Drawing) -> Iterable[Any]:
    files = files_of(person.pk)
    mine = cases.visible_to(drawing.actor).filter(members__person_id__in=files)
    own = cases.visible_to(drawing.actor).filter(applicant_id__in=files)
    return (mine | own).distinct().order_by("-pk")[:30]


def _awards_of(person: Person, drawing: Drawing) -> Iterable[Award]:
    rows, files = awards.visible_to(drawing.actor), files_of(person.pk)
    return (
        (rows.filter(members__person_id__in=files) | rows.filter(payee_id__in=files))
        .distinct()
        .order_by("-first_month")
    )


def _awards_of_household(household: Household, drawing: Drawing) -> Iterable[Award]:
    return awards.visible_to(drawing.actor).filter(household=household).order_by("-first_month")


def _cases_of_household(household: Household, drawing: Drawing) -> Iterable[Any]:
    return cases.visible_to(drawing.actor).filter(household_id=household.pk).order_by("-pk")[:30]


def _memberships(person: Person, drawing: Drawing) -> Iterable[Any]:
    """Every household this person was ever in, as we know it now."""
    return person.memberships.filter(superseded_at=None).select_related("household").order_by("-valid_from")


CASE_COLUMNS: tuple[Column, ...] = (
    Link(lambda case: case.no or "（草稿）", "办件编号", page="cases.detail", args={"pk": "pk"}),
    Text(lambda case: item_title(case.item_code), "事项"),
    Text("applicant_name", "申请人"),
    state_badge(),
    Date("submitted_at", "提交日期"),
)
#: The cases of a person's or a household's file lead on to what their family may have besides.
FILE_CASE_COLUMNS: tuple[Column, ...] = (
    *CASE_COLUMNS,
    Link(lambda case: "还能享受什么", "主动告知", page="cases.entitled", args={"pk": "pk"}),
)
AWARD_COLUMNS: tuple[Column, ...] = (
    Link("no", "证号", page="awards.detail", args={"pk": "pk"}),
    Text(lambda award: item_title(award.item_code), "事项"),
    Text("payee_name", "领款人"),
    Number("persons", "人数"),
    Money("amount_fen", "金额（元）"),
    Badge("state", "状态", names=dict(Award.STATES), tones=AWARD_TONES),
)
PERSON_COLUMNS: tuple[Column, ...] = (
    Link("name", "姓名", page="persons.file", args={"pk": "pk"}),
    MaskedId("id_no", "证件号码"),
    Badge("sex", "性别", names=dict(Person.SEXES)),
    Date("birth_date", "出生日期"),
    Region("region_code", "所在村（社区）"),
    MaskedPhone("phone", "联系电话"),
)
_READS = Table(
    "谁看过这份档案",
    permission="audit.read",
    rows=lambda obj, drawing: audit.about(drawing.actor, obj)[:20],
    columns=(
        Moment("at", "时间"),
        Text("actor_name", "操作人"),
        Badge("action", "动作", names=lambda row: action_title(row.action)),
        Text("reason", "理由"),
    ),
)

PERSON: tuple[Panel, ...] = (
    Facts(
        "基本情况",
        items=(
            Text("name", "姓名"),
            Badge("sex", "性别", names=dict(Person.SEXES)),
            Date("birth_date", "出生日期"),
            Region("region_code", "档案所在地"),
            Region("hukou_region", "户籍地"),
            Date("death_date", "死亡日期"),
        ),
    ),
    Table(
        "家庭关系",
        permission="household.read",
        rows=_memberships,
        columns=(
            Link("household.no", "户编号", page="households.file", args={"pk": "household_id"}),
            Text("relation", "与户主关系"),
            Date("valid_from", "自"),
            Date("valid_to", "至"),
            Text("reason", "变更原因"),
        ),
        empty="没有登记家庭。",
    ),
    Table(
        "办件",
        permission="case.read",
        rows=_cases_of,
        columns=FILE_CASE_COLUMNS,
        empty="没有办件。提交申请后会出现在这里。",
    ),
    Table("待遇", permission="award.read", rows=_awards_of, columns=AWARD_COLUMNS, empty="没有享受待遇。"),
    _READS,
)
HOUSEHOLD: tuple[Panel, ...] = (
    Facts(
        "家庭",
        items=(
            Text("no", "户编号"),
            Text("head.name", "户主"),
            Region("region_code", "所在村（社区）"),
            Badge("is_urban", "类别", names={"True": "城市户", "False": "农村户"}),
        ),
    ),
    Table(
        "现有成员",
        rows=lambda household, drawing: selectors.household_members(household),
        columns=(
            Link("person.name", "姓名", page="persons.file", args={"pk": "person_id"}),
            Text("relation", "与户主关系"),
            MaskedId("person.id_no", "证件号码", region="person.region_code"),
            Date("person.birth_date", "出生日期"),
            Date("valid_from", "入户日期"),
        ),
        empty="没有成员。",
    ),
    Table("办件", permission="case.read", rows=_cases_of_household, columns=FILE_CASE_COLUMNS, empty="没有办件。"),
    Table("待遇", permission="award.read", rows=_awards_of_household, columns=AWARD_COLUMNS, empty="没有享受待遇。"),
    _READS,
)


def person_panels() -> tuple[Panel, ...]:
    """A person's file: what the kernel knows, what other folders add or say in more detail, and at the end who looked."""
    return _with_contributed(PERSON, contributed("person"))


def household_panels() -> tuple[Panel, ...]:
    return _with_contributed(HOUSEHOLD, contributed("household"))


def _with_contributed(own: tuple[Panel, ...], others: tuple[Panel, ...]) -> tuple[Panel, ...]:
    """A contributed panel takes the place of the kernel's own of the same title; the rest stands before the last."""
    fuller = {panel.title: panel for panel in others}
    kept = tuple(fuller.pop(panel.title, panel) for panel in own)
    return (*kept[:-1], *(panel for panel in others if panel.title in fuller), kept[-1])


def search_panels(found: selectors.SearchResult) -> list[Panel]:
    """One table per kind of hit; kinds without a hit are left out."""
    panels: list[Panel] = []
    if found.persons:
        panels.append(Table("人员", rows=lambda obj, drawing: found.persons, columns=PERSON_COLUMNS))
    if found.cases:
        panels.append(Table("办件", rows=lambda obj, drawing: found.cases, columns=CASE_COLUMNS))
    if found.awards:
        panels.append(Table("待遇", rows=lambda obj, drawing: found.awards, columns=AWARD_COLUMNS))
    return panels
