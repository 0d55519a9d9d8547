"""A file as the answer of a view: named, never cached, never taken for another type than the one that was checked."""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpResponse


def file_response(data: bytes, content_type: str, name: str, *, download: bool = False) -> HttpResponse:
    """Opened in the browser, or saved with ``download``. The name may hold any characters (RFC 5987)."""
    response = HttpResponse(data, content_type=content_type)
    way = "attachment" if download else "inline"
    response["Content-Disposition"] = f"{way}; filename*=UTF-8''{quote(name, safe='')}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store, private"
    return response
