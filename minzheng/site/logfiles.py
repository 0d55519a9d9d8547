"""Log files: one a day and stream, ``var/log/access-2026-11-21.jsonl``. All processes append to the same file, each
line with one write, so rotation needs no agreement between them: tomorrow's lines go to tomorrow's file.
"""

from __future__ import annotations

import gzip
import logging
import os
import re
import shutil
import time
from contextlib import suppress
from datetime import date
from pathlib import Path

ACCESS = "access"
_NAME = re.compile(r"(?P<stream>[a-z]+)-(?P<day>\d{4}-\d\d-\d\d)\.jsonl(\.gz)?")


class DailyFile(logging.Handler):
    """Appends to the file of the day. On a full disk lines are dropped: logging must never stop the work."""

    def __init__(self, folder: Path, stream: str) -> None:
        super().__init__()
        self.folder, self.stream = folder, stream
        self.dropped = 0
        self._day = ""
        self._handle = -1

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = (self.format(record).replace("\n", "\\n") + "\n").encode("utf-8", "replace")
            os.write(self._open(time.strftime("%Y-%m-%d")), line)
        except OSError:
            self.dropped += 1

    def close(self) -> None:
        if self._handle >= 0:
            with suppress(OSError):
                os.close(self._handle)
            self._handle, self._day = -1, ""
        super().close()

    def _open(self, day: str) -> int:
        if day != self._day:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = self.folder / f"{self.stream}-{day}.jsonl"
            handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
            old, self._handle, self._day = self._handle, handle, day
            if old >= 0:
                os.close(old)
        return self._handle


def sweep(folder: Path, today: date, *, access_days: int, other_days: int) -> tuple[int, int]:
    """Delete what has been kept long enough and compress what is older than yesterday; (deleted, compressed)."""
    deleted = compressed = 0
    for path in sorted(folder.glob("*.jsonl*")):
        found = _NAME.fullmatch(path.name)
        if not found:
            continue
        age = (today - date.fromisoformat(found["day"])).days
        if age > (access_days if found["stream"] == ACCESS else other_days):
            path.unlink(missing_ok=True)
            deleted += 1
        elif age > 1 and path.suffix != ".gz":
            _compress(path)
            compressed += 1
    return deleted, compressed


def oldest_access_day(folder: Path) -> date | None:
    """From when on the access log is still there."""
    days = [found["day"] for path in folder.glob(f"{ACCESS}-*") if (found := _NAME.fullmatch(path.name))]
    return date.fromisoformat(min(days)) if days else None


def _compress(path: Path) -> None:
    """Whole or not at all: the plain file goes when the compressed one is on the disk."""
    draft = path.with_name(f".{path.name}.gz")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with path.open("rb") as plain, os.fdopen(handle, "wb") as raw:
        with gzip.GzipFile(fileobj=raw, mode="wb", mtime=0) as packed:
            shutil.copyfileobj(plain, packed)
        raw.flush()
        os.fsync(raw.fileno())
    os.replace(draft, path.with_name(path.name + ".gz"))
    path.unlink()
