"""报文的收发: what is sent is stored first and sent by a job; what comes is stored before anything is done with it.

A message is worked on once, whatever happens: a repeated id with the same content is answered as before, with another
content it is refused; a nonce is never taken twice; a file or a call that cannot be trusted changes nothing."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from minzheng.datacenter.exchange import envelopes, terms
from minzheng.datacenter.exchange.carriers import files, rest
from minzheng.datacenter.exchange.errors import Rejected
from minzheng.datacenter.exchange.models import ExchangeMessage, ExchangePartner, ExchangeQuarantine
from minzheng.datacenter.exchange.partners import keys_of, note, own_code
from minzheng.datacenter.exchange.signing import canonical
from minzheng.kernel import clock
from minzheng.kernel.crypto.sealing import sm3
from minzheng.kernel.jobs.services import enqueue

SEND = "exchange.send"
#: Kind → what stores the meaning of a message of this kind, in the same transaction (see incoming, asking, pushes).
Handler = Callable[[ExchangeMessage, dict[str, Any]], None]
HANDLERS: dict[str, Handler] = {}


def handles(kind: str) -> Callable[[Handler], Handler]:
    """Declare what is done with messages of a kind."""

    def declare(function: Handler) -> Handler:
        HANDLERS[kind] = function
        return function

    return declare


def most_bytes() -> int:
    return terms.number("most_kilobytes") * 1024


def lifetime() -> datetime.timedelta:
    return datetime.timedelta(hours=terms.number("lifetime_hours"))


def post(
    *, partner: ExchangePartner, kind: str, body: Mapping[str, Any], message_id: str = "", reply_to: str = "",
    source: str = "", purpose: str = "", basis: str = "", consents: list[dict[str, str]] | None = None,
    expires: datetime.datetime | None = None, is_demo: bool = False,
) -> ExchangeMessage:  # fmt: skip
    """Sign, store and queue one message, in the caller's transaction."""
    now = clock.now()
    envelope = envelopes.make(
        keys_of(partner), sender=own_code(), receiver=partner.code, kind=kind, body=body, now=now,
        expires=expires or now + lifetime(), message_id=message_id, reply_to=reply_to, source=source, purpose=purpose,
        basis=basis, consents=consents,
    )  # fmt: skip
    message = _stored(partner, "out", "queued", envelope, is_demo=is_demo)
    queue(message)
    return message


def queue(message: ExchangeMessage) -> None:
    """A job for the next try; each try that was asked for by hand is a job of its own."""
    enqueue(SEND, args={"message": str(message.pk)}, key=f"{SEND}:{message.pk}:{message.attempts}")


def _stored(
    partner: ExchangePartner, direction: str, state: str, envelope: dict[str, Any], *, is_demo: bool = False
) -> ExchangeMessage:
    message = ExchangeMessage(
        region_code=partner.region_code, partner=partner, direction=direction, kind=envelope["kind"], state=state,
        message_id=envelope["id"], reply_to=envelope["reply_to"], nonce=envelope["nonce"], payload_hash=envelope["hash"],
        envelope=envelope, created_at=clock.now(), expires_at=envelopes.moment(envelope["expires"]),
        is_demo=is_demo or partner.is_demo,
    )  # fmt: skip
    message.save(force_insert=True)
    return message


@dataclass(frozen=True)
class Taken:
    """`repeated`: it was here before, and nothing new was done."""

    message: ExchangeMessage
    repeated: bool


def accept(partner: ExchangePartner, raw: bytes) -> Taken:
    """Check and store one message from a partner, with what it means, in one transaction. Raises Rejected."""
    envelope = envelopes.parsed(raw, most_bytes())
    envelopes.checked(
        envelope, keys_of(partner), sender=partner.code, receiver=own_code(), now=clock.now(),
        skew=datetime.timedelta(seconds=terms.number("skew_seconds")), lifetime=lifetime(),
    )  # fmt: skip
    try:
        with transaction.atomic():
            return _once(partner, envelope)
    except IntegrityError:
        # The same message by another way at the same moment: it is here now.
        with transaction.atomic():
            return _once(partner, envelope)


def _once(partner: ExchangePartner, envelope: dict[str, Any]) -> Taken:
    came = ExchangeMessage.objects.filter(partner=partner, direction="in")
    known = came.select_for_update().filter(message_id=envelope["id"]).first()
    if known is not None:
        if known.payload_hash != envelope["hash"]:
            raise Rejected("reused", "这个报文编号已经用过，内容却不同：请换一个编号重新发送。", status=409)
        known.repeats += 1
        known.save(update_fields=["repeats"])
        note(partner, "repeated", "同一份报文又收到一次，没有重复办理", known)
        return Taken(known, True)
    if came.filter(nonce=envelope["nonce"]).exists():
        raise Rejected("replay", "随机数已经用过：疑似重放，未予受理。", status=409)
    handler = HANDLERS.get(envelope["kind"])
    if handler is None:
        raise Rejected("kind", "本系统不收这种报文。", status=400)
    message = _stored(partner, "in", "received", envelope)
    note(partner, "received", f"收到{message.get_kind_display()}", message)
    handler(message, envelope)
    return Taken(message, False)


def deliver(message: ExchangeMessage) -> str:
    """Send one queued message; returns its state. Raises Unreachable (again later) and Rejected (never)."""
    partner = message.partner
    if message.state != "queued":
        return message.state
    ExchangeMessage.objects.filter(pk=message.pk).update(attempts=message.attempts + 1)
    if partner.carrier == "files":
        files.put(partner.code, message.envelope)
        answer = None
    elif message.kind == "reply":
        answer = None  # a partner with an interface fetches its replies
    else:
        answer = rest.send(partner.url, own_code(), keys_of(partner), message.envelope, most_bytes())
    with transaction.atomic():
        # Only if still queued: an answer may have overtaken this line
        sent = ExchangeMessage.objects.filter(pk=message.pk, state="queued")
        sent.update(state="sent", sent_at=clock.now(), error="")
        note(partner, "sent", "已放入发件文件夹" if partner.carrier == "files" else "已送出", message)
    if answer is not None:
        _take_answer(partner, answer)
    return ExchangeMessage.objects.values_list("state", flat=True).get(pk=message.pk)


def _take_answer(partner: ExchangePartner, answer: dict[str, Any]) -> None:
    """An answer that came with the call; one that cannot be trusted is put aside, and asked for again later."""
    raw = canonical(answer)
    try:
        accept(partner, raw)
    except Rejected as error:
        put_aside(partner, f"answer-{sm3(raw)[:16]}.json", raw, str(error))


def fetch(message: ExchangeMessage) -> bool:
    """Ask a partner with an interface for the reply to one of our messages. Raises Unreachable, Rejected."""
    partner = message.partner
    answer = rest.fetch(partner.url, own_code(), keys_of(partner), message.message_id, most_bytes())
    if answer is not None:
        _take_answer(partner, answer)
    return answer is not None


def fail(message: ExchangeMessage, sentence: str) -> None:
    """It will not be sent by itself any more; a person may have it sent again."""
    with transaction.atomic():
        changed = ExchangeMessage.objects.filter(pk=message.pk, state="queued").update(
            state="failed", error=sentence[:300]
        )
        if changed:
            note(message.partner, "failed", sentence, message)


def put_aside(partner: ExchangePartner, name: str, raw: bytes, why: str) -> None:
    """Note a file (or a call's content) that was not taken; the content of a call is kept as a file, too."""
    row, new = ExchangeQuarantine.objects.get_or_create(
        partner=partner, name=name, sha=sm3(raw),
        defaults={"region_code": partner.region_code, "size": len(raw), "reason": why[:300], "at": clock.now(),
                  "is_demo": partner.is_demo},
    )  # fmt: skip
    if new:
        note(partner, "quarantined", f"{row.name}：{why}")


def look(partner: ExchangePartner) -> files.Counts:
    """Take everything out of a partner's inbox, and note which of our files it has taken."""
    for message_id, told in files.acks(partner.code):
        _acknowledged(partner, message_id, told)
        files.drop(partner.code, message_id)
    return files.take_all(
        partner.code, most_bytes(), lambda raw: accept(partner, raw).repeated,
        lambda name, raw, why: put_aside(partner, name, raw, why),
    )  # fmt: skip


def _acknowledged(partner: ExchangePartner, message_id: str, told: dict[str, Any]) -> None:
    message = ExchangeMessage.objects.filter(partner=partner, direction="out", message_id=message_id).first()
    if message is None:
        return
    if told.get("ok"):
        note(partner, "taken", "对方已取走", message)
        if message.kind == "reply":
            ExchangeMessage.objects.filter(pk=message.pk).update(state="answered", answered_at=clock.now())
        return
    why = f"对方退回：{str(told.get('why') or '没有说明')[:200]}"
    ExchangeMessage.objects.filter(pk=message.pk, state__in=("queued", "sent")).update(state="failed", error=why)
    note(partner, "refused", why, message)
