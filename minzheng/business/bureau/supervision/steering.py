"""延期的决定、转办、中止、恢复、合并、催办、归档: the supervising side (duty.manage over the owner's place)."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from minzheng.business.bureau.supervision import people
from minzheng.business.bureau.supervision.folding import LIVE
from minzheng.business.bureau.supervision.hands import MANAGE, Hand, apart, supervising
from minzheng.business.bureau.supervision.models import SupervisedTask
from minzheng.business.bureau.supervision.starting import lead_data, lead_for
from minzheng.business.bureau.supervision.writing import locked, need, standing_of, write
from minzheng.kernel import clock
from minzheng.kernel.cases.errors import Refused

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor


@transaction.atomic
def decide_extension(*, actor: Actor, task: SupervisedTask, grant: bool, opinion: str = "") -> SupervisedTask:
    """Grant or refuse what the lead office asked for; whoever handles the task does not decide."""
    row, hand = _begin(actor, task)
    if row.pending_end is None:
        raise Refused("没有等决定的延期申请，可能刚由别人办过，请刷新页面。")
    apart(actor, standing_of(row), "决定延期")
    if not grant:
        need(opinion, "opinion", "不同意的要写明理由。")
    act = "grant_extension" if grant else "refuse_extension"
    write(row, hand, act, note=opinion, data={"end": row.pending_end.isoformat(), "was": str(row.end)})
    return row


@transaction.atomic
def transfer(
    *, actor: Actor, task: SupervisedTask, lead_org: int, reason: str, responsible: int | None = None, lead_office: str = ""
) -> SupervisedTask:  # fmt: skip
    """转办 to another office, which signs anew; what the first one reported stays."""
    row, hand = _begin(actor, task)
    words = need(reason, "reason", "请写明转办的原因。")
    lead = lead_for(row, lead_org)
    person = people.worker(responsible, lead) if responsible else None
    if (lead.pk, person.pk if person else None, lead_office.strip()) == (
        row.lead_org_id,
        row.responsible_id,
        row.lead_office,
    ):
        raise Refused([], {"lead_org": "这就是现在的牵头单位和责任人，不用转办。"})
    write(
        row,
        hand,
        "transfer",
        note=f"由{row.lead_name}转办给{lead.name}：{words}",
        data=lead_data(lead, person, lead_office),
    )
    return row


@transaction.atomic
def pause(*, actor: Actor, task: SupervisedTask, reason: str) -> SupervisedTask:
    """中止: the clock of colour and score stands still."""
    row, hand = _begin(actor, task)
    write(row, hand, "pause", note=need(reason, "reason", "请写明中止的原因。"))
    return row


@transaction.atomic
def resume(*, actor: Actor, task: SupervisedTask, end: datetime.date | None = None, reason: str = "") -> SupervisedTask:
    """恢复 to where it stood. `end`: the new last day; without one the days of the pause are added."""
    row, hand = _begin(actor, task)
    last = row.acts.filter(act="pause").order_by("-seq").first()
    if last is None or row.end is None:
        raise Refused("任务没有中止，不用恢复。")
    new = end or row.end + (clock.today() - last.on)
    if new < clock.today():
        raise Refused([], {"end": "新期限不能早于今天。"})
    write(row, hand, "resume", note=reason or f"期限 {new}", data={"end": new.isoformat(), "was": row.end.isoformat()})
    return row


@transaction.atomic
def merge(*, actor: Actor, task: SupervisedTask, into: SupervisedTask, reason: str) -> SupervisedTask:
    """合并: this one goes into another of the same supervisor; its sub-tasks follow."""
    first, second = sorted((task, into), key=lambda one: one.pk)
    rows = {one.pk: locked(one) for one in (first, second)}
    row, other = rows[task.pk], rows[into.pk]
    hand = supervising(actor, MANAGE, row.owner_region)
    words = need(reason, "reason", "请写明合并的原因。")
    if row.pk == other.pk or other.owner_region != row.owner_region or other.state not in LIVE:
        raise Refused([], {"into": "请选择同一督办单位没有办结的另一项任务。"})
    if other.parent_id == row.pk:
        raise Refused([], {"into": "不能并入自己的子任务。"})
    write(row, hand, "merge", note=f"并入 {other.no}：{words}", data={"into": other.pk})
    write(other, hand, "absorb", note=f"并入了 {row.no} {row.title}：{words}", data={"task": row.pk})
    row.children.update(parent=other)
    return row


@transaction.atomic
def remind(*, actor: Actor, task: SupervisedTask, words: str) -> SupervisedTask:
    """催办: a line that the lead office sees at the top of its tasks and on the workbench."""
    row, hand = _begin(actor, task)
    write(row, hand, "remind", note=need(words, "words", "请写明催办什么。"), data={"kind": "hand"})
    return row


@transaction.atomic
def archive(*, actor: Actor, task: SupervisedTask) -> SupervisedTask:
    """归档, after the bulletin that names it."""
    row, hand = _begin(actor, task)
    write(row, hand, "archive")
    return row


def _begin(actor: Actor, task: SupervisedTask) -> tuple[SupervisedTask, Hand]:
    row = locked(task)
    return row, supervising(actor, MANAGE, row.owner_region)
