"""Plain HTTP beside the platform's own HTTPS: one small WSGI application that sends everybody to the other address."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote, urlsplit

from minzheng.site.environment.network import allowed_hosts
from minzheng.site.environment.reading import names, text

SENTENCE = "本平台只用加密连接（https），请改用："


def make(public_url: str, port: str, hosts: list[str]) -> Callable[[dict[str, Any], Any], Iterable[bytes]]:
    """``hosts`` are the names that may be kept in the new address; any other is replaced by the public one."""

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        target = _origin(environ.get("HTTP_HOST", "")) + quote(
            environ.get("PATH_INFO", "/"), safe="/%:@!$&'()*+,;=~-._"
        )
        if environ.get("QUERY_STRING"):
            target += "?" + environ["QUERY_STRING"].replace("\r", "").replace("\n", "")
        start_response(
            "308 Permanent Redirect",
            [("Location", target), ("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store")],
        )
        return [] if environ.get("REQUEST_METHOD") == "HEAD" else [f"{SENTENCE}{_origin('')}/\n".encode()]

    def _origin(asked: str) -> str:
        name = urlsplit(f"//{asked}").hostname or ""
        shown = f"[{name}]" if ":" in name else name
        if shown not in hosts or shown == urlsplit(public_url).hostname:
            return public_url.rstrip("/")
        return f"https://{shown}" + ("" if port == "443" else f":{port}")

    return application


def _application() -> Callable[[dict[str, Any], Any], Iterable[bytes]]:
    host, port = text("HOST"), text("PORT")
    public = text("MINZHENG_PUBLIC_URL") or f"https://127.0.0.1:{port}"
    return make(public, port, allowed_hosts(host, public, names("MINZHENG_HOSTS")))


application = _application()
