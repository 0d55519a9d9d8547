"""更正发放账户: asked by the payee, a guardian or a clerk; confirmed by somebody else; money then goes to the new version.

What is on its way keeps the account it was sent with; what came back is sent again to the new one (returns.reissue)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from minzheng.kernel import clock
from minzheng.kernel.audit import services as audit
from minzheng.kernel.awards import services as awards
from minzheng.kernel.awards.models import Award
from minzheng.kernel.cases.errors import NotFound
from minzheng.kernel.documents.models import Attachment
from minzheng.kernel.notices.services import notify
from minzheng.kernel.payruns import access
from minzheng.kernel.payruns.bank_models import AccountRequest
from minzheng.kernel.payruns.corrections import selectors
from minzheng.kernel.payruns.corrections.rules import Verdict, Wanted, judge
from minzheng.kernel.payruns.errors import PayNotAllowed, PayRefused

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

CONFIRM = "account.confirm"
PROOF = "account"


@transaction.atomic
def ask(*, actor: Actor, award: Award, wanted: Wanted, words: str = "") -> AccountRequest:
    """Ask that an award be paid to another account. Citizens for their own awards or as the registered guardian; staff
    with case.accept or account.confirm over the award's place.

    Raises PayRefused (`fields` name the inputs), PayNotAllowed."""
    if not selectors.may_ask(actor, award):
        raise PayNotAllowed("您不能为这份待遇更正账户：本人、登记的监护人，或者当地的经办人员才可以。")
    if not award.pays_cash:
        raise PayRefused("这份待遇不发现金，没有发放账户。")
    verdict = judge(award, wanted)
    _refuse(verdict)
    if award.account_no == wanted.number and award.payee_name == wanted.holder:
        raise PayRefused([], {"number": "和现在的账户一样，不用更正。"})
    if set(wanted.proofs) - set(_papers(actor, wanted)):
        raise PayRefused([], {"proofs": "照片没有收到，请重新拍照。"})
    request = AccountRequest(
        region_code=award.region_code,
        award=award,
        pay_line=selectors.returned_line(award),
        kind=wanted.kind,
        holder=wanted.holder,
        number=wanted.number,
        tail=wanted.number[-4:],
        bank=wanted.bank.strip()[:60],
        relation=(verdict.mandate.relation if verdict.mandate else wanted.relation.strip())[:40],
        mandate=verdict.mandate,
        proofs=[str(pk) for pk in wanted.proofs],
        words=words.strip()[:200],
        warning="".join(verdict.warnings)[:200],
        channel="portal" if actor.is_citizen else "window",
        asked_by=actor.user,
        asked_name=actor.name,
        asked_at=clock.now(),
        is_demo=award.is_demo,
    )
    try:
        with transaction.atomic():
            request.save(force_insert=True)
    except IntegrityError:
        raise PayRefused("这份待遇已经有一份更正在等确认：请先等结果，或者撤回那一份。") from None
    audit.record(actor=actor, action="account.ask", obj=request, detail={"award": award.no, "kind": wanted.kind})
    return request


def _refuse(verdict: Verdict) -> None:
    if verdict.faults:
        raise PayRefused([], verdict.faults)


def _papers(actor: Actor, wanted: Wanted) -> list[int]:
    rows = Attachment.objects.filter(pk__in=wanted.proofs, kind=PROOF, uploaded_by=actor.user, removed_at=None)
    return list(rows.values_list("pk", flat=True))


@transaction.atomic
def confirm(*, actor: Actor, request_id: int, reason: str = "") -> AccountRequest:
    """Somebody else has compared names, number and papers: the award, and the payee's other awards that are paid to the
    same old account, are paid to the new one from now on. The checks are made again. Raises PayRefused, PayNotAllowed."""
    request = _waiting(actor, request_id)
    award = Award.objects.select_for_update(of=("self",)).select_related("payee").get(pk=request.award_id)
    _refuse_as_one(judge(award, _wanted(request)))
    if request.warning and len(reason.strip()) < 4:
        raise PayRefused([], {"reason": f"有提示须说明核对结果（至少 4 个字）：{request.warning}"})
    old = award.account_id
    same = Award.objects.none()
    if old is not None and award.payee_id is not None:
        same = Award.objects.filter(payee_id=award.payee_id, account_id=old).exclude(pk=award.pk)
    for one in [award, *(row for row in same.select_for_update(of=("self",)) if actor.can(CONFIRM, row.region_code))]:
        awards.change_account(
            award=one, holder=request.holder, number=request.number, bank=request.bank, actor=actor, kind=request.kind,
            relation=request.relation,
        )  # fmt: skip
    request.account_id = award.account_id
    return _decide(request, actor, "confirmed", reason)


def _wanted(request: AccountRequest) -> Wanted:
    return Wanted(
        request.kind, request.holder, request.number, request.bank, request.relation, [int(pk) for pk in request.proofs]
    )


def _refuse_as_one(verdict: Verdict) -> None:
    """On the confirming page there are no inputs to put the sentences at."""
    if verdict.faults:
        raise PayRefused(list(verdict.faults.values()))


@transaction.atomic
def refuse(*, actor: Actor, request_id: int, reason: str) -> AccountRequest:
    """Not confirmed; the asker is told why. Raises PayRefused without a reason."""
    access.needed_reason(reason, "不予更正")
    return _decide(_waiting(actor, request_id), actor, "refused", reason)


def _waiting(actor: Actor, pk: int) -> AccountRequest:
    request = AccountRequest.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if request is None:
        raise NotFound("没有这份账户更正。")
    access.require(actor, CONFIRM, request.region_code)
    if request.asked_by_id == actor.id:
        raise PayNotAllowed("自己提出的更正，须由另一名经办人员确认。")
    if request.state != "waiting":
        raise PayRefused(f"这份更正现在是“{request.get_state_display()}”，不能再办理。")
    return request


def _decide(request: AccountRequest, actor: Actor, state: str, reason: str) -> AccountRequest:
    request.state, request.decision = state, " ".join(reason.split())[:200]
    request.decided_by, request.decided_name, request.decided_at = actor.user, actor.name, clock.now()
    request.save(update_fields=["state", "decision", "decided_by", "decided_name", "decided_at", "account"])
    audit.record(
        actor=actor, action=f"account.{state}", obj=request, reason=request.decision,
        detail={"award": request.award.no, "account": str(request.account_id or "")},
    )  # fmt: skip
    _tell(request)
    return request


def _tell(request: AccountRequest) -> None:
    person = request.award.payee
    if person is None:
        return
    body = f"您的收款账户已更正为尾号 {request.tail}，以后的待遇和退回的款项发到这个账户。"
    if request.state == "refused":
        body = f"您提出的收款账户更正（尾号 {request.tail}）没有通过：{request.decision}。"
    notify(case=None, person=person, body=body, key=f"account:{request.pk}:{request.state}")


@transaction.atomic
def withdraw(*, actor: Actor, request_id: int) -> AccountRequest:
    """The asker takes it back. Raises PayRefused when it is decided already."""
    request = AccountRequest.objects.select_for_update().filter(pk=request_id, asked_by_id=actor.id or 0).first()
    if request is None:
        raise NotFound("没有这份账户更正。")
    if request.state != "waiting":
        raise PayRefused(f"这份更正现在是“{request.get_state_display()}”，不能撤回。")
    request.state = "withdrawn"
    request.save(update_fields=["state"])
    audit.record(actor=actor, action="account.withdraw", obj=request)
    return request
