"""One task: its panels, and the buttons for what may be done next."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from minzheng.business.bureau.supervision import colours, selectors, showing
from minzheng.business.bureau.supervision.models import CYCLES, KINDS, LIVE_STATES, STATES, Milestone, SupervisedTask
from minzheng.business.bureau.supervision.selectors import MANAGE
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.columns import Badge, Column, Date, Link, Number, Region, Text
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.page import DetailBody
from minzheng.kernel.parts.panels import Drawn, Facts, Table, Timeline


def _steps(task: SupervisedTask, drawing: Drawing) -> list[Milestone]:
    """The steps; whoever leads the task gets a link to note one as done."""
    rows = list(task.milestones.all())
    may = (
        task.state in ("handling", "redo")
        and any(one.done_on is None for one in rows)
        and showing.leads(drawing.actor, task)
    )
    for one in rows:
        one.go, one.go_pk = ("登记完成", one.pk) if may and one.done_on is None else ("", None)  # type: ignore[attr-defined]
    return rows


def _children(task: SupervisedTask, drawing: Drawing) -> list[SupervisedTask]:
    return list(task.children.order_by("region_code", "pk"))


def _files(task: SupervisedTask, drawing: Drawing) -> dict[str, Any]:
    rows = task.evidence.select_related("act").order_by("pk")
    return {"files": [(reverse("duty.file", kwargs={"pk": one.pk}), one.label, one) for one in rows]}


def _why(task: SupervisedTask, drawing: Drawing) -> dict[str, Any]:
    light = colours.of(task, drawing.today)
    parts = [one for one in task.children.all() if one.state not in ("merged", "dropped")] if task.pk else []
    weights = sum(one.weight for one in parts)
    return {
        "task": task, "light": showing.light_badge(light), "reason": light.reason, "share": light.share,
        "reached": showing.reached(task), "report_due": colours.report_due(task),
        "due": colours.due_day(task.end) if task.end else None,
        "children": len(parts), "below": int(sum(one.weight * one.progress for one in parts) / weights) if weights else None,
    }  # fmt: skip


STEPS: tuple[Column, ...] = (
    Text("title", "节点"), Date("due", "应完成"), Date("done_on", "完成"), Text("done_name", "登记人"),
    Link("go", "办理", page="duty.reach", args={"pk": "go_pk"}),
)  # fmt: skip
CHILDREN: tuple[Column, ...] = (
    Link("lead_name", "单位", page="duty.detail", args={"pk": "pk"}), showing.Light("pk", "灯"),
    Badge("state", "状态", names=dict(STATES), tones=showing.STATE_TONES), Text(showing.reached, "进度"), Date("end", "期限"),
)  # fmt: skip
SIDE = (
    Facts("任务", columns=1, items=(
        Badge("state", "状态", names=dict(STATES), tones=showing.STATE_TONES), Text("lead_name", "牵头单位"),
        Text("lead_office", "牵头科室"), Text("responsible_name", "责任人"),
        Text(lambda one: "、".join(x["name"] for x in one.assisting), "配合单位"), Text("leader", "分管领导"),
        Date("start", "开始"), Date("end", "期限"), Date("pending_end", "申请延到"), Number("extensions", "已延期（次）"),
        Badge("cycle", "反馈周期", names=dict(CYCLES)), Text(lambda one: showing.amount(one.weight), "权重"))),
    Facts("来源", columns=1, items=(
        Badge("kind", "清单", names=dict(KINDS)), Text("owner_name", "督办单位"), Text("basis", "依据"),
        Link(lambda one: one.plan.title if one.plan_id else "", "计划", page="plans.detail", args={"pk": "plan_id"}),
        Link(lambda one: one.parent.no if one.parent_id else "", "上级任务", page="duty.detail", args={"pk": "parent_id"}),
        Link(lambda one: one.merged_into.no if one.merged_into_id else "", "并入", page="duty.detail", args={"pk": "merged_into_id"}),
        Text(lambda one: "、".join(one.goals), "所属目标"), Text("evidence_wanted", "佐证类型"), Region("region_code", "地区"))),
)  # fmt: skip
_HAND = ("assigned", "handling", "redo")


def _in(*states: str) -> Any:
    return lambda task: task.state in states


ACTIONS = (
    Action("签收", "duty.sign", args={"pk": "pk"}, primary=True, when=_in("assigned"), offered=showing.leads),
    Action("反馈", "duty.feedback", args={"pk": "pk"}, primary=True, when=_in("handling", "redo"), offered=showing.may_report),
    Action("申请延期", "duty.extend", args={"pk": "pk"}, when=lambda one: one.state in _HAND and one.pending_end is None, offered=showing.leads),
    Action("分解", "duty.divide", args={"pk": "pk"}, primary=True, when=_in("proposed", "divided"), offered=showing.has(MANAGE)),
    Action("交办", "duty.assign", args={"pk": "pk"}, primary=True, when=_in("divided"), offered=showing.has(MANAGE)),
    Action("核查", "duty.check", args={"pk": "pk"}, primary=True, when=_in("checking"), offered=showing.may_check),
    Action("决定延期", "duty.decide", args={"pk": "pk"}, primary=True, when=lambda one: one.pending_end is not None, offered=showing.has(MANAGE)),
    Action("分解到下级", "duty.delegate", args={"pk": "pk"}, when=_in("divided", *_HAND), offered=showing.has(MANAGE, "region_code")),
    Action("催办", "duty.nudge", args={"pk": "pk"}, when=_in(*_HAND, "checking"), offered=showing.has(MANAGE)),
    Action("转办", "duty.transfer", args={"pk": "pk"}, when=_in(*_HAND, "paused"), offered=showing.has(MANAGE)),
    Action("中止", "duty.pause", args={"pk": "pk"}, when=_in(*_HAND), offered=showing.has(MANAGE)),
    Action("恢复", "duty.resume", args={"pk": "pk"}, primary=True, when=_in("paused"), offered=showing.has(MANAGE)),
    Action("合并", "duty.merge", args={"pk": "pk"}, when=_in(*LIVE_STATES), offered=showing.has(MANAGE)),
    Action("归档", "duty.archive", args={"pk": "pk"}, when=_in("announced"), offered=showing.has(MANAGE)),
    Action("撤项", "duty.drop", args={"pk": "pk"}, danger=True, when=_in("proposed", "divided"), offered=showing.has(MANAGE)),
)  # fmt: skip
DETAIL = DetailBody(
    selectors.get,
    (
        Drawn("进度", template="supervision/why.html", context=_why),
        Table("节点", rows=_steps, columns=STEPS, empty="没有节点。分解时一行写一个。"),
        Table("子任务", rows=_children, columns=CHILDREN, empty="没有子任务。要下级单位办的，用“分解到下级”。"),
        Timeline("办理记录", entries=lambda one: showing.entries(selectors.history(one))),
        Drawn("佐证", template="supervision/files.html", context=_files),
    ),
    side=SIDE, title=lambda one: one.title, subtitle=lambda one: f"{one.no} · {one.owner_name}督办", parent="duty.list",
    actions=ACTIONS,
)  # fmt: skip
