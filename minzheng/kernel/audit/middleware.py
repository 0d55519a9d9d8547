"""One scope of reads per request: what was read is in the log before the page leaves the server."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import TemplateDoesNotExist, loader

from minzheng.kernel.audit.services import CannotRecord, durable_reads

log = structlog.get_logger("minzheng.audit")


class DurableReads:
    """Stands outside anything that opens a transaction around the view. A page whose lines cannot be written is not
    delivered: a plain sentence is (503)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            with durable_reads():
                return self.get_response(request)
        except CannotRecord as error:
            return refusal(request, error)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Before the general error page: this one says what to do."""
        return refusal(request, exception) if isinstance(exception, CannotRecord) else None


def refusal(request: HttpRequest, error: CannotRecord) -> HttpResponse:
    log.error("audit line refused", kind=type(error.__cause__).__name__)
    page = getattr(request, "page", None)
    if getattr(page, "audience", "") == "api":
        return JsonResponse({"error": error.sentence}, status=503, json_dumps_params={"ensure_ascii": False})
    try:
        body = loader.get_template("503.html").render({"sentence": error.sentence, "status": 503})
    except TemplateDoesNotExist:
        return HttpResponse(error.sentence, status=503, content_type="text/plain; charset=utf-8")
    return HttpResponse(body, status=503)
