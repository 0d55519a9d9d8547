"""更正收款账户: the payee (or the registered guardian) says to which account the money is to go, with a photograph of the
passbook; what the bank said of a payment that came back stands above it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.cases.errors import NotFound, Refused
from minzheng.kernel.documents import services as documents
from minzheng.kernel.documents.errors import DocumentError
from minzheng.kernel.items import registry
from minzheng.kernel.items.forms import Step
from minzheng.kernel.parts.fields import BankAccount, Choice, Photo, Text, clean_fields, raw_value
from minzheng.kernel.payruns.corrections import selectors, services
from minzheng.kernel.payruns.corrections.rules import Wanted
from minzheng.kernel.payruns.formats import codes
from minzheng.online.portal import asking, words
from minzheng.online.portal.rendering import show

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.awards.models import Award

PAYMENTS = "portal.payments"
_OWN = [("own", "领款人本人的账户"), ("guardian", "监护人的账户")]


def _step(actor: Actor, award: Award) -> Step:
    """Guardians choose whose account it is; for the payee it can only be the own one."""
    whose = () if award.payee_id == actor.person_id else (Choice("kind", "谁的账户", required=True, options=_OWN),)
    return Step(
        "account",
        "更正收款账户",
        (
            *whose,
            Text("holder", "户名（存折、银行卡上的姓名）", required=True, max_length=30),
            BankAccount("number", "账号（卡号）", required=True, help="照着存折、银行卡填，填完再对一遍。"),
            Text("bank", "哪家银行", required=True, max_length=60, help="例如：示范农商行东安支行。"),
            Photo("proofs", "存折、银行卡有姓名和账号的一面", required=True, kind=services.PROOF, max_files=2),
        ),
    )


def account(request: HttpRequest, pk: int) -> HttpResponse:
    """The form; or what is waiting, with the way to take it back."""
    actor = actor_in(request)
    award = selectors.award_to_ask(actor, pk)
    if award is None:
        raise Http404("没有找到。")
    waiting = selectors.waiting(award)
    if waiting is not None:
        return _waiting(request, award, waiting)
    step = _step(actor, award)
    if request.method != "POST":
        name = award.payee.name if award.payee is not None else award.payee_name
        return _draw(request, award, step, {"holder": name, "kind": "own"})
    raw = {f.name: raw_value(f, request.POST, None) for f in step.plain_fields}
    values, errors = clean_fields(step.fields, request.POST, request.FILES)
    if errors:
        return _draw(request, award, step, raw, errors)
    try:
        papers = [
            documents.store_attachment(case=None, kind=services.PROOF, label="存折银行卡", upload=one, actor=actor).pk
            for one in values["proofs"]
        ]
        wanted = Wanted(values.get("kind") or "own", values["holder"], values["number"], values["bank"], "", papers)
        services.ask(actor=actor, award=award, wanted=wanted)
    except Refused as refused:
        return _draw(request, award, step, raw, refused.fields, [(text, "") for text in refused.sentences])
    except DocumentError as error:
        return _draw(request, award, step, raw, {"proofs": str(error)})
    messages.success(request, "收到了。工作人员对照照片核对以后，钱就发到新账户，结果会发消息告诉您。")
    return HttpResponseRedirect(reverse(PAYMENTS))


def _waiting(request: HttpRequest, award: Award, waiting: Any) -> HttpResponse:
    mine = waiting.asked_by_id == actor_in(request).id
    if request.method == "POST" and mine and request.POST.get("do") == "withdraw":
        try:
            services.withdraw(actor=actor_in(request), request_id=waiting.pk)
        except (Refused, NotFound) as error:
            messages.error(request, str(error))
        else:
            messages.success(request, "撤回了，可以重新填写。")
        return HttpResponseRedirect(reverse("portal.account", kwargs={"pk": award.pk}))
    return show(
        request, "account_waiting", "更正收款账户", back=PAYMENTS, award=award, row=waiting, mine=mine,
        title_of=registry.get(award.item_code).title,
    )  # fmt: skip


def _draw(
    request: HttpRequest,
    award: Award,
    step: Step,
    shown: dict[str, Any],
    errors: dict[str, str] | None = None,
    whole: list[tuple[str, str]] | None = None,
) -> HttpResponse:
    sheet = asking.sheet(step, shown, errors)
    line = selectors.returned_line(award)
    before = selectors.latest(award)
    return show(
        request, "account", "更正收款账户", back=PAYMENTS, errors=[*(whole or ()), *sheet.errors], sheet=sheet,
        award=award, title_of=registry.get(award.item_code).title, tail=award.account_no[-4:],
        returned=_told(line) if line is not None else None,
        refused=before if before is not None and before.state == "refused" else None,
    )  # fmt: skip


def _told(line: Any) -> dict[str, str]:
    """The payment that came back, in plain words."""
    code = codes.get(line.return_code)
    return {
        "month": f"{line.month.year}年{line.month.month}月", "amount": words.yuan(line.amount_fen), "why": code.plain,
        "advice": code.advice,
    }  # fmt: skip
