"""Before anything is set up, every page says what to do instead of offering a sign-in that nobody can use."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

_OPEN = ("/healthz", "/static/", "/metrics")


class AskForSetup:
    """One small query a request until the first account exists; none after it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.set_up = not settings.ASK_FOR_SETUP

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not self.set_up and not request.path_info.startswith(_OPEN):
            try:
                self.set_up = get_user_model().objects.exists()
            except Error:
                return self.get_response(request)  # the page for a missing database is not ours
            if not self.set_up:
                response = render(request, "setup/first.html", {"port": settings.PORT}, status=503)
                response["Retry-After"] = "60"
                return response
        return self.get_response(request)
