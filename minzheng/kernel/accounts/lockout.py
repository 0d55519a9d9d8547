"""登录尝试与锁定. Two counts, both in the database and so the same for every process:

* per user name and address: five failures close that address for a quarter of an hour, so that a stranger elsewhere
  cannot lock a colleague out;
* per user name over all addresses: after ten failures within the hour, addresses from which this user has not signed in
  lately must wait, longer each time, at most a quarter of an hour. Tries made while waiting are not counted, so the wait
  cannot be prolonged by trying; the user's own known addresses are never slowed, so nobody is locked out for good.

Times are the real clock (`timezone.now`), never the business clock: a frozen demo day must not freeze a lock.
"""

from __future__ import annotations

import datetime

from django.db.models import Q
from django.utils import timezone

from minzheng.kernel.accounts.errors import LockedOut
from minzheng.kernel.accounts.limits import limit
from minzheng.kernel.accounts.models import LoginAttempt

#: Values of `LoginAttempt.outcome`. Old rows have none and count as wrong unless they succeeded.
GOOD, WRONG, LOCKED, SLOWED, CLEARED = "good", "wrong", "locked", "slowed", "cleared"
OUTCOMES = {
    GOOD: "登录成功",
    WRONG: "未成功",
    LOCKED: "已锁定，未核对",
    SLOWED: "过于频繁，未核对",
    CLEARED: "未成功（已解除）",
}
_HOUR = datetime.timedelta(hours=1)
_UNCOUNTED = (SLOWED, CLEARED)


def window() -> datetime.timedelta:
    return datetime.timedelta(minutes=limit("lock_minutes"))


def sentence() -> str:
    return (
        f"登录失败次数过多，已暂停登录 {limit('lock_minutes')} 分钟；其间再试会重新计时。请稍后再试，或联系系统管理员。"
    )


def begin(username: str, address: str, *, spread: bool = False) -> LoginAttempt:
    """Count this try *before* the password is looked at, so that parallel guesses cannot slip through.

    `spread`: also look at failures from other addresses. Raises LockedOut."""
    attempt = LoginAttempt.objects.create(username=username[:64], address=address[:45], succeeded=False, outcome=WRONG)
    since = timezone.now() - window()
    mine = LoginAttempt.objects.filter(username=attempt.username, address=attempt.address, at__gte=since)
    last_success = mine.filter(succeeded=True).order_by("-at").values_list("at", flat=True).first()
    failures = mine.filter(succeeded=False).exclude(outcome__in=_UNCOUNTED)
    if last_success:
        failures = failures.filter(at__gt=last_success)
    if failures.count() > limit("lock_tries"):
        raise _refused(attempt, LOCKED, sentence())
    here = LoginAttempt.objects.filter(address=attempt.address, at__gte=since, succeeded=False)
    if here.exclude(outcome=CLEARED).count() > limit("address_tries"):
        raise _refused(attempt, LOCKED, sentence())
    seconds = wait_seconds(attempt) if spread else 0
    if seconds:
        raise _refused(
            attempt,
            SLOWED,
            f"这个用户名近来在多处登录失败，请 {-(-seconds // 60)} 分钟后再试，"
            "或在平时使用的电脑上登录；急需时请联系系统管理员解除。",
        )
    return attempt


def wait_seconds(attempt: LoginAttempt) -> int:
    """How long this address must still wait because of failures elsewhere; 0 when it need not."""
    before = LoginAttempt.objects.filter(username=attempt.username, at__lt=attempt.at)
    failures = before.filter(at__gte=attempt.at - _HOUR, succeeded=False)
    failures = failures.filter(Q(outcome=WRONG) | Q(outcome="")).order_by("-at")
    times = list(failures.values_list("at", flat=True)[:200])
    over = len(times) - limit("spread_tries")
    if over < 0 or _known(attempt):
        return 0
    longest = limit("spread_minutes") * 60
    wait = min(30 * 2 ** min(over, 12), longest)
    left = times[0] + datetime.timedelta(seconds=wait) - attempt.at
    return max(int(left.total_seconds()), 0)


def _known(attempt: LoginAttempt) -> bool:
    since = attempt.at - datetime.timedelta(days=limit("known_days"))
    rows = LoginAttempt.objects.filter(username=attempt.username, address=attempt.address, at__gte=since)
    return rows.filter(succeeded=True).exists()


def _refused(attempt: LoginAttempt, outcome: str, text: str) -> LockedOut:
    attempt.outcome = outcome
    attempt.save(update_fields=["outcome"])
    return LockedOut(text)


def succeed(attempt: LoginAttempt) -> None:
    """The try was good: earlier failures from this address no longer count."""
    attempt.succeeded, attempt.outcome = True, GOOD
    attempt.save(update_fields=["succeeded", "outcome"])


def clear(username: str) -> int:
    """Forget the failures of a user name that still count (an administrator vouches); returns how many."""
    since = timezone.now() - max(window(), _HOUR)
    names = [username, second_step(username), step_up(username)]
    rows = LoginAttempt.objects.filter(username__in=names, at__gte=since, succeeded=False)
    return rows.exclude(outcome=CLEARED).update(outcome=CLEARED)


def second_step(username: str) -> str:
    """The name under which tries of the second step are counted."""
    return f"code:{username}"[:64]


def step_up(username: str) -> str:
    """The name under which tries of a repeated proof are counted."""
    return f"again:{username}"[:64]
