"""批次的各步 (reference §3.2): review, approval, finance, the file, sending back, void. Each under the batch's lock, with its
guards; maker ≠ checker ≠ approver, whatever posts a person holds."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import transaction

from minzheng.kernel import clock
from minzheng.kernel.parts.fields import yuan_text
from minzheng.kernel.payruns import access, checking, entitlements, hashing, netting, posting, terms, totals
from minzheng.kernel.payruns.errors import PayNotAllowed, PayRefused
from minzheng.kernel.payruns.formats import choosing
from minzheng.kernel.payruns.models import PayBatch, PayLine
from minzheng.kernel.payruns.words import CHECKS

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor


def _another(actor: Actor, batch: PayBatch, act: str, **who: int | None) -> None:
    """Raises PayNotAllowed when the actor did one of the named steps of this batch: {"制单": user id}."""
    for step, user in who.items():
        if user is not None and user == actor.id:
            raise PayNotAllowed(f"批次 {batch.no} 是您{step}的，不能再由您{act}：请由另一人办理。")


@transaction.atomic
def review(*, actor: Actor, batch_id: int, reason: str = "") -> PayBatch:
    """复核: totals tie, nothing that blocks is left, every unusual amount has its reason."""
    batch = access.locked(actor, batch_id, "pay.review")
    access.in_state(batch, "CHECKED", act="复核")
    _another(actor, batch, "复核", 制单=batch.maker_id)
    _current(batch)
    left = checking.standing(batch)
    if left:
        told = "；".join(f"{one.code} {CHECKS[one.code]}：{one.sentence}" for one in left[:3])
        raise PayRefused(
            f"批次 {batch.no} 还有 {len(left)} 条校验结果没有处理：{told}。请剔除、更正或写明理由后再复核。"
        )
    if batch.total_fen == 0:
        raise PayRefused(f"批次 {batch.no} 已没有要发的明细，请作废。")
    before, batch.state, batch.checker_id = batch.state, "REVIEWED", actor.id
    access.save(batch, "state", "checker")
    access.event(batch, "review", actor, before=before, reason=reason, lines=batch.lines, total_fen=batch.total_fen)
    return batch


def _current(batch: PayBatch) -> None:
    """The batch still says what is owed: figures tie, and no correction or suspension has come in since."""
    from minzheng.kernel.payruns.building import suspended_since

    problem = totals.ties(batch)
    if problem:
        raise PayRefused(problem)
    if netting.pending(batch) or suspended_since(batch):
        raise PayRefused(f"批次 {batch.no} 生成以后又有停发、暂停或更正：请退回制单人重新校验。")


@transaction.atomic
def approve(*, actor: Actor, batch_id: int, reason: str = "") -> PayBatch:
    """审批: the hash over every line is fixed and the money is owed. Above the county's band a second leader signs as well;
    the first signature leaves the batch REVIEWED."""
    batch = access.locked(actor, batch_id, "pay.approve")
    access.in_state(batch, "REVIEWED", act="审批")
    _another(actor, batch, "审批", 制单=batch.maker_id, 复核=batch.checker_id, 审批=batch.approver_id)
    _current(batch)
    if batch.kind != "reissue":
        _funds_suffice(batch)
    band = terms.number("second_approver_yuan", batch.month) * 100
    if batch.approver_id is None:
        batch.approver_id = actor.id
        if batch.total_fen > band:
            access.save(batch, "approver")
            access.event(batch, "first_approve", actor, before=batch.state, reason=reason, band_fen=band)
            return batch
    else:
        batch.second_approver_id = actor.id
    before, batch.state, batch.approved_at = batch.state, "APPROVED", clock.now()
    batch.sha = hashing.digest(batch)
    access.save(batch, "state", "approver", "second_approver", "approved_at", "sha")
    posting.approved(batch, actor)
    entitlements.batched(batch)
    access.event(batch, "approve", actor, before=before, reason=reason, lines=batch.lines, total_fen=batch.total_fen)
    return batch


def _funds_suffice(batch: PayBatch) -> None:
    """C12 on the day: other approvals of the county wait until this one is through."""
    from minzheng.kernel.funds.services import affordable

    found = affordable(batch)
    if found.known and not found.fits:
        raise PayRefused(found.sentence)


@transaction.atomic
def send_back(*, actor: Actor, batch_id: int, reason: str) -> PayBatch:
    """退回 to the maker: by the reviewer's or leader's post before finance has it, by finance when 财政 returns it."""
    reason = access.needed_reason(reason, "退回")
    batch = access.locked(actor, batch_id, _may_send_back(batch_id))
    access.in_state(batch, "REVIEWED", "APPROVED", "FIN_SUBMITTED", act="退回")
    before, act = batch.state, "finance_return" if batch.state == "FIN_SUBMITTED" else "send_back"
    if before != "REVIEWED":
        _unapprove(batch, actor, reason)
    batch.state = "CHECKED"
    batch.checker_id = batch.approver_id = batch.second_approver_id = None
    batch.approved_at = batch.submitted_on = None
    kept, batch.sha = batch.sha, ""
    access.save(batch, "state", "checker", "approver", "second_approver", "approved_at", "submitted_on", "sha")
    access.event(batch, act, actor, before=before, reason=reason, sha_before=kept)
    return batch


def _may_send_back(batch_id: int) -> str:
    state = PayBatch.objects.filter(pk=batch_id).values_list("state", flat=True).first()
    return {"REVIEWED": "pay.approve", "APPROVED": "pay.approve"}.get(state or "", "pay.finance")


def _unapprove(batch: PayBatch, actor: Actor, reason: str) -> None:
    posting.taken_back(batch, actor, reason)
    entitlements.freed(batch)
    batch.pay_lines.filter(state="returned", return_code__gt="").update(state="ready", return_code="", resulted_on=None)
    batch.withheld_lines = batch.withheld_fen = 0
    access.save(batch, "withheld_lines", "withheld_fen")


@transaction.atomic
def void(*, actor: Actor, batch_id: int, reason: str) -> PayBatch:
    """作废 before 财政 has it: the entitlements are owed as before, and a new batch can be built."""
    reason = access.needed_reason(reason, "作废")
    batch = access.locked(actor, batch_id, "pay.build")
    access.in_state(batch, "BUILDING", "CHECKED", "REVIEWED", "APPROVED", act="作废")
    before = batch.state
    if before == "APPROVED":
        _unapprove(batch, actor, reason)
    entitlements.given_up(batch)
    batch.state = "VOIDED"
    access.save(batch, "state")
    access.event(batch, "void", actor, before=before, reason=reason)
    return batch


@transaction.atomic
def submit(*, actor: Actor, batch_id: int, on: datetime.date | None = None) -> PayBatch:
    """报财政: the application for the money has gone out."""
    batch = access.locked(actor, batch_id, "pay.finance")
    access.in_state(batch, "APPROVED", act="报财政")
    _paid_by_others(batch, actor)
    before, batch.state, batch.submitted_on = batch.state, "FIN_SUBMITTED", on or clock.today()
    access.save(batch, "state", "submitted_on")
    access.event(batch, "submit", actor, before=before)
    return batch


def _paid_by_others(batch: PayBatch, actor: Actor) -> None:
    _another(actor, batch, "付款", 制单=batch.maker_id, 复核=batch.checker_id, 审批=batch.approver_id)
    _another(actor, batch, "付款", 审批=batch.second_approver_id)


@transaction.atomic
def fund(
    *, actor: Actor, batch_id: int, voucher: str, voucher_fen: int | None = None, on: datetime.date | None = None
) -> PayBatch:
    """拨付: the voucher of 财政, to the fen the batch's total (the default). A reissue draws on the money set aside."""
    batch = access.locked(actor, batch_id, "pay.finance")
    access.in_state(batch, "FIN_SUBMITTED", act="登记拨款")
    _paid_by_others(batch, actor)
    if not voucher.strip():
        raise PayRefused("请填写拨款凭证号。")
    fen = batch.total_fen if voucher_fen is None else voucher_fen
    if fen != batch.total_fen:
        raise PayRefused(
            f"凭证金额 {yuan_text(fen)} 元与批次合计 {yuan_text(batch.total_fen)} 元不符，差 "
            f"{yuan_text(abs(fen - batch.total_fen))} 元：请与财政核对，或由财政退回。"
        )
    before, batch.state = batch.state, "FUNDED"
    batch.voucher, batch.voucher_fen, batch.funded_on = voucher.strip()[:60], fen, on or clock.today()
    access.save(batch, "state", "voucher", "voucher_fen", "funded_on")
    if batch.kind != "reissue" and batch.total_fen:
        posting.funded(batch, actor)
    access.event(batch, "fund", actor, before=before, voucher=batch.voucher, fen=fen)
    return batch


@transaction.atomic
def send(*, actor: Actor, batch_id: int, format_code: str = "", out: Path | None = None) -> PayBatch:
    """报盘: the hash is proved again, the dead are looked for again, and the file is written. `out`: also there, in plain.

    Raises PayRefused when a line was changed after approval or somebody has died since: those lines are withheld first."""
    from minzheng.kernel.payruns import bankfile

    batch = access.locked(actor, batch_id, "pay.finance")
    access.in_state(batch, "FUNDED", act="报盘")
    _paid_by_others(batch, actor)
    unchanged(batch)
    dead = checking.deaths(batch)
    if dead:
        told = "；".join(sentence for _, sentence in dead[:3])
        raise PayRefused(f"报盘前查到 {len(dead)} 笔不能再发：{told}。请先止付这些明细。")
    code = format_code or choosing.usual(batch.region_code)
    proof = bankfile.write(batch, code, out, actor=actor)
    before, batch.state, batch.sender_id, batch.sent_at = batch.state, "SENT", actor.id, clock.now()
    batch.file_format, batch.file_name = code, proof.name
    batch.file_sha, batch.file_lines, batch.file_fen = proof.sha, proof.lines, proof.total_fen
    _tie(batch)
    PayLine.objects.filter(batch=batch, state="ready").update(state="sent")
    access.save(
        batch, "state", "sender", "sent_at", "file_format", "file_name", "file_sha", "file_lines", "file_fen"
    )  # fmt: skip
    access.event(batch, "send", actor, before=before, file=proof.name, lines=proof.lines, fen=proof.total_fen)
    return batch


def unchanged(batch: PayBatch) -> None:
    """Raises PayRefused when any line, account or sum is not what was approved."""
    if hashing.digest(batch) != batch.sha:
        raise PayRefused(
            f"批次 {batch.no} 的明细与审批时不一致（SM3 不符），不能报盘：请报告审计人员，核查后退回重新校验。"
        )


def _tie(batch: PayBatch) -> None:
    """Batch = voucher = file + withheld, in count and sum."""
    file = (batch.file_lines or 0) + batch.withheld_lines, (batch.file_fen or 0) + batch.withheld_fen
    if file != (batch.lines, batch.total_fen) or batch.voucher_fen != batch.total_fen:
        raise PayRefused(
            f"批次 {batch.no} 的合计不一致：批次 {batch.lines} 笔 {yuan_text(batch.total_fen)} 元，凭证 "
            f"{yuan_text(batch.voucher_fen or 0)} 元，文件与止付共 {file[0]} 笔 {yuan_text(file[1])} 元。"
        )
