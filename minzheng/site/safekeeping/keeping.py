"""Which backups of a folder are kept."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

from minzheng.site.safekeeping.backup import SUFFIX
from minzheng.site.safekeeping.stream import MAGIC

_OURS = re.compile(rf"minzheng-\d{{8}}T\d{{6}}{re.escape(SUFFIX)}")


def file_name(at: datetime) -> str:
    """The name of a backup made at this moment; names sort by time."""
    return f"minzheng-{at:%Y%m%dT%H%M%S}{SUFFIX}"


def prune(folder: Path, keep: int, *, but: Path) -> list[Path]:
    """Delete all but the newest `keep` backups with names of ours; `but` always stays. Returns what was deleted."""
    found = sorted(path for path in folder.iterdir() if _OURS.fullmatch(path.name) and _is_backup(path))
    old = [path for path in found[: max(0, len(found) - keep)] if path != but]
    for path in old:
        path.unlink()
    return old


def _is_backup(path: Path) -> bool:
    with path.open("rb") as source:
        return source.read(len(MAGIC)) == MAGIC
