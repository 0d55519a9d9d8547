"""Around every request: whose forwarded headers are believed, one log line and its measures, no NUL characters."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from contextlib import suppress

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import Resolver404, resolve
from django.utils.functional import SimpleLazyObject, empty

from minzheng.site.metrics import counting
from minzheng.site.views import bad_request

log = structlog.get_logger("minzheng.request")
_SLOW_MS = 1000.0
NUL = "\0"
#: Look at the system itself; the healthy answers of these would drown the log
_QUIET = ("healthz", "metrics")
_FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_FORWARDED")


class ForwardedHeaders:
    """Takes forwarded headers away unless a trusted proxy sent them, so that nobody else can write the address that
    lock-outs count, or claim that his connection is encrypted. ``request.was_forwarded`` remembers that there were any.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        found = [name for name in _FORWARDED if name in request.META]
        request.was_forwarded = bool(found)  # type: ignore[attr-defined]
        if found and request.META.get("REMOTE_ADDR", "") not in settings.TRUSTED_PROXIES:
            for name in found:
                del request.META[name]
        return self.get_response(request)


class RequestLog:
    """Give the request a number (in all its log lines, the response header and error pages); afterwards log and count
    page code, method, status and time taken: never the numbers in the address or the search words.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        number = uuid.uuid4().hex[:16]
        request.number = number  # type: ignore[attr-defined]
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=number)
        begun = time.perf_counter()
        response = self.get_response(request)
        seconds = time.perf_counter() - begun
        response["X-Request-ID"] = number
        page = page_code(request)
        counting.request_served(page, response.status_code, seconds)
        if page not in _QUIET or response.status_code >= 400:
            _write(request, page, response.status_code, round(seconds * 1000, 1))
        return response


def page_code(request: HttpRequest) -> str:
    """The code under which the page is declared; "" for an address that leads nowhere. Never the address itself."""
    match = request.resolver_match
    if match is None:  # ended before it came to the page: no database for the session, or no such address
        with suppress(Resolver404):
            match = resolve(request.path_info)
    return (match.url_name or match.route) if match else ""


def _write(request: HttpRequest, page: str, status: int, ms: float) -> None:
    level = "error" if status >= 500 else "warning" if ms > _SLOW_MS else "info"
    getattr(log, level)("request", method=request.method, page=page, status=status, ms=ms, user=_user_number(request))


def _user_number(request: HttpRequest) -> str | None:
    """The account's number if the request looked it up: the log asks the database nothing."""
    user = getattr(request, "user", None)
    if isinstance(user, SimpleLazyObject) and user._wrapped is empty:  # type: ignore[attr-defined]
        return None
    return str(user.pk) if user is not None and user.is_authenticated else None


class RefuseNul:
    """A NUL character is nothing a person types and nothing PostgreSQL stores: answer 400 before any query is made.

    Looks at the address, the query and the form (CsrfViewMiddleware reads the form anyway)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if NUL in request.path_info or _has_nul(request.GET) or (request.method == "POST" and _has_nul(request.POST)):
            return bad_request(request, sentence="填写的内容里有看不见的控制字符，请删去后重新填写。")
        return self.get_response(request)


def _has_nul(given: QueryDict) -> bool:
    return any(NUL in name or any(NUL in value for value in values) for name, values in given.lists())
