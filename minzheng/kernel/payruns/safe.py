"""Large files in the vault: in parts of some megabytes, each sealed and bound to its place, so that memory stays flat.

The names of the parts follow from the file's key: what an act that failed left behind is written over when it is done
again, and nobody needs to look for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cryptography.hazmat.primitives import hashes

from minzheng.kernel.documents import vault

PART = 4 << 20
SUFFIX = "pay"


class SealedWriter:
    """Takes bytes and keeps them in sealed parts. After `finish`: `parts`, `size` and `sha` (SM3 of the whole)."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.parts: list[dict[str, Any]] = []
        self.size, self.sha = 0, ""
        self._held = bytearray()
        self._digest = hashes.Hash(hashes.SM3())

    def write(self, data: bytes) -> int:
        self._held += data
        while len(self._held) >= PART:
            self._keep(bytes(self._held[:PART]))
            del self._held[:PART]
        return len(data)

    def finish(self) -> None:
        if self._held or not self.parts:
            self._keep(bytes(self._held))
        self._held.clear()
        self.sha = self._digest.finalize().hex()

    def _keep(self, data: bytes) -> None:
        self._digest.update(data)
        number = len(self.parts)
        path = vault.name_of(bound(self.key, number), SUFFIX)
        vault.replace(path, data, bound_to=bound(self.key, number))
        self.parts.append({"path": path, "bytes": len(data)})
        self.size += len(data)


def opened(parts: Sequence[Mapping[str, Any]], key: str) -> Iterator[bytes]:
    """The plain parts in order, each proved by its seal. Raises DamagedFile."""
    for number, part in enumerate(parts):
        yield vault.get(part["path"], bound_to=bound(key, number), sha=None)


def key_of(direction: str, batch_id: int, sha: str) -> str:
    """One file out a batch; files that come back are told apart by their content."""
    return f"out:{batch_id}" if direction == "out" else f"back:{batch_id}:{sha}"


def bound(key: str, number: int) -> str:
    """What a part is bound to: it opens in no other file and at no other place of this one."""
    return f"bankfile:{key}:{number}"
