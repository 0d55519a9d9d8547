"""验证码由谁发出: a sender takes a phone number and a code; which one is named by `settings.LOGIN_CODE_SENDER`.

The default stands with the messages (kernel/notices), which know accounts, not the other way round.
"""

from __future__ import annotations

from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from minzheng.kernel.accounts.models import User
from minzheng.kernel.crypto.fields import BlindIndex

DEFAULT = "minzheng.kernel.notices.login_codes.OutboxSender"


class CodeSender(Protocol):
    def send(self, *, phone: str, code: str) -> str | None:
        """Send the code. Returns the code only if the login page may show it (demonstration), else None."""


def may_show(phone: str) -> bool:
    """While the demo county is loaded nobody has a phone that would ring: the code of a demo account, or of a number that
    no account has, may be shown on the page. The code of a real person's number never."""
    from minzheng.kernel.subjects.selectors import demo_loaded

    if not demo_loaded():
        return False
    owners = User.objects.filter(phone_index=BlindIndex.of_value("phone", phone)).values_list("is_demo", flat=True)
    return all(owners)


#: How a code may reach people: channel → (what the button says, who sends).
SMS = "短信"


def channels() -> dict[str, str]:
    """Channel → title of those that are set up: text message always, others (a voice call, say) by
    ``settings.LOGIN_CODE_CHANNELS = {"voice": ("语音电话", "package.module.Class")}``."""
    more = getattr(settings, "LOGIN_CODE_CHANNELS", {})
    return {"sms": SMS, **{code: title for code, (title, _) in more.items()}}


def sender(channel: str = "sms") -> CodeSender:
    """The sender of a channel; KeyError for one that is not set up."""
    if channel == "sms":
        path = getattr(settings, "LOGIN_CODE_SENDER", DEFAULT)
    else:
        path = getattr(settings, "LOGIN_CODE_CHANNELS", {})[channel][1]
    made: CodeSender = import_string(path)()
    return made
