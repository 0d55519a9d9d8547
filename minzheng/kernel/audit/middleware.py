"""One scope of reads per request: what was read is in the log before the page leaves the server."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from minzheng.kernel.audit.services import durable_reads


class DurableReads:
    """Stands outside anything that opens a transaction around the view."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with durable_reads():
            return self.get_response(request)
