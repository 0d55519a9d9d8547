"""核查、办结、退回 (duty.check over the owner's place): by somebody who has not handled the task, on evidence."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import transaction

from minzheng.business.bureau.supervision.handling import keep_files
from minzheng.business.bureau.supervision.hands import CHECK, Hand, apart, supervising
from minzheng.business.bureau.supervision.models import DONE, GONE, SupervisedTask
from minzheng.business.bureau.supervision.writing import locked, need, standing_of, write
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.orgs import selectors as orgs

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

PAPERS, ON_THE_SPOT = "papers", "spot"
MODES = [(PAPERS, "资料核查"), (ON_THE_SPOT, "实地核查")]


@transaction.atomic
def close(
    *, actor: Actor, task: SupervisedTask, mode: str, opinion: str, files: Iterable[Any] = (), satisfaction: int | None = None
) -> SupervisedTask:  # fmt: skip
    """办结. Raises NotAllowed for whoever handled it; Refused without evidence, with sub-tasks or steps still open, or when
    a jump at the end of the time was checked by papers alone. `satisfaction`: percent, asked of livelihood projects."""
    row, hand = _checking(actor, task, "核查办结")
    words, uploads = need(opinion, "opinion", "请写明核查的情况。"), list(files)
    if mode not in dict(MODES):
        raise Refused([], {"mode": "请选择核查方式。"})
    if row.forced and mode != ON_THE_SPOT:
        raise Refused([], {"mode": "这项任务的进度在期限将到时一次升到 100%，须实地核查。"})
    if satisfaction is not None and not 0 <= satisfaction <= 100:
        raise Refused([], {"satisfaction": "满意度应在 0 到 100 之间。"})
    if not uploads and not row.evidence.exists():
        raise Refused([], {"files": "没有佐证文件，不能办结：请退回补交，或附上核查的照片、文件。"})
    _nothing_open(row)
    told = f"{dict(MODES)[mode]}：{words}" + ("" if satisfaction is None else f"（满意度 {satisfaction}%）")
    data = {"mode": mode} | ({} if satisfaction is None else {"satisfaction": satisfaction})
    act = write(row, hand, "close", note=told, data=data)
    keep_files(row, act, "check", uploads, hand.actor)
    return row


@transaction.atomic
def send_back(*, actor: Actor, task: SupervisedTask, reason: str) -> SupervisedTask:
    """退回重办: the progress goes back to what it was before the last report."""
    row, hand = _checking(actor, task, "核查退回")
    write(row, hand, "send_back", note=need(reason, "opinion", "请写明为什么退回、要补什么。"))
    return row


def _checking(actor: Actor, task: SupervisedTask, what: str) -> tuple[SupervisedTask, Hand]:
    row = locked(task)
    hand = supervising(actor, CHECK, row.owner_region)
    apart(actor, standing_of(row), what)
    return row, hand


def _nothing_open(row: SupervisedTask) -> None:
    if row.lead_org_id is not None and orgs.current(pk=row.lead_org_id) is None:
        raise Refused(f"牵头单位“{row.lead_name}”已经撤销：请先转办给接手的单位，由它确认以后再办结。")
    children = row.children.exclude(state__in=(*DONE, *GONE)).count()
    if children:
        raise Refused(f"还有 {children} 项子任务没有办结，上级任务不能先办结。")
    steps = list(row.milestones.filter(done_on=None).values_list("title", flat=True))
    if steps:
        raise Refused(f"还有节点没有完成：{'、'.join(steps[:3])}。请承办单位先登记完成，或退回。")
