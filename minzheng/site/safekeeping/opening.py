"""Reading a backup: which key opens it, whether it is whole, what it says about itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from minzheng.kernel.crypto import keyring
from minzheng.kernel.crypto.keyring import KeyRing
from minzheng.site.safekeeping import stream, wrapping
from minzheng.site.safekeeping.entries import Reader
from minzheng.site.safekeeping.errors import BadBackup, SafekeepingError


@dataclass(frozen=True)
class Opened:
    """A backup that was read from end to end: its key, its ring and its manifest are genuine."""

    file: Path
    header: dict[str, Any]
    key: bytes
    ring: KeyRing
    manifest: dict[str, Any]

    def entries(self) -> Iterator[tuple[str, Iterator[bytes]]]:
        """The content once more, for restoring; checked again as it is read."""
        with _content(self.file, lambda header: self.key) as (_, reader):
            yield from reader.entries()


def opened(file: Path, keys: wrapping.Keys) -> Opened:
    """Check the whole file before anybody writes anything. Raises BadBackup, KeyMissing or SafekeepingError."""
    kept: dict[str, bytes] = {}
    used: list[bytes] = []

    def key_of(header: dict[str, Any]) -> bytes:
        used.append(wrapping.unwrap(header, keys))
        return used[0]

    with _content(file, key_of) as (header, reader):
        for name, segments in reader.entries():
            if name in ("ring.json", "manifest.json"):
                kept[name] = b"".join(segments)
    try:
        ring = keyring.from_json(json.loads(kept["ring.json"]))
        manifest = json.loads(kept["manifest.json"])
    except (KeyError, ValueError):
        raise BadBackup("备份里缺清单或密钥环：请换一份备份。") from None
    return Opened(file, header, used[0], ring, manifest)


@contextmanager
def _content(file: Path, key_of: Any) -> Iterator[tuple[dict[str, Any], Reader]]:
    try:
        source = file.open("rb")
    except OSError as error:
        raise SafekeepingError(f"读不到备份文件 {file}（{error.strerror}）：请核对路径与权限。") from None
    with source:
        header, digest = stream.read_header(source)
        yield header, Reader(stream.chunks(source, key_of(header), digest))
