"""The key ring: one private file made on first use, shared by every process of the installation.

Losing this file loses every sealed value, so back it up apart from the database. It holds numbered data keys (new
values are sealed with the current one, old ones stay readable), one root for blind indexes and one for MACs; these two
are never replaced, because indexes and MACs already stored depend on them.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

FORMAT = 1


class BrokenKeyRing(Exception):
    """The key ring file cannot be used; the text says what to do."""


@dataclass(frozen=True)
class KeyRing:
    """Data keys by number (SM4, 16 bytes each), the number in use, and the two 32-byte roots."""

    keys: dict[int, bytes]
    current: int
    index_root: bytes
    mac_root: bytes


def path() -> Path:
    return Path(settings.KEY_RING_FILE)


def ring() -> KeyRing:
    """The ring of this installation, read once per process."""
    # Called for every sealed value: no Path is built here (it would cost as much as the cipher).
    return _cached(os.fspath(settings.KEY_RING_FILE))


def reload() -> KeyRing:
    """Read the file again: another process may have added a key."""
    _cached.cache_clear()
    return ring()


def rotate() -> int:
    """Add a new data key and make it current; returns its number. Values sealed before stay readable."""
    with _locked(path()):
        found = _read(path())
        number = max(found.keys) + 1
        if number > 0xFFFF:
            raise BrokenKeyRing("密钥环已满（65535 把密钥），请先用当前密钥重新加密旧数据。")
        keys = {**found.keys, number: secrets.token_bytes(16)}
        _write(path(), KeyRing(keys, number, found.index_root, found.mac_root))
    reload()
    return number


@lru_cache(maxsize=4)
def _cached(file: str) -> KeyRing:
    place = Path(file)
    if not place.exists():
        with _locked(place):
            if not place.exists():
                first = {1: secrets.token_bytes(16)}
                _write(place, KeyRing(first, 1, secrets.token_bytes(32), secrets.token_bytes(32)))
    return _read(place)


@contextmanager
def _locked(place: Path) -> Iterator[None]:
    """One process at a time; the folder is private because the file's name alone tells where the keys are."""
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(place.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _write(place: Path, made: KeyRing) -> None:
    """Write beside, flush to disk, rename: after a power cut there is the old file or the new one, never half."""
    body = {
        "format": FORMAT,
        "current": made.current,
        "keys": {str(number): key.hex() for number, key in sorted(made.keys.items())},
        "index_root": made.index_root.hex(),
        "mac_root": made.mac_root.hex(),
    }
    beside = place.with_suffix(".new")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(handle, (json.dumps(body, indent=1) + "\n").encode())
        os.fsync(handle)
    finally:
        os.close(handle)
    os.replace(beside, place)
    folder = os.open(place.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _read(place: Path) -> KeyRing:
    mode = place.stat().st_mode
    if mode & 0o077:
        raise BrokenKeyRing(f"密钥文件 {place} 的权限过宽（{mode & 0o777:o}）：请执行 chmod 600 后重试。")
    try:
        return _parse(json.loads(place.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError) as error:
        raise BrokenKeyRing(
            f"密钥文件 {place} 已损坏（{error}）：请从备份恢复，切勿删除重建，否则已加密的数据无法打开。"
        ) from error


def _parse(body: dict[str, Any]) -> KeyRing:
    if body["format"] != FORMAT:
        raise ValueError(f"格式版本 {body['format']}")
    keys = {int(number): bytes.fromhex(key) for number, key in body["keys"].items()}
    made = KeyRing(keys, int(body["current"]), bytes.fromhex(body["index_root"]), bytes.fromhex(body["mac_root"]))
    if made.current not in keys or any(len(key) != 16 for key in keys.values()):
        raise ValueError("缺少当前密钥或密钥长度不对")
    if len(made.index_root) != 32 or len(made.mac_root) != 32:
        raise ValueError("根密钥长度不对")
    return made
