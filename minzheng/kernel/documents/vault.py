"""The encrypted vault for attachments and notices: ``var/files/ab/cd/<name>``, SM4-GCM, outside the web folders, for
this program alone.

A file is written under a temporary name in the same folder, fsynced and renamed, then the folder is fsynced: after a
power cut it is whole or absent. A ciphertext is bound to its purpose and row: copied into another file's place it will
not open.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from minzheng.kernel import disk
from minzheng.kernel.crypto.sealing import CannotOpen, open_sealed, seal, sm3
from minzheng.kernel.documents.errors import DamagedFile, NoRoom

#: Suffix of the content; the thumbnail has the same name with ``.thumb``.
SUFFIXES = ("jpg", "png", "pdf")
#: Suffixes of files that the sweep leaves alone: exports end with their own request (kernel/exports), the files of an
#: import with their batch (kernel/exchange), bank files stay (kernel/payruns).
KEPT_ELSEWHERE = ("xlsx", "csv", "batch", "pay")
_NAME = re.compile(r"[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{32}\.[a-z]{3,5}")


def put(plain: bytes, *, bound_to: str, suffix: str, beside: str = "") -> str:
    """Store encrypted, return the relative path. It is random and tells nothing of content, owner or duplicates;
    ``beside`` gives the same name with another suffix (thumbnail). NoRoom on a full disk; nothing is left behind, not
    even the file it was to lie beside.
    """
    name = sibling(beside, suffix) if beside else _new_name(suffix)
    with _room_or_refusal(beside):
        _write(name, plain, bound_to)
    return name


def name_of(key: str, suffix: str) -> str:
    """The name that follows from a key: for a file that is written again in its place, one per key."""
    token = sm3(key.encode())[:32]
    return f"{token[:2]}/{token[2:4]}/{token}.{suffix}"


def replace(name: str, plain: bytes, *, bound_to: str) -> None:
    """Store under this name, in one step: readers get the old file or the new one. NoRoom on a full disk."""
    with _room_or_refusal(""):
        _write(name, plain, bound_to)


@contextmanager
def _room_or_refusal(beside: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        drop(beside)
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoRoom("存放材料的磁盘已满，这份材料没有收下；请告诉系统管理员清理或扩容，再重新上传。") from error
        raise


def _write(name: str, plain: bytes, bound_to: str) -> None:
    target = _full(name)
    token = target.stem
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # A name of its own each time: what a killed act left half-written must not stand in the way of the next one that
    # writes under the same name (``replace``); ``drop_drafts`` clears it away.
    draft = target.with_name(f".{token}.{secrets.token_hex(4)}.part")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(seal(plain, bound_to.encode()))
            out.flush()
            os.fsync(out.fileno())
        os.replace(draft, target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    disk.sync(target.parent)


def reseal(name: str, *, bound_to: str) -> None:
    """Seal one anew with the current key, in one step: readers get the old file or the new one. DamagedFile when it
    does not open; then it is left as it is.
    """
    _write(name, get(name, bound_to=bound_to, sha=None), bound_to)


def get(name: str, *, bound_to: str, sha: str | None) -> bytes:
    """Decrypt and check the SM3 (with ``sha`` None, only the ciphertext's own check). DamagedFile when missing, swapped
    or altered.
    """
    try:
        plain = open_sealed(_full(name).read_bytes(), bound_to.encode())
    except FileNotFoundError:
        raise DamagedFile(f"文件不见了（{name}）：请从备份恢复文件目录，并报告系统管理员。") from None
    except CannotOpen as error:
        raise DamagedFile(f"文件打不开（{name}）：{error}") from None
    if sha is not None and sm3(plain) != sha:
        raise DamagedFile(f"文件内容与登记的 SM3 不符（{name}）：请报告审计员，并从备份恢复。")
    return plain


def exists(name: str) -> bool:
    """Whether a file of this name is on the disk."""
    return _full(name).is_file()


def sibling(name: str, suffix: str) -> str:
    """The file name like ``name`` with another suffix."""
    return f"{stem(name)}.{suffix}"


def drop(name: str) -> None:
    """Delete one; not existing is success too."""
    if name:
        _full(name).unlink(missing_ok=True)


def stem(name: str) -> str:
    """The name without suffix: the same for an attachment and its thumbnail."""
    return name.rpartition(".")[0]


def names_between(since: float, before: float) -> Iterator[str]:
    """Names of files changed between two moments (Unix seconds); names this module did not make are left alone."""
    for path in _files():
        name = path.relative_to(settings.MEDIA_ROOT).as_posix()
        if _NAME.fullmatch(name) and since <= path.stat().st_mtime < before:
            yield name


def drop_drafts(before: float) -> int:
    """Delete half-written temporary files (``.part``) left by a power cut; returns how many."""
    drafts = [path for path in _files() if path.suffix == ".part" and path.stat().st_mtime < before]
    for path in drafts:
        path.unlink(missing_ok=True)
    return len(drafts)


def _files() -> Iterator[Path]:
    for folder, _, files in os.walk(settings.MEDIA_ROOT):
        yield from (Path(folder, file) for file in files)


def _new_name(suffix: str) -> str:
    token = secrets.token_hex(16)
    return f"{token[:2]}/{token[2:4]}/{token}.{suffix}"


def _full(name: str) -> Path:
    """A name must look as this module makes them: even an altered path in the database cannot leave the vault."""
    if not _NAME.fullmatch(name):
        raise DamagedFile(f"文件登记的存放位置不对（{name}）：请报告审计员。")
    return Path(settings.MEDIA_ROOT, name)
