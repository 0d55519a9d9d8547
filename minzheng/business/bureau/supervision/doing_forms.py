"""The forms of whoever does a task and of whoever checks it: sign, report, steps, extension, check."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from minzheng.business.bureau.supervision import checking, colours, handling, showing, steering
from minzheng.business.bureau.supervision.forms import NUMBER, url
from minzheng.business.bureau.supervision.handling import Report
from minzheng.business.bureau.supervision.models import Milestone, SupervisedTask
from minzheng.kernel import clock
from minzheng.kernel.parts.field_base import When
from minzheng.kernel.parts.fields import Choice, Count, Date, Field, LongText, Photo, Text
from minzheng.kernel.parts.page import Done

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

FILES = "照片（JPG、PNG）或 PDF。"


def sign(actor: Actor, task: SupervisedTask, values: dict[str, Any]) -> Done:
    handling.sign(actor=actor, task=task)
    return Done("已签收。按周期反馈进展，到期会提醒。", url(task))


def about(task: SupervisedTask) -> str:
    """What the task is, above its form."""
    wanted = showing.target(task)
    light = colours.of(task, clock.today())
    return f"{task.sentence}　{f'目标 {wanted}；' if wanted else ''}期限 {task.end or '没有定'}。现在是{light.name}灯：{light.reason}"


def feedback_fields(actor: Actor, task: SupervisedTask) -> list[Field]:
    words: list[Field] = [
        LongText("done", "做了什么", required=True, max_length=1000, rows=4),
        LongText("problems", "问题", max_length=500, rows=2, help="进度比上次低的，在这里写原因。"),
        LongText("next", "下一步", max_length=500, rows=2),
        Photo("files", "佐证", kind=handling.STORED_AS, help=f"报完成要有佐证。{FILES}"),
    ]
    if showing.may_report(actor, task) and not showing.leads(actor, task):
        return words
    counted = task.target is not None and bool(task.target) and task.comparator in handling.UPWARD
    said = f"目标 {showing.target(task)}"
    number = Text("actual", "累计实际值", required=counted, pattern=NUMBER, hint="请填数字，小数最多四位。",
                  help=f"{said}。{'进度由它计算。' if counted else ''}")  # fmt: skip
    percent = Count("progress", "进度", required=True, maximum=100, unit="%", help="报 100 即完成，转入核查。")
    if counted:
        return [number, *words]
    return [percent, *([number] if task.target is not None else []), *words]


def feedback_initial(actor: Actor, task: SupervisedTask) -> dict[str, Any]:
    return {"progress": task.progress, "actual": showing.amount(task.actual)}


def feedback(actor: Actor, values: dict[str, Any], task: SupervisedTask) -> Done:
    report = Report(
        values["done"], values.get("progress"), Decimal(values["actual"]) if values.get("actual") else None,
        values.get("problems") or "", values.get("next") or "", values.get("files") or (),
    )  # fmt: skip
    kept = handling.feedback(actor=actor, task=task, report=report)
    if not kept.lead:
        return Done("已记下协办反馈。", url(task))
    if kept.progress == 100:
        return Done("已报完成，等督办单位核查。", url(task))
    return Done(f"已反馈，进度 {kept.progress}%。", url(task))


def reach_initial(actor: Actor, one: Milestone) -> dict[str, Any]:
    return {"on": clock.today()}


REACH = (Date("on", "完成日期", required=True, not_after=clock.today),)


def reach(actor: Actor, values: dict[str, Any], one: Milestone) -> Done:
    handling.reach(actor=actor, milestone=one, on=values["on"])
    return Done(f"节点“{one.title}”已完成。", url(one.task))


EXTEND = (Date("end", "延到", required=True), LongText("reason", "原因", required=True, max_length=400))


def extend(actor: Actor, values: dict[str, Any], task: SupervisedTask) -> Done:
    handling.ask_extension(actor=actor, task=task, end=values["end"], reason=values["reason"])
    return Done("已申请，等督办单位决定；决定以前仍按原期限。", url(task))


def decide_lead(task: SupervisedTask) -> str:
    asked = task.acts.filter(act="ask_extension").order_by("-seq").first()
    if task.pending_end is None or asked is None:
        return "没有等决定的延期申请。"
    return f"{asked.actor_name}（{asked.org_name}）{asked.note}。现在的期限是 {task.end}，进度 {task.progress}%，已延期 {task.extensions} 次。"


DECIDE = (
    Choice("answer", "决定", required=True, options=(("yes", "同意延期"), ("no", "不同意"))),
    LongText("opinion", "意见", max_length=400, help="不同意的要写明理由。"),
)


def decide(actor: Actor, values: dict[str, Any], task: SupervisedTask) -> Done:
    grant = values["answer"] == "yes"
    row = steering.decide_extension(actor=actor, task=task, grant=grant, opinion=values.get("opinion") or "")
    return Done(f"已同意延到 {row.end}。" if grant else "已答复不同意，仍按原期限。", url(task))


PASS, BACK = "pass", "back"


def check_fields(actor: Actor, task: SupervisedTask) -> list[Field]:
    passed = When("result", (PASS,))
    modes = checking.MODES[1:] if task.forced else checking.MODES
    asked = [Count("satisfaction", "群众满意度", maximum=100, unit="%", when=passed)] if task.kind == "good" else []
    return [
        Choice("result", "结论", required=True, options=((PASS, "属实，办结"), (BACK, "退回重办"))),
        Choice("mode", "核查方式", required=True, options=modes, when=passed,
               help="进度在期限将到时一次升到 100%，须实地核查。" if task.forced else ""),
        *asked,
        LongText("opinion", "核查情况", required=True, max_length=1000, help="退回的写明缺什么、要补什么。"),
        Photo("files", "核查的照片、文件", kind=handling.STORED_AS, when=passed, help=FILES),
    ]  # fmt: skip


def check(actor: Actor, values: dict[str, Any], task: SupervisedTask) -> Done:
    if values["result"] == BACK:
        checking.send_back(actor=actor, task=task, reason=values["opinion"])
        return Done("已退回重办。", url(task))
    checking.close(
        actor=actor, task=task, mode=values["mode"], opinion=values["opinion"], files=values.get("files") or (),
        satisfaction=values.get("satisfaction"),
    )  # fmt: skip
    return Done("已办结，下一期通报时公布。", url(task))
