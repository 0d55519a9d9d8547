"""Sealing for whoever holds a key that this machine does not: an X25519 envelope whose content is SM4-GCM.

The sender needs the public half alone, so that a backup made at night can be opened with the escrowed private half,
which exists only as shares on paper.
"""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4

_PUBLIC, _IV, _TAG = 32, 12, 16


class WrongKey(Exception):
    """An envelope does not open with this key, or it was changed."""


def public_of(private: bytes) -> bytes:
    """The 32-byte public half of a 32-byte private key."""
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def close_for(public: bytes, plain: bytes) -> bytes:
    """``one-time public key(32) ‖ IV(12) ‖ ciphertext ‖ tag(16)``, to be opened with the private half of `public`."""
    once = X25519PrivateKey.generate()
    mine = once.public_key().public_bytes_raw()
    key = _key(once.exchange(X25519PublicKey.from_public_bytes(public)), mine + public)
    return mine + close_with(key, plain)


def open_for(private: bytes, envelope: bytes) -> bytes:
    """What `close_for` put in. Raises WrongKey."""
    one = X25519PrivateKey.from_private_bytes(private)
    theirs = envelope[:_PUBLIC]
    try:
        shared = one.exchange(X25519PublicKey.from_public_bytes(theirs))
    except ValueError:
        raise WrongKey("信封残缺。") from None
    return open_with(_key(shared, theirs + one.public_key().public_bytes_raw()), envelope[_PUBLIC:])


def close_with(key: bytes, plain: bytes) -> bytes:
    """``IV(12) ‖ ciphertext ‖ tag(16)`` under a 16-byte key."""
    iv = os.urandom(_IV)
    machine = Cipher(SM4(key), modes.GCM(iv)).encryptor()
    return iv + machine.update(plain) + machine.finalize() + machine.tag


def open_with(key: bytes, closed: bytes) -> bytes:
    """What `close_with` put in. Raises WrongKey."""
    if len(closed) < _IV + _TAG:
        raise WrongKey("信封残缺。")
    machine = Cipher(SM4(key), modes.GCM(closed[:_IV], closed[-_TAG:])).decryptor()
    try:
        return machine.update(closed[_IV:-_TAG]) + machine.finalize()
    except InvalidTag:
        raise WrongKey("密钥不对，或内容被改动。") from None


def _key(shared: bytes, context: bytes) -> bytes:
    made = hmac.HMAC(shared, hashes.SM3())
    made.update(b"minzheng-envelope:" + context)
    return made.finalize()[:16]
