"""What of the pay runs waits for whoever opens the workbench: to make, review, sign, pay, send again or close."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse

from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.noting import Note, noted
from minzheng.kernel.payruns import reading
from minzheng.kernel.payruns.bank_models import AccountRequest
from minzheng.kernel.payruns.models import PayBatch, PayCheck, PayLine


@noted
def pay_runs(drawing: Drawing) -> Iterator[Note]:
    """One query for those who make or move batches, two more for who makes them; none for everybody else."""
    actor = drawing.actor
    if not any(actor.has(one) for one in reading.PAYERS):
        return
    found = _counts(actor)
    listed = reverse("payruns.list")
    if found["blocked"]:
        yield Note(
            f"{found['blocked']} 个发放批次有必须处理的校验结果。",
            f"{reverse('payruns.checks')}?severity=block&handled=open",
            "去处理",
            "warning",
        )
    for key, text, query, label in (
        ("review", "{} 个发放批次等您复核。", "state=CHECKED", "去复核"),
        ("approve", "{} 个发放批次等您审批。", "state=REVIEWED", "去审批"),
        ("submit", "{} 个发放批次已审批，等报财政。", "state=APPROVED", "去办"),
        ("fund", "{} 个发放批次等财政拨款，拨到后登记凭证。", "state=FIN_SUBMITTED", "去登记"),
        ("send", "{} 个发放批次已拨付，等报盘。", "state=FUNDED", "去报盘"),
        ("results", "{} 个发放批次已报盘，等银行结果。", "state=SENT", "去登记"),
    ):
        if found[key]:
            yield Note(text.format(found[key]), f"{listed}?{query}", label)
    if actor.has("pay.build"):
        yield from _returned(actor)


def _counts(actor: Any) -> dict[str, int]:
    """Batches by what this person may do next with them; nobody is asked to sign their own work."""

    blocks = Exists(PayCheck.objects.filter(reading.open_q("block"), batch=OuterRef("pk")))
    hands = Q(maker=actor.id) | Q(checker=actor.id) | Q(approver=actor.id)
    states: dict[str, tuple[str, Q]] = {
        "blocked": ("pay.build", Q(state="CHECKED", blocked=True)),
        "review": ("pay.review", Q(~Q(maker=actor.id), state="CHECKED", blocked=False)),
        "approve": ("pay.approve", Q(~hands, state="REVIEWED")),
        "submit": ("pay.finance", Q(state="APPROVED")),
        "fund": ("pay.finance", Q(state="FIN_SUBMITTED")),
        "send": ("pay.finance", Q(state="FUNDED")),
        "results": ("pay.finance", Q(state="SENT")),
    }
    # A condition that can match nothing (a permission that is not held) would empty the whole answer.
    counted = {
        f"n_{key}": Count("pk", filter=condition & actor.scope_q(permission))
        for key, (permission, condition) in states.items()
        if actor.has(permission)
    }
    under_way = PayBatch.objects.filter(
        state__in=("CHECKED", "REVIEWED", "APPROVED", "FIN_SUBMITTED", "FUNDED", "SENT")
    )
    found = under_way.annotate(blocked=blocks).aggregate(**counted)
    return {key: int(found.get(f"n_{key}") or 0) for key in states}


def _returned(actor: Any) -> Iterator[Note]:
    """Payments that came back, and other accounts that were asked for."""
    lines = PayLine.objects.filter(
        actor.scope_q("pay.build"), state="returned", live=True, batch__state__in=("PARTIAL_RETURN", "CLOSED")
    )
    back = lines.count()
    if back:
        url = f"{reverse('payruns.lines')}?state=returned"
        yield Note(f"{back} 笔发放被银行退回，账户更正以后重发。", url, "看退回的", "warning")
    if actor.has("account.confirm"):
        waiting = AccountRequest.objects.filter(actor.scope_q("account.confirm"), state="waiting")
        n = waiting.exclude(asked_by=actor.id).count()
        if n:
            yield Note(f"{n} 个发放账户的更正等您确认。", f"{reverse('account_requests.list')}?state=waiting", "去确认")
