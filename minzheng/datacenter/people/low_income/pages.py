"""低收入人口数据库: the list, 特殊困难对象, towns by classes, months, and entries by hand."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from minzheng.datacenter.people.low_income import figures, selectors, services
from minzheng.datacenter.people.low_income.catalogue import (
    class_choices,
    class_title,
    classes,
    law,
    special_codes,
    tag_choices,
    tag_title,
    tags,
)
from minzheng.datacenter.people.low_income.columns import Age, Several
from minzheng.datacenter.people.models import LowIncomeEntry, PersonTag
from minzheng.kernel import clock
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.columns import Badge, Date, MaskedId, Region, Text
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.examples import first_of
from minzheng.kernel.parts.fields import Choice, LongText
from minzheng.kernel.parts.fields import Date as DateField
from minzheng.kernel.parts.filters import ByChoice, ByRegion, DateRange, Search
from minzheng.kernel.parts.page import ActionBody, BoardBody, Done, ExportBody, FormBody, ListBody, Menu, Page
from minzheng.kernel.parts.panels import Drawn
from minzheng.kernel.parts.places import places_below
from minzheng.kernel.subjects.selectors import visible_persons

GROUP = "大数据中心"
READ, MANAGE = selectors.READ, selectors.MANAGE
AGES = (("0-5", "5 岁以下"), ("6-17", "6—17 岁"), ("18-59", "18—59 岁"), ("60-79", "60—79 岁"), ("80-", "80 岁及以上"))
SEXES = {"1": "男", "2": "女", "0": "未知"}


def _named(rows: QuerySet[Any], text: str, drawing: Drawing) -> QuerySet[Any]:
    return rows.filter(person__name__startswith=text)


def _of_class(rows: QuerySet[Any], code: str, drawing: Drawing) -> QuerySet[Any]:
    held = selectors.in_force(drawing.actor).filter(person_id=OuterRef("person_id"), class_code=code)
    return rows.filter(Exists(held))


def _tagged(rows: QuerySet[Any], code: str, drawing: Drawing) -> QuerySet[Any]:
    return selectors.with_tag(rows, drawing.actor, code)


def _of_age(rows: QuerySet[Any], value: str, drawing: Drawing) -> QuerySet[Any]:
    low, _, high = value.partition("-")
    return selectors.born(rows, drawing.today, int(low), int(high) if high else None)


def _tag_choices(drawing: Drawing) -> list[tuple[str, str]]:
    """Tags this reader may know of at all."""
    return [
        (code, title)
        for code, title in tag_choices()
        if not tags()[code].reader or drawing.actor.has(tags()[code].reader)
    ]


def _special_choices(drawing: Drawing) -> list[tuple[str, str]]:
    return [(code, title) for code, title in _tag_choices(drawing) if code in special_codes()]


def _with_person(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.select_related("person").defer("person__phone", "person__address", "person__health")


def _people(actor: Any) -> QuerySet[LowIncomeEntry]:
    return _with_person(selectors.people_now(actor))


def _moves(actor: Any) -> QuerySet[LowIncomeEntry]:
    return _with_person(selectors.known_to(actor))


def _special(actor: Any) -> QuerySet[PersonTag]:
    return _with_person(selectors.special_now(actor))


NAME = Text("person.name", "姓名", css="nowrap")
WHO = (
    NAME,
    Badge("person.sex", "性别", names=SEXES),
    Age("person.birth_date", "年龄"),
    MaskedId("person.id_no", "证件号码", region="person.region_code", narrow=False),
    Region("region_code", "村（社区）", sort="region_code", css="nowrap"),
)
_SEARCH = Search("q", "姓名", by=_named, placeholder="姓名开头的字")
_PLACE = ByRegion("region", "乡镇（街道）", permission=READ)
_AGE = ByChoice("age", "年龄", choices=AGES, by=_of_age)
_FILTERS = (
    _SEARCH,
    _PLACE,
    ByChoice("class", "类别", choices=class_choices(), by=_of_class),
    ByChoice("tag", "标签", choices=_tag_choices, by=_tagged),
    _AGE,
)
BOARDS = (
    Action("分乡镇统计", "low_income.table", icon="chart"),
    Action("按月进出", "low_income.months", icon="clock"),
    Action("特殊困难对象", "low_income.special", icon="people"),
)


def _table(obj: Any, drawing: Drawing) -> dict[str, Any]:
    """Towns by classes; every number that is not nought opens the list of exactly these people."""
    address = reverse("low_income.list")
    found = figures.by_place(drawing.actor, places_below(drawing.actor.scopes(READ)))

    def cells(place: str, row: dict[str, int], people: int) -> list[tuple[int, str, str]]:
        links = [(row.get(code, 0), {"region": place, "class": code}, class_title(code)) for code in classes()]
        links.append((people, {"region": place}, "合计"))
        return [
            (n, f"{address}?{urlencode({k: v for k, v in given.items() if v})}" if n else "", label)
            for n, given, label in links
        ]

    return {
        "heads": [(short, title) for _code, short, title in figures.class_heads()],
        "rows": [(name, cells(code, row, people)) for code, name, row, people in found.rows],
        "total": cells("", *found.total),
    }


def _months(obj: Any, drawing: Drawing) -> dict[str, Any]:
    address = reverse("low_income.moves")

    def link(month: figures.Month, column: str, code: str) -> str:
        given = {f"{column}_from": month.first, f"{column}_to": month.last, **({"class": code} if code else {})}
        return f"{address}?{urlencode(given)}"

    rows = []
    for month in figures.by_month(drawing.actor, drawing.today):
        cells = []
        for code in (*classes(), ""):
            title = class_title(code) if code else "合计"
            for column, counts, word in (("since", month.entered, "进"), ("until", month.left, "出")):
                n = counts.get(code, 0) if code else sum(counts.values())
                cells.append((n, link(month, column, code) if n else "", f"{title}：{word}"))
        rows.append((f"{month.first.year}年{month.first.month}月", cells))
    return {"heads": [(short, title) for _code, short, title in figures.class_heads()], "rows": rows}


def _person(actor: Any, pk: int) -> Any:
    return visible_persons(actor, MANAGE).filter(pk=pk, merged_into=None).first()


def _back(person_id: int) -> str:
    return reverse("persons.file", kwargs={"pk": person_id})


def _enter(actor: Any, values: dict[str, Any], person: Any) -> Done:
    entry = services.enter(
        actor=actor, person_id=person.pk, code=values["class"], since=values["since"], expires_on=values["expires_on"],
        basis=values["basis"],
    )  # fmt: skip
    return Done(f"已登记：{person.name}自 {entry.since} 起为“{class_title(entry.class_code)}”。", _back(person.pk))


def _tag(actor: Any, values: dict[str, Any], person: Any) -> Done:
    row = services.tag(
        actor=actor, person_id=person.pk, code=values["tag"], expires_on=values["expires_on"], basis=values["basis"]
    )
    return Done(f"已登记标签“{tag_title(row.code)}”，{row.expires_on} 到期。", _back(person.pk))


def _entry(actor: Any, pk: int) -> LowIncomeEntry | None:
    rows = LowIncomeEntry.objects.select_related("person").filter(by="manual", withdrawn_at=None, until=None)
    return rows.filter(actor.scope_q(MANAGE), pk=pk).first()


def _open_tag(actor: Any, pk: int) -> PersonTag | None:
    rows = selectors.tags_known_to(actor).select_related("person").filter(by="manual", until=None)
    return rows.filter(actor.scope_q(MANAGE), pk=pk).first()


def _leave(actor: Any, entry: LowIncomeEntry, values: dict[str, Any]) -> Done:
    services.leave(actor=actor, pk=entry.pk, until=values["until"], reason=values["reason"])
    return Done(f"已退出“{class_title(entry.class_code)}”。", _back(entry.person_id))


def _untag(actor: Any, row: PersonTag, values: dict[str, Any]) -> Done:
    services.untag(actor=actor, pk=row.pk, reason=values["reason"])
    return Done(f"已取消标签“{tag_title(row.code)}”。", _back(row.person_id))


_BASIS = LongText("basis", "依据", required=True, max_length=120, help="如村级评议、部门函件编号、走访记录。")
_UNTIL = DateField("expires_on", "到期日", required=True, not_before=clock.today, help="到期自动失效，可以再登记。")
_REASON = LongText("reason", "理由", required=True, max_length=120)


def _entry_fields(actor: Any, obj: Any) -> tuple[Any, ...]:
    manual = [(one.code, one.title) for one in classes().values() if one.manual]
    since = DateField("since", "进入日期", required=True, not_after=clock.today)
    return Choice("class", "类别", required=True, options=manual), since, _UNTIL, _BASIS


def _tag_fields(actor: Any, obj: Any) -> tuple[Any, ...]:
    manual = [(one.code, one.title) for one in tags().values() if one.manual]
    return Choice("tag", "标签", required=True, options=manual), _UNTIL, _BASIS


def _someone() -> dict[str, int] | None:
    pk = LowIncomeEntry.objects.filter(until=None, withdrawn_at=None).values_list("person_id", flat=True).first()
    return {"pk": pk} if pk else None


_open_entry = first_of(LowIncomeEntry.objects.filter(by="manual", until=None, withdrawn_at=None).order_by("pk"))
_given_tag = first_of(PersonTag.objects.filter(by="manual", until=None).order_by("pk"))

PAGES = [
    Page(
        "low_income.list", "console/low-income/", "低收入人口数据库", READ,
        ListBody(
            _people,
            (
                *WHO, Several("person_id", "类别", what="classes"), Several("person_id", "标签", what="tags"),
                Date("since", "进入日期", sort="since"), Text("basis", "依据", css="nowrap", narrow=False),
            ),
            filters=_FILTERS, sort="-since", link=("persons.file", {"pk": "person_id"}), export="low_income.export",
            actions=BOARDS,
            lead=f"待遇和认定生效、停发后自动进出，每天更新一次。依据：{law()}。",
            empty="没有符合条件的低收入人口。待遇或认定生效后，会自动出现在这里。",
        ),
        menu=Menu(GROUP, 50, "people"),
    ),
    Page("low_income.export", "console/low-income/export/", "导出低收入人口", READ, ExportBody("low_income.list"), step_up=True),
    Page(
        "low_income.special", "console/low-income/special/", "特殊困难对象", READ,
        ListBody(
            _special,
            (
                *WHO, Badge("code", "困难情形", names=dict(tag_choices()), sort="code"),
                Several("person_id", "类别", what="classes"), Text("basis", "依据"), Date("since", "自", sort="since"),
                Date("expires_on", "到期日", narrow=False),
            ),
            filters=(_SEARCH, _PLACE, ByChoice("code", "困难情形", choices=_special_choices), _AGE),
            sort="region_code", link=("persons.file", {"pk": "person_id"}), export="low_income.special_export",
            lead="低收入人口中独居、失能、重残、重病等须重点走访的人；一人有几种情形的，每种一行。",
            empty="没有符合条件的特殊困难对象。标签由系统每天计算，也可以在个人档案里登记。",
        ),
        menu=Menu(GROUP, 52, "alert"),
    ),
    Page("low_income.special_export", "console/low-income/special/export/", "导出特殊困难对象", READ,
         ExportBody("low_income.special"), step_up=True),
    Page(
        "low_income.moves", "console/low-income/moves/", "低收入人口进出", READ,
        ListBody(
            _moves,
            (
                *WHO, Badge("class_code", "类别", names=dict(class_choices())), Date("since", "进入日期", sort="since"),
                Date("until", "退出日期", sort="until"), Text("basis", "依据"),
            ),
            filters=(
                _SEARCH, _PLACE, ByChoice("class", "类别", field="class_code", choices=class_choices()),
                DateRange("since", "进入日期"), DateRange("until", "退出日期"),
            ),
            sort="-since", link=("persons.file", {"pk": "person_id"}), export="low_income.moves_export",
            actions=(Action("按月进出", "low_income.months", icon="clock"),),
            lead="每人每类一行，已经退出的也在内。",
            empty="没有符合条件的进出记录。",
        ),
    ),
    Page("low_income.moves_export", "console/low-income/moves/export/", "导出低收入人口进出", READ,
         ExportBody("low_income.moves"), step_up=True),
    Page(
        "low_income.table", "console/low-income/table/", "低收入人口统计", READ,
        BoardBody((Drawn("分地区、分类别人数", template="people/by_place.html", context=_table, anchor="by-place"),)),
        menu=Menu(GROUP, 54, "chart"), impersonal="只有各地各类的人数",
    ),
    Page(
        "low_income.months", "console/low-income/months/", "低收入人口按月进出", READ,
        BoardBody((Drawn("按月进入、退出人次", template="people/by_month.html", context=_months, anchor="by-month"),)),
        impersonal="只有各月各类的人次",
    ),
    Page(
        "low_income.enter", "console/persons/<int:pk>/low-income/", "登记低收入类别", MANAGE,
        FormBody(_entry_fields, _enter, get=_person, submit="登记",
                 lead="低保、特困、低保边缘、刚性支出困难随办件自动登记；这里只登记没有办件的类别。"),
        example=_someone, reads="登记低收入类别",
    ),
    Page(
        "low_income.tag", "console/persons/<int:pk>/tag/", "登记标签", MANAGE,
        FormBody(_tag_fields, _tag, get=_person, submit="登记", lead="系统能算出来的标签不用登记。"),
        example=_someone, reads="登记标签",
    ),
    Page(
        "low_income.leave", "console/low-income/<int:pk>/leave/", "退出低收入类别", MANAGE,
        ActionBody(_entry, _leave, question="退出后，这个人不再算在这一类里。", submit="退出",
                   fields=(DateField("until", "退出日期", required=True, not_after=clock.today), _REASON)),
        example=_open_entry, reads="退出低收入类别",
    ),
    Page(
        "low_income.untag", "console/low-income/tags/<int:pk>/end/", "取消标签", MANAGE,
        ActionBody(_open_tag, _untag, question="取消后，这个人不再列入相应的名单。", submit="取消标签", fields=(_REASON,)),
        example=_given_tag, reads="取消标签",
    ),
]  # fmt: skip
