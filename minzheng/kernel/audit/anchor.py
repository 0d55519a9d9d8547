"""The chain's head written outside the database: `var/audit/head.jsonl`, one line per sealed batch.

Whoever can delete the chain's tail in the database leaves no trace inside it; the anchored head shows that there was
more. Lines carry a MAC, so that they cannot be made up without the key ring. Full files are renamed and kept.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from minzheng.kernel.audit.canonical import GENESIS
from minzheng.kernel.crypto import sealing

PURPOSE = "audit-head"
ROLL_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, order=True)
class Head:
    """Sequence number and hash of the last link; (0, GENESIS) is the empty chain."""

    seq: int = 0
    hash: str = GENESIS

    @property
    def mac(self) -> str:
        return sealing.mac(PURPOSE, f"{self.seq}:{self.hash}".encode())


class BrokenAnchor(Exception):
    """A line of the head file is not one of ours."""

    exit_code = 1


def folder() -> Path:
    return Path(getattr(settings, "AUDIT_DIR", None) or Path(settings.VAR_DIR) / "audit")


def current() -> Path:
    return folder() / "head.jsonl"


def append(head: Head, *, at: str, note: str = "") -> None:
    """Add a head; the line is on disk when this returns. `note` explains a deliberate new start."""
    line: dict[str, Any] = {"seq": head.seq, "hash": head.hash, "at": at, "mac": head.mac}
    if note:
        line["note"] = note
    with _locked():
        place = current()
        handle = os.open(place, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, (json.dumps(line, ensure_ascii=False) + "\n").encode())
            os.fsync(handle)
            full = os.fstat(handle).st_size > ROLL_BYTES
        finally:
            os.close(handle)
        if full:
            os.replace(place, folder() / f"head-{head.seq:012d}.jsonl")
            _carry_over(place, line)


def start_again(head: Head, *, at: str, note: str) -> None:
    """Put the old files aside and begin a new one at `head` (after a restore or a move to another server)."""
    with _locked():
        stamp = at.replace(":", "").replace("+", "p")
        for place in _files():
            os.replace(place, place.with_name(f"{place.stem}.{stamp}.replaced"))
    append(head, at=at, note=note)


def heads() -> Iterator[Head]:
    """All anchored heads, oldest file first. Raises BrokenAnchor naming file and line."""
    for place in _files():
        for number, text in enumerate(place.read_text(encoding="utf-8").splitlines(), 1):
            yield _parse(text, place, number)


def last() -> Head | None:
    """The furthest head of the current file, or None when nothing was anchored yet."""
    place = current()
    if not place.exists():
        return None
    with place.open("rb") as stream:
        stream.seek(max(0, place.stat().st_size - 4096))
        lines = stream.read().decode(errors="replace").splitlines()[-8:]
    found = [_parse(text, place, 0) for text in lines if text.startswith('{"seq"') and text.endswith("}")]
    return max(found, default=None)


def missing_sentence() -> str:
    """What to say when there is a chain but no head file."""
    return (
        f"审计锚定文件 {current()} 不见了或被清空：无法判断链尾是否被截断，已停止续接。"
        "若系恢复备份或更换服务器，请核实后执行 minzheng audit anchor --reason 说明。"
    )


def _parse(text: str, place: Path, number: int) -> Head:
    where = f"{place} 第 {number} 行" if number else f"{place} 末尾"
    try:
        line = json.loads(text)
        head = Head(int(line["seq"]), str(line["hash"]))
        genuine = line["mac"] == head.mac
    except (ValueError, KeyError, TypeError):
        raise BrokenAnchor(f"审计锚定文件{where}无法识别：文件被改动或损坏，请从备份取回。") from None
    if not genuine:
        raise BrokenAnchor(f"审计锚定文件{where}校验不符：该行不是本平台写入的，请从备份取回。")
    return head


def _files() -> list[Path]:
    return sorted(folder().glob("head-*.jsonl")) + ([current()] if current().exists() else [])


def _carry_over(place: Path, line: dict[str, Any]) -> None:
    """A new file begins with the head at which the full one ended."""
    handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, (json.dumps(line, ensure_ascii=False) + "\n").encode())
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _locked() -> Iterator[None]:
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(folder() / "head.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
