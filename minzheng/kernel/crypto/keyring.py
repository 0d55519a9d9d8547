"""The key ring: one private file made on first use, shared by every process of the installation.

Losing this file loses every sealed value, so back it up apart from the database. It holds numbered data keys (new
values are sealed with the current one, old ones stay readable until nothing is sealed with them any more), one root for
blind indexes, one for MACs and one Ed25519 signing key; these three are never replaced, because indexes, MACs and
signatures already stored depend on them. Format 1 had no signing key and no dates; it is upgraded when it is first read.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from minzheng.kernel import disk

FORMAT = 2
#: How long a process may go on with the ring as it last saw it. `retire` is to wait much longer than this.
LOOK_SECONDS = 2.0
_next_look = 0.0
_seen: dict[str, tuple[int, int]] = {}


class BrokenKeyRing(Exception):
    """The key ring file cannot be used; the text says what to do."""

    exit_code = 2


@dataclass(frozen=True)
class KeyRing:
    """Data keys by number (SM4, 16 bytes each), the number in use, the two 32-byte roots and the signing key's seed.

    `made` and `retired` hold moments (UTC, ISO 8601) by key number; a retired key is in `made` but no longer in `keys`.
    `escrow` says to whom the ring is entrusted (see escrow.py); empty when to nobody."""

    keys: dict[int, bytes]
    current: int
    index_root: bytes
    mac_root: bytes
    signing_seed: bytes = b""
    made: dict[int, str] = field(default_factory=dict)
    retired: dict[int, str] = field(default_factory=dict)
    escrow: Mapping[str, Any] = field(default_factory=dict)


def path() -> Path:
    return Path(settings.KEY_RING_FILE)


def ring() -> KeyRing:
    """The ring of this installation, at most `LOOK_SECONDS` old: soon after a rotation every process seals with the new
    key."""
    # Called for every sealed value: no Path is built here (it would cost as much as the cipher).
    global _next_look
    file = os.fspath(settings.KEY_RING_FILE)
    now = time.monotonic()
    if now >= _next_look:
        _next_look = now + LOOK_SECONDS
        if _cached.cache_info().currsize and _seen.get(file) != _version(file):
            _cached.cache_clear()
    return _cached(file)


def reload() -> KeyRing:
    """Read the file again: another process may have added a key."""
    _cached.cache_clear()
    return ring()


def rotate() -> int:
    """Add a new data key and make it current; returns its number. Values sealed before stay readable."""
    with changing() as (found, write):
        number = max({*found.keys, *found.made}) + 1
        if number > 0xFFFF:
            raise BrokenKeyRing("密钥环已满（65535 把密钥），请先用当前密钥重新加密旧数据。")
        keys = {**found.keys, number: secrets.token_bytes(16)}
        write(replace(found, keys=keys, current=number, made={**found.made, number: _now()}))
    return number


def retire(number: int) -> None:
    """Destroy one old data key. The caller has proved that nothing is sealed with it."""
    with changing() as (found, write):
        if number == found.current:
            raise BrokenKeyRing(f"第 {number} 号密钥正在使用，不能停用：请先启用新密钥。")
        if number in found.keys:
            keys = {other: key for other, key in found.keys.items() if other != number}
            write(replace(found, keys=keys, retired={**found.retired, number: _now()}))


@contextmanager
def changing() -> Iterator[tuple[KeyRing, Callable[[KeyRing], None]]]:
    """The ring as it is now and the function that replaces it, while no other process may change it."""
    place = path()
    _cached(os.fspath(place))  # made on first use, upgraded if it is of an older format
    with _locked(place):
        yield _read(place), lambda made: _write(place, made)
    reload()


@lru_cache(maxsize=4)
def _cached(file: str) -> KeyRing:
    place = Path(file)
    if not place.exists():
        with _locked(place):
            if not place.exists():
                _write(place, new())
    _seen[file] = _version(file)
    found = _read(place)
    if not found.signing_seed:
        with _locked(place):
            found = _read(place)
            if not found.signing_seed:
                found = _upgraded(found, place)
                _write(place, found)
    return found


def _version(file: str) -> tuple[int, int]:
    """What changes when the file is replaced; taken before reading, so that a later change is seen."""
    try:
        found = os.stat(file)
    except OSError:
        return (0, 0)
    return found.st_ino, found.st_mtime_ns


def new() -> KeyRing:
    """A ring of fresh random keys, not written anywhere."""
    index_root, mac_root, seed = (secrets.token_bytes(32) for _ in range(3))
    return KeyRing({1: secrets.token_bytes(16)}, 1, index_root, mac_root, seed, made={1: _now()})


def _upgraded(found: KeyRing, place: Path) -> KeyRing:
    """A format-1 ring with a signing key; the file's date is the best known date of its keys."""
    since = datetime.fromtimestamp(place.stat().st_mtime, UTC).isoformat(timespec="seconds")
    made = {number: found.made.get(number, since) for number in found.keys}
    return replace(found, signing_seed=secrets.token_bytes(32), made=made)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


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
    write_private(place, (json.dumps(as_json(made), indent=1) + "\n").encode())


def write_private(place: Path, content: bytes) -> None:
    """Write beside (0600), flush to disk, rename: after a power cut there is the old file or the new one, never half."""
    beside = place.with_name(f"{place.name}.{os.getpid()}.new")
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        os.replace(beside, place)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    disk.sync(place.parent)


def install(made: KeyRing) -> Path | None:
    """Put this ring in the place of the present one, which is kept aside; returns where, None if there was none."""
    place, aside = path(), None
    with _locked(place):
        if place.exists():
            aside = place.with_name(f"{place.stem}.{datetime.now(UTC):%Y%m%dT%H%M%S}.aside")
            os.replace(place, aside)
        _write(place, made)
    reload()
    return aside


def _read(place: Path) -> KeyRing:
    mode = place.stat().st_mode
    if mode & 0o077:
        raise BrokenKeyRing(f"密钥文件 {place} 的权限过宽（{mode & 0o777:o}）：请执行 chmod 600 后重试。")
    try:
        return from_json(json.loads(place.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BrokenKeyRing(
            f"密钥文件 {place} 已损坏（{error}）：请从备份恢复，切勿删除重建，否则已加密的数据无法打开。"
        ) from error


def read_file(place: Path) -> KeyRing:
    """Another installation's ring, named by hand. Raises BrokenKeyRing."""
    if not place.is_file():
        raise BrokenKeyRing(f"没有密钥文件 {place}：请核对路径。")
    return _read(place)


def as_json(made: KeyRing) -> dict[str, Any]:
    """The file's content: secret."""
    return {
        "format": FORMAT,
        "current": made.current,
        "keys": {str(number): key.hex() for number, key in sorted(made.keys.items())},
        "made": {str(number): at for number, at in sorted(made.made.items())},
        "retired": {str(number): at for number, at in sorted(made.retired.items())},
        "index_root": made.index_root.hex(),
        "mac_root": made.mac_root.hex(),
        "signing_seed": made.signing_seed.hex(),
        "escrow": dict(made.escrow),
    }


def from_json(body: dict[str, Any]) -> KeyRing:
    """The ring of this content, format 1 (without a signing key) or 2. Raises ValueError or KeyError."""
    if body["format"] not in (1, FORMAT):
        raise ValueError(f"格式版本 {body['format']}")
    keys = {int(number): bytes.fromhex(key) for number, key in body["keys"].items()}
    seed = bytes.fromhex(body["signing_seed"]) if body["format"] == FORMAT else b""
    made, retired = (
        {int(number): str(at) for number, at in body.get(name, {}).items()} for name in ("made", "retired")
    )
    roots = (bytes.fromhex(body["index_root"]), bytes.fromhex(body["mac_root"]))
    escrow = dict(body.get("escrow") or {})
    found = KeyRing(keys, int(body["current"]), roots[0], roots[1], seed, made, retired, escrow)
    if found.current not in keys or any(len(key) != 16 for key in keys.values()):
        raise ValueError("缺少当前密钥或密钥长度不对")
    if any(len(root) != 32 for root in roots) or (body["format"] == FORMAT and len(seed) != 32):
        raise ValueError("根密钥长度不对")
    return found
