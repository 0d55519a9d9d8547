"""文件交换: a folder a partner under ``EXCHANGE_ROOT``: `outbox` (ours, the partner fetches), `inbox` (the partner's), `done`,
`quarantine`.

A file counts only under its final name `<id>.json`: whoever writes does so beside it and renames. Taking a file is answered
by `<id>.json.ack` ({"ok", "code", "why"}) in the same folder. Nothing is lost by kill -9: a message is stored in one
transaction before its file is moved, and a file met again is recognised by its id.
"""

from __future__ import annotations

import errno
import json
import os
import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from minzheng.datacenter.exchange.errors import Rejected
from minzheng.datacenter.exchange.signing import canonical
from minzheng.kernel.crypto.keyring import write_private

FOLDERS = ("outbox", "inbox", "done", "quarantine")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,100}\.json")


@dataclass
class Counts:
    """What one look into an inbox came to."""

    taken: int = 0
    repeated: int = 0
    quarantined: int = 0
    left: int = 0

    def as_json(self) -> dict[str, int]:
        return asdict(self)


def folder(partner_code: str) -> Path:
    """The partner's folder with its parts, made on first use and private."""
    root = Path(settings.EXCHANGE_ROOT) / partner_code
    for name in FOLDERS:
        (root / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    return root


def put(partner_code: str, envelope: dict[str, Any]) -> Path:
    """The envelope as a file of the outbox, whole or not at all; the same one twice is one file."""
    place = folder(partner_code) / "outbox" / f"{envelope['id']}.json"
    if not place.exists():
        write_private(place, canonical(envelope) + b"\n")
    return place


def acks(partner_code: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """(message id, what the partner said) of every file of the outbox that it has taken. The caller calls `drop`."""
    for path in sorted((folder(partner_code) / "outbox").glob("*.json.ack")):
        try:
            told = json.loads(path.read_bytes()[:10_000])
        except (OSError, ValueError):
            told = {}
        yield path.name.removesuffix(".json.ack"), told if isinstance(told, dict) else {}


def drop(partner_code: str, message_id: str) -> None:
    """The partner has it: file and acknowledgement go."""
    box = folder(partner_code) / "outbox"
    for name in (f"{message_id}.json", f"{message_id}.json.ack"):
        (box / name).unlink(missing_ok=True)


def take_all(
    partner_code: str, most_bytes: int, work: Callable[[bytes], bool], aside: Callable[[str, bytes, str], None]
) -> Counts:
    """Every file of the inbox, oldest name first. ``work(raw)`` stores a message and says whether it was known already;
    it raises Rejected. ``aside(name, content, why)`` notes a file that goes to quarantine, before it is moved."""
    root, counts = folder(partner_code), Counts()
    for path in sorted((root / "inbox").iterdir()):
        if not path.name.endswith(".json"):
            continue  # being written, or an acknowledgement of ours
        raw, why = _read(path, most_bytes)
        try:
            if why:
                raise Rejected("file", why)
            repeated = work(raw)
        except Rejected as error:
            if not error.poison:
                counts.left += 1
                continue
            aside(path.name[:160], raw, str(error))
            _answer(path, {"ok": False, "code": error.code, "why": str(error)})
            _move(path, root / "quarantine")
            counts.quarantined += 1
            continue
        counts.taken += 1
        counts.repeated += repeated
        _answer(path, {"ok": True})
        _move(path, root / "done")
    return counts


def _read(path: Path, most_bytes: int) -> tuple[bytes, str]:
    """(content, "" or why the file is not read): never through a link, never from a pipe, never more than allowed."""
    if not _NAME.fullmatch(path.name):
        return b"", "文件名只能用字母、数字、点和短横线，以 .json 结尾。"
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        return b"", "文件是一个链接，不读取。" if error.errno == errno.ELOOP else "文件读不出来。"
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            return b"", "不是普通文件，不读取。"
        raw = file.read(most_bytes + 1)
    return raw, f"文件超过 {most_bytes // 1024} KB。" if len(raw) > most_bytes else ""


def _answer(path: Path, told: dict[str, Any]) -> None:
    write_private(path.with_name(f"{path.name[:200]}.ack"), json.dumps(told, ensure_ascii=False).encode())


def _move(path: Path, where: Path) -> None:
    """Rename, under another name where that one is taken; a link is moved, not what it points to."""
    target, number = where / path.name, 1
    while target.exists() or target.is_symlink():
        number += 1
        target = where / f"{path.stem}.{number}{path.suffix}"
    os.replace(path, target)
