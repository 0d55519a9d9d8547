"""The one byte form of an audit entry, over which its MAC and its link of the chain are computed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from minzheng.kernel.crypto import sealing

#: Columns in the order of the canonical form; `mac` follows separately.
COLUMNS = (
    "id", "at", "actor_id", "actor_name", "role", "action", "object_type", "object_id", "region_code", "reason",
    "detail", "address", "vouches",
)  # fmt: skip
PURPOSE = "audit-entry"
#: What the first link names as its predecessor.
GENESIS = "0" * 64

_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def canonical(values: Sequence[Any]) -> bytes:
    """Bytes of the values in the order of COLUMNS; `at` is aware, `detail` already plain (see plain())."""
    number, at, *rest, vouches = values
    if vouches:  # lines of before 0.2, and those that name none, keep the form of 0.1
        rest.append(vouches)
    return _encode([number, at.astimezone(UTC).isoformat(timespec="microseconds"), *rest]).encode()


def entry_mac(body: bytes) -> str:
    """Keyed digest of an entry: nobody without the key ring can write an entry that passes."""
    return sealing.mac(PURPOSE, body)


def link_hash(previous: str, seq: int, body: bytes, mac: str) -> str:
    """SM3(previous hash ‖ sequence ‖ entry ‖ MAC), as 64 hex digits."""
    return sealing.sm3(f"{previous}{seq}".encode() + body + mac.encode())


def plain(value: Any) -> Any:
    """What comes back from a JSON column unchanged: texts, whole numbers, booleans, lists, mappings.

    Numbers with a fraction become text: the database may write them differently than they were given.
    """
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, str):
        return text(value)
    if isinstance(value, Mapping):
        return {text(str(key)): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in (sorted(value) if isinstance(value, (set, frozenset)) else value)]
    if isinstance(value, datetime):
        return value.isoformat()
    return text(str(value))


def text(value: str, longest: int | None = None) -> str:
    """Text that a database stores exactly: no NUL, no half surrogate, cut with “…” to its column."""
    clean = value.replace("\x00", "").encode("utf-8", "replace").decode()
    if longest is not None and len(clean) > longest:
        clean = clean[: longest - 1] + "…"
    return clean
