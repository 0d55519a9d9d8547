"""交换单位的登记: who we exchange with, by which keys, for what. The secret is shown once, when it is made."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from minzheng.datacenter.exchange import purposes, signing, terms
from minzheng.datacenter.exchange.envelopes import Keys
from minzheng.datacenter.exchange.errors import ExchangeRefused, Rejected
from minzheng.datacenter.exchange.models import ExchangeEvent, ExchangeMessage, ExchangePartner
from minzheng.kernel import clock
from minzheng.kernel.audit import services as audit

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from minzheng.kernel.accounts.actors import Actor

READ, MANAGE = "exchange.read", "exchange.manage"
_EDITABLE = (
    "title", "department", "kind", "carrier", "url", "adapter", "sources", "purposes", "may_ask", "basis", "valid_from",
    "valid_to", "per_minute", "most_people", "contact_name", "contact_phone", "active",
)  # fmt: skip


def own_code() -> str:
    """What we are called in envelopes."""
    return str(settings.EXCHANGE_OWN_CODE)


def visible_to(actor: Actor, permission: str = READ) -> QuerySet[ExchangePartner]:
    rows = ExchangePartner.objects.all()
    return rows if actor.is_system else rows.filter(actor.scope_q(permission))


def in_force(on: datetime.date | None = None) -> QuerySet[ExchangePartner]:
    """Partners with whom anything may be exchanged on a day."""
    day = on or clock.today()
    return ExchangePartner.objects.filter(Q(valid_to=None) | Q(valid_to__gte=day), active=True, valid_from__lte=day)


def for_source(source: str, region_code: str = "") -> ExchangePartner | None:
    """Whom to ask for a source; of several the one whose place is nearest. None: nobody is registered."""
    from minzheng.kernel.regions import codes

    rows = [one for one in in_force().order_by("-region_code", "pk") if source in one.sources]
    near = [one for one in rows if not region_code or codes.covers(one.region_code, region_code)]
    return near[0] if near else None


def by_code(code: str) -> ExchangePartner:
    """A partner in force. Raises Rejected without telling whether the code is known."""
    found = in_force().filter(code=code[:40]).first()
    if found is None:
        raise Rejected("partner", "没有登记这个单位，或者已经停用。", status=401)
    return found


def keys_of(partner: ExchangePartner) -> Keys:
    """The current secret, and the former one as long as it may still be used."""
    known = {partner.key_id: partner.secret or ""}
    if partner.old_key_id and partner.old_until and partner.old_until > clock.now():
        known[partner.old_key_id] = partner.old_secret or ""
    return Keys(partner.key_id, known)


@transaction.atomic
def save(*, actor: Actor, partner: ExchangePartner | None, code: str, values: Mapping[str, Any], region_code: str,
         simulated: bool = False) -> ExchangePartner:  # fmt: skip
    """Register or change one. A new one gets a secret of its own. Raises ExchangeRefused."""
    _allowed(actor, partner.region_code if partner else region_code)
    _check(code, values)
    new = partner is None
    if partner is None:
        if ExchangePartner.objects.filter(code=code).exists():
            raise ExchangeRefused([], {"code": f"代码“{code}”已经用过，请换一个。"})
        partner = ExchangePartner(code=code, region_code=region_code, simulated=simulated, key_id=f"{code}-1")
        partner.secret = signing.new_secret()
    for name in _EDITABLE:
        if name in values:
            setattr(partner, name, values[name])
    partner.save(force_insert=new)
    detail = {
        "code": partner.code,
        "sources": list(partner.sources),
        "purposes": list(partner.purposes),
        "url": partner.url,
    }
    audit.record(actor=actor, action="exchange.partner", obj=partner, detail=detail)
    return partner


def _allowed(actor: Actor, region_code: str) -> None:
    if not actor.is_system and actor.can(MANAGE, region_code) is None:
        raise ExchangeRefused("您的岗位不能管理这个地区的数据交换，请由数据管理员办理。")


def _check(code: str, values: Mapping[str, Any]) -> None:
    errors: dict[str, str] = {}
    if not code or not all(c.isascii() and (c.isalnum() or c in "-_") for c in code) or len(code) > 40:
        errors["code"] = "代码用小写字母、数字和短横线，最多 40 个，例如 county-housing。"
    if (
        values.get("carrier") == "rest"
        and not values.get("may_ask")
        and not str(values.get("url") or "").startswith(("https://", "http://"))
    ):
        errors["url"] = "用接口交换的，要填以 https:// 开头的接口地址。"
    unknown = set(values.get("purposes") or ()) - set(purposes.all())
    if unknown:
        errors["purposes"] = f"没有这些用途：{'、'.join(sorted(unknown))}。"
    if values.get("valid_to") and values.get("valid_from") and values["valid_to"] < values["valid_from"]:
        errors["valid_to"] = "停用日期不能早于起用日期。"
    if errors:
        raise ExchangeRefused([], errors)


@transaction.atomic
def new_key(*, actor: Actor, partner: ExchangePartner, secret: str = "") -> str:
    """Replace the secret; the former one is taken for some days more. Returns the new secret, to be handed over by a safe
    way. `secret`: one that the partner made (64 hex digits). Raises ExchangeRefused."""
    _allowed(actor, partner.region_code)
    if secret and (len(secret) != 64 or not all(c in "0123456789abcdefABCDEF" for c in secret)):
        raise ExchangeRefused([], {"secret": "密钥应为 64 位十六进制数。"})
    partner = ExchangePartner.objects.select_for_update().get(pk=partner.pk)
    number = int(partner.key_id.rpartition("-")[2]) + 1 if partner.key_id.rpartition("-")[2].isdigit() else 2
    partner.old_key_id, partner.old_secret = partner.key_id, partner.secret
    partner.old_until = clock.now() + datetime.timedelta(days=terms.number("key_overlap_days"))
    partner.key_id, partner.secret = f"{partner.code}-{number}", (secret or signing.new_secret()).lower()
    partner.save()
    detail = {"code": partner.code, "key_id": partner.key_id}
    audit.record(actor=actor, action="exchange.key", obj=partner, detail=detail)
    return partner.secret or ""


def note(partner: ExchangePartner, what: str, text: str = "", message: ExchangeMessage | None = None) -> None:
    """One line of what happened; no personal data in `text`."""
    ExchangeEvent.objects.create(partner=partner, message=message, at=clock.now(), what=what, text=text[:300])


def check_rate(partner: ExchangePartner) -> None:
    """Raises Rejected when the partner called too often within the last minute."""
    since = clock.now() - datetime.timedelta(seconds=60)
    if ExchangeEvent.objects.filter(partner=partner, what="call", at__gte=since).count() >= partner.per_minute:
        raise Rejected("rate", f"每分钟最多 {partner.per_minute} 次，请稍后再试。", status=429, poison=False)
    note(partner, "call")
