"""验证码由谁发出: a sender takes a phone number and a code; which one is named by `settings.LOGIN_CODE_SENDER`."""

from __future__ import annotations

from typing import Protocol

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

from minzheng.kernel.accounts.models import User
from minzheng.kernel.crypto.fields import BlindIndex
from minzheng.kernel.notices.models import OutboxMessage

DEFAULT = "minzheng.kernel.accounts.senders.OutboxSender"


class CodeSender(Protocol):
    def send(self, *, phone: str, code: str) -> str | None:
        """Send the code. Returns the code only if the login page may show it (demonstration), else None."""


class OutboxSender:
    """Puts a text message into the outbox; the notices job hands it to the operator's gateway.

    While the demo county is loaded, nobody has a phone that would ring: the code of a demo account, or of a number that
    no account has, is shown on the page instead. The code of a real person's number is never shown."""

    def send(self, *, phone: str, code: str) -> str | None:
        body = f"【民政一体化平台】登录验证码 {code}，5 分钟内有效。工作人员不会向您索要验证码。"
        if may_show(phone):
            OutboxMessage.objects.create(channel="sms", to=phone, body=body, state="sent", sent_at=timezone.now())
            return code
        OutboxMessage.objects.create(channel="sms", to=phone, body=body)
        return None


def may_show(phone: str) -> bool:
    from minzheng.kernel.subjects.selectors import demo_loaded

    if not demo_loaded():
        return False
    owners = User.objects.filter(phone_index=BlindIndex.of_value("phone", phone)).values_list("is_demo", flat=True)
    return all(owners)


def sender() -> CodeSender:
    return import_string(getattr(settings, "LOGIN_CODE_SENDER", DEFAULT))()
