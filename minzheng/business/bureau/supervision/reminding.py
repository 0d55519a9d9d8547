"""到期提醒: what the platform reminds of by itself, once for each occasion: not signed, a report due, the end near, overdue.

A reminder is an act of the system on the task: it stands on the workbench and the tasks of whoever does it, and goes as a text
message to a responsible person whose phone is known."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction

from minzheng.business.bureau.supervision import colours
from minzheng.business.bureau.supervision.hands import Hand
from minzheng.business.bureau.supervision.models import OPEN, SupervisedTask, TaskAct
from minzheng.business.bureau.supervision.writing import locked, write
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.notices.services import send

#: Days before the end on which a reminder goes out, and how often after it.
BEFORE, EVERY = (1, 3, 7), 7


@dataclass(frozen=True)
class Reminder:
    """`key` is the occasion: the same one is never told twice."""

    task: SupervisedTask
    key: str
    sentence: str


def due(today: datetime.date, region_code: str = "") -> Iterator[Reminder]:
    """What is to be reminded of on a day. One query."""
    from minzheng.kernel.regions import codes

    rows = SupervisedTask.objects.filter(state__in=OPEN).exclude(state="checking").order_by("pk")
    for task in rows.filter(codes.scope_q([region_code])) if region_code else rows:
        yield from _of(task, today)


def _of(task: SupervisedTask, today: datetime.date) -> Iterator[Reminder]:
    if task.state == "assigned" and task.assigned_on and today > colours.sign_by(task.assigned_on):
        yield Reminder(task, f"sign:{task.assigned_on}", f"{task.assigned_on} 交办，已过签收期限，请签收。")
    report = colours.report_due(task)
    if report is not None and today > report:
        yield Reminder(task, f"report:{report}", f"本周期的反馈应在 {report} 以前报，请反馈进展。")
    if task.end is None:
        return
    last = colours.due_day(task.end)
    left = (last - today).days
    if left < 0:
        yield Reminder(task, f"late:{last}:{-left // EVERY}", f"期限 {last} 已过 {-left} 天，请尽快办结。")
    elif left <= BEFORE[-1]:
        step = next(days for days in BEFORE if left <= days)
        yield Reminder(task, f"near:{last}:{step}", f"期限 {last}，还剩 {left} 天，进度 {task.progress}%。")


def remind_all(today: datetime.date | None = None, region_code: str = "") -> list[Reminder]:
    """Write the reminders that were not written before; returns them."""
    found = list(due(today or clock.today(), region_code))
    acts = TaskAct.objects.filter(act="remind", task__in=[one.task.pk for one in found])
    known = set(acts.values_list("task_id", "data__key"))
    return [one for one in found if (one.task.pk, one.key) not in known and _tell(one)]


@transaction.atomic
def _tell(one: Reminder) -> bool:
    row = locked(one.task)
    if row.state != one.task.state:
        return False  # somebody acted between the look and the word
    write(
        row, Hand(SYSTEM, "系统"), "remind", note=one.sentence, data={"kind": one.key.partition(":")[0], "key": one.key}
    )
    phone = row.responsible.phone if row.responsible_id and row.responsible is not None else ""
    if phone:
        body = f"督办任务“{row.title[:30]}”：{one.sentence}"
        send(case=None, person=None, channel="sms", to=phone, body=body, key=f"duty:{row.pk}:{one.key}"[:80])
    return True
