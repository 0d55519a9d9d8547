"""监测运行：每次跑了什么、进展、各监测项的结果；立即运行一次。"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from minzheng.datacenter.monitoring import declare, deliveries, running, selectors, switches
from minzheng.datacenter.monitoring.models import MonitorRun
from minzheng.datacenter.monitoring.pages import GROUP
from minzheng.kernel.pages.drawing import draw, drawing_of
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.columns import Badge, Link, Moment, Number, Text
from minzheng.kernel.parts.examples import first_of
from minzheng.kernel.parts.fields import Choice, Date, When
from minzheng.kernel.parts.filters import ByChoice
from minzheng.kernel.parts.page import Custom, Done, FormBody, ListBody, Menu, Page

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

NO_ONE = "只有条数和批次，没有任何人的信息"
TONES = {"queued": "wait", "running": "wait", "done": "good", "failed": "bad"}
MODES = (("delta", "只跑新到的数据"), ("since", "重跑某天起的数据（不会重复产生预警）"), ("full", "全部在用数据跑一遍"))

LIST = ListBody(
    selectors.runs,
    (
        Link(lambda row: row.get_mode_display() + (f"，{row.since} 起" if row.since else ""), "方式", page="monitor.run", args={"pk": "pk"}),
        Badge("state", "状态", names=dict(MonitorRun.STATES), tones=TONES),
        Moment("asked_at", "时间", sort="asked_at"),
        Number(lambda row: f"{row.watched:,}", "监测人数"), Number(lambda row: f"{row.rows:,}", "新数据行数"), Number("new", "新预警"), Number("repeated", "重复"),
        Number("upgraded", "升级"), Text(lambda row: f"{row.seconds} 秒" if row.seconds else "", "用时"),
        Text("asked_name", "发起", narrow=False),
    ),
    filters=(ByChoice("state", "状态", choices=MonitorRun.STATES), ByChoice("mode", "方式", choices=MonitorRun.MODES)),
    sort="-asked_at",
    link=("monitor.run", {"pk": "pk"}),
    actions=(Action("运行一次", "monitor.start", icon="plus", primary=True),),
    lead="每天自动跑新到的数据，每月第一次跑全部。再跑一遍不会重复产生预警。",
    empty="还没有运行过。每天自动运行；也可以点“运行一次”。",
)  # fmt: skip


def run(request: HttpRequest, pk: int) -> HttpResponse:
    drawing = drawing_of(request)
    row = selectors.runs(drawing.actor).filter(pk=pk).first()
    if row is None:
        raise Http404("没有找到。")
    busy = row.state in (MonitorRun.QUEUED, MonitorRun.RUNNING)
    known = declare.declared()
    figures = [
        {
            "code": code if code in known else "",
            "title": known[code].title if code in known else code,
            "unset": "0",
            **{name: f"{count:,}" for name, count in counts.items()},
        }
        for code, counts in sorted(row.figures.items(), key=lambda pair: -pair[1]["new"])
    ]
    response = draw(
        request, "monitoring/run.html", request.page, run=row, busy=busy, tone=TONES[row.state],  # type: ignore[attr-defined]
        progress=selectors.run_progress(row) if busy else {}, batches=deliveries.seen(row),
        figures=figures, totals=_totals(row),
    )  # fmt: skip
    if busy:
        response["Refresh"] = "2"
    return response


def _totals(row: MonitorRun) -> list[tuple[str, str, str]]:
    """(label, value, tone) of the run's figures; nothing to look at is not coloured."""
    return [
        ("监测人数", f"{row.watched:,}", "info"),
        ("新数据行数", f"{row.rows:,}", "plain"),
        ("比中条数", f"{row.hits:,}", "plain"),
        ("新预警", f"{row.new:,}", "warn" if row.new else "plain"),
        ("重复", f"{row.repeated:,}", "plain"),
        ("升级", f"{row.upgraded:,}", "warn" if row.upgraded else "plain"),
        ("用时（秒）", str(row.seconds or "—"), "plain"),
    ]


def _start(actor: Actor, values: dict[str, Any], obj: Any) -> Done:
    how = values["mode"]
    asked = running.ask(
        actor=actor, mode=MonitorRun.FULL if how == "full" else MonitorRun.DELTA,
        since=values.get("since") if how == "since" else None,
    )  # fmt: skip
    return Done("已排队，算完在这里看结果。", reverse("monitor.run", kwargs={"pk": asked.pk}))


PAGES = [
    Page("monitor.runs", "console/monitor/runs/", "监测运行", selectors.READ, LIST, menu=Menu(GROUP, 63, "clock"), impersonal=NO_ONE),
    Page(
        "monitor.start", "console/monitor/runs/start/", "运行监测", switches.MANAGE,
        FormBody(
            (
                Choice("mode", "跑什么", required=True, options=MODES),
                Date("since", "从哪天起入湖的数据", required=True, when=When("mode", ("since",))),
            ),
            _start, submit="运行", parent="monitor.runs", initial=lambda actor, obj: {"mode": "delta"},
            lead="在后台跑，几秒到几分钟；中途停电、重启会从头再来，不会留下一半的结果。",
        ),
    ),
    Page(
        "monitor.run", "console/monitor/runs/<int:pk>/", "监测运行结果", selectors.READ,
        Custom(run, kind="detail", methods=("GET",)), example=first_of(MonitorRun.objects.filter(is_demo=True).order_by("-asked_at")),
        impersonal=NO_ONE,
    ),
]  # fmt: skip
