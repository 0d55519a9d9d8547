"""The encrypted stream of a backup file: nothing plain touches the disk, nothing altered goes unnoticed.

File = magic ‖ length(4) ‖ header (JSON, readable without a key) ‖ chunks. A chunk is last(1) ‖ length(4) ‖ SM4-GCM
ciphertext ‖ tag(16). The nonce is the chunk's number; the associated data is the SM3 of magic and header, the number
and the mark “last”. So a changed header, a changed, exchanged, repeated or missing chunk and a cut-off end all fail.
Each backup has a fresh random key (wrapping.py), so a counter is a good nonce.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4

from minzheng.kernel.crypto.sealing import sm3
from minzheng.site.safekeeping.errors import BadBackup

MAGIC = b"MINZHENG-BACKUP\n"
CHUNK = 1 << 20
_TAG = 16
_LONGEST_HEADER = 1 << 20


class Sealer:
    """Write side: `write` any amounts, then `finish` once."""

    def __init__(self, out: BinaryIO, key: bytes, header: dict[str, Any]) -> None:
        self._out, self._key, self._number = out, key, 0
        self._waiting = bytearray()
        text = json.dumps(header, ensure_ascii=False).encode()
        out.write(MAGIC + len(text).to_bytes(4, "big") + text)
        self._digest = _digest(text)

    def write(self, data: bytes) -> None:
        self._waiting += data
        while len(self._waiting) > CHUNK:
            self._chunk(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]

    def finish(self) -> None:
        """The last chunk; it may be empty."""
        self._chunk(bytes(self._waiting), last=True)
        self._waiting.clear()

    def _chunk(self, plain: bytes, *, last: bool) -> None:
        machine = Cipher(SM4(self._key), modes.GCM(self._number.to_bytes(12, "big"))).encryptor()
        machine.authenticate_additional_data(_bound_to(self._digest, self._number, last))
        body = machine.update(plain) + machine.finalize() + machine.tag
        self._out.write(bytes([last]) + len(body).to_bytes(4, "big") + body)
        self._number += 1


def read_header(source: BinaryIO) -> tuple[dict[str, Any], bytes]:
    """The readable header and its digest, leaving `source` at the first chunk. Raises BadBackup."""
    if source.read(len(MAGIC)) != MAGIC:
        raise BadBackup("这不是本平台的备份文件：请核对文件名。")
    length = int.from_bytes(source.read(4), "big")
    text = source.read(min(length, _LONGEST_HEADER))
    try:
        header = json.loads(text)
        if len(text) != length or header["format"] != 1:
            raise ValueError
    except (ValueError, KeyError, TypeError):
        raise BadBackup("备份文件的开头损坏，或由更新的版本写成：请换一份备份，或先升级程序。") from None
    return header, _digest(text)


def chunks(source: BinaryIO, key: bytes, digest: bytes) -> Iterator[bytes]:
    """The plain content, chunk by chunk; raises BadBackup at the first byte that is not as it was written."""
    number, last = 0, False
    while not last:
        head = source.read(5)
        length = int.from_bytes(head[1:], "big")
        if len(head) < 5 or length > CHUNK + _TAG or length < _TAG or head[0] > 1:
            raise _damaged(number, cut=len(head) < 5)
        last, body = bool(head[0]), source.read(length)
        if len(body) < length:
            raise _damaged(number, cut=True)
        machine = Cipher(SM4(key), modes.GCM(number.to_bytes(12, "big"), body[-_TAG:])).decryptor()
        machine.authenticate_additional_data(_bound_to(digest, number, last))
        try:
            yield machine.update(body[:-_TAG]) + machine.finalize()
        except InvalidTag:
            raise _damaged(number, cut=False) from None
        number += 1
    if source.read(1):
        raise BadBackup("备份文件末尾多出内容，被人改动过：未恢复任何数据，请换一份备份。")


def _damaged(number: int, *, cut: bool) -> BadBackup:
    what = "不完整（在这里中断）" if cut else "被改动或损坏"
    return BadBackup(f"备份文件第 {number + 1} 段{what}：未恢复任何数据，请换一份备份。")


def _digest(header: bytes) -> bytes:
    return bytes.fromhex(sm3(MAGIC + header))


def _bound_to(digest: bytes, number: int, last: bool) -> bytes:
    return digest + number.to_bytes(8, "big") + bytes([last])
