"""One act: lock the task, fold, check, append, keep the new standing in the row. Everything that changes a task ends here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from minzheng.business.bureau.supervision.folding import TABLE, Standing, WrongState, fold, step
from minzheng.business.bureau.supervision.models import STATES, SupervisedTask, TaskAct
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import principal_of
from minzheng.kernel.audit.services import record
from minzheng.kernel.cases.errors import Refused, Stale

if TYPE_CHECKING:
    from minzheng.business.bureau.supervision.hands import Hand

_STATES = dict(STATES)


def locked(task: SupervisedTask) -> SupervisedTask:
    """The row as it is now, locked until the transaction ends. Raises Refused."""
    row = SupervisedTask.objects.select_for_update(of=("self",)).filter(pk=task.pk).first()
    if row is None:
        raise Refused("没有这项任务，请刷新清单后重试。")
    return row


def standing_of(task: SupervisedTask) -> Standing:
    """The fold of the task's acts. One query."""
    return fold(task.acts.order_by("seq"))


def write(
    task: SupervisedTask, hand: Hand, act: str, *, note: str = "", data: Mapping[str, Any] | None = None
) -> TaskAct:
    """Append one act to a locked task. Raises Stale when the act does not start from the task's state."""
    acts = list(task.acts.order_by("seq"))
    row = TaskAct(
        task=task, seq=len(acts) + 1, act=act, at=clock.now(), on=clock.today(), actor_id=hand.actor.id,
        actor_name=hand.actor.name[:60], principal=_principal(hand), org_name=hand.org_name[:80], note=note.strip(),
        data=dict(data or {}),
    )  # fmt: skip
    try:
        after = step(fold(acts), row)
    except WrongState as error:
        title = TABLE[act][0]
        raise Stale(
            f"任务现在是“{_STATES.get(task.state, task.state)}”，不能{title}。请刷新页面看看谁刚办过。"
        ) from error
    for name, value in after.columns().items():
        setattr(task, name, value)
    task.save(update_fields=list(after.columns()))
    row.region_code = task.region_code
    row.save(force_insert=True)
    record(actor=hand.actor, action=f"duty.{act}", obj=task, reason=note[:200], detail={"seq": row.seq})
    return row


def _principal(hand: Hand) -> Any:
    return next(filter(None, map(principal_of, hand.actor.assignments)), None)


def need(text: str, field: str, sentence: str) -> str:
    """The text without blanks around it. Raises Refused naming the field when there is none."""
    if not text.strip():
        raise Refused([], {field: sentence})
    return text.strip()
