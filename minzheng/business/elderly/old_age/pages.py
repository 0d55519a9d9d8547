"""高龄津贴：主动发现的名单，勾选后建立申请。"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse

from minzheng.business.elderly.old_age import found
from minzheng.kernel.cases.errors import NotAllowed, NotFound, Refused
from minzheng.kernel.parts.columns import Column, Date, Region, Text
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.filters import ByChoice, ByRegion
from minzheng.kernel.parts.page import BatchBody, ListBody, Menu, Outcome, Page

if TYPE_CHECKING:
    from minzheng.kernel.subjects.models import Person

WITHIN = tuple((str(days), f"{days} 天内到龄的也列出" if days else "只列已到龄的") for days in found.DAYS)


def _within(rows: Any, value: str, drawing: Drawing) -> Any:
    return rows.filter(pk__in=found.waiting(drawing.actor, int(value)).values("pk"))


class Reaches(Column):
    """The day on which this person is old enough, and whether it is past."""

    def text(self, row: Any, drawing: Drawing) -> str:
        ages = drawing.notes.setdefault("starting_ages", {})
        county = row.region_code[:6]
        if county not in ages:
            ages[county] = found.starting_age(row.region_code, drawing.today)
        if ages[county] is None or row.birth_date is None:
            return ""
        day = found.reaches(row.birth_date, ages[county])
        left = (day - drawing.today).days
        return f"{day.isoformat()}（还有 {left} 天）" if left > 0 else f"{day.isoformat()}（已到龄）"


def _open(actor: Any, rows: list[Person], values: dict[str, Any]) -> list[Outcome]:
    outcomes = []
    for person in rows:
        try:
            case = found.open_application(actor=actor, person=person)
        except (Refused, NotAllowed, NotFound) as error:
            outcomes.append(Outcome(person.name, False, str(error)))
            continue
        link = reverse("intake.form", kwargs={"pk": case.pk})
        outcomes.append(Outcome(person.name, True, "已建立申请，请与老人核对后补齐、提交。", link))
    return outcomes


LIST = ListBody(
    found.waiting,
    (
        Text("name", "姓名", sort="name", css="nowrap"),
        Text("get_sex_display", "性别"),
        Date("birth_date", "出生日期", sort="birth_date"),
        Reaches("birth_date", "到龄日期"),
        Region("region_code", "所在村（社区）"),
    ),
    filters=(
        ByChoice("within", "到龄", choices=WITHIN, by=_within),
        ByRegion("place", "地区", field="region_code", permission=found.PERMISSION),
    ),
    sort="birth_date",
    link=("persons.file", {"pk": "pk"}),
    batches=("elderly.old_age.open",),
    empty="没有到了年龄而还没有申请的老人。档案里有人快到年龄（提前 90 天）、又没有领高龄津贴的，会列在这里；没有公布津贴金额的地方不列。",
    lead="按档案里的出生日期找出来的，不是批准名单：联系老人，本人同意申请的，勾选后建立申请，补齐账户和授权再提交。",
)

PAGES = [
    Page(
        "elderly.old_age.found",
        "console/elderly/old-age/found/",
        "高龄津贴：到龄未申请",
        found.PERMISSION,
        LIST,
        menu=Menu("办理", 40, "people", "到龄未申请"),
    ),
    Page(
        "elderly.old_age.open",
        "console/elderly/old-age/open/",
        "建立高龄津贴申请",
        found.PERMISSION,
        BatchBody(
            "elderly.old_age.found",
            _open,
            question="为勾选的老人各建立一份申请草稿，带上档案里已有的信息。老人同意后再补齐、提交；不同意的，把草稿删去。",
            submit="建立申请",
        ),
    ),
]
