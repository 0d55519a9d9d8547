"""单笔明细: taking a line out with a reason, putting it back, explaining a finding, withholding after approval."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import F

from minzheng.kernel import clock
from minzheng.kernel.payruns import access, checking, entitlements, netting, posting, totals
from minzheng.kernel.payruns.errors import PayNotFound, PayRefused
from minzheng.kernel.payruns.models import PayBatch, PayCheck, PayLine
from minzheng.kernel.payruns.words import CHECKS, WITHHELD

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

#: States after approval and before the file in which a line may still be kept from the bank.
WITHHOLDABLE = ("APPROVED", "FIN_SUBMITTED", "FUNDED")


def _locked(actor: Actor, line_id: int, permission: str) -> tuple[PayBatch, PayLine]:
    """The batch of a line and the line, both locked."""
    held = PayLine.objects.filter(pk=line_id).values_list("batch_id", flat=True).first()
    if held is None:
        raise PayNotFound("没有这笔明细，请刷新后再看。")
    batch = access.locked(actor, held, permission)
    return batch, PayLine.objects.select_for_update().get(pk=line_id)


def _recount(batch: PayBatch) -> None:
    netting.net(batch)
    totals.count(batch)


@transaction.atomic
def exclude_line(*, actor: Actor, line_id: int, reason: str) -> PayBatch:
    """剔除: the line is not paid with this batch; what is owed stays owed and is tried again next month (or once it is
    released). Its findings go with it."""
    reason = access.needed_reason(reason, "剔除")
    batch, line = _locked(actor, line_id, "pay.build")
    access.in_state(batch, "CHECKED", act="剔除明细")
    if line.excluded_for:
        raise PayRefused(f"第 {line.seq} 笔已经剔除。")
    _out(batch, [line.pk], "manual", reason)
    access.event(batch, "exclude", actor, before=batch.state, reason=reason, line=line, fen=line.amount_fen)
    return batch


@transaction.atomic
def exclude_blocked(*, actor: Actor, batch_id: int) -> PayBatch:
    """剔除 every line with a finding that still blocks, each for that finding."""
    batch = access.locked(actor, batch_id, "pay.build")
    access.in_state(batch, "CHECKED", act="剔除明细")
    rows = PayCheck.objects.filter(batch=batch, severity="block", cleared_at=None, line__isnull=False)
    why: dict[int, list[str]] = {}
    for line, code, sentence in rows.order_by("code").values_list("line_id", "code", "sentence"):
        why.setdefault(line, []).append(f"{CHECKS[code]}：{sentence}")
    if not why:
        raise PayRefused(f"批次 {batch.no} 没有须处理的明细。")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE kernel_payline p SET state = 'excluded', excluded_for = 'check', reason = given.reason "
            "FROM unnest(%s::bigint[], %s::text[]) AS given (id, reason) WHERE p.id = given.id AND p.batch_id = %s",
            [list(why), ["；".join(one)[:200] for one in why.values()], batch.pk],
        )
    PayCheck.objects.filter(batch=batch, line_id__in=why).delete()
    if batch.kind == "reissue":
        entitlements.handed_back(batch, list(why))
    _recount(batch)
    _again(batch)
    access.event(batch, "exclude", actor, before=batch.state, reason="校验不通过", lines=len(why))
    return batch


def _out(batch: PayBatch, lines: Iterable[int], why: str, reason: str) -> None:
    pks = list(lines)
    PayLine.objects.filter(pk__in=pks).update(state="excluded", excluded_for=why, reason=reason[:200])
    PayCheck.objects.filter(batch=batch, line_id__in=pks).delete()
    if batch.kind == "reissue":
        entitlements.handed_back(batch, pks)
    _recount(batch)
    _again(batch)


def _again(batch: PayBatch) -> None:
    """The sum has changed, so the funds are asked again."""
    PayCheck.objects.filter(batch=batch, code="C12").delete()
    checking.funds(batch)


@transaction.atomic
def include_line(*, actor: Actor, line_id: int, reason: str = "") -> PayBatch:
    """恢复 a line that was taken out; it is checked again with the whole batch."""
    from minzheng.kernel.payruns.building import checked

    batch, line = _locked(actor, line_id, "pay.build")
    access.in_state(batch, "CHECKED", act="恢复明细")
    if line.state != "excluded" or not line.live:
        raise PayRefused(f"第 {line.seq} 笔没有被剔除，或已转入以后的批次，不能恢复。")
    PayLine.objects.filter(pk=line.pk).update(state="ready", excluded_for="", reason="")
    _recount(batch)
    access.event(batch, "include", actor, before=batch.state, reason=reason, line=line, fen=line.due_fen)
    return checked(batch, actor)


@transaction.atomic
def release_line(*, actor: Actor, line_id: int, reason: str) -> PayLine:
    """解除剔除 after the batch was approved: the reason is gone, so a supplement batch of the month may take it."""
    reason = access.needed_reason(reason, "解除剔除")
    batch, line = _locked(actor, line_id, "pay.build")
    if batch.state in access.OPEN:
        raise PayRefused(f"批次 {batch.no} 还没有审批，请直接恢复这笔明细。")
    if line.state != "excluded" or not line.live:
        raise PayRefused(f"第 {line.seq} 笔没有被剔除，或已转入以后的批次。")
    line.live = False
    line.save(update_fields=["live"])
    access.event(batch, "release", actor, before=batch.state, reason=reason, line=line, fen=line.due_fen)
    return line


@transaction.atomic
def clear_check(*, actor: Actor, check_id: int, reason: str) -> PayCheck:
    """说明理由: the finding stands, and somebody says why the line is paid all the same."""
    reason = access.needed_reason(reason, "放行")
    found = PayCheck.objects.filter(pk=check_id).first()
    if found is None:
        raise PayNotFound("没有这条校验结果，可能已随重新校验消失，请刷新后再看。")
    batch = access.locked(actor, found.batch_id, "pay.build")
    access.in_state(batch, "CHECKED", act="说明理由")
    if not found.clearable and found.severity == "block":
        raise PayRefused(f"{found.code} {CHECKS[found.code]}不能说明理由放行：请更正后重新校验，或剔除这笔明细。")
    found.cleared_by_id, found.cleared_at, found.reason = actor.id, clock.now(), reason[:200]
    found.save(update_fields=["cleared_by", "cleared_at", "reason"])
    access.event(batch, "clear", actor, before=batch.state, reason=reason, line=found.line, code=found.code)
    return found


@transaction.atomic
def clear_checks(*, actor: Actor, batch_id: int, code: str, reason: str) -> int:
    """The same reason for every finding of a check that may be cleared (a raised standard moves every amount)."""
    reason = access.needed_reason(reason, "放行")
    batch = access.locked(actor, batch_id, "pay.build")
    access.in_state(batch, "CHECKED", act="说明理由")
    rows = PayCheck.objects.filter(batch=batch, code=code, cleared_at=None, clearable=True)
    done = rows.update(cleared_by=actor.id, cleared_at=clock.now(), reason=reason[:200])
    if not done:
        raise PayRefused(f"批次 {batch.no} 没有可以说明理由的 {code} {CHECKS.get(code, '')}。")
    access.event(batch, "clear", actor, before=batch.state, reason=reason, code=code, findings=done)
    return done


@transaction.atomic
def withhold_line(*, actor: Actor, line_id: int, reason: str) -> PayLine:
    """止付 after approval: the line stays in the batch's sum and is kept out of the file; its money is set aside (待重发)."""
    reason = access.needed_reason(reason, "止付")
    batch, line = _locked(actor, line_id, "pay.finance")
    access.in_state(batch, *WITHHOLDABLE, act="止付明细")
    if line.state != "ready":
        raise PayRefused(f"第 {line.seq} 笔是“{line.get_state_display()}”，不能止付。")
    line.state, line.return_code, line.reason, line.resulted_on = "returned", WITHHELD, reason[:200], clock.today()
    line.save(update_fields=["state", "return_code", "reason", "resulted_on"])
    PayBatch.objects.filter(pk=batch.pk).update(
        withheld_lines=F("withheld_lines") + 1, withheld_fen=F("withheld_fen") + line.amount_fen
    )
    batch.refresh_from_db(fields=["withheld_lines", "withheld_fen"])
    _entitlement_returned(line)
    posting.withheld(batch, line, actor, reason)
    access.event(batch, "withhold", actor, before=batch.state, reason=reason, line=line, fen=line.amount_fen)
    return line


def _entitlement_returned(line: PayLine) -> None:
    from minzheng.kernel.awards.models import PaymentLine

    PaymentLine.objects.filter(pk=line.line_id).update(state="returned")


@transaction.atomic
def queue_unaffordable(*, actor: Actor, batch_id: int) -> PayBatch:
    """资金不足: pay what the money reaches for, by the order of the funds; the rest is put aside and not lost."""
    from minzheng.kernel.funds.services import affordable, waiting

    batch = access.locked(actor, batch_id, "pay.build")
    access.in_state(batch, "CHECKED", act="安排排队")
    found = affordable(batch)
    if found.fits:
        raise PayRefused(f"批次 {batch.no} 的资金够用，不需要排队。")
    rows = batch.pay_lines.filter(excluded_for="", amount_fen__gt=0)
    late = list(waiting(rows, fen=found.limit_fen).values_list("pk", flat=True))
    _out(batch, late, "funds", "资金不足，排队待发")
    access.event(batch, "queue", actor, before=batch.state, reason=found.sentence, lines=len(late))
    return batch
