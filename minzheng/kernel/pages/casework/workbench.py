"""工作台: what is due, in order; what waits for others; what I handled last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from minzheng.kernel.audit import services as audit
from minzheng.kernel.calendar.selectors import add_working_days
from minzheng.kernel.cases import selectors
from minzheng.kernel.cases.deadlines.pages import TOWNS
from minzheng.kernel.cases.models import Case
from minzheng.kernel.cases.states import UNDER_WAY
from minzheng.kernel.cases.workbench import GROUPS, waiting_for
from minzheng.kernel.documents import selectors as documents
from minzheng.kernel.notices import selectors as messages
from minzheng.kernel.pages.casework.lists import STATE_NAMES, STATE_TONES, WEEK, item_short
from minzheng.kernel.pages.drawing import DrawnPanel, draw, drawing_of, drawn_panels
from minzheng.kernel.pages.people.notes import notes_of
from minzheng.kernel.parts.columns import Badge, Column, Date, Deadline, Region, Text
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.panels import Figure

#: Rows drawn here; the rest is one click away in the list.
SHOWN, SHOWN_OTHERS = 30, 5
COLUMNS: tuple[Column, ...] = (
    Text("applicant_name", "申请人"),
    Text(lambda case: item_short(case.item_code), "事项"),
    Region("region_code", "村（社区）"),
    Badge("state", "环节", names=STATE_NAMES, tones=STATE_TONES),
    Deadline("due_on", "时限", provisional="due_provisional", yellow="yellow_on"),
    Date("submitted_at", "提交日期"),
)


@dataclass(frozen=True)
class Bucket:
    """One heading with its rows; ``total`` counts all, ``link`` opens all."""

    title: str
    code: str
    total: int
    link: str
    lines: list[tuple[str, list[tuple[str, str, str]]]]

    @property
    def rest(self) -> int:
        return max(self.total - len(self.lines), 0)


def workbench(request: HttpRequest) -> HttpResponse:
    """The first page after signing in. Figures and headings are links to the lists that they count."""
    drawing = drawing_of(request)
    page = request.page  # type: ignore[attr-defined]
    if not drawing.actor.has("case.read"):
        return draw(request, "console/welcome.html", page, notes=notes_of(drawing))
    audit.record_listing(actor=drawing.actor, page=page.code, rows=0)
    found = _counts(drawing)
    return draw(
        request,
        "console/workbench.html",
        page,
        figures_data={"figures": _figures(found)},
        stages=_stages(drawing),
        errands=_errands(drawing),
        buckets=_buckets(drawing, found),
        recent=_recent(drawing),
        towns=_towns(drawing),
        notes=notes_of(drawing),
        heads=COLUMNS,
    )


def _buckets(drawing: Drawing, found: dict[str, int]) -> list[Bucket]:
    """What waits for me, soonest first, under the headings 已逾期, 今天, 五个工作日内, 以后; then what waits for others."""
    week = add_working_days(drawing.today, WEEK).date
    open_cases = selectors.visible_to(drawing.actor).filter(state__in=UNDER_WAY).defer("form")
    mine = list(
        open_cases.filter(waiting_for(drawing.actor)).order_by(F("due_on").asc(nulls_last=True), "submitted_at", "pk")[
            :SHOWN
        ]
    )
    others = list(
        open_cases.exclude(waiting_for(drawing.actor)).order_by(F("due_on").asc(nulls_last=True), "pk")[:SHOWN_OTHERS]
    )
    for column in COLUMNS:
        column.prepare([*mine, *others], drawing)
    sorted_out: dict[str, list[Case]] = {"overdue": [], "today": [], "week": [], "later": []}
    for case in mine:
        sorted_out[_bucket(case, drawing.today, week)].append(case)
    titles = {"overdue": "已逾期", "today": "今天到期", "week": "五个工作日内到期", "later": "时间还充裕"}
    counts = {**found, "later": found["todo"] - found["overdue"] - found["today"] - found["week"]}
    buckets = [
        Bucket(
            titles[code],
            code,
            counts[code],
            f"?scope=todo&due={code}&sort=due_on" if code != "later" else "?scope=todo&sort=-due_on",
            _lines(cases, drawing),
        )
        for code, cases in sorted_out.items()
        if cases
    ]
    if others:
        buckets.append(
            Bucket("等待他人办理", "others", found["others"], "?scope=others&sort=due_on", _lines(others, drawing))
        )
    return buckets


def _bucket(case: Case, today: Any, week: Any) -> str:
    due = case.due_on
    if due is None or due > week:
        return "later"
    return "overdue" if due < today else "today" if due == today else "week"


def _lines(cases: list[Case], drawing: Drawing) -> list[tuple[str, list[tuple[str, str, str]]]]:
    return [
        (
            reverse("cases.detail", kwargs={"pk": case.pk}),
            [(one.cell(case, drawing), one.classes(), one.label) for one in COLUMNS],
        )
        for case in cases
    ]


def _errands(drawing: Drawing) -> list[tuple[str, int, str, str]]:
    """(heading, number, link, note) of what has to reach people: notices to serve, people nobody reached, letters."""
    actor, found = drawing.actor, []
    if actor.has("document.read") and (actor.has("case.accept") or actor.has("case.confirm")):
        late = Count("pk", filter=Q(issued_on__lt=documents.late_since(drawing.today)))
        told = documents.unserved(actor).order_by().aggregate(total=Count("pk"), late=late)
        note = f"超期 {told['late']}" if told["late"] else ""
        found.append(("未送达文书", told["total"], reverse("documents.unserved"), note))
    if actor.has("case.accept"):
        found.append(("联系不上", messages.unreached(actor).order_by().count(), reverse("notices.unreached"), ""))
        found.append(("待邮寄信函", messages.letters(actor).order_by().count(), reverse("notices.letters"), ""))
    return [one for one in found if one[1]]


def _towns(drawing: Drawing) -> list[DrawnPanel]:
    """Red, yellow and green by township, for whoever looks after several."""
    places = drawing.actor.scopes("case.read")
    if len({one[:9] for one in places}) < 2 and not any(one[6:] == "000000" for one in places):
        return []
    return drawn_panels((TOWNS,), None, drawing, "towns")


def _stages(drawing: Drawing) -> list[tuple[str, int, str]]:
    """(heading, number, link) of each kind of work that waits for me."""
    found = selectors.workbench(drawing.actor, drawing.today, 0)
    states = {group.code: group.states for group in GROUPS}
    return [(one.title, one.total, f"?scope=todo&state={states[one.code][0]}&sort=due_on") for one in found]


def _counts(drawing: Drawing) -> dict[str, int]:
    """One counting query over the open cases."""
    today, week = drawing.today, add_working_days(drawing.today, WEEK).date
    mine = waiting_for(drawing.actor)
    return (
        selectors.visible_to(drawing.actor)
        .filter(state__in=UNDER_WAY)
        .aggregate(
            overdue=Count("pk", filter=mine & Q(due_on__lt=today)),
            today=Count("pk", filter=mine & Q(due_on=today)),
            week=Count("pk", filter=mine & Q(due_on__gt=today, due_on__lte=week)),
            todo=Count("pk", filter=mine),
            others=Count("pk", filter=~mine),
        )
    )


def _figures(found: dict[str, int]) -> list[Figure]:
    url = reverse("cases.list")
    return [
        Figure(
            "已逾期",
            found["overdue"],
            f"{url}?scope=todo&due=overdue&sort=due_on",
            "bad" if found["overdue"] else "plain",
        ),
        Figure("今天到期", found["today"], f"{url}?scope=todo&due=today", "bad" if found["today"] else "plain"),
        Figure("五个工作日内到期", found["week"], f"{url}?scope=todo&due=week&sort=due_on", "info"),
        Figure("待我办理", found["todo"], f"{url}?scope=todo&sort=due_on", "good"),
        Figure("等待他人", found["others"], f"{url}?scope=others&sort=due_on", "plain"),
    ]


def _recent(drawing: Drawing) -> list[Case]:
    """The last cases I did something with."""
    seen = (
        selectors.visible_to(drawing.actor)
        .filter(acts__actor_id=drawing.actor.id)
        .order_by("-acts__at")
        .values_list("pk", flat=True)[:40]
    )
    order = list(dict.fromkeys(seen))[:8]
    found = {case.pk: case for case in selectors.visible_to(drawing.actor).filter(pk__in=order)}
    return [found[pk] for pk in order if pk in found]
