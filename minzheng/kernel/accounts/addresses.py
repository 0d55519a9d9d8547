"""Which address a request comes from."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The caller's address. `X-Forwarded-For` is believed only when the peer is a named proxy
    (`settings.TRUSTED_PROXIES`): anyone else could write whatever address escapes a lock-out."""
    peer = request.META.get("REMOTE_ADDR", "") or ""
    proxies = getattr(settings, "TRUSTED_PROXIES", ())
    if peer in proxies:
        hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
        for hop in reversed(hops):
            if hop not in proxies:
                return hop[:45]
    return peer[:45]
