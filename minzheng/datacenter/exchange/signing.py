"""How messages are signed and what is secret in them sealed: the one module that knows the algorithms.

Built: HMAC-SM3 (GB/T 32905) with a secret agreed with the partner, SM4-GCM (GB/T 32907) for what is personal. SM2 signatures
(GB/T 32918), where each side holds its own private key, are NOT built: no library of this platform offers them. Whoever has a
certified module adds a `Scheme` to `SCHEMES` under "sm2"; nothing else changes."""

from __future__ import annotations

import hmac as constant_time
import json
import os
from collections.abc import Mapping
from typing import Any, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4

_IV, _TAG = 12, 16


class CannotUnseal(Exception):
    """A sealed part does not open: changed, or sealed with another secret or for another message."""


class Scheme(Protocol):
    """One way of signing. `key`: what the partner row holds, 64 hex digits for HMAC-SM3."""

    def sign(self, key: str, data: bytes) -> str: ...
    def verify(self, key: str, data: bytes, signature: str) -> bool: ...


class HmacSm3:
    """A keyed digest with a key derived from the shared secret."""

    def sign(self, key: str, data: bytes) -> str:
        return _hmac(derived(key, b"sign"), data).hex()

    def verify(self, key: str, data: bytes, signature: str) -> bool:
        # As bytes: texts that are not ASCII would raise instead of being no signature
        return constant_time.compare_digest(self.sign(key, data).encode(), signature.encode("utf-8", "replace"))


SCHEMES: Mapping[str, Scheme] = {"hmac-sm3": HmacSm3()}
DEFAULT = "hmac-sm3"


def derived(secret: str, use: bytes) -> bytes:
    """32 bytes for one use: what signs is never what seals."""
    return _hmac(bytes.fromhex(secret), b"minzheng-exchange:" + use)


def new_secret() -> str:
    return os.urandom(32).hex()


def canonical(value: Any) -> bytes:
    """The one byte form of a message: sorted keys, no blanks, UTF-8. Numbers are whole or text (a fraction is refused)."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def seal(secret: str, value: Any, bound_to: str) -> str:
    """A JSON value as hex that only this partner opens, and only in the message `bound_to`."""
    iv = os.urandom(_IV)
    machine = Cipher(SM4(derived(secret, b"seal")[:16]), modes.GCM(iv)).encryptor()
    machine.authenticate_additional_data(bound_to.encode())
    body = machine.update(canonical(value)) + machine.finalize()
    return (iv + body + machine.tag).hex()


def unseal(secret: str, sealed: str, bound_to: str) -> Any:
    """The value again. Raises CannotUnseal."""
    try:
        data = bytes.fromhex(sealed)
        machine = Cipher(
            SM4(derived(secret, b"seal")[:16]), modes.GCM(data[:_IV], data[-_TAG:])
        ).decryptor()  # fmt: skip
        machine.authenticate_additional_data(bound_to.encode())
        return json.loads(machine.update(data[_IV:-_TAG]) + machine.finalize())
    except (ValueError, InvalidTag, TypeError, AttributeError, RecursionError):
        raise CannotUnseal("加密的内容打不开：不是用约定的密钥加密的，或者被改动过。") from None


def _hmac(key: bytes, data: bytes) -> bytes:
    one = hmac.HMAC(key, hashes.SM3())
    one.update(data)
    return one.finalize()
