"""A project moves from stage to stage; milestones; photographs. What a stage asks for stands in `stages.RULES`."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from minzheng.business.bureau.projects import stages
from minzheng.business.bureau.projects.errors import Refused, require
from minzheng.business.bureau.projects.models import Project, ProjectAct, ProjectMilestone, ProjectPhoto
from minzheng.business.bureau.projects.money import wan
from minzheng.business.bureau.projects.recording import KIND, act, keep, locked
from minzheng.business.bureau.projects.selectors import CONFIRM, MANAGE
from minzheng.kernel import clock
from minzheng.kernel.documents import selectors as papers
from minzheng.kernel.documents import services as documents

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor


@transaction.atomic
def move(
    *, actor: Actor, project: Project, to: str, on: datetime.date, document: str = "", words: str = "",
    uploads: Sequence[Any] = (), settled_fen: int | None = None,
) -> Project:  # fmt: skip
    """Enter the next stage, skip some, go back or end. Skipping and going back need a reason; going back and ending are for
    whoever confirms. Raises Refused with what is missing."""
    row = locked(project)
    how = stages.step(row.stage, to)
    actor = require(actor, CONFIRM if how in ("back", "end") else MANAGE, row.region_code)
    if not how:
        raise Refused([], {"to": f"项目现在是“{stages.TITLES[row.stage]}”，不能转到“{stages.TITLES.get(to, to)}”。"})
    _check_date(row, on)
    if how != "on" and not words.strip():
        said = {"skip": "跳过了中间的阶段", "back": "退回以前的阶段", "end": "终止项目"}[how]
        raise Refused([], {"words": f"{said}，请写明原因。"})
    if how != "back":
        _check_rule(row, to, document, uploads, settled_fen)
    kept = keep(actor, row, uploads, caption=f"{stages.TITLES[to]}材料", taken_on=on)
    act(
        actor, row, "move", on=on, to_stage=to, document=document, words=words,
        evidence=[one.attachment_id for one in kept], data={"settled_fen": settled_fen} if settled_fen else {},  # type: ignore[attr-defined]
    )  # fmt: skip
    row.stage, row.stage_on = to, on
    if to == "settle":
        row.settled_fen = settled_fen
    row.save(update_fields=["stage", "stage_on", "settled_fen"])
    return row


def _check_date(row: Project, on: datetime.date) -> None:
    if on > clock.today():
        raise Refused([], {"on": "日期不能晚于今天。"})
    moved = ProjectAct.objects.filter(project=row, kind="move").order_by("-seq").values_list("on", flat=True).first()
    if moved and on < moved:
        raise Refused([], {"on": f"不能早于进入“{stages.TITLES[row.stage]}”的日期 {moved:%Y-%m-%d}。"})


def _check_rule(row: Project, to: str, document: str, uploads: Sequence[Any], settled_fen: int | None) -> None:
    rule, errors = stages.RULES.get(to, stages.Rule()), {}
    if rule.paper and not document.strip() and not uploads:
        errors["document"] = f"请填写{rule.paper}的文号，或者上传它。"
    if rule.money and not row.money.filter(kind="issued").exists():
        errors["to"] = "还没有登记下达的资金：请先在“登记资金”里登记下达。"
    if rule.mended and row.problems.exclude(state="closed").exists():
        errors["to"] = "还有没销号的问题：整改销号以后再验收。"
    if rule.settled:
        _check_settled(row, settled_fen, errors)
    if rule.scored and not row.scores.filter(state="confirmed").exists():
        errors["to"] = "还没有确认的绩效评价：请先填报自评，由另一人确认。"
    if errors:
        raise Refused([], errors)


def _check_settled(row: Project, settled_fen: int | None, errors: dict[str, str]) -> None:
    paid = sum(row.money.filter(kind="paid").values_list("amount_fen", flat=True))
    if not settled_fen:
        errors["settled_fen"] = "请填写审定的决算金额。"
    elif settled_fen < paid:
        errors["settled_fen"] = f"决算不能小于已经支付的 {wan(paid)} 万元，请核对。"


def folded(project: Project) -> str:
    """The stage that the acts lead to; `Project.stage` always equals it (proofs.py)."""
    rows = project.acts.exclude(to_stage="").order_by("-seq")
    return rows.values_list("to_stage", flat=True).first() or "reserve"


@transaction.atomic
def add_milestone(*, actor: Actor, project: Project, name: str, due_on: datetime.date) -> ProjectMilestone:
    actor, row = require(actor, MANAGE, project.region_code), locked(project)
    if not name.strip():
        raise Refused([], {"name": "请填写节点名称。"})
    try:
        with transaction.atomic():
            found = ProjectMilestone.objects.create(
                project=row, region_code=row.region_code, name=name.strip()[:60], due_on=due_on
            )
    except IntegrityError:
        raise Refused([], {"name": "这个节点已经有了。"}) from None
    act(actor, row, "milestone", words=f"增加节点：{found.name}，{due_on:%Y-%m-%d}")
    return found


@transaction.atomic
def reach_milestone(
    *, actor: Actor, milestone: ProjectMilestone, done_on: datetime.date, note: str = ""
) -> ProjectMilestone:
    """Reached; late ones say why."""
    actor, row = require(actor, MANAGE, milestone.region_code), locked(milestone.project)
    found = ProjectMilestone.objects.get(pk=milestone.pk)
    if found.done_on is not None:
        raise Refused(f"节点“{found.name}”已经在 {found.done_on} 完成。")
    if done_on > clock.today():
        raise Refused([], {"done_on": "日期不能晚于今天。"})
    if done_on > found.due_on and not note.strip():
        raise Refused([], {"note": f"计划 {found.due_on:%Y-%m-%d} 完成，请写明晚了的原因。"})
    found.done_on, found.note = done_on, note.strip()[:200]
    found.save(update_fields=["done_on", "note"])
    act(
        actor,
        row,
        "milestone",
        on=done_on,
        words=f"完成节点：{found.name}{'（逾期）' if done_on > found.due_on else ''}",
    )
    return found


@transaction.atomic
def add_photos(
    *, actor: Actor, project: Project, uploads: Sequence[Any], caption: str, taken_on: datetime.date, problem: Any = None
) -> list[ProjectPhoto]:  # fmt: skip
    actor, row = require(actor, MANAGE, project.region_code), locked(project)
    if not uploads:
        raise Refused([], {"photos": "请选择照片。"})
    if taken_on > clock.today():
        raise Refused([], {"taken_on": "日期不能晚于今天。"})
    kept = keep(actor, row, uploads, caption=caption.strip() or "现场照片", taken_on=taken_on, problem=problem)
    act(
        actor, row, "photo", on=taken_on, words=f"{caption.strip()}（{len(kept)} 份）",
        evidence=[one.attachment_id for one in kept],  # type: ignore[attr-defined]
    )  # fmt: skip
    return kept


@transaction.atomic
def remove_photo(*, actor: Actor, photo: ProjectPhoto, reason: str) -> None:
    """Taken off the page, with a reason; the file goes, the act stays."""
    actor, row = require(actor, MANAGE, photo.region_code), locked(photo.project)
    if not reason.strip():
        raise Refused([], {"reason": "请写明原因。"})
    photo.removed_at = clock.now()
    photo.save(update_fields=["removed_at"])
    paper = papers.loose_attachment(photo.attachment_id, KIND)  # type: ignore[attr-defined]
    if paper is not None:
        documents.remove(attachment=paper, actor=actor, reason=reason)
    act(actor, row, "unphoto", words=f"{photo.caption}：{reason}")
