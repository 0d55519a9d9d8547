"""The list of cases (办件) and its filters."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from minzheng.kernel.calendar.selectors import add_working_days
from minzheng.kernel.cases import counts, selectors
from minzheng.kernel.cases.deadlines import colours
from minzheng.kernel.cases.handover import IN_HAND
from minzheng.kernel.cases.models import Case
from minzheng.kernel.cases.states import OPEN, STATES, UNDER_WAY
from minzheng.kernel.cases.workbench import waiting_for
from minzheng.kernel.items import registry
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.columns import Badge, Column, Date, Deadline, Moment, Region, Text
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.filters import ByChoice, ByRegion, DateRange, Search
from minzheng.kernel.parts.page import ListBody

#: Working days within which a deadline is near, and those of a working week.
NEAR, WEEK = 3, 5
STATE_NAMES = {state.code: state.title for state in STATES}
STATE_TONES = {state.code: {"active": "info"}.get(state.tone, state.tone) for state in STATES}
DEADLINES = (
    ("overdue", "已逾期"),
    ("today", "今天到期"),
    ("near", "三个工作日内"),
    ("week", "五个工作日内"),
    ("later", "五个工作日以后"),
    ("none", "没有时限"),
    ("red", "红（到期、超期）"),
    ("yellow", "黄（将到期）"),
    ("green", "绿（时间充裕）"),
)
SCOPES = (
    ("todo", "待我办理"),
    ("others", "等待他人"),
    ("held", "我名下的"),
    ("open", "在办"),
    ("mine", "我办过的"),
    ("closed", "已办结"),
)


def item_short(code: str) -> str:
    try:
        return registry.get(code).short
    except registry.UnknownItem:
        return code


def rows(actor: Any) -> QuerySet[Case]:
    """Cases this actor may see, without drafts (those are shown in walk-in entry)."""
    return selectors.visible_to(actor).exclude(state="DRAFT")


def by_text(found: QuerySet[Any], text: str, drawing: Drawing) -> QuerySet[Any]:
    """A case number, whole or its end; or the beginning of the applicant's name."""
    text = text.upper()
    if text.isascii():
        return found.filter(no__endswith=text) if len(text) < 12 else found.filter(no=text)
    return found.filter(applicant_name__startswith=text)


def by_deadline(found: QuerySet[Any], value: str, drawing: Drawing) -> QuerySet[Any]:
    today = drawing.today
    near, week = add_working_days(today, NEAR).date, add_working_days(today, WEEK).date
    tests = {
        "overdue": Q(due_on__lt=today),
        "today": Q(due_on=today),
        "near": Q(due_on__gt=today, due_on__lte=near),
        "week": Q(due_on__gt=today, due_on__lte=week),
        "later": Q(due_on__gt=week),
        "none": Q(due_on=None),
        "red": colours.is_red(today),
        "yellow": colours.is_yellow(today),
        "green": colours.is_green(today),
    }
    return found.filter(tests[value])


def by_scope(found: QuerySet[Any], value: str, drawing: Drawing) -> QuerySet[Any]:
    if value == "todo":
        return found.filter(waiting_for(drawing.actor))
    if value == "others":
        return found.filter(state__in=UNDER_WAY).exclude(waiting_for(drawing.actor))
    if value == "held":
        return found.filter(assignee_id=drawing.actor.id, state__in=IN_HAND)
    if value == "mine":
        return found.filter(pk__in=Case.objects.filter(acts__actor_id=drawing.actor.id).values("pk"))
    if value == "open":
        return found.filter(state__in=UNDER_WAY)
    return found.exclude(state__in=OPEN) if value == "closed" else found


def items(drawing: Drawing) -> list[tuple[str, str]]:
    return [(item.code, item.title) for item in registry.all_items()]


def batches(drawing: Drawing) -> list[str]:
    """What may be done to several cases at once in this actor's places."""
    from minzheng.kernel.pages.casework.many import open_to

    return [*open_to(drawing), "cases.print_papers"]


COLUMNS: tuple[Column, ...] = (
    Text("no", "办件编号", sort="no", css="nowrap"),
    Text("applicant_name", "申请人", sort="applicant_name"),
    Text(lambda case: item_short(case.item_code), "事项"),
    Region("region_code", "乡镇（街道）", up_to=9),
    Region("region_code", "村（社区）", narrow=False),
    Badge("state", "状态", names=STATE_NAMES, tones=STATE_TONES, sort="state"),
    Deadline("due_on", "时限", sort="due_on", provisional="due_provisional", yellow="yellow_on"),
    Date("submitted_at", "提交日期", sort="submitted_at"),
)
BODY = ListBody(
    rows,
    COLUMNS,
    sort="-submitted_at",
    link=("cases.detail", {"pk": "pk"}),
    export="cases.export",
    batches=batches,
    filters=(
        Search("q", "编号或申请人", by=by_text, placeholder="编号末几位或姓名"),
        ByChoice("scope", "范围", choices=SCOPES, by=by_scope),
        ByChoice("state", "状态", choices=tuple((s.code, s.title) for s in STATES if s.code != "DRAFT")),
        ByRegion("region", "乡镇（街道）", permission="case.read"),
        ByChoice("due", "时限", choices=DEADLINES, by=by_deadline),
        ByChoice("item", "事项", field="item_code", choices=items),
        DateRange("submitted", "提交日期", field="submitted_at", moment=True),
        counts.FILTER,
    ),
    actions=(Action("窗口受理", "intake.start", icon="plus", primary=True, key="n"),),
    empty="没有符合条件的办件。群众在手机上提交、或窗口登记申请后，会出现在这里。",
)
EXPORT_COLUMNS: tuple[Column, ...] = (
    *COLUMNS,
    Text(lambda case: case.get_channel_display(), "渠道"),
    Moment("accepted_at", "受理时间"),
    Moment("decided_at", "决定时间"),
    Date("due_on", "当前环节截止"),
    Date("total_due_on", "办结截止"),
)
