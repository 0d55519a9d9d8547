"""Staff sign in and out: password, and where the account has one, the second factor."""

from __future__ import annotations

import time
import unicodedata
from dataclasses import dataclass

from django.contrib import auth
from django.db import transaction
from django.http import HttpRequest

from minzheng.kernel.accounts import lockout, proof, second_factor
from minzheng.kernel.accounts.actors import Actor, actor_of
from minzheng.kernel.accounts.addresses import client_address
from minzheng.kernel.accounts.errors import LockedOut, SignInRefused
from minzheng.kernel.accounts.models import User
from minzheng.kernel.audit import services as audit

BACKEND = "minzheng.kernel.accounts.backends.AccountBackend"
REFUSED = "用户名或口令不对，或账号已停用。请核对后重新输入；忘记口令请联系系统管理员重置。"
EXPIRED = "等待输入动态码的时间太长，请从用户名和口令重新开始。"
HALF = "half_signed_in"
HALF_SECONDS = 300


@dataclass(frozen=True)
class SignedIn:
    """`complete` is False when the password was right and the second factor is still to come."""

    user: User
    complete: bool


def usable(user: User) -> bool:
    """An account that may be used now: switched on, and if it is a demo account, only while the demo is loaded."""
    from minzheng.kernel.subjects.selectors import demo_loaded

    return user.is_active and user.kind != "system" and (not user.is_demo or demo_loaded())


def authenticate(*, username: str, password: str, address: str) -> User:
    """Check a member of staff's password. Raises SignInRefused (one sentence for every cause) or LockedOut.

    An unknown user name costs the same hashing time as a known one."""
    name = unicodedata.normalize("NFKC", username).strip().lower()
    try:
        attempt = lockout.begin(name, address, spread=True)
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


def begin_sign_in(*, request: HttpRequest, username: str, password: str) -> SignedIn:
    """Check the password. Without a second factor the session opens at once; with one only `finish_sign_in` opens it."""
    user = authenticate(username=username, password=password, address=client_address(request))
    if not second_factor.enrolled(user):
        open_session(request=request, user=user, action="auth.sign_in")
        return SignedIn(user, complete=True)
    request.session.cycle_key()
    request.session[HALF] = {"user": str(user.pk), "hash": user.get_session_auth_hash(), "at": int(time.time())}
    return SignedIn(user, complete=False)


def half_signed_in(request: HttpRequest) -> User | None:
    """Whoever has given the password here within the last minutes and owes the second factor."""
    half = request.session.get(HALF)
    if not half or time.time() - half["at"] > HALF_SECONDS:
        return None
    user = User.objects.filter(pk=int(half["user"])).first()
    return user if user and usable(user) and user.get_session_auth_hash() == half["hash"] else None


def finish_sign_in(*, request: HttpRequest, code: str) -> User:
    """The second step: a code of the device or a recovery code. Raises SignInRefused or LockedOut."""
    user = half_signed_in(request)
    if user is None:
        raise SignInRefused(EXPIRED)
    address = client_address(request)
    actor = Actor(user=user, address=address)
    try:
        attempt = lockout.begin(lockout.second_step(user.username), address)
    except LockedOut:
        audit.record(actor=actor, action="auth.locked_out", obj=user)
        raise
    if not second_factor.check(user=user, code=code):
        audit.record(actor=actor, action="auth.code_refused", obj=user)
        raise SignInRefused(second_factor.WRONG)
    lockout.succeed(attempt)
    del request.session[HALF]
    open_session(request=request, user=user, action="auth.sign_in")
    return user


def sign_in(*, request: HttpRequest, username: str, password: str, code: str = "") -> User:
    """Both steps at once, for callers that have both. Raises SignInRefused, also when the code is missing."""
    begun = begin_sign_in(request=request, username=username, password=password)
    return begun.user if begun.complete else finish_sign_in(request=request, code=code)


@transaction.atomic
def open_session(*, request: HttpRequest, user: User, action: str) -> None:
    """Start a session for a checked user. The session key is renewed; `request.actor` is the new actor at once."""
    auth.login(request, user, backend=BACKEND)
    proof.start(request)
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


@transaction.atomic
def sign_out_everywhere(*, request: HttpRequest) -> None:
    """End every session of the signed-in account, this one too."""
    user = request.user
    if not isinstance(user, User) and not user.is_authenticated:
        return
    row = User.objects.select_for_update().get(pk=user.pk)
    row.session_epoch += 1
    row.save(update_fields=["session_epoch"])
    sign_out(request=request, action="auth.sign_out_everywhere")
