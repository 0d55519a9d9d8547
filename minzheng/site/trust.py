"""Who may see the inside: monitoring on named addresses, or whoever brings the token."""

from __future__ import annotations

import hmac

from django.conf import settings
from django.http import HttpRequest

from minzheng.kernel.accounts.addresses import client_address


def trusted(request: HttpRequest) -> bool:
    """By address only when that is truly the caller's: what came through a proxy that nobody named is a stranger's,
    though the proxy itself runs on this very machine.
    """
    token = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "")
    if token and hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        return True
    through_unknown = getattr(request, "was_forwarded", False) and (
        request.META.get("REMOTE_ADDR", "") not in settings.TRUSTED_PROXIES
    )
    return not through_unknown and client_address(request) in settings.METRICS_FROM
