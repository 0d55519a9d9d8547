"""The data centre's panels of a person's and a household's file. Each asks for its own permission."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from minzheng.datacenter.people.homes import selectors as homes
from minzheng.datacenter.people.low_income import selectors as low_income
from minzheng.datacenter.people.low_income.catalogue import class_choices, tag_choices
from minzheng.datacenter.people.low_income.columns import Age, Several
from minzheng.datacenter.people.models import HouseholdChange, LowIncomeEntry, PersonTag
from minzheng.datacenter.people.resolution import selectors as resolution
from minzheng.datacenter.people.views import lifeline, selectors
from minzheng.kernel.parts.columns import Badge, Column, Date, Link, Moment, Money, Month, Text
from minzheng.kernel.parts.contributions import contribute
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.fields import yuan_text
from minzheng.kernel.parts.panels import Drawn, Table
from minzheng.kernel.subjects.selectors import household_members

_READ, _MANAGE = low_income.READ, low_income.MANAGE
STATES = {"active": "享受中", "suspended": "暂停", "tapering": "渐退", "ended": "已停发"}
TONES = {"active": "good", "suspended": "wait", "tapering": "info", "ended": "plain"}


def _picture(held: list[selectors.Held], drawing: Drawing, about: str) -> dict[str, Any]:
    bars = [
        lifeline.Bar(one.title, one.since, one.until, one.award.state, _says(one))
        for one in sorted(held, key=lambda h: h.since)
    ]
    return {"picture": lifeline.picture(bars, drawing.today, about), "empty": not bars}


def _says(one: selectors.Held) -> str:
    end = f"{one.until:%Y-%m}" if one.until else "现在"
    amount = f"，{one.award.get_cycle_display()} {yuan_text(one.award.amount_fen)} 元" if one.award.amount_fen else ""
    return f"{one.title} {one.since:%Y-%m} 至 {end}{amount}，{STATES.get(one.award.state, '')}"


def _of_person(person: Any, drawing: Drawing) -> list[selectors.Held]:
    """Asked once for the picture and the table."""
    key = f"held:person:{person.pk}"
    if key not in drawing.notes:
        drawing.notes[key] = selectors.awards_of_person(drawing.actor, person.pk)
    return drawing.notes[key]


def _of_household(household: Any, drawing: Drawing) -> list[selectors.Held]:
    key = f"held:household:{household.pk}"
    if key not in drawing.notes:
        drawing.notes[key] = selectors.awards_of_household(drawing.actor, household.pk)
    return drawing.notes[key]


def _person_picture(person: Any, drawing: Drawing) -> dict[str, Any]:
    return _picture(_of_person(person, drawing), drawing, f"{person.name}历年享受的待遇")


def _household_picture(household: Any, drawing: Drawing) -> dict[str, Any]:
    return _picture(_of_household(household, drawing), drawing, f"家庭 {household.no} 历年享受的待遇")


def _doings(*asked: tuple[str, str, str]) -> Any:
    """Links to acts on this object that the reader may do: (label, page, permission over the object's place)."""

    def context(obj: Any, drawing: Drawing) -> dict[str, Any]:
        may = [
            (label, reverse(page, kwargs={"pk": obj.pk}))
            for label, page, permission in asked
            if drawing.actor.can(permission, obj.region_code)
        ]
        return {"links": may}

    return context


def _may_end(row: Any) -> bool:
    return row.by == "manual" and row.until is None


def _end(page: str) -> Column:
    """Ends a row by hand; nothing beside rows of the system."""
    return Link(
        lambda row: ("退出" if page == "low_income.leave" else "取消") if row.ended_by_hand else "",
        "办理",
        page=page,
        args={"pk": "ended_by_hand"},
    )


def _entries(person: Any, drawing: Drawing) -> list[LowIncomeEntry]:
    return _with_end(low_income.entries_of(drawing.actor, person.pk), drawing)


def _tags(person: Any, drawing: Drawing) -> list[PersonTag]:
    return _with_end(low_income.tags_of_person(drawing.actor, person.pk), drawing)


def _with_end(rows: Any, drawing: Drawing) -> list[Any]:
    found = list(rows)
    for row in found:
        row.ended_by_hand = row.pk if _may_end(row) and drawing.actor.can(_MANAGE, row.region_code) else None
    return found


AWARDS: tuple[Column, ...] = (
    Text("title", "事项"),
    Link("award.no", "证号", page="awards.detail", args={"pk": "award.pk"}),
    Month("since", "自"),
    Month("until", "至"),
    Money("award.amount_fen", "金额（元）"),
    Text("award.get_cycle_display", "发放方式"),
    Money("paid_fen", "累计已发（元）"),
    Badge("award.state", "状态", names=STATES, tones=TONES),
)

contribute(
    "person",
    Drawn("历年待遇", permission="award.read", template="people/lifeline.html", context=_person_picture),
    order=10,
)
contribute(
    "person",
    Table("待遇", permission="award.read", rows=_of_person, columns=AWARDS, empty="各业务线都没有待遇记录。"),
    order=12,
)
contribute(
    "person",
    Table(
        "低收入人口类别", permission=_READ, rows=_entries,
        columns=(
            Badge("class_code", "类别", names=dict(class_choices())), Date("since", "进入"), Date("until", "退出"),
            Text("basis", "依据"), Badge("by", "来源", names=dict(LowIncomeEntry.BY)), Date("expires_on", "到期日"),
            _end("low_income.leave"),
        ),
        empty="现在和以前都不在低收入人口里。待遇或认定生效后自动进入。",
    ),
    order=20,
)  # fmt: skip
contribute(
    "person",
    Table(
        "标签", permission=_READ, rows=_tags,
        columns=(
            Badge("code", "标签", names=dict(tag_choices()), tones=lambda row: "plain" if row.until else "wait"),
            Text("basis", "依据"), Date("since", "自"), Date("until", "至"), Date("expires_on", "到期日"),
            Badge("by", "来源", names=dict(PersonTag.BY)), _end("low_income.untag"),
        ),
        empty="没有标签。低收入人口的标签由系统每天计算，也可以人工登记。",
    ),
    order=22,
)  # fmt: skip
contribute(
    "person",
    Table(
        "最近一次核对", permission="match.read",
        rows=lambda person, drawing: selectors.last_check(drawing.actor, person.pk),
        columns=(
            Text("class_title", "类别"), Text("title", "情况"), Money("amount_fen", "金额（元）"), Date("on", "数据日期"),
            Text("source", "来源"), Text("reference", "凭据"), Link("case_no", "办件", page="cases.detail", args={"pk": "case_id"}),
        ),
        empty="还没有核对过，或核对没有查到这个人的情况。",
    ),
    order=30,
)  # fmt: skip
contribute(
    "person",
    Table(
        "走访", permission="case.read", rows=lambda person, drawing: selectors.visits(drawing.actor, person.pk),
        columns=(
            Moment("at", "时间"), Text("title", "走访"), Text("who", "走访人"),
            Link("case_no", "办件", page="cases.detail", args={"pk": "case_id"}),
        ),
        empty="没有走访记录。入户调查、县级抽查后会出现在这里。",
    ),
    order=40,
)  # fmt: skip
contribute(
    "person",
    Table(
        "通知和文书", permission="document.read", rows=lambda person, drawing: selectors.papers(drawing.actor, person.pk),
        columns=(Date("issued_on", "日期"), Text("title", "文书"), Text("number", "文号")),
        empty="没有发过通知、文书。",
    ),
    order=50,
)  # fmt: skip
contribute(
    "person",
    Table(
        "并入的档案", permission="person.read", when=lambda person: person.absorbed.exists(),
        rows=lambda person, drawing: resolution.of_person(drawing.actor, person.pk),
        columns=(
            Link("absorbed.name", "并入的档案", page="people.merged", args={"pk": "pk"}), Moment("decided_at", "合并时间"),
            Text("asked_name", "提出人"), Text("reason", "理由"),
        ),
        empty="合并由上级办理，您的岗位看不到经过。",
    ),
    order=60,
)  # fmt: skip
contribute(
    "person",
    Drawn(
        "办理", permission=_MANAGE, template="people/doings.html", when=lambda person: not person.merged_into_id,
        context=_doings(("登记低收入类别", "low_income.enter", _MANAGE), ("登记标签", "low_income.tag", _MANAGE)),
    ),
    order=70,
)  # fmt: skip

contribute(
    "household",
    Drawn("历年待遇", permission="award.read", template="people/lifeline.html", context=_household_picture),
    order=10,
)
contribute(
    "household",
    Table("待遇", permission="award.read", rows=_of_household, columns=AWARDS, empty="这一户没有待遇记录。"),
    order=12,
)
contribute(
    "household",
    Table(
        "成员的类别和标签", permission=_READ, rows=lambda household, drawing: household_members(household),
        columns=(
            Link("person.name", "姓名", page="persons.file", args={"pk": "person_id"}), Text("relation", "关系"),
            Age("person.birth_date", "年龄"), Several("person_id", "类别", what="classes"), Several("person_id", "标签", what="tags"),
        ),
        empty="没有成员。",
    ),
    order=20,
)  # fmt: skip
contribute(
    "household",
    Table(
        "分户、并户和户主变更", permission=homes.READ,
        rows=lambda household, drawing: homes.of_household(drawing.actor, household.pk),
        columns=(
            Badge("kind", "类型", names=dict(HouseholdChange.KINDS)), Date("on", "生效日期"),
            Badge("reason_code", "事由", names=dict(HouseholdChange.REASONS)), Text("by_name", "办理人"),
            Link(lambda row: "查看", "记录", page="homes.change", args={"pk": "pk"}),
        ),
        empty="没有办过分户、并户或户主变更。",
    ),
    order=40,
)  # fmt: skip
contribute(
    "household",
    Drawn(
        "办理", permission=homes.CHANGE, template="people/doings.html",
        context=_doings(("分户", "homes.split", homes.CHANGE), ("并户", "homes.join", homes.CHANGE), ("户主变更", "homes.head", homes.CHANGE)),
    ),
    order=70,
)  # fmt: skip
