"""督查通报: what was finished, what is late, and how the offices stand; as a draft, and frozen when issued.

Issuing names the tasks in their own history: finished ones become 已通报, late ones get a line."""

from __future__ import annotations

import datetime
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from minzheng.business.bureau.supervision import colours, selectors
from minzheng.business.bureau.supervision.hands import MANAGE, supervising
from minzheng.business.bureau.supervision.models import OPEN, SupervisedTask, TaskBulletin
from minzheng.business.bureau.supervision.scoring import Score, lateness, score
from minzheng.business.bureau.supervision.writing import locked, write
from minzheng.kernel import clock
from minzheng.kernel.audit.services import record
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.regions import codes
from minzheng.kernel.registers.numbering import next_number

if TYPE_CHECKING:
    from decimal import Decimal

    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.orgs.models import Organization


@dataclass(frozen=True)
class Draft:
    """`figures`: {"all", "due", "on_time", "late", "open", "rate", "score", "lights"}; `lines`: tasks as plain JSON, the late
    ones first; `orgs`: offices as plain JSON, the best first."""

    figures: dict[str, Any]
    lines: list[dict[str, Any]]
    orgs: list[dict[str, Any]]


def draft(owner: Organization, first: datetime.date, last: datetime.date) -> Draft:
    """Tasks that this organisation supervises: closed within the period, or late or red on its last day. The figures are over
    all that began by that day and were not closed before the period."""
    if last < first:
        raise Refused([], {"last": "结束日期不能早于开始日期。"})
    rows = SupervisedTask.objects.filter(owner_region=owner.region_code, start__lte=last).exclude(
        state__in=("merged", "dropped", "proposed", "divided")
    )
    tasks = [one for one in rows.order_by("end", "pk") if one.closed_on is None or one.closed_on >= first]
    lights = {one.pk: colours.of(one, last) for one in tasks}
    found = score(tasks, last)
    lines = [_line(one, lights[one.pk], last) for one in tasks if _named(one, lights[one.pk], first, last)]
    order = {"late": 0, "red": 1, "done": 2}
    return Draft(
        _figures(found) | {"all": len(tasks), "lights": dict(Counter(light.code for light in lights.values()))},
        sorted(lines, key=lambda line: order[line["why"]]),
        [{"name": name, "lights": some} | _figures(one) for name, one, some in selectors.scores(tasks, last)],
    )  # fmt: skip


def _figures(found: Score) -> dict[str, Any]:
    return {
        "due": found.due, "on_time": found.on_time, "late": found.late, "open": found.open, "rate": _text(found.rate),
        "score": _text(found.score),
    }  # fmt: skip


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value}"


def _named(task: SupervisedTask, light: colours.Light, first: datetime.date, last: datetime.date) -> bool:
    if task.closed_on is not None:
        return first <= task.closed_on <= last
    return light.code == colours.RED


def _line(task: SupervisedTask, light: colours.Light, last: datetime.date) -> dict[str, Any]:
    late = lateness(task, last)
    overdue = task.closed_on is None and task.end is not None and colours.due_day(task.end) < last
    return {
        "task": str(task.pk), "no": task.no, "title": task.title, "lead": task.lead_name, "office": task.lead_office,
        "person": task.responsible_name, "end": f"{task.end}" if task.end else "", "progress": task.progress,
        "closed_on": f"{task.closed_on}" if task.closed_on else "", "days_late": late or 0,
        "why": "done" if task.closed_on else "late" if overdue else "red", "reason": light.reason,
    }  # fmt: skip


@transaction.atomic
def issue(
    *, actor: Actor, owner: Organization, first: datetime.date, last: datetime.date, remark: str = ""
) -> TaskBulletin:
    """Issue what the draft says. Raises NotAllowed; Refused when there is nothing to tell or the period is not over."""
    hand = supervising(actor, MANAGE, owner.region_code)
    today = clock.today()
    if last > today:
        raise Refused([], {"last": "统计的截止日期不能晚于今天。"})
    told = draft(owner, first, last)
    if not told.figures["all"]:
        raise Refused("这段时间没有督办任务，不用通报。")
    serial = next_number("duty.bulletin", region_code=owner.region_code, year=today.year)
    row = TaskBulletin(
        region_code=owner.region_code, no=f"{codes.prefix(owner.region_code)}-TB-{today.year}-{serial:02d}",
        title=f"{owner.name}督查通报（{today.year} 年第 {serial} 期）", year=today.year, owner_name=owner.name, first=first,
        last=last, figures=told.figures, lines=told.lines, orgs=told.orgs, remark=remark.strip()[:2000], issued_on=today,
        issued_by=actor.user, issued_name=actor.name[:60],
    )  # fmt: skip
    row.save(force_insert=True)
    for line in told.lines:
        task = locked(SupervisedTask(pk=int(line["task"])))
        act = {"done": "announce", "late": "name_late"}.get(line["why"])
        if (act == "announce" and task.state == "closed") or (act == "name_late" and task.state in (*OPEN, "paused")):
            write(task, hand, str(act), note=row.title, data={"bulletin": row.pk})
    record(actor=hand.actor, action="duty.bulletin", obj=row, detail={"no": row.no, "lines": len(told.lines)})
    return row
