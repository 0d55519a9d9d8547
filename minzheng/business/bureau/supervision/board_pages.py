"""我的任务、看板、甘特图、按地区、得分: the same tasks looked at in five ways."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString

from minzheng.business.bureau.supervision import colours, gantt, selectors, showing
from minzheng.business.bureau.supervision.models import (
    DONE,
    GONE,
    KINDS,
    STATES,
    Milestone,
    SupervisedTask,
    TaskAct,
)
from minzheng.business.bureau.supervision.scoring import score
from minzheng.business.bureau.supervision.selectors import READ
from minzheng.datacenter.dashboards import maps, outlines
from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.pages.drawing import draw, drawing_of
from minzheng.kernel.parts.page import Custom, Menu, Page
from minzheng.kernel.parts.places import places_below
from minzheng.kernel.regions import codes
from minzheng.kernel.regions.selectors import children, region_names

GROUP = "计划"
NO_ONE = "督办任务是单位的工作，没有服务对象的信息"
#: A picture with more rows than this says nothing; the list has them all.
MOST_BARS, MOST_CARDS = 120, 40
BOARD = ("proposed", "divided", "assigned", "handling", "redo", "checking", "closed", "paused")


@dataclass(frozen=True)
class Pick:
    """What the address narrows to. `years`: those that there are."""

    year: int
    kind: str
    years: Sequence[int]
    rows: list[SupervisedTask]

    @property
    def kinds(self) -> Sequence[tuple[str, str]]:
        return KINDS

    @property
    def query(self) -> str:
        """For a link to the list of the same tasks."""
        return f"year={self.year}" + (f"&kind={self.kind}" if self.kind else "")


def picked(request: HttpRequest, today: datetime.date, *, steps: bool = False) -> Pick:
    """The actor's tasks of one year and list; two queries."""
    tasks = selectors.tasks(actor_in(request)).exclude(state__in=GONE)
    years = sorted({today.year, *tasks.order_by().values_list("year", flat=True).distinct()}, reverse=True)
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdigit() and int(asked[:4]) in years else today.year
    kind = request.GET.get("kind", "") if request.GET.get("kind", "") in dict(KINDS) else ""
    rows = tasks.filter(year=year, **({"kind": kind} if kind else {})).order_by("end", "pk")
    if steps:
        rows = rows.prefetch_related(Prefetch("milestones", Milestone.objects.order_by("due", "seq")))
    return Pick(year, kind, years, list(rows))


def _page(request: HttpRequest) -> Any:
    return request.page  # type: ignore[attr-defined]


def mine(request: HttpRequest) -> HttpResponse:
    """What this person has to do first, then what waits for a check or a decision, then the office's other tasks."""
    actor = actor_in(request)
    own = list(selectors.mine(actor).order_by("end", "pk")[:MOST_CARDS])
    said = _reminders(own)
    order = {code: n for n, code in enumerate(colours.WORST_FIRST)}
    cards = [showing.card(one, said=said.get(one.pk, "")) for one in own]
    cards.sort(key=lambda card: (card["task"].state == "checking", order[card["code"]]))
    waiting = (
        ("等我核查", selectors.CHECK, selectors.to_check, ("核查", "duty.check")),
        ("等我决定延期", selectors.MANAGE, selectors.to_decide, ("决定延期", "duty.decide")),
        ("牵头单位已撤销，要转办", selectors.MANAGE, selectors.orphaned, ("转办", "duty.transfer")),
    )
    groups = [
        (title, [showing.card(one) | {"go": (go,)} for one in rows(actor).order_by("end", "pk")[:MOST_CARDS]])
        for title, right, rows, go in waiting
        if actor.has(right)
    ]
    shown = {card["task"].pk for _, some in groups for card in some}
    office = [
        showing.card(one) for one in selectors.of_office(actor).exclude(pk__in=shown).order_by("end", "pk")[:MOST_CARDS]
    ]
    todo = len(shown | {card["task"].pk for card in cards})
    return draw(request, "supervision/mine.html", _page(request), cards=cards, groups=groups, office=office, todo=todo)


def _reminders(tasks: Sequence[SupervisedTask]) -> dict[int, str]:
    """The last reminder of each task, if nothing was reported since. One query."""
    rows = TaskAct.objects.filter(task__in=tasks, act="remind").order_by("seq")
    last = {one.task_id: one for one in rows}
    return {
        one.pk: last[one.pk].note
        for one in tasks
        if one.pk in last and not (one.last_feedback_on and one.last_feedback_on > last[one.pk].on)
    }


def board(request: HttpRequest) -> HttpResponse:
    """Columns by state, the worst colour first in each; over them the figures."""
    today = drawing_of(request).today
    pick = picked(request, today)
    order = {code: n for n, code in enumerate(colours.WORST_FIRST)}
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in pick.rows:
        groups["closed" if one.state in DONE else one.state].append(showing.card(one))
    columns = [
        {"state": state, "title": dict(STATES)[state] if state != "closed" else "已办结", "count": len(groups[state]),
         "cards": sorted(groups[state], key=lambda card: order[card["code"]])[:MOST_CARDS]}
        for state in BOARD if groups[state]
    ]  # fmt: skip
    return draw(request, "supervision/board.html", _page(request), pick=pick, columns=columns, figures=_figures(pick, today),
                most=MOST_CARDS)  # fmt: skip


def _figures(pick: Pick, today: datetime.date) -> list[dict[str, Any]]:
    lights = Counter(colours.of(one, today).code for one in pick.rows)
    url = f"{reverse('duty.list')}?{pick.query}"
    found = score(pick.rows, today)
    figures = [
        {"label": colours.NAMES[code], "value": lights[code], "href": f"{url}&light={code}", "tone": tone}
        for code, tone in (("red", "bad"), ("yellow", "warn"), ("green", "good"), ("grey", "plain"), ("blue", "info"))
    ]
    return [
        {"label": "全部任务", "value": len(pick.rows), "href": url, "tone": "plain"}, *figures,
        {"label": "按期完成率", "value": "—" if found.rate is None else f"{found.rate}%", "tone": "plain",
         "href": f"{reverse('duty.scores')}?{pick.query}", "note": f"应办结 {found.due} 项"},
    ]  # fmt: skip


def timeline(request: HttpRequest) -> HttpResponse:
    """甘特图 and the table with the same dates."""
    today = drawing_of(request).today
    pick = picked(request, today, steps=True)
    rows = [one for one in pick.rows if one.start and one.end][:MOST_BARS]
    lights = {one.pk: colours.of(one, today) for one in rows}
    bars = [
        gantt.Bar(
            f"{one.title}（{one.lead_name}）" if one.parent_id else one.title, reverse("duty.detail", kwargs={"pk": one.pk}), one.start, one.end, one.progress, lights[one.pk].code,
            f"{one.start} 至 {one.end}，{one.progress}%，{lights[one.pk].reason}",
            [(step.due, step.title, step.done_on is not None) for step in one.milestones.all()],
        )
        for one in rows if one.start and one.end
    ]  # fmt: skip
    first = min([bar.start for bar in bars], default=datetime.date(pick.year, 1, 1))
    last = max([bar.end for bar in bars], default=datetime.date(pick.year, 12, 31))
    chart = gantt.draw(f"{pick.year} 年督办任务甘特图，{len(bars)} 项", bars, first, last, today) if bars else ""
    table = [(one, showing.light_badge(lights[one.pk]), list(one.milestones.all())) for one in rows]
    return draw(request, "supervision/gantt.html", _page(request), pick=pick, chart=chart, table=table, colours=list(colours.NAMES.items()),
                left=len([one for one in pick.rows if one.start and one.end]) - len(rows))  # fmt: skip


def places(request: HttpRequest) -> HttpResponse:
    """Tasks of each township, and of the county itself, by colour; every number opens its list."""
    today = drawing_of(request).today
    pick = picked(request, today)
    groups: dict[str, list[SupervisedTask]] = defaultdict(list)
    for one in pick.rows:
        groups[codes.full(one.region_code[:9])].append(one)
    names = region_names(groups)
    counties = [place for place in groups if codes.level(place) == 3]
    offered = dict(places_below(actor_in(request).scopes(READ)))
    lines = []
    for place, some in sorted(groups.items()):
        lights = Counter(colours.of(one, today).code for one in some)
        # The list's filter by place covers what lies below: a county's own tasks are asked for by their level.
        own = codes.level(place) == 3
        where = f"&region={place}" if place in offered else ""
        url = f"{reverse('duty.list')}?{pick.query}{where}" + ("&level=county" if own else "")
        url = url if where or len(groups) == 1 or (own and len(counties) == 1) else ""
        lines.append({"code": place, "red": lights["red"], "name": names.get(place, place), "own": own, "url": url, "all": len(some), "score": score(some, today),
                      "lights": [(code, lights[code], f"{url}&light={code}" if url and lights[code] else "") for code in colours.WORST_FIRST]})  # fmt: skip
    return draw(request, "supervision/places.html", _page(request), pick=pick, lines=lines, whole=_whole(pick, today), map=_map(request, lines, pick),
                heads=[colours.SHORT[code] for code in colours.WORST_FIRST])  # fmt: skip


def _whole(pick: Pick, today: datetime.date) -> dict[str, Any]:
    """The last line: all places together."""
    lights, url = Counter(colours.of(one, today).code for one in pick.rows), f"{reverse('duty.list')}?{pick.query}"
    return {
        "all": len(pick.rows), "url": url, "score": score(pick.rows, today),
        "lights": [(colours.SHORT[code], lights[code], f"{url}&light={code}") for code in colours.WORST_FIRST],
    }  # fmt: skip


def _map(request: HttpRequest, lines: Sequence[dict[str, Any]], pick: Pick) -> SafeString | str:
    """The red tasks of each township of a county; nothing for whoever has no whole county before them."""
    county = next((place for place in actor_in(request).scopes(READ) if codes.level(codes.full(place)) == 3), "")
    towns = list(children(codes.full(county))) if county else []
    if not towns:
        return ""
    known = {line["code"]: line for line in lines}
    areas = []
    for town in towns:
        line = known.get(town.code)
        red = line["red"] if line else 0
        areas.append(maps.Area(town.code, town.name, float(red), f"{red}", line["url"] if line else ""))
    layout = outlines.layout(county, [town.code for town in towns])
    return maps.drawn(f"{pick.year} 年各乡镇（街道）的红灯任务（项）", layout, areas, "项")


def scores(request: HttpRequest) -> HttpResponse:
    """完成率 and 得分 of every lead office by today, and how they are counted."""
    today = drawing_of(request).today
    pick = picked(request, today)
    offices = {one.lead_name: one.lead_org_id for one in pick.rows}
    lines = [
        (name, found, *_office_lights(f"{reverse('duty.list')}?{pick.query}&lead={offices[name]}" if offices[name] else "", lights))
        for name, found, lights in selectors.scores(pick.rows, today)
    ]  # fmt: skip
    return draw(request, "supervision/scores.html", _page(request), pick=pick, lines=lines, total=score(pick.rows, today),
                terms=_terms())  # fmt: skip


def _office_lights(url: str, lights: dict[str, int]) -> tuple[list[tuple[str, int, str]], str]:
    """(light, tasks, the list of them) of each colour that an office has, and the list of all of its tasks."""
    return [
        (colours.SHORT[code], lights[code], f"{url}&light={code}" if url else "")
        for code in colours.WORST_FIRST
        if lights.get(code)
    ], url


def _terms() -> dict[str, int]:
    from minzheng.business.bureau.supervision.terms import number

    return {key: number(key) for key in ("late_days", "late_percent", "later_percent")}


PAGES = [
    Page("duty.mine", "console/duty/mine/", "我的任务", READ, Custom(mine, methods=("GET",), kind="list"), menu=Menu(GROUP, 20, "check"), impersonal=NO_ONE),
    Page("duty.board", "console/duty/board/", "督办看板", READ, Custom(board, methods=("GET",), kind="board"), menu=Menu(GROUP, 22, "chart"), impersonal=NO_ONE),
    Page("duty.gantt", "console/duty/gantt/", "督办甘特图", READ, Custom(timeline, methods=("GET",), kind="board", parent="duty.board"), impersonal=NO_ONE),
    Page("duty.places", "console/duty/places/", "各地督办任务", READ, Custom(places, methods=("GET",), kind="board", parent="duty.board"), impersonal=NO_ONE),
    Page("duty.scores", "console/duty/scores/", "督办得分", READ, Custom(scores, methods=("GET",), kind="board", parent="duty.board"), impersonal=NO_ONE),
]  # fmt: skip
