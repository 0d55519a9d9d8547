"""Where the lake lies on disk (``LAKE_ROOT``, ``var/lake``): private folders, made on first use.

What begins with a dot is work in progress and no part of a backup."""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import settings


def root() -> Path:
    """The lake's folder."""
    return _private(Path(settings.LAKE_ROOT))


def spill() -> Path:
    """Where the engines of this process put what does not fit into their memory (private, emptied by themselves)."""
    return _private(root() / ".spill" / str(os.getpid()))


def spills() -> list[Path]:
    """Such folders of all processes, living and dead."""
    return sorted((root() / ".spill").glob("*"))


def clean() -> Path:
    """Checked and tokenised rows: ``source=C/period=YYYYMM/batch=B/``."""
    return _private(root() / "clean")


def drafts() -> Path:
    """Batches being written; what no running ingest holds is swept away."""
    return _private(root() / ".drafts")


def mart() -> Path:
    """Small tables that indicators read."""
    return _private(root() / "mart")


def rejects() -> Path:
    """Reject files that the command line handed out; `.rejects`, so that they are in no backup."""
    return _private(root() / ".rejects")


def _private(folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
