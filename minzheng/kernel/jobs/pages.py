"""后台任务: queued, running, failed, all on one page."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from minzheng.kernel.jobs.models import JobRun
from minzheng.kernel.parts.columns import Badge, Moment, Number, Text
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.examples import first_of
from minzheng.kernel.parts.filters import ByChoice, Search
from minzheng.kernel.parts.page import DetailBody, ListBody, Menu, Page
from minzheng.kernel.parts.panels import Facts

STATES = dict(JobRun.STATES)
TONES = {"queued": "plain", "running": "info", "done": "good", "failed": "bad", "cancelled": "plain"}


def visible_to(actor: Any) -> QuerySet[JobRun]:
    """Jobs belong to the whole platform: whoever holds jobs.read anywhere sees them all, others none."""
    return JobRun.objects.all() if actor.has("jobs.read") else JobRun.objects.none()


def _named(rows: QuerySet[Any], text: str, drawing: Drawing) -> QuerySet[Any]:
    return rows.filter(name__startswith=text)


def _one(actor: Any, pk: int) -> JobRun | None:
    return visible_to(actor).filter(pk=pk).first()


_example = first_of(JobRun.objects.order_by("pk"))


PAGES = [
    Page(
        "jobs.list",
        "console/jobs/",
        "后台任务",
        "jobs.read",
        ListBody(
            visible_to,
            (
                Text("name", "任务", sort="name"),
                Badge("state", "状态", names=STATES, tones=TONES, sort="state"),
                Number("progress", "进度（%）"),
                Text("message", "进展"),
                Number("attempts", "次数"),
                Moment("run_after", "不早于", sort="run_after"),
                Moment("finished_at", "完成时间", sort="finished_at", narrow=False),
            ),
            filters=(
                ByChoice("state", "状态", choices=JobRun.STATES),
                Search("q", "任务名", by=_named, placeholder="例如 notices.deliver"),
            ),
            link=("jobs.detail", {"pk": "pk"}),
            empty="没有后台任务。到点的定时任务和办理中产生的任务会出现在这里。",
        ),
        menu=Menu("系统", 20, "gear"),
        impersonal="任务的参数和结果里没有个人信息",
    ),
    Page(
        "jobs.detail",
        "console/jobs/<int:pk>/",
        "任务详情",
        "jobs.read",
        DetailBody(
            _one,
            (
                Facts(
                    "任务",
                    items=(
                        Text("name", "任务"),
                        Badge("state", "状态", names=STATES, tones=TONES),
                        Text("key", "幂等键"),
                        Number("attempts", "已试次数"),
                        Number("max_attempts", "最多次数"),
                        Moment("created_at", "登记时间"),
                        Moment("run_after", "不早于"),
                        Moment("finished_at", "完成时间"),
                        Moment("heartbeat_at", "最近心跳"),
                        Text("lease_owner", "执行者"),
                        Text("message", "进展"),
                    ),
                ),
                Facts("错误", columns=1, items=(Text("error", "错误"),), when=lambda job: bool(job.error)),
            ),
            title=lambda job: f"任务 {job.name}",
            parent="jobs.list",
        ),
        example=_example,
    ),
]
