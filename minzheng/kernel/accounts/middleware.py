"""`request.actor`, and the end of sessions that nobody uses any more."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from minzheng.kernel.accounts.actors import Actor, actor_of
from minzheng.kernel.accounts.addresses import client_address
from minzheng.kernel.accounts.signing import sign_out

SEEN = "seen"
_WRITE_EVERY_SECONDS = 60


def idle_seconds(kind: str) -> int:
    """Staff sit at a shared counter: 30 minutes. A citizen photographs papers in between: 60 minutes."""
    minutes = getattr(settings, "IDLE_MINUTES", {"staff": 30, "citizen": 60})
    return int(minutes.get(kind, 30)) * 60


def actor_in(request: HttpRequest) -> Actor:
    """Who is asking: set by the middleware, and again by the gate of a page."""
    return request.actor  # type: ignore[attr-defined, no-any-return]


class ActorMiddleware:
    """After AuthenticationMiddleware. Sets `request.actor` (lazy: a public page asks no question) and
    `request.session_timed_out` when the session was just ended for being idle."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.session_timed_out = self._end_if_idle(request)  # type: ignore[attr-defined]
        if not request.session_timed_out:  # type: ignore[attr-defined]
            request.actor = SimpleLazyObject(lambda: actor_of(_user(request), address=client_address(request)))  # type: ignore[attr-defined]
        return self.get_response(request)

    def _end_if_idle(self, request: HttpRequest) -> bool:
        session = getattr(request, "session", None)
        if session is None or "_auth_user_id" not in session:
            return False
        now = int(time.time())
        seen = session.get(SEEN, now)
        user = request.user
        if user.is_authenticated and now - seen > idle_seconds(getattr(user, "kind", "staff")):
            sign_out(request=request, action="auth.idle_out")
            return True
        if SEEN not in session or now - seen >= _WRITE_EVERY_SECONDS:
            session[SEEN] = now
        return False


def _user(request: HttpRequest) -> object:
    # `request.user` is itself lazy; touching an attribute resolves it, the wrapped object is the model instance.
    user = request.user
    user.is_authenticated  # noqa: B018
    return getattr(user, "_wrapped", user)
