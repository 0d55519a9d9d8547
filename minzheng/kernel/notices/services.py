"""Writing messages: into the outbox in the transaction of the act, sent by a job. When the act fails there is no
message either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from minzheng.kernel import clock
from minzheng.kernel.jobs.services import JobError, enqueue
from minzheng.kernel.notices.errors import MessageError, SendFailed
from minzheng.kernel.notices.models import OutboxMessage
from minzheng.kernel.notices.senders import Sender, sender

if TYPE_CHECKING:
    from collections.abc import Iterable

    from minzheng.kernel.cases.models import Case
    from minzheng.kernel.subjects.models import Person

#: Text messages are charged per 67 characters; three should say it: anything longer belongs in a notice.
MAX_LENGTH = 201
NO_PHONE = "没有登记手机号，只在网上“我的消息”里可见。"


@transaction.atomic
def send(*, case: Case | None, person: Person | None, channel: str, body: str, to: str = "") -> OutboxMessage:
    """Write one message into the outbox.

    ``channel``: ``sms`` (text message) or ``inapp`` (站内信). A text goes to ``to``, else to the phone registered for
    ``person``; with neither, the message is marked failed and no error is raised: a family without a phone must not
    hold up acceptance. An in-app message is delivered once written.
    """
    if channel not in dict(OutboxMessage.CHANNELS):
        raise MessageError(f"没有“{channel}”这种消息渠道；请用 sms 或 inapp。")
    if not body.strip() or len(body) > MAX_LENGTH:
        raise MessageError(f"消息应在 1 到 {MAX_LENGTH} 字之间，现为 {len(body)} 字；请写短些，详情放进文书。")
    phone = to or (person.phone if person is not None and channel == "sms" else "")
    message = OutboxMessage(case=case, channel=channel, recipient=person, to=phone, body=body)
    if channel == "inapp":
        message.state, message.sent_at = "sent", clock.now()
    elif not phone:
        message.state, message.error = "failed", NO_PHONE
    message.save(force_insert=True)
    if message.state == "queued":
        enqueue("notices.deliver", args={"message": str(message.pk)}, key=f"notices.deliver:{message.pk}")
    return message


def tell(
    *, case: Case, person: Person | None, body: str, channels: Iterable[str] = ("inapp", "sms")
) -> list[OutboxMessage]:
    """One sentence by several channels: in-app for the record, text as a reminder."""
    return [send(case=case, person=person, channel=channel, body=body) for channel in channels]


def deliver(*, message_id: int, last_try: bool = False, through: Sender | None = None) -> str:
    """Send one queued text; returns the resulting state. Safe to call again: what was sent is not sent twice.

    “Tried once” is recorded before the gateway gets it, so after a power cut ``again`` tells the gateway it may have
    gone out. JobError on failure; the job retries with back-off.
    """
    with transaction.atomic():
        message = OutboxMessage.objects.select_for_update().filter(pk=message_id).first()
        if message is None or message.state != "queued":
            return message.state if message is not None else "gone"
        message.attempts += 1
        message.save(update_fields=["attempts"])
    with transaction.atomic():
        # Lock the row while sending: two job processes never send the same one twice
        message = OutboxMessage.objects.select_for_update().get(pk=message_id)
        if message.state != "queued":
            return message.state
        failure = _hand_over(message, through or sender())
        if failure is None:
            message.state, message.sent_at, message.error = "sent", clock.now(), ""
        else:
            message.error = str(failure)[:200]
            if last_try or not failure.retry:
                message.state = "failed"
        message.save(update_fields=["state", "sent_at", "error"])
    if failure is not None:
        raise JobError(str(failure), retry=failure.retry)
    return message.state


def _signed(body: str) -> str:
    """A text must begin with the signature (carriers require it); in-app messages need none."""
    if body.startswith("【"):
        return body
    return f"【{getattr(settings, 'MESSAGE_SIGNATURE', '民政服务')}】{body}"


def _hand_over(message: OutboxMessage, gateway: Sender) -> SendFailed | None:
    try:
        gateway.send(to=message.to, body=_signed(message.body), key=str(message.pk), again=message.attempts > 1)
    except SendFailed as failure:
        return failure
    except Exception as error:
        # No surprise of the gateway may leave this message stuck; its error may hold a number, so keep only the type
        return SendFailed(f"短信网关出错（{type(error).__name__}），稍后自动重试。")
    return None
