"""登录尝试与锁定: per user name and address, so that a stranger elsewhere cannot lock a colleague out.

Times are the real clock (`timezone.now`), never the business clock: a frozen demo day must not freeze a lock.
"""

from __future__ import annotations

import datetime

from django.utils import timezone

from minzheng.kernel.accounts.errors import LockedOut
from minzheng.kernel.accounts.models import LoginAttempt

TRIES = 5
ADDRESS_TRIES = 100
WINDOW = datetime.timedelta(minutes=15)
SENTENCE = "登录失败次数过多，已暂停登录 15 分钟；其间再试会重新计时。请稍后再试，或联系系统管理员。"


def begin(username: str, address: str) -> LoginAttempt:
    """Count this try *before* the password is looked at, so that parallel guesses cannot slip through.

    Raises LockedOut."""
    attempt = LoginAttempt.objects.create(username=username[:64], address=address[:45], succeeded=False)
    since = timezone.now() - WINDOW
    mine = LoginAttempt.objects.filter(username=attempt.username, address=attempt.address, at__gte=since)
    last_success = mine.filter(succeeded=True).order_by("-at").values_list("at", flat=True).first()
    failures = mine.filter(succeeded=False)
    if last_success:
        failures = failures.filter(at__gt=last_success)
    if failures.count() > TRIES:
        raise LockedOut(SENTENCE)
    if LoginAttempt.objects.filter(address=attempt.address, at__gte=since, succeeded=False).count() > ADDRESS_TRIES:
        raise LockedOut(SENTENCE)
    return attempt


def succeed(attempt: LoginAttempt) -> None:
    """The try was good: earlier failures no longer count."""
    attempt.succeeded = True
    attempt.save(update_fields=["succeeded"])
