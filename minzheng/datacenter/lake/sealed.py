"""Sealed columns of a batch: personal values of a million rows in one pass, each row to be opened alone.

Every batch has its own random key, kept sealed in its manifest row: dropping a batch destroys the key, and changing the
platform's data key seals only the manifest anew. A column's key derives from the batch's by HMAC-SM3. The values of a
column are one SM4-CTR stream; a sealed value is ``place in the stream(8, big endian) ‖ ciphertext``. Integrity is the
file's: its SM3 stands in the manifest and is checked by ``minzheng lake verify``.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4

_PLACE = 8
#: Between the ID number and the name in the column `sealed`.
SEPARATOR = "\x1f"


def new_key() -> str:
    """A batch's key, 32 hex digits."""
    return os.urandom(16).hex()


class Sealer:
    """Seals columns block by block; places in a stream are never used twice."""

    def __init__(self, key: str) -> None:
        self.key = key
        self._next: dict[str, int] = {}

    def seal(self, column: str, values: pa.Array) -> pa.Array:
        """Texts (null stays null) → binary of the same length."""
        plain = pc.cast(pc.cast(values, pa.string()), pa.binary())
        offsets = np.frombuffer(plain.buffers()[1], np.int32)[plain.offset : plain.offset + len(plain) + 1]
        first, last = (int(offsets[0]), int(offsets[-1])) if len(plain) else (0, 0)
        base = self._next.get(column, 0)
        self._next[column] = base + -(-(last - first) // 16) * 16
        data = bytes(memoryview(plain.buffers()[2] or b"")[first:last])
        cipher = _ctr(self.key, column, base, data)
        moved = pa.py_buffer((offsets - first).astype(np.int32).tobytes()) if len(plain) else plain.buffers()[1]
        body = pa.Array.from_buffers(pa.binary(), len(plain), [None, moved, pa.py_buffer(cipher)])
        places = (offsets[:-1].astype(np.int64) - first + base).astype(">i8") if len(plain) else np.empty(0, ">i8")
        heads = pa.FixedSizeBinaryArray.from_buffers(
            pa.binary(_PLACE), len(plain), [None, pa.py_buffer(places.tobytes())]
        )
        joined = pc.binary_join_element_wise(pc.cast(heads, pa.binary()), body, b"")
        return pc.if_else(pc.is_valid(plain), joined, pa.scalar(None, pa.binary())) if plain.null_count else joined


def opened(key: str, column: str, values: Iterable[bytes | None]) -> list[str | None]:
    """What `Sealer.seal` sealed for this column, one by one."""
    return [None if value is None else _open(key, column, bytes(value)) for value in values]


def _open(key: str, column: str, value: bytes) -> str:
    place, cipher = int.from_bytes(value[:_PLACE], "big"), value[_PLACE:]
    before = place % 16
    return _ctr(key, column, place - before, bytes(before) + cipher)[before:].decode(errors="replace")


def _ctr(key: str, column: str, place: int, data: bytes) -> bytes:
    """`place`: a multiple of 16, where in the column's stream the data lies."""
    derived = hmac.HMAC(bytes.fromhex(key), hashes.SM3())
    derived.update(b"lake.column:" + column.encode())
    counter = (place // 16).to_bytes(16, "big")
    machine = Cipher(SM4(derived.finalize()[:16]), modes.CTR(counter)).encryptor()
    return machine.update(data) + machine.finalize()
