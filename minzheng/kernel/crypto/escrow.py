"""Escrow of the key ring: a key pair whose private half exists only as shares on paper, in several people's hands.

The public half stays in the ring. With it the ring is sealed into `ring.escrow` beside it after every change, and every
backup is sealed for it too: enough shares together with that file, or with any backup, give the ring back. Nobody needs
the shares for daily work, and a rotation needs no new paper.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from minzheng.kernel.crypto import envelopes, keyring, shares
from minzheng.kernel.crypto.keyring import KeyRing
from minzheng.kernel.crypto.shares import Share

FORMAT = 1


class CannotRecover(Exception):
    """The ring cannot be had back this way; the text says why and what to do."""

    exit_code = 2


def file() -> Path:
    """The ring sealed for the escrow; useless without the shares, so it may be copied anywhere."""
    return keyring.path().with_name("ring.escrow")


def establish(*, count: int, threshold: int) -> list[Share]:
    """A new escrow, replacing any earlier one; returns the shares, which are kept nowhere."""
    if not 2 <= threshold <= count <= 20:
        raise CannotRecover(f"{count} 份中取 {threshold} 份不成立：门限至少 2，份数不小于门限且不超过 20。")
    private = secrets.token_bytes(shares.SECRET_BYTES)
    public = envelopes.public_of(private)
    made = {
        "id": shares.escrow_id(public),
        "public": public.hex(),
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "shares": count,
        "threshold": threshold,
    }
    with keyring.changing() as (ring, write):
        write(replace(ring, escrow=made))
    refresh()
    return shares.divide(private, shares=count, threshold=threshold)


def refresh() -> None:
    """Seal the ring for its escrow again; to be called after every change of the ring."""
    ring = keyring.reload()
    if not ring.escrow:
        return
    body = json.dumps(keyring.as_json(ring)).encode()
    sealed = envelopes.close_for(bytes.fromhex(ring.escrow["public"]), body)
    text = json.dumps({"format": FORMAT, "escrow": ring.escrow["id"], "ring": sealed.hex()})
    keyring.write_private(file(), text.encode() + b"\n")


def is_fresh() -> bool:
    """Whether `ring.escrow` is there and not older than the ring."""
    place = file()
    return place.exists() and place.stat().st_mtime_ns >= keyring.path().stat().st_mtime_ns


def recover(given: Sequence[Share], sealed_file: bytes) -> KeyRing:
    """The ring out of the content of a `ring.escrow` file, in memory only. Raises BadShare or CannotRecover."""
    return open_ring(shares.assemble(given), sealed_file, given[0].escrow_id)


def open_ring(private: bytes, sealed_file: bytes, wanted: str) -> KeyRing:
    """The ring, with the escrow's private key already assembled."""
    try:
        body = json.loads(sealed_file)
        named, sealed = str(body["escrow"]), bytes.fromhex(body["ring"])
    except (ValueError, KeyError, TypeError):
        raise CannotRecover("托管文件无法识别：请给出 ring.escrow 文件或平台的备份文件。") from None
    if named != wanted:
        raise CannotRecover(
            f"托管文件属于托管 {named}，手里的份额属于托管 {wanted}：请找同一次托管的纸，或换对应的文件。"
        )
    try:
        return keyring.from_json(json.loads(envelopes.open_for(private, sealed)))
    except (envelopes.WrongKey, ValueError, KeyError):
        raise CannotRecover("托管文件损坏或被改动：请换一份 ring.escrow，或用任一份备份恢复。") from None


def note_drill(result: dict[str, Any]) -> None:
    """Keep the last drill's date and result with the escrow."""
    with keyring.changing() as (ring, write):
        write(replace(ring, escrow={**ring.escrow, "last_drill": result}))
    refresh()
