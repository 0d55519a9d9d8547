"""签收、反馈、节点、申请延期: what the lead office does (duty.feedback), and what an assisting one reports."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction

from minzheng.business.bureau.supervision.colours import due_day
from minzheng.business.bureau.supervision.hands import Hand, handling, leading
from minzheng.business.bureau.supervision.models import Milestone, SupervisedTask, TaskAct, TaskEvidence, TaskFeedback
from minzheng.business.bureau.supervision.terms import number
from minzheng.business.bureau.supervision.writing import locked, need, write
from minzheng.kernel import clock
from minzheng.kernel.calendar.selectors import working_days_left
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.documents.services import store_attachment

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

#: Kind of the stored files: only pages of a task give them out.
STORED_AS = "duty"
#: Comparators by which more is nearer to the target.
UPWARD = ("=", ">=", ">", "range")


@dataclass(frozen=True)
class Report:
    """One report. `progress` in percent, or `actual` against the task's target; `files`: uploads."""

    done: str
    progress: int | None = None
    actual: Decimal | None = None
    problems: str = ""
    next: str = ""
    files: Iterable[Any] = field(default=())


@transaction.atomic
def sign(*, actor: Actor, task: SupervisedTask) -> SupervisedTask:
    """签收 by the lead office."""
    row = locked(task)
    write(row, leading(actor, row), "sign")
    return row


@transaction.atomic
def feedback(*, actor: Actor, task: SupervisedTask, report: Report) -> TaskFeedback:
    """A report. The lead office's moves the progress, and at 100 the task waits for its check; a jump to 100 at the end of
    the time has to be checked on the spot. An assisting office's report leaves the standing alone."""
    row = locked(task)
    hand = handling(actor, row)
    done = need(report.done, "done", "请写明做了什么、做到哪一步。")
    if not hand.lead:
        act = write(row, hand, "assist", note=done)
        return _keep(row, act, hand, report, done, None)
    progress = _progress(row, report)
    if progress < row.progress and not report.problems.strip():
        raise Refused([], {"problems": f"进度比上次的 {row.progress}% 低：请在“问题”里写明原因。"})
    files = list(report.files)
    if progress == 100 and not files and not row.evidence.exists():
        raise Refused(
            [],
            {
                "files": f"报完成要附佐证{f'（{row.evidence_wanted}）' if row.evidence_wanted else ''}：请拍照或上传文件。"
            },
        )
    data: dict[str, Any] = {"progress": progress, "forced": progress == 100 and jumped(row, clock.today())}
    if report.actual is not None:
        data["actual"] = str(report.actual)
    act = write(row, hand, "feedback", note=done, data=data)
    kept = _keep(row, act, hand, report, done, progress)
    keep_files(row, act, "feedback", files, hand.actor)
    return kept


def jumped(task: SupervisedTask, today: datetime.date) -> bool:
    """Whether reporting 100 today is a jump at the end of the time."""
    if task.end is None or 100 - task.progress < number("jump_points"):
        return False
    return (due_day(task.end) - today).days <= number("jump_days")


def progress_of(task: SupervisedTask, actual: Decimal) -> int | None:
    """Percent of the target reached, at most 100; None where the target is 0 or is to be kept below."""
    if not task.target or task.comparator not in UPWARD:
        return None
    return int(min(Decimal(100), max(Decimal(0), 100 * actual / task.target)))


def _progress(task: SupervisedTask, report: Report) -> int:
    counted = progress_of(task, report.actual) if report.actual is not None else None
    if counted is not None:
        return counted
    if task.target and task.comparator in UPWARD:
        raise Refused([], {"actual": "这项任务有量化目标：请填到今天的累计实际值，进度由它计算。"})
    if report.progress is None or not 0 <= report.progress <= 100:
        raise Refused([], {"progress": "请填 0 到 100 的整数。"})
    if report.progress == 100 and task.target is not None and task.comparator in ("<=", "<") and (
        report.actual is None or report.actual > task.target
    ):  # fmt: skip
        raise Refused(
            [], {"actual": f"目标是不超过 {task.target.normalize():f}{task.unit}：报完成要填实际值，而且不能超过。"}
        )
    return report.progress


def _keep(
    row: SupervisedTask, act: TaskAct, hand: Hand, report: Report, done: str, progress: int | None
) -> TaskFeedback:
    kept = TaskFeedback(
        region_code=row.region_code, task=row, act=act, on=act.on, lead=hand.lead, org_name=hand.org_name,
        progress=progress, actual=report.actual if hand.lead else None, done=done, problems=report.problems.strip(),
        next=report.next.strip(),
    )  # fmt: skip
    kept.save(force_insert=True)
    if not hand.lead:
        keep_files(row, act, "feedback", report.files, hand.actor)
    return kept


def keep_files(row: SupervisedTask, act: TaskAct, kind: str, files: Iterable[Any], actor: Actor) -> None:
    """Store uploads as evidence of an act. Raises UploadRefused."""
    for one in files:
        label = str(getattr(one, "name", "") or "佐证")[-80:]
        stored = store_attachment(case=None, kind=STORED_AS, label=label, upload=one, actor=actor)
        TaskEvidence.objects.create(
            region_code=row.region_code, task=row, act=act, kind=kind, attachment=stored, label=label
        )


@transaction.atomic
def reach(*, actor: Actor, milestone: Milestone, on: datetime.date) -> Milestone:
    """A step is done."""
    row = locked(milestone.task)
    hand = leading(actor, row)
    one = Milestone.objects.select_for_update(of=("self",)).get(pk=milestone.pk)
    if one.done_on is not None:
        raise Refused(f"节点“{one.title}”已在 {one.done_on} 登记完成。")
    if on > clock.today():
        raise Refused([], {"on": "完成日期不能晚于今天。"})
    one.done_on, one.done_name = on, hand.actor.name[:60]
    one.save(update_fields=["done_on", "done_name"])
    write(row, hand, "milestone", note=f"{one.title}（{on}）", data={"milestone": one.seq, "on": on.isoformat()})
    return one


@transaction.atomic
def ask_extension(*, actor: Actor, task: SupervisedTask, end: datetime.date, reason: str) -> SupervisedTask:
    """申请延期: in time, not too often, for a reason. Raises Refused."""
    row = locked(task)
    hand = leading(actor, row)
    words = need(reason, "reason", "请写明延期的原因。")
    if row.end is None:
        raise Refused("任务还没有期限，不用延期。")
    due, today, before = due_day(row.end), clock.today(), number("extension_before_days")
    if today > due:
        raise Refused(f"期限 {due} 已过，不能再申请延期：请尽快办结，并在反馈里写明原因。")
    if working_days_left(today, due) < before:
        last = f"离期限只剩 {working_days_left(today, due)} 个工作日"
        raise Refused(f"{last}：延期要在期满前 {before} 个工作日以前申请。请与督办单位联系。")
    if row.extensions >= number("extension_most"):
        raise Refused(f"这项任务已经延期 {row.extensions} 次，最多 {number('extension_most')} 次，不能再延。")
    if row.pending_end is not None:
        raise Refused(f"已申请延到 {row.pending_end}，正等督办单位决定。")
    if end <= row.end:
        raise Refused([], {"end": f"新期限要晚于现在的期限 {row.end}。"})
    if row.parent is not None and row.parent.end and end > row.parent.end:
        raise Refused([], {"end": f"不能晚于上级任务的期限 {row.parent.end}：请上级任务先延期。"})
    write(row, hand, "ask_extension", note=f"申请延到 {end}：{words}", data={"end": end.isoformat()})
    return row
