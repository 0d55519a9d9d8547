"""The acts on a batch: opened for signed values, handed in by one person, approved by another, given back, cancelled.

Computing and applying are jobs (`computing`, `applying`); an act here only writes the batch and asks for the job."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import QuerySet

from minzheng.kernel import clock
from minzheng.kernel.audit import services as audit
from minzheng.kernel.awards.repricing import reckon
from minzheng.kernel.awards.repricing.models import RepricingBatch, RepricingLine
from minzheng.kernel.jobs.services import enqueue
from minzheng.kernel.months import month_after
from minzheng.kernel.standards import history, values
from minzheng.kernel.standards.errors import StandardRefused
from minzheng.kernel.standards.models import ParameterValue
from minzheng.kernel.standards.services import acting_for
from minzheng.kernel.standards.sets import find
from minzheng.policy.regions import normalize_region

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

#: A batch may be made this many months before its values begin, so that the first month is paid by them.
MONTHS_AHEAD = 1
UNDONE = ("computing", "computed", "submitted")
COMPUTE, APPLY = "repricing.compute", "repricing.apply"


def waiting_values() -> QuerySet[ParameterValue]:
    """Signed values of the rules that no batch has looked at. A confirmation changes no amount."""
    return ParameterValue.objects.filter(state="signed", confirms=False, repriced_in=None).select_related(
        "standard_set"
    )


def groups(rows: Iterable[ParameterValue]) -> list[list[ParameterValue]]:
    """What one batch is about: the values of one set, or those of one place that begin on one day."""
    found: dict[tuple[Any, ...], list[ParameterValue]] = {}
    for row in rows:
        named = find(row.name)
        if named is None or named[0].code != "rules":
            continue
        key = ("set", row.standard_set_id) if row.standard_set_id else ("day", row.region_code, row.valid_from)
        found.setdefault(key, []).append(row)
    return list(found.values())


@transaction.atomic
def open_batch(*, actor: Actor, rows: Sequence[ParameterValue]) -> RepricingBatch:
    """A batch for these signed values of one place, and the job that computes it. Raises StandardRefused."""
    locked = list(
        ParameterValue.objects.select_for_update(of=("self",))
        .select_related("standard_set")
        .filter(pk__in=[row.pk for row in rows], state="signed", repriced_in=None)
        .order_by("valid_from", "name")
    )
    if not locked:
        raise StandardRefused("这些值还没有签发，或已经有一批重算，请在“标准调整重算”里查看。")
    first = locked[0]
    acting = acting_for(actor, first.region_code)
    if reckon.first_month_of(first.valid_from) > month_after(clock.today(), MONTHS_AHEAD):
        raise StandardRefused(f"这些值自 {first.valid_from} 起，要到它的前一个月才能重算。")
    title = first.standard_set.title if first.standard_set else f"{first.name.replace('_', ' ')}等自 {first.valid_from}"
    batch = RepricingBatch.objects.create(
        region_code=first.region_code, title=title[:120], standard_set=first.standard_set,
        effective_on=first.valid_from, changes=[_change(row) for row in locked], made_by=acting.user,
        made_at=clock.now(),
    )  # fmt: skip
    ParameterValue.objects.filter(pk__in=[row.pk for row in locked]).update(repriced_in=batch.pk)
    _record(acting, "repricing.open", batch)
    _compute(batch)
    return batch


def _change(row: ParameterValue) -> dict[str, str]:
    """The value before and from this day on, as a reader sees it."""
    found = find(row.name)
    if found is None:
        return {"name": row.name, "before": "", "after": row.value, "since": row.valid_from.isoformat()}
    params = values.with_values(found[0].load())
    before = params.resolve(row.name, normalize_region(row.region_code), row.valid_from - datetime.timedelta(days=1))
    return {
        "name": row.name.replace("_", " "),
        "before": history.shown_value(found[1], before.row) if before else "",
        "after": history.shown_value(found[1], values.make_row(found[1], row)),
        "since": row.valid_from.isoformat(),
    }


def _compute(batch: RepricingBatch) -> None:
    batch.state, batch.looked_at, batch.cursor, batch.counts = "computing", 0, 0, {}
    batch.before_fen = batch.after_fen = batch.back_pay_fen = 0
    batch.from_month = reckon.payable_from(batch.effective_on, clock.today())
    batch.save()
    enqueue(COMPUTE, args={"batch": str(batch.pk)}, key=f"{COMPUTE}:{batch.pk}:{clock.now().timestamp()}")


@transaction.atomic
def compute_again(*, actor: Actor, pk: int) -> RepricingBatch:
    """Throw the figures away and compute anew: awards have changed since, or the month has passed."""
    batch, acting = _locked(actor, pk, UNDONE)
    batch.lines.all().delete()
    batch.submitted_by = batch.submitted_at = None
    _compute(batch)
    _record(acting, "repricing.again", batch)
    return batch


@transaction.atomic
def submit(*, actor: Actor, pk: int) -> RepricingBatch:
    """Hand the figures in for approval."""
    batch, acting = _locked(actor, pk, ("computed",))
    _still_timely(batch)
    batch.state, batch.submitted_by, batch.submitted_at, batch.closed_reason = "submitted", actor.user, clock.now(), ""
    batch.save(update_fields=["state", "submitted_by", "submitted_at", "closed_reason"])
    _record(acting, "repricing.submit", batch)
    return batch


@transaction.atomic
def give_back(*, actor: Actor, pk: int, reason: str) -> RepricingBatch:
    """Not approved: back to whoever handed it in."""
    batch, acting = _locked(actor, pk, ("submitted",))
    return _close(batch, acting, "computed", "repricing.return", reason)


@transaction.atomic
def cancel(*, actor: Actor, pk: int, reason: str) -> RepricingBatch:
    """Give the batch up; its values may be repriced by another one."""
    batch, acting = _locked(actor, pk, UNDONE)
    ParameterValue.objects.filter(repriced_in=batch.pk).update(repriced_in=None)
    return _close(batch, acting, "cancelled", "repricing.cancel", reason)


@transaction.atomic
def approve(*, actor: Actor, pk: int) -> RepricingBatch:
    """Let the raises and the back pay be carried out. Maker and submitter cannot approve."""
    batch, acting = _locked(actor, pk, ("submitted",))
    if had_a_hand(actor, batch):
        raise StandardRefused("发起、提交的人不能自己批准，请由另一名政策科人员或局领导批准。")
    _still_timely(batch)
    batch.state, batch.approved_by, batch.approved_at = "applying", actor.user, clock.now()
    batch.save(update_fields=["state", "approved_by", "approved_at"])
    _record(acting, "repricing.approve", batch)
    enqueue(APPLY, args={"batch": str(batch.pk)}, key=f"{APPLY}:{batch.pk}")
    return batch


def had_a_hand(actor: Actor, batch: RepricingBatch) -> bool:
    """Whether this person made or submitted it, and so cannot approve it."""
    return actor.id is not None and actor.id in (batch.made_by_id, batch.submitted_by_id)


@transaction.atomic
def go_on(*, actor: Actor, pk: int) -> RepricingBatch:
    """Ask for the job again that carries an approved batch out (its tries were used up); what is done stays done."""
    batch, acting = _locked(actor, pk, ("applying",))
    enqueue(APPLY, args={"batch": str(batch.pk)}, key=f"{APPLY}:{batch.pk}:{clock.now().timestamp()}")
    _record(acting, "repricing.go_on", batch)
    return batch


def _still_timely(batch: RepricingBatch) -> None:
    if batch.from_month is None or batch.from_month < reckon.payable_from(batch.effective_on, clock.today()):
        raise StandardRefused("测算以后已经跨月，执行月份和补发月份都变了，请先“重新测算”。")


@transaction.atomic
def start_recheck(*, actor: Actor, line_pk: int) -> RepricingLine:
    """Open the re-check of one award that would become less, end, or has drifted: the decision, with its reasons and its
    notice (N08, N09), is made there. Raises cases.Refused where this person or this case cannot."""
    from minzheng.kernel.cases.services import perform

    line = RepricingLine.objects.select_for_update(of=("self",)).select_related("award", "batch").get(pk=line_pk)
    if line.state != "open" or line.kind not in ("reduce", "stop", "mixed"):
        raise StandardRefused("这一户不用在这里启动复核，请刷新页面。")
    if line.award.case_id is None:
        raise StandardRefused("这份待遇还没有办件：请在待遇页面“启动复核”，接续以后再办。")
    opinion = f"{line.batch.title}：{line.reason}"[:500]
    perform(case_id=line.award.case_id, act="open_recheck", actor=actor, data={"why": "standard", "opinion": opinion})
    line.state, line.done_at = "recheck", clock.now()
    line.save(update_fields=["state", "done_at"])
    return line


def _close(batch: RepricingBatch, acting: Actor, state: str, action: str, reason: str) -> RepricingBatch:
    if not reason.strip():
        raise StandardRefused([], {"reason": "请写明原因。"})
    batch.state, batch.closed_by, batch.closed_reason = state, acting.user, reason.strip()[:200]
    batch.save(update_fields=["state", "closed_by", "closed_reason"])
    _record(acting, action, batch, reason=reason.strip())
    return batch


def _locked(actor: Actor, pk: int, states: tuple[str, ...]) -> tuple[RepricingBatch, Actor]:
    batch = RepricingBatch.objects.select_for_update().filter(pk=pk).first()
    if batch is None:
        raise StandardRefused("没有这一批重算，请刷新清单后重试。")
    acting = acting_for(actor, batch.region_code)
    if batch.state not in states:
        ready = "、".join(dict(RepricingBatch.STATES)[state] for state in states)
        raise StandardRefused(f"这一批现在是“{batch.get_state_display()}”，只有“{ready}”时才能这样办，请刷新页面。")
    return batch, acting


def _record(actor: Actor, action: str, batch: RepricingBatch, *, reason: str = "") -> None:
    detail = {
        "effective_on": batch.effective_on.isoformat(), "counts": batch.counts, "before_fen": batch.before_fen,
        "after_fen": batch.after_fen, "back_pay_fen": batch.back_pay_fen,
    }  # fmt: skip
    audit.record(actor=actor, action=action, obj=batch, region_code=batch.region_code, reason=reason, detail=detail)
