"""The uploaded file and its rejects: personal data, so sealed on disk, beside the other sealed files (and their backup)."""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import settings

from minzheng.kernel.crypto.sealing import CannotOpen, open_sealed, seal
from minzheng.kernel.exchange.caseload.errors import ImportRefused


def _path(batch: int, what: str) -> Path:
    return Path(settings.MEDIA_ROOT, "caseload", f"{batch}.{what}")


def put(batch: int, what: str, content: bytes) -> None:
    """`what`: file | rejects. Written whole or not at all."""
    target = _path(batch, what)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.part")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(seal(content, f"caseload.{what}:{batch}".encode()))
        out.flush()
        os.fsync(out.fileno())
    os.replace(draft, target)


def get(batch: int, what: str) -> bytes:
    """Raises ImportRefused when the file is gone or was changed."""
    try:
        return open_sealed(_path(batch, what).read_bytes(), f"caseload.{what}:{batch}".encode())
    except FileNotFoundError:
        raise ImportRefused("这一批的文件不在了：请重新上传，或从备份恢复文件目录。") from None
    except CannotOpen:
        raise ImportRefused("这一批的文件打不开，可能被改动过：请报告审计员，并从备份恢复。") from None


def has(batch: int, what: str) -> bool:
    return _path(batch, what).is_file()


def drop(batch: int, what: str) -> None:
    _path(batch, what).unlink(missing_ok=True)
