"""消息的写操作：随办理动作同一事务写进发件箱，由后台任务送出。办件没办成，消息也就没有。"""

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

#: 短信按 67 字一条计费；三条以内能说清楚，再长就该写进文书。
MAX_LENGTH = 201
NO_PHONE = "没有登记手机号，只在网上“我的消息”里可见。"


@transaction.atomic
def send(*, case: Case | None, person: Person | None, channel: str, body: str, to: str = "") -> OutboxMessage:
    """写一条消息进发件箱。

    ``channel``：``sms`` 短信、``inapp`` 站内信。短信发到 ``to``，没给就发到 ``person`` 登记的手机；都没有的，消息记为失败，
    不报错：一户没有手机不该挡住受理。站内信写下就算送达。"""
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
    """同一句话走几个渠道：站内信留底，短信提醒。"""
    return [send(case=case, person=person, channel=channel, body=body) for channel in channels]


def deliver(*, message_id: int, last_try: bool = False, through: Sender | None = None) -> str:
    """送出一条排队的短信；返回结果状态。可以重复调用：送过的不再送。

    先记下“试过一次”再交给网关，所以中途断电后，网关从 ``again`` 知道这条可能已经送出。失败抛出 JobError，由后台任务退避重试。"""
    with transaction.atomic():
        message = OutboxMessage.objects.select_for_update().filter(pk=message_id).first()
        if message is None or message.state != "queued":
            return message.state if message is not None else "gone"
        message.attempts += 1
        message.save(update_fields=["attempts"])
    with transaction.atomic():
        # 送的时候锁住这一行：两个任务进程不会把同一条送两遍
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
    """短信须以签名开头（运营商要求）；站内信不要。"""
    if body.startswith("【"):
        return body
    return f"【{getattr(settings, 'MESSAGE_SIGNATURE', '民政服务')}】{body}"


def _hand_over(message: OutboxMessage, gateway: Sender) -> SendFailed | None:
    try:
        gateway.send(to=message.to, body=_signed(message.body), key=str(message.pk), again=message.attempts > 1)
    except SendFailed as failure:
        return failure
    except Exception as error:
        # 网关的任何意外都不能让这条消息卡住；错误内容可能带号码，只留类型
        return SendFailed(f"短信网关出错（{type(error).__name__}），稍后自动重试。")
    return None
