"""Rehearsing a restore: the only proof that a backup is one."""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from minzheng.kernel import clock
from minzheng.site.safekeeping import opening, places, state
from minzheng.site.safekeeping.places import Server
from minzheng.site.safekeeping.staging import Check, Staged, prove, stage
from minzheng.site.safekeeping.wrapping import Keys

Say = Callable[[str], None]
_MARK = "_rehearsal_"


@dataclass(frozen=True)
class Report:
    """What was proved; `tables` and `rows` are those of the backup's manifest."""

    ok: bool
    tables: int
    rows: int
    checks: list[Check]
    seconds: float
    made_at: str
    version: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def rehearse(file: Path, keys: Keys, *, say: Say = lambda sentence: None) -> Report:
    """Restore into a scratch database and folder, prove, and drop both. The running installation is not touched."""
    begun = time.monotonic()
    backup = opening.opened(file, keys)
    server = places.server()
    clear(server)
    token = secrets.token_hex(4)
    staged = Staged(places.backups() / f"rehearsal-{token}", f"{server.name[:40]}{_MARK}{token}", server)
    try:
        stage(backup, staged, say)
        prove(staged, backup, say)
    finally:
        staged.remove()
    made = report(backup, staged, begun)
    state.note_rehearsal(file, at=clock.now().isoformat(timespec="seconds"), ok=made.ok)
    return made


def report(backup: opening.Opened, staged: Staged, begun: float) -> Report:
    tables = backup.manifest["tables"]
    rows = sum(int(one["rows"]) for one in tables.values())
    seconds = round(time.monotonic() - begun, 1)
    return Report(
        staged.ok, len(tables), rows, staged.checks, seconds, backup.manifest["at"], backup.manifest["version"]
    )


def clear(server: Server) -> None:
    """Drop what a rehearsal left that was killed; the caller holds `state.alone()`."""
    for name in server.names(f"{server.name[:40]}{_MARK}"):
        server.drop(name)
    for folder in places.backups().glob("rehearsal-*"):
        shutil.rmtree(folder, ignore_errors=True)
