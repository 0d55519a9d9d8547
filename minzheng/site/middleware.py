"""One log line per request: the route's pattern only, never the numbers in the address or the search words."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse, QueryDict

from minzheng.site.views import bad_request

log = structlog.get_logger("minzheng.request")
_SLOW_MS = 1000.0
NUL = "\0"


class RequestLog:
    """Give the request a number (in all its log lines and the response header); afterwards log method, route, status
    and time taken.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        number = uuid.uuid4().hex[:16]
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=number)
        begun = time.perf_counter()
        response = self.get_response(request)
        spent = round((time.perf_counter() - begun) * 1000, 1)
        response["X-Request-ID"] = number
        self._write(request, response.status_code, spent)
        return response

    def _write(self, request: HttpRequest, status: int, spent: float) -> None:
        match = request.resolver_match
        route = match.route if match else "(无此路由)"
        if route == "healthz" and status == 200:
            return
        user = getattr(request, "user", None)
        level = "error" if status >= 500 else "warning" if spent > _SLOW_MS else "info"
        getattr(log, level)(
            "request",
            method=request.method,
            route=route,
            status=status,
            ms=spent,
            user=str(user.pk) if user is not None and user.is_authenticated else None,
        )


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
