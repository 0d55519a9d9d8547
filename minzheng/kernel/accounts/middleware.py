"""`request.actor`, and the end of sessions that nobody uses any more or that have lasted long enough."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import Actor, actor_of
from minzheng.kernel.accounts.addresses import client_address
from minzheng.kernel.accounts.limits import limit
from minzheng.kernel.accounts.proof import BEGUN, SEEN, start
from minzheng.kernel.accounts.signing import sign_out

#: The post chosen for this session (id of the assignment, as text).
POST = "post"
#: Sent by parts of a page that refresh themselves: nobody sits there, the session is not kept alive.
POLL_HEADER = "X-Poll"
_WRITE_EVERY_SECONDS = 60


def idle_seconds(kind: str) -> int:
    """Staff sit at a shared counter; a citizen photographs papers in between."""
    return limit("idle_citizen_minutes" if kind == "citizen" else "idle_staff_minutes") * 60


def ends_at(request: HttpRequest) -> datetime.datetime:
    """When this session ends if nobody does anything: for a page that only refreshes itself, like a screen on a wall."""
    session, now = request.session, int(time.time())
    idle = session.get(SEEN, now) + idle_seconds(getattr(request.user, "kind", "staff"))
    last = min(idle, session.get(BEGUN, now) + limit("session_hours") * 3600)
    return datetime.datetime.fromtimestamp(last, clock.CHINA)


def actor_in(request: HttpRequest) -> Actor:
    """Who is asking: set by the middleware, and again by the gate of a page."""
    return request.actor  # type: ignore[attr-defined, no-any-return]


class ActorMiddleware:
    """After AuthenticationMiddleware. Sets `request.actor` (lazy: a public page asks no question) and
    `request.session_timed_out` when the session was just ended for being idle or too old."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.session_timed_out = self._end_if_over(request)  # type: ignore[attr-defined]
        if not request.session_timed_out:  # type: ignore[attr-defined]
            request.actor = SimpleLazyObject(lambda: _actor(request))  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        """Only what a person does keeps a session alive: not the parts of a page that fetch themselves."""
        session = getattr(request, "session", None)
        if session is None or "_auth_user_id" not in session:
            return
        page = getattr(view, "page", None)
        if POLL_HEADER in request.headers or (page is not None and page.kind == "fragment"):
            return
        now = int(time.time())
        if now - session.get(SEEN, 0) >= _WRITE_EVERY_SECONDS:
            session[SEEN] = now

    def _end_if_over(self, request: HttpRequest) -> bool:
        session = getattr(request, "session", None)
        if session is None or "_auth_user_id" not in session:
            return False
        now, user = int(time.time()), request.user
        if SEEN not in session:
            # The first request of a session: whoever made it has just proved who she is.
            start(request)
        if not user.is_authenticated:
            return False
        if now - session[SEEN] > idle_seconds(getattr(user, "kind", "staff")):
            sign_out(request=request, action="auth.idle_out")
            return True
        if now - session.setdefault(BEGUN, now) > limit("session_hours") * 3600:
            sign_out(request=request, action="auth.aged_out")
            return True
        return False


def _actor(request: HttpRequest) -> Actor:
    actor = actor_of(_user(request), address=client_address(request))
    chosen = request.session.get(POST) if actor.is_staff else None
    return actor.choosing(int(chosen)) if chosen else actor


def _user(request: HttpRequest) -> object:
    # `request.user` is itself lazy; touching an attribute resolves it, the wrapped object is the model instance.
    user = request.user
    user.is_authenticated  # noqa: B018
    return getattr(user, "_wrapped", user)
