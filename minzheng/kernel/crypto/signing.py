"""Ed25519 signatures of this installation: proofs that others can check without holding any secret.

The key lies in the key ring and is never replaced. GB/T signatures (SM2) need a certified module; the place to put one
is this file alone.
"""

from __future__ import annotations

from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from minzheng.kernel.crypto import keyring
from minzheng.kernel.crypto.sealing import sm3


def sign(data: bytes) -> str:
    """The signature over `data`, 128 hex digits."""
    return _private(keyring.ring().signing_seed).sign(data).hex()


def verify(data: bytes, signature_hex: str, public_key_hex: str) -> bool:
    """Whether the holder of this public key signed exactly `data`; anything malformed is simply not a signature."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key_hex)).verify(bytes.fromhex(signature_hex), data)
    except (InvalidSignature, ValueError):
        return False
    return True


def public_key() -> str:
    """The public key, 64 hex digits; it may be published."""
    return _private(keyring.ring().signing_seed).public_key().public_bytes_raw().hex()


def fingerprint() -> str:
    """First 16 hex digits of the SM3 of the public key: short enough to be compared by eye on a printout."""
    return fingerprint_of(keyring.ring())


def fingerprint_of(ring: keyring.KeyRing) -> str:
    """The same of another ring; it is the ring's name, too."""
    return sm3(_private(ring.signing_seed).public_key().public_bytes_raw())[:16]


@lru_cache(maxsize=4)
def _private(seed: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(seed)
