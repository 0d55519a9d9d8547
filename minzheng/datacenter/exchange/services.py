"""查询与答复: `ask` for what another department knows, `answer` or `refuse` what another bureau asks.

Every use is a row of 交换记录 and, for each person that is on file here, a line of the audit chain which the person sees under
“谁看过我的档案”. Without a consent for the purpose nothing is asked."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from minzheng.datacenter.exchange import envelopes, messages, partners, purposes, signing
from minzheng.datacenter.exchange.errors import ExchangeRefused
from minzheng.datacenter.exchange.hooks import Rows
from minzheng.datacenter.exchange.models import ExchangeMessage, ExchangePartner, ExchangePerson, ExchangeRequest
from minzheng.datacenter.sources import registry
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.audit import services as audit
from minzheng.kernel.crypto.fields import BlindIndex
from minzheng.kernel.registers.numbering import next_number
from minzheng.kernel.subjects import selectors as subjects

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

ASK, GIVE = "exchange.ask", "exchange.give"


@dataclass(frozen=True)
class Whom:
    """One person to be asked about. `person_id`: the file here, where it is known already."""

    name: str
    id_no: str
    person_id: int | None = None


@transaction.atomic
def ask(
    *, actor: Actor, source: str, people: Sequence[Whom], purpose: str, consents: Sequence[Mapping[str, str]],
    region_code: str, case: Any = None, basis: str = "", reason: str = "", partner: ExchangePartner | None = None,
    message_id: str = "", expires: datetime.datetime | None = None,
) -> ExchangeRequest:  # fmt: skip
    """Ask about people; the reply becomes a batch of the lake. `consents`: [{"ref", "until"}], references only. The same
    `message_id` twice is one request. Raises ExchangeRefused."""
    if not actor.is_system and actor.can("match.run", region_code) is None:
        raise ExchangeRefused("您的岗位不能在这个地区发起查询，请由核对人员办理。")
    partner = partner or partners.for_source(source, region_code)
    if partner is None:
        raise ExchangeRefused(f"没有登记提供“{registry.title(source)}”的交换单位，请数据管理员在“交换单位”里登记。")
    known = (
        ExchangeRequest.objects.filter(partner=partner, message__message_id=message_id).first() if message_id else None
    )
    if known is not None:
        return known
    wanted = _may_ask(partner, source, purpose, people, consents)
    lines = [(str(number), one) for number, one in enumerate(people, start=1)]
    number = message_id or envelopes.new_id("Q")
    body = {"people": _sealed(partner, number, [(ref, {"name": o.name, "id_no": o.id_no}) for ref, o in lines]),
            "count": len(lines)}  # fmt: skip
    told = [{"ref": str(one["ref"])[:80], "until": str(one.get("until", ""))[:80]} for one in consents]
    message = messages.post(
        partner=partner, kind="request", body=body, message_id=number, source=source, purpose=purpose,
        basis=basis or wanted.basis, consents=told, expires=expires, is_demo=bool(getattr(case, "is_demo", False)),
    )  # fmt: skip
    request = entered(
        message, "out", region_code=region_code, people=lines, case=case, reason=reason, actor=actor, consents=told
    )
    _log(actor, ASK, request)
    return request


def _may_ask(
    partner: ExchangePartner, source: str, purpose: str, people: Sequence[Whom], consents: Sequence[Mapping[str, str]]
) -> purposes.Purpose:
    wanted = purposes.all().get(purpose)
    if wanted is None or purpose not in partner.purposes:
        raise ExchangeRefused(f"{partner.title}没有开通“{purposes.title(purpose)}”这个用途。")
    if source not in partner.sources:
        raise ExchangeRefused(f"{partner.title}不提供“{registry.title(source)}”。")
    if not people:
        raise ExchangeRefused("没有要查询的人。")
    if len(people) > partner.most_people:
        raise ExchangeRefused(
            f"{partner.title}一次最多查 {partner.most_people} 人，现在是 {len(people)} 人，请分几次。"
        )
    if wanted.consent and not consents:
        raise ExchangeRefused(f"“{wanted.title}”要有本人的有效授权才能查询，请先取得授权书。")
    if not partners.in_force().filter(pk=partner.pk).exists():
        raise ExchangeRefused(f"与{partner.title}的交换已经停用或还没有起用。")
    return wanted


def _sealed(partner: ExchangePartner, message_id: str, lines: Sequence[tuple[str, Any]]) -> list[dict[str, str]]:
    """[{"ref", "sealed"}]; each is bound to the message and its own ref, so that two cannot be exchanged."""
    secret = partner.secret or ""
    return [{"ref": ref, "sealed": signing.seal(secret, value, f"{message_id}:{ref}")} for ref, value in lines]


def entered(
    message: ExchangeMessage, direction: str, *, region_code: str, people: Sequence[tuple[str, Whom]], case: Any, reason: str,
    actor: Actor, consents: list[dict[str, str]],
) -> ExchangeRequest:  # fmt: skip
    """The row of 交换记录 with its people."""
    now = clock.now()
    serial = next_number("exchange", region_code=message.region_code, year=now.year)
    envelope = message.envelope
    request = ExchangeRequest.objects.create(
        region_code=region_code, no=f"{message.region_code[:6]}-JH-{now.year}-{serial:06d}", partner=message.partner,
        message=message, direction=direction, source=envelope["source"], purpose=envelope["purpose"], basis=envelope["basis"],
        reason=reason[:200], consents=consents, case=case, asked_by_id=actor.id, asked_name=actor.name, asked_at=now,
        count=len(people), is_demo=message.is_demo,
    )  # fmt: skip
    on_file = _files([one for _ref, one in people])
    ExchangePerson.objects.bulk_create(
        ExchangePerson(
            request=request, ref=ref, name=one.name, id_no=one.id_no,
            person_id=one.person_id or on_file.get(BlindIndex.of_value("id_no", one.id_no)),
        )
        for ref, one in people
    )  # fmt: skip
    return request


def _files(people: Sequence[Whom]) -> dict[bytes, int]:
    """Blind index → the file here. One query."""
    wanted = [BlindIndex.of_value("id_no", one.id_no) for one in people if one.person_id is None]
    if not wanted:
        return {}
    rows = subjects.visible_persons(SYSTEM).filter(id_index__in=wanted).values_list("id_index", "pk")
    return {bytes(index or b""): pk for index, pk in rows}


def _log(actor: Actor, action: str, request: ExchangeRequest) -> None:
    """One line of the audit chain for the request, and one for each person on file: it is theirs to see."""
    detail = {
        "no": request.no, "partner": request.partner.title, "source": registry.title(request.source),
        "exchange": request.purpose, "simulated": request.partner.simulated,
    }  # fmt: skip
    reason = f"{purposes.title(request.purpose)}（{request.no}）"
    known = purposes.all().get(request.purpose)
    what = (
        f"向{request.partner.title}查询您的{registry.title(request.source)}"
        if action == ASK
        else f"向{request.partner.title}提供您的核对结果"
    )
    detail["plain"] = f"{what}：{known.plain}" if known else what
    audit.record(actor=actor, action=action, obj=request, reason=reason, detail=detail | {"people": request.count})
    ids = [pk for pk in request.people.values_list("person_id", flat=True) if pk]
    for person in subjects.visible_persons(SYSTEM).filter(pk__in=ids):
        audit.record(actor=actor, action=action, obj=person, reason=reason, detail=detail)


# ---- answering other bureaus


@transaction.atomic
def answer(*, actor: Actor, request_id: int, rows: Rows) -> ExchangeRequest:
    """Send the rows for each person of a request of another bureau, sealed. Raises ExchangeRefused."""
    request = _to_answer(actor, request_id)
    partner, lines = request.partner, []
    people = {one.ref: one for one in request.people.all()}
    unknown = set(rows) - set(people)
    if unknown:
        raise ExchangeRefused(f"答复里有请求中没有的人：{'、'.join(sorted(unknown))}。")
    number = envelopes.new_id("R")
    for ref, person in people.items():
        found = [dict(row) for row in rows.get(ref, ())]
        person.rows = len(found)
        person.save(update_fields=["rows"])
        lines.append((ref, {"rows": found}))
    total = sum(len(told["rows"]) for _ref, told in lines)
    body = {"people": _sealed(partner, number, lines), "count": total}
    _reply(request, number, body)
    request.state, request.rows = "answered", total
    request.save(update_fields=["state", "rows", "answered_at"])
    ExchangeMessage.objects.filter(pk=request.message_id).update(state="done", answered_at=request.answered_at)
    _log(actor, GIVE, request)
    return request


@transaction.atomic
def refuse(*, actor: Actor, request_id: int, why: str) -> ExchangeRequest:
    """Tell another bureau that it gets nothing, and why. Raises ExchangeRefused."""
    request = _to_answer(actor, request_id)
    if len(why.strip()) < 4:
        raise ExchangeRefused([], {"why": "请写明不予提供的理由（至少 4 个字），对方会看到。"})
    decline(request, why)
    audit.record(actor=actor, action="exchange.refuse", obj=request, reason=why[:200], detail={"no": request.no})
    return request


def decline(request: ExchangeRequest, why: str) -> None:
    """Write the refusal, in the caller's transaction."""
    _reply(request, envelopes.new_id("R"), {"refused": why[:200], "people": [], "count": 0})
    request.state, request.refusal, request.rows = "refused", why[:200], 0
    request.save(update_fields=["state", "refusal", "rows", "answered_at"])
    ExchangeMessage.objects.filter(pk=request.message_id).update(state="refused", answered_at=request.answered_at)


def _reply(request: ExchangeRequest, number: str, body: dict[str, Any]) -> None:
    messages.post(
        partner=request.partner, kind="reply", body=body, message_id=number, reply_to=request.message.message_id,
        source=request.source, purpose=request.purpose, basis=request.basis, is_demo=request.is_demo,
    )  # fmt: skip
    request.answered_at = clock.now()


def _to_answer(actor: Actor, request_id: int) -> ExchangeRequest:
    rows = ExchangeRequest.objects.select_for_update(of=("self",)).select_related("partner", "message")
    request = rows.filter(pk=request_id, direction="in").first()
    allowed = request is not None and (
        actor.is_system
        or any(actor.can(permission, request.region_code) for permission in ("match.run", partners.MANAGE))
    )
    if request is None or not allowed:
        raise ExchangeRefused("没有这份来函，或者不在您的范围内。")
    if request.state != "asked":
        raise ExchangeRefused(f"这份来函{request.get_state_display()}，不能再答复。")
    return request
