"""Login codes go through the outbox, sent by the text message gateway."""

from __future__ import annotations

from minzheng.kernel.accounts.senders import may_show
from minzheng.kernel.notices import services

BODY = "【民政一体化平台】登录验证码 {code}，5 分钟内有效。工作人员不会向您索要验证码。"


class OutboxSender:
    """The default of `settings.LOGIN_CODE_SENDER` (see accounts/senders.py)."""

    def send(self, *, phone: str, code: str) -> str | None:
        services.send(
            case=None, person=None, channel="sms", body=BODY.format(code=code), to=phone, statutory=True, urgent=True
        )
        return code if may_show(phone) else None
