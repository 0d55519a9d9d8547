"""Reading requests for another account: who may ask, who sees which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from minzheng.kernel.awards.models import Award
from minzheng.kernel.documents import selectors as documents
from minzheng.kernel.items import guarded
from minzheng.kernel.payruns.bank_models import AccountRequest
from minzheng.kernel.payruns.models import PayLine
from minzheng.kernel.subjects import mandates
from minzheng.kernel.subjects.mandate_models import Mandate

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.documents.models import Attachment

#: Staff permissions of which one over the award's place is enough to ask.
ASKING = ("case.accept", "account.confirm")


def may_ask(actor: Actor, award: Award) -> bool:
    """The payee, the payee's registered guardian, or staff of the place who may see the award."""
    if actor.is_citizen:
        return award.payee_id is not None and (award.payee_id == actor.person_id or award.payee_id in _wards(actor))
    seen = guarded.may_read(actor, award.item_code, award.region_code)
    return seen and any(actor.can(permission, award.region_code) for permission in ASKING)


def _wards(actor: Actor) -> set[int]:
    rows = Mandate.objects.filter(mandates.running(), kind="guardian", state="active", agent_user_id=actor.id)
    return {pk for pk in rows.values_list("principal_id", flat=True) if pk}


def award_to_ask(actor: Actor, pk: int) -> Award | None:
    """The award, for whoever may ask another account for it."""
    found = Award.objects.select_related("payee", "account").filter(pk=pk).first()
    return found if found is not None and found.pays_cash and may_ask(actor, found) else None


def visible_to(actor: Actor) -> QuerySet[AccountRequest]:
    """Staff: of places where they may ask or confirm, and their own; citizens: their own and those about their awards."""
    rows = AccountRequest.objects.select_related("award__payee", "pay_line", "asked_by")
    if actor.is_system:
        return rows
    own = Q(asked_by_id=actor.id or 0)
    if actor.is_citizen:
        return rows.filter(own | Q(award__payee_id=actor.person_id or 0))
    seen = actor.scope_q(ASKING[0]) | actor.scope_q(ASKING[1])
    return rows.filter((seen & guarded.readable_q(actor, "award__item_code")) | own)


def request(actor: Actor, pk: int) -> AccountRequest | None:
    return visible_to(actor).filter(pk=pk).first()


def waiting(award: Award) -> AccountRequest | None:
    """The request of an award that waits to be confirmed."""
    return AccountRequest.objects.filter(award=award, state="waiting").first()


def latest(award: Award) -> AccountRequest | None:
    return AccountRequest.objects.filter(award=award).order_by("-asked_at", "-pk").first()


def returned_line(award: Award) -> PayLine | None:
    """The newest payment of an award that came back and waits to be sent again."""
    return PayLine.objects.filter(award=award, state="returned", live=True).order_by("-pk").first()


def papers(found: AccountRequest) -> list[Attachment]:
    """The photographs of a request that the caller was allowed to see."""
    rows = (documents.loose_attachment(int(pk), "account") for pk in found.proofs)
    return [row for row in rows if row is not None]


def demonstrated() -> int | None:
    """Some invented award that pays money to a person, for the example of the page."""
    rows = Award.objects.filter(is_demo=True, amount_fen__gt=0, payee__isnull=False).exclude(cycle="quota")
    return rows.order_by("pk").values_list("pk", flat=True).first()
