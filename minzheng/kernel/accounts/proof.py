"""再次验证 (step-up): before money leaves, before a child's file, before posts and passwords change hands, the person
proves again who she is. Signing in is itself such a proof for `step_up_minutes`.

Times are the real clock: a frozen demo day must not keep a proof fresh.
"""

from __future__ import annotations

import time

from django.http import HttpRequest

from minzheng.kernel.accounts import lockout, second_factor
from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.accounts.addresses import client_address
from minzheng.kernel.accounts.errors import LockedOut, SignInRefused
from minzheng.kernel.accounts.limits import limit
from minzheng.kernel.accounts.models import User
from minzheng.kernel.audit import services as audit

PROVED, BEGUN, SEEN = "proved", "begun", "seen"


def fresh(request: HttpRequest) -> bool:
    """Whether this session's last proof is recent enough."""
    session = getattr(request, "session", None)
    return session is not None and time.time() - session.get(PROVED, 0) < limit("step_up_minutes") * 60


def start(request: HttpRequest) -> None:
    """A session begins now: signing in was the proof."""
    now = int(time.time())
    request.session[BEGUN] = request.session[PROVED] = request.session[SEEN] = now


def prove(*, request: HttpRequest, user: User, secret: str) -> None:
    """Check the password, or a present code of the device, and note the proof in the session.

    Tries are counted like those of signing in. Raises SignInRefused or LockedOut."""
    if not secret.strip():
        raise SignInRefused("请填写口令或动态码。")
    address = client_address(request)
    actor = Actor(user=user, address=address)
    try:
        attempt = lockout.begin(lockout.step_up(user.username), address)
    except LockedOut:
        audit.record(actor=actor, action="auth.locked_out", obj=user)
        raise
    looks_like_code = len(secret.strip()) in (6, 7, 10, 11)
    good = user.check_password(secret)
    if not good and looks_like_code and second_factor.enrolled(user):
        good = second_factor.check(user=user, code=secret)
    if not good:
        audit.record(actor=actor, action="auth.step_up_refused", obj=user)
        raise SignInRefused("口令或动态码不对，请重新输入。")
    lockout.succeed(attempt)
    request.session[PROVED] = int(time.time())
    audit.record(actor=actor, action="auth.step_up", obj=user)
