"""追回款的去向 outside of a batch: cash that came back, a claim written off, and the payee's consent to monthly deductions.

A claim is a negative entitlement line (awards/clawback.py); it is met in parts, never changed (reference §3.8)."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Sum

from minzheng.kernel import clock
from minzheng.kernel.awards.models import Award, PaymentLine
from minzheng.kernel.ledger import services as ledger
from minzheng.kernel.ledger.services import Entry
from minzheng.kernel.parts.fields import yuan_text
from minzheng.kernel.payruns import access, terms
from minzheng.kernel.payruns.errors import PayNotFound, PayRefused
from minzheng.kernel.payruns.models import OffsetConsent, PayPart

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

_BOOKED = {"cash": ("bank", "收到退回的多发款"), "written_off": ("written_off", "核销多发款")}


def left_of(line: PaymentLine) -> int:
    """What of a claim is still to be met, in fen (≥ 0)."""
    taken = PayPart.objects.filter(line=line, live=True).aggregate(n=Sum("fen"))["n"] or 0
    return taken - line.amount_fen


@transaction.atomic
def cash_back(*, actor: Actor, line_id: int, fen: int, reason: str) -> PayPart:
    """The payee (an heir, the bank) has paid back `fen` of a claim to the paying account. `reason`: the receipt."""
    return _met(actor, line_id, fen, reason, "cash", "pay.finance")


@transaction.atomic
def write_off(*, actor: Actor, line_id: int, fen: int, reason: str) -> PayPart:
    """核销 `fen` of a claim that cannot be recovered, by the leader who approves payments. `reason`: the decision."""
    return _met(actor, line_id, fen, reason, "written_off", "pay.approve")


def _met(actor: Actor, line_id: int, fen: int, reason: str, kind: str, permission: str) -> PayPart:
    reason = access.needed_reason(reason, _BOOKED[kind][1])
    line = PaymentLine.objects.select_for_update(of=("self",)).select_related("award").filter(pk=line_id).first()
    if line is None or line.line_type != "clawback" or line.amount_fen >= 0:
        raise PayNotFound("没有这笔追回款，请刷新后再看。")
    access.require(actor, permission, line.region_code)
    left = left_of(line)
    if line.state != "planned" or not 0 < fen <= left:
        raise PayRefused(f"这笔追回款还剩 {yuan_text(left)} 元，不能登记 {yuan_text(fen)} 元：请核对金额。")
    part = PayPart.objects.create(line=line, kind=kind, fen=-fen, reason=reason[:200], by_id=actor.id, at=clock.now())
    about = {
        "party": line.award.payee_id or 0, "benefit": line.item_code, "month": line.month, "line_ref": line.pk,
    }  # fmt: skip
    ledger.post(
        kind=f"claim.{kind}", key=f"paypart:{part.pk}", occurred_on=clock.today(), region_code=line.region_code,
        reference=f"claim:{line.pk}", actor=actor, memo=f"{_BOOKED[kind][1]}：{reason}",
        entries=[Entry(_BOOKED[kind][0], fen, **about), Entry("receivable", -fen, **about)],  # type: ignore[arg-type]
    )  # fmt: skip
    if fen == left:
        line.state = "batched"
        line.save(update_fields=["state"])
    return part


@transaction.atomic
def consent_to_offset(
    *, actor: Actor, award_id: int, percent: int, document: str, given_on: datetime.date | None = None
) -> OffsetConsent:
    """The payee agrees in writing that claims are taken out of an award's payments, at most `percent` of each."""
    from minzheng.kernel.audit.services import record

    award = Award.objects.filter(pk=award_id).first()
    if award is None:
        raise PayNotFound("没有这项待遇，请刷新后再看。")
    access.require(actor, "pay.build", award.region_code)
    most = terms.number("offset_percent")
    if not 0 < percent <= most:
        raise PayRefused(f"每月抵扣比例应在 1% 到 {most}% 之间（本地规定的上限），不能登记 {percent}%。")
    if not document.strip():
        raise PayRefused("请填写书面同意的编号或材料名称。")
    given = OffsetConsent.objects.create(
        award=award, percent=percent, document=document.strip()[:80], given_on=given_on or clock.today(), by_id=actor.id
    )
    record(
        actor=actor, action="pay.offset_consent", obj=award, region_code=award.region_code, detail={"percent": percent}
    )
    return given
