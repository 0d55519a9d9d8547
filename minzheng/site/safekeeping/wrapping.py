"""The key of one backup, and who can open it: the key ring of the installation, or enough shares of its escrow.

The header names both by fingerprint, so that whoever holds a backup without a key is told exactly what is missing. The
ring itself travels inside the encrypted part: keys that were retired since are needed for old backups.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import hashes, hmac

from minzheng.kernel.crypto import envelopes, shares, signing
from minzheng.kernel.crypto.keyring import KeyRing
from minzheng.kernel.crypto.shares import Share
from minzheng.site.safekeeping.errors import BadBackup, KeyMissing


@dataclass(frozen=True)
class Keys:
    """What is at hand to open a backup: rings and shares."""

    rings: Sequence[KeyRing] = ()
    shares: Sequence[Share] = ()


def new_key(ring: KeyRing) -> tuple[bytes, list[dict[str, Any]]]:
    """A fresh 16-byte key, and its wrappings for the header."""
    key = secrets.token_bytes(16)
    wrapped = [{"kind": "ring", "id": ring_id(ring), "key": envelopes.close_with(_of_ring(ring), key).hex()}]
    if ring.escrow:
        public = bytes.fromhex(ring.escrow["public"])
        about = {name: ring.escrow[name] for name in ("id", "shares", "threshold")}
        wrapped.append({"kind": "escrow", **about, "key": envelopes.close_for(public, key).hex()})
    return key, wrapped


def ring_id(ring: KeyRing) -> str:
    """The ring's name: the fingerprint of its signing key, which never changes."""
    return signing.fingerprint_of(ring)


def unwrap(header: dict[str, Any], keys: Keys) -> bytes:
    """The backup's key. Raises KeyMissing, saying what is needed and what was given."""
    try:
        return _unwrapped(header["keys"], keys)
    except (KeyError, ValueError, TypeError, AttributeError):
        raise BadBackup("备份文件开头的密钥信封损坏：请换一份备份。") from None


def _unwrapped(wrapped: list[dict[str, Any]], keys: Keys) -> bytes:
    for one in wrapped:
        closed = bytes.fromhex(one["key"])
        if one["kind"] == "ring":
            for ring in keys.rings:
                if ring_id(ring) == one["id"]:
                    return _opened(lambda ring=ring, closed=closed: envelopes.open_with(_of_ring(ring), closed))
        elif one["kind"] == "escrow" and keys.shares and keys.shares[0].escrow_id == one["id"]:
            private = shares.assemble(keys.shares)
            return _opened(lambda private=private, closed=closed: envelopes.open_for(private, closed))
    raise KeyMissing(_missing(wrapped, keys))


def _opened(attempt: Any) -> bytes:
    try:
        return bytes(attempt())
    except envelopes.WrongKey:
        raise KeyMissing("备份文件开头的密钥信封被改动，打不开：请换一份备份。") from None


def _missing(wrapped: list[dict[str, Any]], keys: Keys) -> str:
    needs = []
    for one in wrapped:
        if one["kind"] == "ring":
            needs.append(f"备份那台机器的密钥文件 keys/ring.json（指纹 {one['id']}，用 --ring 给出）")
        else:
            needs.append(f"托管 {one['id']} 的 {one['shares']} 份中任意 {one['threshold']} 份（用 --share 逐份给出）")
    have = [f"本机密钥文件（指纹 {ring_id(ring)}）" for ring in keys.rings]
    have += [f"托管 {share.escrow_id} 的第 {share.number} 份" for share in keys.shares]
    return f"这份备份打不开，缺密钥。需要：{'；或'.join(needs)}。现有：{'、'.join(have) or '没有'}。"


def _of_ring(ring: KeyRing) -> bytes:
    made = hmac.HMAC(ring.mac_root, hashes.SM3())
    made.update(b"backup-key")
    return made.finalize()[:16]
