"""分户、并户、户主变更: three forms on a household, and the list of what was changed."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from minzheng.datacenter.people.errors import PeopleRefused
from minzheng.datacenter.people.homes import selectors, services
from minzheng.datacenter.people.homes.selectors import CHANGE, READ
from minzheng.datacenter.people.models import HouseholdChange
from minzheng.kernel import clock
from minzheng.kernel.parts.columns import Badge, Date, Link, Moment, Region, Text
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.examples import first_of
from minzheng.kernel.parts.fields import Choice, Field, When
from minzheng.kernel.parts.fields import Date as DateField
from minzheng.kernel.parts.fields import Text as TextField
from minzheng.kernel.parts.filters import ByChoice, ByRegion, DateRange
from minzheng.kernel.parts.page import DetailBody, Done, FormBody, ListBody, Menu, Page
from minzheng.kernel.parts.panels import Facts, Table

GROUP = "大数据中心"
_ON = DateField("on", "生效日期", required=True, not_after=clock.today, help="户口簿、判决书或结婚证上的日期。")
_TEXT = TextField("text", "情况说明", max_length=200)
TOLD = "这一户在享受的待遇不会自动改变：系统向相应办件报告变化，由经办人复核。"


def _reasons(*left_out: str) -> Choice:
    options = [one for one in HouseholdChange.REASONS if one[0] not in left_out]
    return Choice("reason_code", "事由", required=True, options=options, radio_up_to=0)


def _people(home: Any) -> list[tuple[str, str]]:
    return [(str(row.person_id), f"{row.person.name}（{row.relation}）") for row in selectors.members(home)]


def _relations(home: Any, given: str = "") -> list[Field]:
    """One text a member: the relation to whoever heads the household afterwards."""
    return [
        TextField(
            f"relation_{row.person_id}", f"{row.person.name}与新户主的关系", max_length=20,
            when=When(given, (str(row.person_id),)) if given else None,
        )
        for row in selectors.members(home)
    ]  # fmt: skip


def _given(values: dict[str, Any], home: Any) -> dict[int, str]:
    return {row.person_id: values.get(f"relation_{row.person_id}") or "" for row in selectors.members(home)}


def _split_fields(actor: Any, home: Any) -> tuple[Field, ...]:
    people = _people(home)
    return (
        Choice("leave", "分出去的人", required=True, options=people, many=True),
        Choice("head", "新户的户主", required=True, options=people, radio_up_to=0),
        *_relations(home, "leave"),
        Choice("next_head", "留下的人由谁做户主", options=people, radio_up_to=0, help="原户主分出去时才填。"),
        _reasons("death"), _ON, _TEXT,
    )  # fmt: skip


def _split(actor: Any, values: dict[str, Any], home: Any) -> Done:
    relations = _given(values, home)
    change = services.split(
        actor=actor, household_id=home.pk, leaving={int(pk): relations[int(pk)] for pk in values["leave"]},
        head_id=int(values["head"]), on=values["on"], reason_code=values["reason_code"], text=values["text"],
        next_head_id=int(values["next_head"]) if values["next_head"] else None,
    )  # fmt: skip
    return _done(change, "已分户")


def _join_fields(actor: Any, home: Any) -> tuple[Field, ...]:
    into = TextField("into", "并入哪一户（户编号）", required=True, max_length=24, help="在对方的家庭档案上可以看到。")
    return (into, *_relations(home), _reasons("death", "grown"), _ON, _TEXT)


def _join(actor: Any, values: dict[str, Any], home: Any) -> Done:
    into = selectors.by_number(actor, values["into"])
    if into is None:
        raise PeopleRefused(
            [], {"into": "您的办理范围内没有这个户编号，请核对；对方在别的乡镇的，请由县级办理或先迁居。"}
        )
    change = services.join(
        actor=actor, household_id=home.pk, into_id=into.pk, relations=_given(values, home), on=values["on"],
        reason_code=values["reason_code"], text=values["text"],
    )  # fmt: skip
    return _done(change, "已并户")


def _head_fields(actor: Any, home: Any) -> tuple[Field, ...]:
    others = [(pk, label) for pk, label in _people(home) if pk != str(home.head_id)]
    return (
        Choice("head", "新户主", required=True, options=others, radio_up_to=0), *_relations(home), _reasons("grown"), _ON,
        _TEXT,
    )  # fmt: skip


def _head(actor: Any, values: dict[str, Any], home: Any) -> Done:
    change = services.new_head(
        actor=actor, household_id=home.pk, head_id=int(values["head"]), relations=_given(values, home), on=values["on"],
        reason_code=values["reason_code"], text=values["text"],
    )  # fmt: skip
    return _done(change, "已变更户主")


def _done(change: HouseholdChange, what: str) -> Done:
    told = f"，已向 {len(change.asked)} 个办件报告变化，等待复核" if change.asked else ""
    left = f"；还有 {len(change.unasked)} 份待遇要您处理" if change.unasked else ""
    return Done(f"{what}{told}{left}。", reverse("homes.change", kwargs={"pk": change.pk}))


def _relations_now(actor: Any, home: Any) -> dict[str, Any]:
    return {f"relation_{row.person_id}": row.relation for row in selectors.members(home)}


def _rows(change: HouseholdChange, drawing: Drawing) -> list[dict[str, Any]]:
    return [{**row, "person": int(row["person"])} for row in change.people]


def _asked(change: HouseholdChange, drawing: Drawing) -> list[dict[str, Any]]:
    return [{**row, "case": int(row["case"])} for row in change.asked]


def _unasked(change: HouseholdChange, drawing: Drawing) -> list[dict[str, Any]]:
    return [{**row, "award": int(row["award"])} for row in change.unasked]


def _some_home() -> dict[str, int] | None:
    """A household with two members at least, so that it can be split."""
    from minzheng.kernel.accounts.actors import SYSTEM
    from minzheng.kernel.subjects.selectors import visible_households

    pk = visible_households(SYSTEM).order_by("pk").values_list("pk", flat=True).first()
    return {"pk": pk} if pk else None


PAGES = [
    Page(
        "homes.split", "console/households/<int:pk>/split/", "分户", CHANGE,
        FormBody(_split_fields, _split, get=selectors.changeable, initial=_relations_now, submit="分户", lead=TOLD, parent="households.file"),
        example=_some_home, reads="办理分户、并户、户主变更",
    ),
    Page(
        "homes.join", "console/households/<int:pk>/join/", "并户", CHANGE,
        FormBody(_join_fields, _join, get=selectors.changeable, submit="并户", lead=TOLD, parent="households.file"),
        example=_some_home, reads="办理分户、并户、户主变更",
    ),
    Page(
        "homes.head", "console/households/<int:pk>/head/", "户主变更", CHANGE,
        FormBody(_head_fields, _head, get=selectors.changeable, initial=_relations_now, submit="变更户主", lead=TOLD, parent="households.file"),
        example=_some_home, reads="办理分户、并户、户主变更",
    ),
    Page(
        "homes.changes", "console/households/changes/", "分户、并户记录", READ,
        ListBody(
            selectors.changes,
            (
                Badge("kind", "类型", names=dict(HouseholdChange.KINDS)),
                Text("household.no", "户编号"),
                Text("other.no", "另一户"), Date("on", "生效日期", sort="on"),
                Badge("reason_code", "事由", names=dict(HouseholdChange.REASONS)),
                Region("region_code", "村（社区）"), Text("by_name", "办理人"), Moment("at", "办理时间", sort="at"),
            ),
            filters=(
                ByRegion("region", "乡镇（街道）", permission=READ), ByChoice("kind", "类型", choices=HouseholdChange.KINDS),
                DateRange("on", "生效日期"),
            ),
            sort="-at", link=("homes.change", {"pk": "pk"}),
            empty="还没有分户、并户或户主变更。在家庭档案里办理后，会出现在这里。",
        ),
        menu=Menu(GROUP, 64, "house"),
    ),
    Page(
        "homes.change", "console/households/changes/<int:pk>/", "家庭变更", READ,
        DetailBody(
            selectors.change,
            (
                Facts("变更", items=(
                    Badge("kind", "类型", names=dict(HouseholdChange.KINDS)), Date("on", "生效日期"),
                    Badge("reason_code", "事由", names=dict(HouseholdChange.REASONS)), Text("text", "情况说明"),
                    Link("household.no", "家庭", page="households.file", args={"pk": "household_id"}),
                    Link("other.no", "另一户", page="households.file", args={"pk": "other_id"}),
                    Text("by_name", "办理人"), Moment("at", "办理时间"),
                )),
                Table("成员", rows=_rows, columns=(
                    Link("name", "姓名", page="persons.file", args={"pk": "person"}), Text("before", "原关系"),
                    Text("after", "现在的家庭和关系"),
                )),
                Table("已报告变化的办件", rows=_asked, columns=(
                    Link("title", "事项", page="cases.detail", args={"pk": "case"}), Text("no", "证号"),
                ), empty="没有在享受的待遇需要报告，或都列在下面。"),
                Table("还要您处理的待遇", rows=_unasked, when=lambda change: bool(change.unasked), columns=(
                    Link("title", "事项", page="awards.detail", args={"pk": "award"}), Text("no", "证号"), Text("why", "为什么"),
                )),
            ),
            title=lambda change: f"{change.get_kind_display()}：{change.household.no}", parent="homes.changes",
        ),
        example=first_of(HouseholdChange.objects.order_by("-at")), reads="查看家庭变更",
    ),
]  # fmt: skip
