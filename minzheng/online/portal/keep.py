"""Keep what was just typed when the session has expired.

Pressing “下一步” after expiry would lead to sign-in and lose the words of the form. So this post is first sealed into the
(new, anonymous) session, and saved to the person's own draft after sign-in. Text only: photos were uploaded when
chosen. Kept an hour at most, deleted once used.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict

from minzheng.kernel.crypto import sealing

KEY = "portal.kept"
FOR_SECONDS = 3600
MOST_BYTES = 64 * 1024
_BOUND = b"portal.kept"
PAGE = "portal.draft"


class KeepTyped:
    """Placed after the identity middleware: when somebody not signed in posts an application form, put it away before
    the entrance sends them to sign in.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]) -> None:
        match = request.resolver_match
        if request.method != "POST" or match is None or match.url_name != PAGE or request.user.is_authenticated:
            return
        body = {k: v for k, v in request.POST.lists() if k not in ("csrfmiddlewaretoken", "do")}
        packed = json.dumps({**kwargs, "at": int(time.time()), "body": body}, ensure_ascii=False).encode()
        if len(packed) <= MOST_BYTES:
            request.session[KEY] = base64.b64encode(sealing.seal(packed, _BOUND)).decode()


def take(request: HttpRequest) -> tuple[int, int, QueryDict] | None:
    """Take out and delete what was kept: (case, screen number, what was posted); None without any or after an hour."""
    stored = request.session.pop(KEY, None)
    if not stored:
        return None
    kept = json.loads(sealing.open_sealed(base64.b64decode(stored), _BOUND))
    if time.time() - kept["at"] > FOR_SECONDS:
        return None
    post = QueryDict(mutable=True)
    for name, values in kept["body"].items():
        post.setlist(name, values)
    return int(kept["pk"]), int(kept["screen"]), post


def holds(request: HttpRequest) -> bool:
    return KEY in request.session
