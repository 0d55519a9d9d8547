"""A gateway reached by HTTP: signed POST of JSON, receipts come back signed the same way.

``settings.MESSAGE_GATEWAY``: ``url``, ``key_id``, ``secret_file`` (its first line is the secret; 0600), ``timeout``
in seconds. The signature is HMAC-SHA256 over ``timestamp + "\\n" + body``; a gateway with another scheme needs another
class of the same shape. Neither secret nor number nor text is ever logged.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from django.conf import settings

from minzheng.kernel.notices.errors import SendFailed

#: A receipt signed longer ago than this many seconds is refused: it may have been recorded and played again.
FRESH_SECONDS = 300
#: Largest answer that is read.
MOST_BYTES = 64 * 1024


def secret() -> bytes:
    """The shared secret; SendFailed (worth retrying once repaired) when it cannot be read."""
    try:
        return (
            Path(str(settings.MESSAGE_GATEWAY["secret_file"]))
            .read_text(encoding="utf-8")
            .splitlines()[0]
            .strip()
            .encode()
        )
    except (OSError, KeyError, IndexError, AttributeError):
        raise SendFailed("消息网关的密钥文件读不出来，请系统管理员检查设置。") from None


def signature(stamp: str, body: bytes) -> str:
    return hmac.new(secret(), stamp.encode() + b"\n" + body, hashlib.sha256).hexdigest()


def genuine(stamp: str, signed: str, body: bytes) -> bool:
    """Whether a receipt comes from the gateway, and recently."""
    if not stamp.isdigit() or abs(time.time() - int(stamp)) > FRESH_SECONDS:
        return False
    try:
        return hmac.compare_digest(signature(stamp, body), signed)
    except (SendFailed, TypeError):
        return False


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A gateway that redirects would carry numbers elsewhere."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


class HttpSender:
    receipts = True

    def send(self, *, to: str, body: str, key: str, again: bool) -> str:
        told: dict[str, Any] = settings.MESSAGE_GATEWAY
        if not str(told["url"]).startswith(("https://", "http://")):
            raise SendFailed("消息网关的地址要以 https:// 开头，请系统管理员检查设置。")
        data = json.dumps({"key": key, "to": to, "body": body, "again": again}, ensure_ascii=False).encode()
        stamp = str(int(time.time()))
        request = urllib.request.Request(  # noqa: S310  the scheme was checked above
            told["url"],
            data=data,
            headers={
                "Content-Type": "application/json; charset=utf-8",
                "X-Key-Id": str(told["key_id"]),
                "X-Timestamp": stamp,
                "X-Signature": signature(stamp, data),
            },
        )
        opener = urllib.request.build_opener(_NoRedirect)
        try:
            with opener.open(request, timeout=float(told.get("timeout", 10))) as answer:
                return _number(answer.read(MOST_BYTES))
        except urllib.error.HTTPError as error:
            raise _refused(error.code) from None
        except (urllib.error.URLError, OSError, TimeoutError):
            raise SendFailed("连不上消息网关，稍后自动重试。") from None


def _number(answer: bytes) -> str:
    try:
        return str(json.loads(answer)["id"])
    except (ValueError, KeyError, TypeError):
        raise SendFailed("消息网关的回答看不懂，稍后自动重试。") from None


def _refused(status: int) -> SendFailed:
    if status == 429 or status >= 500:
        return SendFailed(f"消息网关忙（{status}），稍后自动重试。")
    if status in (401, 403):
        return SendFailed(f"消息网关不认我们的签名（{status}），请系统管理员检查密钥。")
    return SendFailed(f"消息网关不收这条消息（{status}），请核对号码。", retry=False)
