"""接口交换: our side as a client. Every call is signed by headers, answers are envelopes signed themselves.

X-Partner (who calls), X-Key-Id, X-Timestamp (seconds), X-Nonce, X-Signature over
``METHOD\\npath\\ntimestamp\\nnonce\\nSM3(body)``. 200 carries a reply, 202 says that it comes later, 429 and 5xx mean “again”.
"""

from __future__ import annotations

import json
import secrets
import time
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import quote, urlsplit

from minzheng.datacenter.exchange import signing
from minzheng.datacenter.exchange.envelopes import Keys
from minzheng.datacenter.exchange.errors import Rejected, Unreachable
from minzheng.kernel.crypto.sealing import sm3

TIMEOUT_SECONDS = 15


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A partner that redirects would carry what is sent elsewhere."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


def signature(keys: Keys, key_id: str, method: str, path: str, stamp: str, nonce: str, body: bytes) -> str:
    data = f"{method}\n{path}\n{stamp}\n{nonce}\n{sm3(body)}".encode()
    return signing.SCHEMES[signing.DEFAULT].sign(keys.secret(key_id), data)


def genuine(keys: Keys, headers: Any, method: str, path: str, body: bytes, skew_seconds: int) -> None:
    """Whether a call comes from the holder of the keys, and recently. Raises Rejected."""
    key_id, stamp, nonce, signed = (
        str(headers.get(f"X-{n}", "")) for n in ("Key-Id", "Timestamp", "Nonce", "Signature")
    )
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 12) or abs(time.time() - int(stamp)) > skew_seconds:
        raise Rejected("time", f"时间与本系统相差超过 {skew_seconds} 秒，请校准时钟。", status=401, poison=False)
    data = f"{method}\n{path}\n{stamp}\n{nonce[:80]}\n{sm3(body)}".encode()
    if not signing.SCHEMES[signing.DEFAULT].verify(keys.secret(key_id[:40]), data, signed):
        raise Rejected("signature", "签名不对：请核对密钥和签名的内容。", status=401)


def send(url: str, own: str, keys: Keys, envelope: dict[str, Any], most_bytes: int) -> dict[str, Any] | None:
    """POST one envelope; returns the reply when it comes at once. Raises Unreachable (again), Rejected (never)."""
    return _call("POST", f"{url.rstrip('/')}/messages", own, keys, signing.canonical(envelope), most_bytes)


def fetch(url: str, own: str, keys: Keys, message_id: str, most_bytes: int) -> dict[str, Any] | None:
    """GET the reply to one of our messages; None as long as there is none. Raises Unreachable, Rejected."""
    return _call("GET", f"{url.rstrip('/')}/messages/{quote(message_id)}", own, keys, b"", most_bytes)


def _call(method: str, url: str, own: str, keys: Keys, body: bytes, most_bytes: int) -> dict[str, Any] | None:
    if not url.startswith(("https://", "http://")):
        raise Rejected("url", "接口地址要以 https:// 开头，请在交换单位里改正。")
    stamp, nonce = str(int(time.time())), secrets.token_hex(16)
    request = urllib.request.Request(  # noqa: S310  the scheme was checked above
        url, data=body or None, method=method,
        headers={
            "Content-Type": "application/json; charset=utf-8", "X-Partner": own, "X-Key-Id": keys.current,
            "X-Timestamp": stamp, "X-Nonce": nonce,
            "X-Signature": signature(keys, keys.current, method, urlsplit(url).path, stamp, nonce, body),
        },
    )  # fmt: skip
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=TIMEOUT_SECONDS) as answer:
            raw = answer.read(most_bytes + 1)
            status = answer.status
    except urllib.error.HTTPError as error:
        raise _refused(error.code, error.read(4_000)) from None
    except (urllib.error.URLError, OSError, TimeoutError, ValueError):
        raise Unreachable("连不上对方的接口，稍后自动重试。") from None
    return _understood(raw, most_bytes) if status == 200 and raw else None


def _understood(raw: bytes, most_bytes: int) -> dict[str, Any]:
    """An answer that is no JSON was damaged on the way: asking again may help."""
    if len(raw) > most_bytes:
        raise Unreachable("对方的答复超过约定的大小。")
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        raise Unreachable("对方的答复看不懂（可能传坏了），稍后自动重试。") from None
    if not isinstance(found, dict):
        raise Unreachable("对方的答复看不懂，稍后自动重试。")
    return found


def _refused(status: int, raw: bytes) -> Exception:
    if status == 429 or status >= 500:
        return Unreachable(f"对方忙（{status}），稍后自动重试。")
    try:
        why = str(json.loads(raw).get("error", ""))[:120]
    except (ValueError, AttributeError):
        why = ""
    told = f"：{why}" if why else ""
    if status in (401, 403):
        return Rejected(
            "refused", f"对方不认我们的签名或没有开通（{status}）{told}。请核对密钥和对方的登记。", status=status
        )
    return Rejected("refused", f"对方不收这份报文（{status}）{told}。", status=status)
