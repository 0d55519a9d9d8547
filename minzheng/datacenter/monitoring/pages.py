"""监测总览、预警队列、我的走访。"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from minzheng.datacenter.monitoring import acting, counts, selectors, showing
from minzheng.datacenter.monitoring.errors import MonitorRefused
from minzheng.datacenter.monitoring.models import Alert
from minzheng.kernel.audit import services as audit
from minzheng.kernel.pages.drawing import draw, drawing_of
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.columns import Moment, Number, Text
from minzheng.kernel.parts.filters import ByChoice, ByMonth, ByRegion
from minzheng.kernel.parts.page import BatchBody, BoardBody, Custom, ListBody, Menu, Outcome, Page
from minzheng.kernel.parts.panels import Figure, Figures, Table
from minzheng.kernel.regions.selectors import region_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from minzheng.kernel.parts.drawing import Drawing

GROUP = "大数据中心"
READS = "办理预警"


def _state(rows: Any, value: str, drawing: Drawing) -> Any:
    if value == "open":
        return rows.exclude(state=Alert.CLOSED)
    return rows.filter(state=value)


def _late(rows: Any, value: str, drawing: Drawing) -> Any:
    if value == "escalated":
        return rows.exclude(state=Alert.CLOSED).filter(escalated_at__isnull=False)
    return rows.filter(selectors.overdue_q())


def _channel(rows: Any, value: str, drawing: Drawing) -> Any:
    return rows.exclude(channel=Alert.DATA) if value == "found" else rows.filter(channel=value)


def _assign_many(actor: Any, rows: Sequence[Alert], values: dict[str, Any]) -> list[Outcome]:
    outcomes = []
    for row in rows:
        try:
            done = acting.assign(actor=actor, pk=row.pk)
        except MonitorRefused as error:
            outcomes.append(Outcome(row.no, False, str(error)))
            continue
        name = done.assignee.name if done.assignee else ""
        outcomes.append(Outcome(row.no, True, f"已分派给{name}。", reverse("monitor.alert", kwargs={"pk": row.pk})))
    return outcomes


def _not_now(actor: Any, row: Alert) -> str:
    return "" if acting.may(actor, row, "assign") else "已经走访或销号的不用再分派；不在您分派范围内的也不能勾选。"


QUEUE = ListBody(
    selectors.queue,
    (
        showing.LEVEL, showing.NUMBER, showing.WHO, showing.VILLAGE, showing.STATE, showing.DUE, showing.ASSIGNEE,
        showing.CHANNEL, Moment("created_at", "产生时间", sort="created_at", narrow=False),
    ),
    filters=(
        ByChoice("level", "等级", choices=Alert.LEVELS),
        ByChoice("state", "状态", choices=(("open", "没有销号的"), *Alert.STATES), by=_state),
        ByChoice("late", "期限", choices=(("overdue", "已逾期"), ("escalated", "县级督办中")), by=_late),
        ByChoice("monitor", "监测项", choices=showing.monitors),
        ByChoice("channel", "来源", choices=(*Alert.CHANNELS, ("found", "主动发现（网格员和群众）")), by=_channel),
        ByRegion("town", "地区", field="region_code", permission=selectors.READ),
        ByMonth("month", "月份", field="period"),
        counts.FILTER,
    ),
    sort="due_at",
    link=("monitor.alert", {"pk": "pk"}),
    batches=("monitor.assign_many",),
    actions=(
        Action("我的走访", "monitor.mine", icon="map"),
        Action("登记主动发现", "monitor.report", icon="plus", primary=True),
    ),
    lead="部门数据、网格员和群众发现的情况，按期限先后排列。预警只提醒去看，不自动停发任何待遇。",
    empty="没有符合条件的预警。每天的监测比中以后、网格员或群众反映以后，会列在这里。",
)  # fmt: skip


def _figures(obj: Any, drawing: Drawing) -> list[Figure]:
    told, url = selectors.figures(drawing.actor), reverse("monitor.queue")
    month = drawing.today.strftime("%Y-%m")
    return [
        Figure("没有销号", told["open"], f"{url}?state=open", "info"),
        Figure("红色", told["red"], f"{url}?state=open&level=red", "bad" if told["red"] else "plain"),
        Figure("待分派", told["new"], f"{url}?state=NEW", "warn" if told["new"] else "plain"),
        Figure("已逾期", told["overdue"], f"{url}?late=overdue", "bad" if told["overdue"] else "plain"),
        Figure("县级督办中", told["escalated"], f"{url}?late=escalated", "warn" if told["escalated"] else "plain"),
        Figure("主动发现", told["found"], f"{url}?state=open&channel=found"),
        Figure("本月产生", told["month"], f"{url}?month={month}"),
        Figure("本月销号", told["closed"], f"{url}?state=CLOSED", "good"),
    ]


def _towns(obj: Any, drawing: Drawing) -> list[dict[str, Any]]:
    """Open alerts by township and level; one query."""
    counted: dict[str, dict[str, Any]] = {}
    rows = selectors.visible_to(drawing.actor).exclude(state=Alert.CLOSED).values_list("town_code", "level", "due_at")
    from minzheng.kernel import clock

    now = clock.now()
    for town, level, due in rows:
        one = counted.setdefault(town, {"town": town, "all": 0, "late": 0, **dict.fromkeys(showing.LEVELS, 0)})
        one["all"] += 1
        one[level] += 1
        one["late"] += due < now
    names = region_names(counted)
    found = [one | {"name": names.get(one["town"], one["town"])} for one in counted.values()]
    return sorted(found, key=lambda one: (-one["late"], -one["all"]))


def _urgent(obj: Any, drawing: Drawing) -> list[Alert]:
    return list(selectors.queue(drawing.actor).exclude(state=Alert.CLOSED).order_by("due_at")[:8])


BOARD = BoardBody(
    (
        Figures("预警", figures=_figures),
        Table(
            "最急的", rows=_urgent,
            columns=(showing.LEVEL, showing.NUMBER, showing.WHO, showing.VILLAGE, showing.STATE, showing.DUE),
            empty="没有要办的预警。", more=lambda obj: ("全部预警", reverse("monitor.queue") + "?state=open"),
        ),
    ),
    side=(
        Table(
            "各乡镇（街道）没有销号的", rows=_towns,
            columns=(
                Text("name", "乡镇", css="nowrap"), *(Number(code, title) for code, title in Alert.LEVELS), Number("all", "合计"),
                Number("late", "逾期"),
            ),
            empty="各乡镇都没有要办的预警。",
        ),
    ),
)  # fmt: skip


def mine(request: HttpRequest) -> HttpResponse:
    """What this person has to visit, one card each, for a phone at the door."""
    drawing = drawing_of(request)
    rows = list(selectors.mine(drawing.actor).defer(None)[:60])
    audit.record_listing(actor=drawing.actor, page="monitor.mine", rows=len(rows))
    drawing.load_regions(row.region_code for row in rows)
    cards = [
        {
            "alert": row, "place": drawing.region(row.region_code), "due": showing.DUE.cell(row, drawing),
            "level": showing.LEVEL.cell(row, drawing), "sentence": row.content.get("sentence", ""),
            "own": row.assignee_id == drawing.actor.id,
        }
        for row in rows
    ]  # fmt: skip
    return draw(request, "monitoring/mine.html", request.page, cards=cards)  # type: ignore[attr-defined]


PAGES = [
    Page(
        "monitor.board", "console/monitor/", "监测总览", selectors.READ, BOARD, menu=Menu(GROUP, 60, "chart", "监测总览"),
    ),
    Page(
        "monitor.queue", "console/monitor/alerts/", "预警队列", selectors.READ, QUEUE, menu=Menu(GROUP, 61, "alert"),
    ),
    Page(
        "monitor.assign_many", "console/monitor/alerts/assign/", "分派预警", selectors.ASSIGN,
        BatchBody(
            "monitor.queue", _assign_many, left_out=_not_now, submit="按责任区分派", icon="user",
            question="勾选的预警各自分派给所在村（社区）的走访人；没有的分派给乡镇（街道）。几个人都可以去的，给手上最少的那位。",
        ),
    ),
    Page(
        "monitor.mine", "console/monitor/mine/", "我的走访", selectors.VISIT, Custom(mine, kind="list", methods=("GET",)),
        menu=Menu("办理", 8, "map", "我的走访"),
    ),
]  # fmt: skip
