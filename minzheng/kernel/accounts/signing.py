"""Staff sign in and out."""

from __future__ import annotations

import unicodedata

from django.contrib import auth
from django.db import transaction
from django.http import HttpRequest

from minzheng.kernel.accounts import lockout
from minzheng.kernel.accounts.actors import Actor, actor_of
from minzheng.kernel.accounts.addresses import client_address
from minzheng.kernel.accounts.errors import LockedOut, SignInRefused
from minzheng.kernel.accounts.models import User
from minzheng.kernel.audit import services as audit

BACKEND = "minzheng.kernel.accounts.backends.AccountBackend"
REFUSED = "用户名或口令不对，或账号已停用。请核对后重新输入；忘记口令请联系系统管理员重置。"


def usable(user: User) -> bool:
    """An account that may be used now: switched on, and if it is a demo account, only while the demo is loaded."""
    from minzheng.kernel.subjects.selectors import demo_loaded

    return user.is_active and user.kind != "system" and (not user.is_demo or demo_loaded())


def authenticate(*, username: str, password: str, address: str) -> User:
    """Check a member of staff's password. Raises SignInRefused (one sentence for every cause) or LockedOut.

    An unknown user name costs the same hashing time as a known one."""
    name = unicodedata.normalize("NFKC", username).strip().lower()
    try:
        attempt = lockout.begin(name, address)
    except LockedOut:
        audit.record(actor=Actor(address=address), action="auth.locked_out", detail={"username": name[:64]})
        raise
    user = User.objects.filter(username=name, kind="staff").first()
    if user is None:
        User().set_password(password)
        good = False
    else:
        good = user.check_password(password) and usable(user)
    if user is None or not good:
        audit.record(actor=Actor(address=address), action="auth.refused", detail={"username": name[:64]})
        raise SignInRefused(REFUSED)
    lockout.succeed(attempt)
    return user


def sign_in(*, request: HttpRequest, username: str, password: str) -> User:
    """Check the password, open the session (new session key) and write the audit line."""
    user = authenticate(username=username, password=password, address=client_address(request))
    open_session(request=request, user=user, action="auth.sign_in")
    return user


@transaction.atomic
def open_session(*, request: HttpRequest, user: User, action: str) -> None:
    """Start a session for a checked user. The session key is renewed; `request.actor` is the new actor at once."""
    auth.login(request, user, backend=BACKEND)
    actor = actor_of(user, address=client_address(request))
    request.actor = actor  # type: ignore[attr-defined]
    audit.record(actor=actor, action=action, obj=user)


@transaction.atomic
def sign_out(*, request: HttpRequest, action: str = "auth.sign_out") -> None:
    """End the session; nothing happens for somebody who is not signed in."""
    if not request.user.is_authenticated:
        return
    user = request.user
    actor = actor_of(user, address=client_address(request))
    auth.logout(request)
    request.actor = Actor(address=client_address(request))  # type: ignore[attr-defined]
    audit.record(actor=actor, action=action, obj=user)
