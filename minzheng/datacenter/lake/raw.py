"""The delivered file as it came: sealed in the vault in parts, so that no more than one part is ever in memory.

A part is compressed, then sealed like any other file of the vault (SM4-GCM, bound to its batch and number): it is in
the backups, is sealed anew when the data key changes, and is counted before an old key is destroyed.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa
from cryptography.hazmat.primitives import hashes

from minzheng.datacenter.lake import pipes
from minzheng.datacenter.lake.errors import LakeRefused
from minzheng.kernel.documents import vault
from minzheng.kernel.documents.errors import DamagedFile

#: Bytes of the delivered file in one part.
PART = 16 << 20
_CODEC = pa.Codec("zstd", compression_level=1)


def bound_to(batch: int, part: int) -> str:
    return f"lake.raw:{batch}:{part}"


def name(batch: int, part: int) -> str:
    """Where the vault keeps a part."""
    return vault.name_of(bound_to(batch, part), "batch")


class Writer(io.RawIOBase):
    """Takes the file in order and seals it part by part. After `close`: `sha` (SM3, hex), `size` and `parts`."""

    def __init__(self, batch: int, watch: Callable[[bytes], None] = lambda data: None) -> None:
        self.batch, self.parts, self.size, self.sha = batch, 0, 0, ""
        self._watch, self._digest = watch, _sm3()
        self._waiting: list[bytes] = []
        self._have = 0
        self._sealing = pipes.Behind(self._put, most=1).__enter__()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        data = bytes(data)
        self._digest.update(data)
        self._watch(data)
        self.size += len(data)
        self._waiting.append(data)
        self._have += len(data)
        if self._have >= PART:
            whole = b"".join(self._waiting)
            cut = self._have - self._have % PART
            for start in range(0, cut, PART):
                self._sealing.put(whole[start : start + PART])
            self._waiting, self._have = [whole[cut:]], self._have - cut
        return len(data)

    def tell(self) -> int:
        return self.size

    def close(self) -> None:
        if not self.closed:
            if self._have:
                self._sealing.put(b"".join(self._waiting))
            self._waiting, self._have = [], 0
            self.sha = self._digest.hexdigest()
            self._sealing.__exit__(None, None, None)
        super().close()

    def _put(self, data: bytes) -> None:
        sealed = len(data).to_bytes(8, "big") + _CODEC.compress(data, asbytes=True)
        vault.replace(name(self.batch, self.parts), sealed, bound_to=bound_to(self.batch, self.parts))
        self.parts += 1


class Reader(io.RawIOBase):
    """The file again, seekable; one part is open at a time. Raises LakeRefused when a part is gone or was changed."""

    def __init__(self, batch: int, parts: int, size: int) -> None:
        self.batch, self.parts, self.size = batch, parts, size
        self._at, self._open, self._data = 0, -1, b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        self._at = max(0, min(base + offset, self.size))
        return self._at

    def tell(self) -> int:
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        """As many bytes as asked for unless the file ends before."""
        left = self.size - self._at
        wanted = left if size is None or size < 0 else min(size, left)
        pieces = []
        while wanted > 0:
            data, start = self._part(self._at // PART), self._at % PART
            piece = data[start : start + wanted]
            pieces.append(piece)
            self._at += len(piece)
            wanted -= len(piece)
        return b"".join(pieces)

    def readinto(self, buffer: Any) -> int:
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def _part(self, number: int) -> bytes:
        if number != self._open:
            self._data, self._open = get(self.batch, number), number
        return self._data


def get(batch: int, part: int) -> bytes:
    """One part in plain. Raises LakeRefused."""
    try:
        sealed = vault.get(name(batch, part), bound_to=bound_to(batch, part), sha=None)
    except DamagedFile as error:
        raise LakeRefused(f"这一批的原件第 {part + 1} 段打不开：{error}") from None
    return bytes(_CODEC.decompress(sealed[8:], int.from_bytes(sealed[:8], "big"), asbytes=True))


def drop(batch: int, parts: int) -> None:
    """Delete every part; of an upload that was cut off also those nobody counted."""
    part = 0
    while part < parts or vault.exists(name(batch, part)):
        vault.drop(name(batch, part))
        part += 1


def _sm3() -> Any:
    """Python's own SM3 where its OpenSSL has it (it lets other threads run meanwhile), else that of cryptography."""
    try:
        return hashlib.new("sm3")
    except ValueError:
        return _Digest()


class _Digest:
    """SM3 with the two methods of hashlib that are used here."""

    def __init__(self) -> None:
        self._found = hashes.Hash(hashes.SM3())

    def update(self, data: bytes) -> None:
        self._found.update(data)

    def hexdigest(self) -> str:
        return self._found.finalize().hex()


def digest(batch: int, parts: int, size: int) -> str:
    """SM3 of the whole file, read back from the vault."""
    found = _sm3()
    for data in _all(batch, parts, size):
        found.update(data)
    return str(found.hexdigest())


def _all(batch: int, parts: int, size: int) -> Iterator[bytes]:
    reader = Reader(batch, parts, size)
    while data := reader.read(1 << 20):
        yield data
