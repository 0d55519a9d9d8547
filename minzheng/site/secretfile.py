"""``var/secrets.json``: passwords and signing keys made at first start, mode 0600, never committed, never logged."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from minzheng.site.paths import ensure_var

NAMES = ("django_secret_key", "postgres_password", "owner_password", "app_password")


def secrets_path() -> Path:
    return ensure_var() / "secrets.json"


def load_secrets() -> dict[str, str]:
    """All secrets; a missing file or entry is filled in. Processes starting together for the first time still make one
    set.
    """
    path = secrets_path()
    with _locked(path.with_name("secrets.lock")):
        known: dict[str, str] = {}
        if path.exists():
            known = json.loads(path.read_text(encoding="utf-8"))
        missing = [name for name in NAMES if name not in known]
        if missing:
            known.update({name: secrets.token_urlsafe(48) for name in missing})
            _write_private(path, json.dumps(known, indent=1, sort_keys=True) + "\n")
    return known


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _write_private(path: Path, text: str) -> None:
    """Write a temporary file, then rename: a power cut leaves no half-written secrets."""
    draft = path.with_name(path.name + f".{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    os.replace(draft, path)
