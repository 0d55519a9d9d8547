"""Writing messages: into the outbox in the transaction of the act, sent by a job. When the act fails there is no
message either.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from minzheng.kernel import clock
from minzheng.kernel.documents import terms
from minzheng.kernel.jobs.services import JobError, enqueue
from minzheng.kernel.notices import choices, texts
from minzheng.kernel.notices.errors import MessageError, SendFailed
from minzheng.kernel.notices.models import MessageEvent, OutboxMessage
from minzheng.kernel.notices.senders import Sender, gives_receipts, sender

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.cases.models import Case
    from minzheng.kernel.subjects.models import Person

NO_ADDRESS = {
    "sms": "没有登记手机号，只在网上“我的消息”里可见。",
    "wechat": "没有绑定微信，不能发订阅消息。",
    "post": "没有登记住址，不能邮寄。",
}
OPTED_OUT = "本人不要提醒类消息，没有发送。"
#: Next steps for someone nobody can reach; the clerk picks one.
RESOLUTIONS = ("已电话告知", "已上门告知", "已更正号码并重发", "已改为邮寄", "已由亲属转告", "不用再联系")


@transaction.atomic
def send(
    *,
    case: Case | None,
    person: Person | None,
    channel: str,
    body: str,
    to: str = "",
    key: str | None = None,
    statutory: bool = False,
    urgent: bool = False,
    rest: Sequence[str] = (),
    fallback_of: OutboxMessage | None = None,
) -> OutboxMessage:
    """Write one message into the outbox.

    ``channel``: ``sms``, ``wechat`` (subscription message), ``inapp`` (站内信, delivered once written), ``post`` (a
    letter, on the print list until a clerk sends it off). It goes to ``to``, else to what is registered for ``person``;
    with neither it is marked failed and the next of ``rest`` is tried: a family without a phone must not hold up
    acceptance. ``key`` makes a repeated request the same message. ``statutory`` messages ignore the refusal of
    reminders; ``urgent`` ones (login codes) ignore the quiet hours.
    """
    if channel not in dict(OutboxMessage.CHANNELS):
        raise MessageError(f"没有“{channel}”这种消息渠道；请用 {'、'.join(dict(OutboxMessage.CHANNELS))}。")
    texts.check(channel, body)
    if key is not None:
        known = OutboxMessage.objects.filter(key=key).first()
        if known is not None:
            return known
    message = OutboxMessage(
        case=case,
        channel=channel,
        recipient=person,
        body=body,
        key=key,
        statutory=statutory,
        parts=texts.parts(body) if channel == "sms" else 1,
        rest=",".join(rest),
        fallback_of=fallback_of,
        to=to or choices.address(person, channel),
    )
    _first_state(message, person, urgent)
    message.save(force_insert=True)
    note(message, message.state, message.error)
    if message.state == "failed":
        pass_on(message)
    elif message.state == "queued" and channel != "post":
        _enqueue(message)
    return message


def _first_state(message: OutboxMessage, person: Person | None, urgent: bool) -> None:
    if message.channel == "inapp":
        message.state, message.sent_at, message.delivered_at = "sent", clock.now(), clock.now()
    elif not message.to:
        message.state, message.error = "failed", NO_ADDRESS[message.channel]
    elif not message.statutory and not urgent and choices.refuses_reminders(person):
        message.state, message.error = "withheld", OPTED_OUT
    elif not urgent and message.channel in ("sms", "wechat"):
        message.not_before = texts.not_before()


def _enqueue(message: OutboxMessage) -> None:
    enqueue(
        "notices.deliver",
        args={"message": str(message.pk)},
        key=f"notices.deliver:{message.pk}",
        run_after=message.not_before,
    )


def note(message: OutboxMessage, what: str, text: str = "", once: str | None = None) -> bool:
    """One line of the message's history; False when the same receipt was noted before."""
    row = MessageEvent(message=message, at=clock.now(), what=what[:12], text=text[:200], once=once)
    if once is None:
        row.save(force_insert=True)
        return True
    if MessageEvent.objects.filter(once=once).exists():
        return False
    MessageEvent.objects.bulk_create([row], ignore_conflicts=True)
    return MessageEvent.objects.filter(pk=row.pk).exists()


def notify(
    *, case: Case | None, person: Person, body: str, statutory: bool = False, key: str = ""
) -> list[OutboxMessage]:
    """Tell a person one sentence: in-app for the record, and by the first channel of the person's order; the others
    follow only if it gives up."""
    found = [
        send(
            case=case,
            person=person,
            channel="inapp",
            body=body,
            statutory=statutory,
            key=f"{key}:inapp" if key else None,
        )
    ]
    order = choices.order(person, statutory=statutory)
    if order:
        found.append(
            send(
                case=case,
                person=person,
                channel=order[0],
                body=body,
                statutory=statutory,
                key=f"{key}:out" if key else None,
                rest=order[1:],
            )
        )
    return found


def tell(
    *, case: Case, person: Person | None, body: str, channels: Iterable[str] = ("inapp", "sms")
) -> list[OutboxMessage]:
    """One sentence by several channels: in-app for the record, text as a reminder."""
    return [send(case=case, person=person, channel=channel, body=body) for channel in channels]


def pass_on(message: OutboxMessage) -> OutboxMessage | None:
    """A message that gave up hands over to the next channel; None when there is none left."""
    following = [one for one in message.rest.split(",") if one]
    if not following or message.recipient is None:
        return None
    names = dict(OutboxMessage.CHANNELS)
    note(message, "passed_on", f"改用{names[following[0]]}")
    return send(
        case=message.case,
        person=message.recipient,
        channel=following[0],
        body=message.body,
        statutory=message.statutory,
        key=f"after:{message.pk}",
        rest=following[1:],
        fallback_of=message,
    )


def deliver(*, message_id: int, last_try: bool = False, through: Sender | None = None) -> str:
    """Send one queued message; returns the resulting state. Safe to call again: what was sent is not sent twice.

    “Tried once” is recorded before the gateway gets it, so after a power cut ``again`` tells the gateway it may have
    gone out. JobError on failure; the job retries with back-off until the tries are used up, then the message is failed
    and the next channel takes over.
    """
    with transaction.atomic():
        message = OutboxMessage.objects.select_for_update().filter(pk=message_id).first()
        if message is None or message.state != "queued" or message.channel == "post":
            return message.state if message is not None else "gone"
        message.attempts += 1
        message.save(update_fields=["attempts"])
    with transaction.atomic():
        # Lock the row while sending: two job processes never send the same one twice
        message = OutboxMessage.objects.select_for_update().get(pk=message_id)
        if message.state != "queued":
            return message.state
        failure = _hand_over(message, through)
        if failure is None:
            message.state, message.sent_at, message.error = "sent", clock.now(), ""
            note(message, "sent", f"第 {message.attempts} 次发出")
        else:
            message.error = str(failure)[:200]
            note(message, "tried", message.error)
            if last_try or not failure.retry or message.attempts >= terms.number("send_tries"):
                message.state = "failed"
        message.save(update_fields=["state", "sent_at", "error", "receipt"])
        if message.state == "failed":
            note(message, "failed", message.error)
            pass_on(message)
    if failure is not None:
        raise JobError(str(failure), retry=failure.retry and message.state != "failed")
    return message.state


def _hand_over(message: OutboxMessage, through: Sender | None) -> SendFailed | None:
    body = texts.signed(message.body) if message.channel == "sms" else message.body
    try:
        gateway = through or sender(message.channel)
        receipt = gateway.send(to=message.to, body=body, key=str(message.pk), again=message.attempts > 1)
        message.receipt = str(receipt or "")[:64]
    except SendFailed as failure:
        return failure
    except Exception as error:
        # No surprise of the gateway may leave this message stuck; its error may hold a number, so keep only the type
        return SendFailed(f"消息网关出错（{type(error).__name__}），稍后自动重试。")
    return None


@transaction.atomic
def receive_receipt(*, key: str, delivered: bool, why: str = "") -> str:
    """A gateway tells what became of a message; returns the resulting state, "" for an unknown key.

    The same receipt may come any number of times; a late “delivered” wins over an earlier “failed”, never the reverse.
    ``why`` is the carrier's word for a failure, without numbers.
    """
    message = OutboxMessage.objects.select_for_update().filter(pk=int(key)).first() if key.isdigit() else None
    if message is None or message.state not in ("sent", "delivered", "failed", "queued"):
        return message.state if message else ""
    told = "delivered" if delivered else "undelivered"
    if not note(message, told, why[:100], once=f"{told}:{message.pk}") or message.state == "delivered":
        return message.state
    if delivered:
        message.state, message.delivered_at, message.error = "delivered", clock.now(), ""
        message.save(update_fields=["state", "delivered_at", "error"])
    elif message.state != "failed":
        message.state, message.error = "failed", f"没有收到：{why or '运营商未说明原因'}"[:200]
        message.save(update_fields=["state", "error"])
        pass_on(message)
    return message.state


def expire_receipts() -> int:
    """Messages sent long ago without a receipt, where the gateway gives receipts: counted as not received."""
    hours = terms.number("receipt_hours")
    channels = [channel for channel in ("sms", "wechat") if gives_receipts(channel)]
    old = OutboxMessage.objects.filter(
        channel__in=channels, state="sent", sent_at__lt=clock.now() - timedelta(hours=hours), recipient__isnull=False
    ).values_list("pk", flat=True)[:500]
    for pk in list(old):
        receive_receipt(key=str(pk), delivered=False, why=f"发出 {hours} 小时没有回执")
    return len(old)


@transaction.atomic
def posted(*, message: OutboxMessage, post_no: str, actor: Actor) -> None:
    """A letter of the print list was handed to the post."""
    from minzheng.kernel.audit import services as audit

    locked = OutboxMessage.objects.select_for_update(of=("self",)).select_related("case").get(pk=message.pk)
    if locked.channel != "post" or locked.state != "queued":
        raise MessageError("这封信已经登记寄出，不用再登记。")
    locked.state, locked.sent_at, locked.receipt = "sent", clock.now(), post_no[:64]
    locked.save(update_fields=["state", "sent_at", "receipt"])
    note(locked, "sent", f"已交邮，邮件号码 {post_no}")
    audit.record(
        actor=actor, action="message.post", obj=locked, region_code=_place(locked), detail={"post_no": post_no}
    )


@transaction.atomic
def resolve(*, message: OutboxMessage, how: str, actor: Actor, remark: str = "") -> None:
    """A clerk reached the person in another way (or need not): the message leaves the list 联系不上."""
    from minzheng.kernel.audit import services as audit

    if how not in RESOLUTIONS:
        raise MessageError(f"没有“{how}”这种处理办法；请选：{'、'.join(RESOLUTIONS)}。")
    locked = (
        OutboxMessage.objects.select_for_update(of=("self",)).select_related("case", "recipient").get(pk=message.pk)
    )
    if locked.state != "failed" or locked.resolved_at is not None:
        raise MessageError("这条消息已经处理过了，请刷新列表。")
    locked.resolved_at, locked.resolved_by, locked.resolution = clock.now(), actor.user, f"{how}。{remark}"[:120]
    locked.save(update_fields=["resolved_at", "resolved_by", "resolution"])
    note(locked, "resolved", locked.resolution)
    channel = {"已更正号码并重发": "sms", "已改为邮寄": "post"}.get(how)
    if channel:
        again = send(
            case=locked.case, person=locked.recipient, channel=channel, body=locked.body, statutory=locked.statutory,
            key=f"again:{locked.pk}", fallback_of=locked,
        )  # fmt: skip
        if again.state == "failed":
            raise MessageError(f"{again.error}请先在个人档案里补登，再重发。")
    audit.record(actor=actor, action="message.resolve", obj=locked, region_code=_place(locked), reason=how)


def _place(message: OutboxMessage) -> str:
    return message.case.region_code if message.case else ""
