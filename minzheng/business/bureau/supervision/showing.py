"""How tasks look: columns of lists, lines of histories, what may be done next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.html import format_html

from minzheng.business.bureau.plans.parsing.numerals import plain
from minzheng.business.bureau.supervision import colours
from minzheng.business.bureau.supervision.folding import TITLES
from minzheng.business.bureau.supervision.hands import CHECK, apart, handling
from minzheng.business.bureau.supervision.models import KINDS, STATES, SupervisedTask, TaskAct
from minzheng.business.bureau.supervision.writing import standing_of
from minzheng.kernel import clock
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.parts.columns import Badge, Column, Date, Text
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.panels import Entry

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

STATE_TONES = {
    "proposed": "wait", "divided": "wait", "assigned": "warn", "handling": "info", "checking": "warn", "redo": "bad",
    "paused": "plain", "closed": "good", "announced": "good", "archived": "plain", "merged": "plain", "dropped": "plain",
}  # fmt: skip
_SIGNS = {"=": "", ">=": "≥", ">": "＞", "<=": "≤", "<": "＜", "range": "", "": ""}
_ACT_TONES = {"close": "good", "announce": "good", "send_back": "bad", "name_late": "bad", "remind": "warn", "pause": "warn",
              "refuse_extension": "warn", "ask_extension": "warn"}  # fmt: skip


@dataclass(frozen=True)
class Light(Badge):
    """The colour, with its reason for whoever points at it or hears it."""

    def text(self, row: Any, drawing: Drawing) -> str:
        return colours.of(row, drawing.today).name

    def cell(self, row: Any, drawing: Drawing) -> str:
        return light_badge(colours.of(row, drawing.today))


@dataclass(frozen=True)
class Progress(Column):
    """80% and, with a target, how many of how many."""

    align = "num"

    def text(self, row: Any, drawing: Drawing) -> str:
        return f"{row.progress}%"


def light_badge(light: colours.Light) -> str:
    return format_html(
        '<span class="badge-{}" title="{}">{}</span>', colours.TONES[light.code], light.reason, light.name
    )


def target(task: SupervisedTask) -> str:
    """“≥ 400 户”; "" without a target."""
    if task.target is None:
        return ""
    return f"{_SIGNS.get(task.comparator, '')}{amount(task.target)}{task.unit}"


def amount(value: Decimal | None) -> str:
    return "" if value is None else str(plain(value))


def reached(task: SupervisedTask) -> str:
    """“实际 360 户，目标 400户” beside the percent."""
    if task.target is None:
        return f"{task.progress}%"
    done = f"{amount(task.actual)}{task.unit}" if task.actual is not None else "还没有数"
    return f"{task.progress}%（实际 {done}，目标 {target(task)}）"


#: What one does next with a task of one's own: (label, page).
_GO = {
    "assigned": (("签收", "duty.sign"),),
    "handling": (("反馈", "duty.feedback"),),
    "redo": (("反馈", "duty.feedback"),),
}

COLUMNS: tuple[Column, ...] = (
    Text("title", "任务", sort="title"),
    Light("pk", "灯"),
    Badge("state", "状态", names=dict(STATES), tones=STATE_TONES, sort="state"),
    Progress("progress", "进度", sort="progress"),
    Date("end", "期限", sort="end"),
    Text("lead_name", "牵头单位", sort="lead_name"),
    Text(lambda row: row.responsible_name or row.lead_office, "责任人", css="nowrap"),
    Badge("kind", "清单", names=dict(KINDS), narrow=False),
    Text("no", "编号", narrow=False, css="nowrap"),
)


def entries(acts: list[TaskAct]) -> list[Entry]:
    """The history, oldest first, with what was reported."""
    return [_entry(one) for one in acts]


def _entry(one: TaskAct) -> Entry:
    report = getattr(one, "feedback", None)
    title = TITLES.get(one.act, one.act)
    lines = [one.note] if one.note else []
    if report is not None:
        if report.progress is not None:
            title = f"{title}：{report.progress}%"
        lines += [f"问题：{report.problems}"] if report.problems else []
        lines += [f"下一步：{report.next}"] if report.next else []
    files = one.evidence.all()
    note = f"佐证 {len(files)} 份" if files else ""
    who = "　".join(filter(None, (one.actor_name, one.org_name if one.org_name != one.actor_name else "")))
    return Entry(one.at, title, who, "\n".join(lines), _ACT_TONES.get(one.act, "plain"), note)


def may_report(actor: Actor, task: SupervisedTask) -> bool:
    """Whether this person's office does the task or assists in it."""
    try:
        handling(actor, task)
    except Refused:
        return False
    return True


def leads(actor: Actor, task: SupervisedTask) -> bool:
    try:
        return handling(actor, task).lead
    except Refused:
        return False


def has(permission: str, field: str = "owner_region") -> Callable[[Any, Any], bool]:
    """For a button: one post grants the permission over this place of the task."""
    return lambda actor, task: actor.is_system or actor.can(permission, getattr(task, field)) is not None


def card(task: SupervisedTask, **more: Any) -> dict[str, Any]:
    """A task as a card of “我的任务” and of the board."""
    light = colours.of(task, clock.today())
    report = colours.report_due(task)
    return {
        "task": task, "light": light_badge(light), "code": light.code, "reason": light.reason,
        "url": reverse("duty.detail", kwargs={"pk": task.pk}), "state": dict(STATES)[task.state], "reached": reached(task),
        "report_due": report, "report_late": bool(report and report < clock.today()), "go": _GO.get(task.state, ()), **more,
    }  # fmt: skip


def may_check(actor: Actor, task: SupervisedTask) -> bool:
    """Whether this person may judge: the right over the owner's place, and no hand in the task."""
    if not has(CHECK)(actor, task):
        return False
    try:
        apart(actor, standing_of(task), "核查")
    except Refused:
        return False
    return True
