"""抽查的结果: a visit is an act of the case; error rates are counted from the tasks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Count, Q

from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.cases.draws.models import SpotDraw, SpotTask
from minzheng.kernel.cases.draws.services import tasks_of
from minzheng.kernel.cases.errors import NotFound, Refused

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor


@dataclass(frozen=True)
class Rate:
    """`wrong` of `done`, in the whole draw or one stratum; `percent` with one decimal, "" while nothing is done."""

    stratum: str
    tasks: int
    done: int
    minor: int
    wrong: int

    @property
    def percent(self) -> str:
        return f"{self.wrong * 100 / self.done:.1f}%" if self.done else ""


@transaction.atomic
def record_result(*, actor: Actor, task_id: int, data: Mapping[str, Any]) -> SpotTask:
    """The visit of one task (act ``spot_visit`` of its case). A wrong decision about a family in payment opens a
    re-check at once; the last task closes the draw. Raises NotFound, Refused."""
    from minzheng.kernel.cases.services import perform

    task = tasks_of(actor).filter(pk=task_id).first()
    if task is None:
        raise NotFound("没有这项抽查任务，或者不在您的范围内。")
    if task.result:
        raise Refused("这项抽查已经登记过结果。")
    perform(case_id=task.case_id, act="spot_visit", actor=actor, data=data)
    task = tasks_of(actor).get(pk=task_id)
    if task.result == "wrong" and task.case.state in ("IN_PAYMENT", "TAPERING"):
        perform(case_id=task.case_id, act="open_recheck", actor=SYSTEM, data={"why": "spot"})
    if not task.draw.tasks.filter(result="").exists():
        SpotDraw.objects.filter(pk=task.draw_id).update(state="closed")
    return task


def rates(draw: SpotDraw) -> list[Rate]:
    """The whole draw first, then every stratum. Two queries."""
    counts = {
        "tasks": Count("pk"),
        "done": Count("pk", filter=~Q(result="")),
        "minor": Count("pk", filter=Q(result="minor")),
        "wrong": Count("pk", filter=Q(result="wrong")),
    }
    whole = draw.tasks.aggregate(**counts)
    parts = draw.tasks.order_by().values("stratum").annotate(**counts).order_by("stratum")
    names = ("tasks", "done", "minor", "wrong")
    return [Rate(str(one.get("stratum", "")), *(int(one[n]) for n in names)) for one in ({**whole}, *parts)]
