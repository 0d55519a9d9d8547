"""Texts that must not stand in an address: sealed into a token that opens only for the same user and use.

What is typed into a search box is often a name or an ID number. Addresses end up in browser histories, proxies' logs
and Referer headers, so lists and searches carry such a text as a token (SM4-GCM under the key ring): nothing is stored,
a bookmark works for its owner, and nobody else can read it."""

from __future__ import annotations

import base64
import binascii

from minzheng.kernel.crypto.sealing import CannotOpen, open_sealed, seal

#: First character of every token; no name, number or word that is searched for begins with it.
MARK = "~"


def hide(text: str, *, user_id: int | None, use: str) -> str:
    """The token; "" stays "". Tokens stay tokens."""
    if not text or text.startswith(MARK):
        return text
    sealed = seal(text.encode(), _bound(user_id, use))
    return MARK + base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def show(token: str, *, user_id: int | None, use: str) -> str:
    """The text of a token made for this user and use; "" for one that does not open. Other texts pass unchanged."""
    if not token.startswith(MARK):
        return token
    try:
        raw = base64.urlsafe_b64decode(token[1:] + "=" * (-len(token[1:]) % 4))
        return open_sealed(raw, _bound(user_id, use)).decode()
    except (CannotOpen, ValueError, binascii.Error, UnicodeDecodeError):
        return ""


def _bound(user_id: int | None, use: str) -> bytes:
    return f"hidden:{use}:{user_id or 0}".encode()
