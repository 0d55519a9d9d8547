"""``var/backups/last.json``: the last backup and its last rehearsal, for the health page and the nightly job."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from minzheng.kernel.crypto.keyring import write_private
from minzheng.site.safekeeping import places
from minzheng.site.safekeeping.errors import SafekeepingError


def file() -> Path:
    return places.backups() / "last.json"


def last() -> dict[str, Any]:
    """{"at", "file", "bytes", "verified_at", "ok", "rows"}; empty before the first backup. `ok` is None until the
    backup was rehearsed."""
    try:
        found = json.loads(file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write(state: dict[str, Any]) -> None:
    write_private(file(), json.dumps(state, ensure_ascii=False, indent=1).encode() + b"\n")


def note_backup(made: Any) -> None:
    """A new backup: not verified yet."""
    known = {"at": made.at, "file": str(made.file), "bytes": made.bytes, "rows": made.rows}
    write(known | {"verified_at": None, "ok": False if made.missing else None})


def note_rehearsal(backup: Path, *, at: str, ok: bool) -> None:
    """The result of rehearsing the last backup; that of an older file is not kept here."""
    known = last()
    if known.get("file") == str(backup):
        write(known | {"verified_at": at, "ok": ok})


@contextmanager
def alone() -> Iterator[None]:
    """One backup, rehearsal or restore of an installation at a time; what an interrupted one left may be cleared."""
    handle = os.open(places.backups() / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise SafekeepingError("另一次备份、演练或恢复正在进行：请等它结束后再试。") from None
    try:
        yield
    finally:
        os.close(handle)
