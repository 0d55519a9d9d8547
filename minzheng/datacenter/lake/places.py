"""Where the lake lies on disk (``LAKE_ROOT``, ``var/lake``): private folders, made on first use."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings


def root() -> Path:
    """The lake's folder."""
    return _private(Path(settings.LAKE_ROOT))


def spill() -> Path:
    """Where an engine puts what does not fit into its memory (encrypted; emptied by the engine itself)."""
    return _private(root() / "spill")


def clean() -> Path:
    """Checked and tokenised rows: ``source=C/period=YYYYMM/batch=B/``."""
    return _private(root() / "clean")


def drafts() -> Path:
    """Batches being written; what no running ingest holds is swept away."""
    return _private(root() / "drafts")


def mart() -> Path:
    """Small tables that indicators read."""
    return _private(root() / "mart")


def _private(folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
