"""Encodings of delivered text: recognised while the file comes in, decoded strictly, damaged places marked and told.

Files of departments are UTF-8 (with or without mark), UTF-16 (Excel's “Unicode 文本”) or GB18030, of which GBK and
GB 2312 are parts. A place that does not decode becomes ``MARK``: its row is rejected, the others survive.
"""

from __future__ import annotations

import codecs
from dataclasses import asdict, dataclass
from typing import Any

#: Stands where bytes could not be decoded (U+FFFD, which no honest text contains).
MARK = "\ufffd"
#: So many characters beyond ASCII decoded as UTF-8 in a row: the file is UTF-8, and what comes then is damage.
_SURE = 12
#: Share of damaged places per line above which the file is not text in any encoding we know.
MOST_DAMAGE = 0.05
TITLES = {"utf-8": "UTF-8", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16", "gb18030": "GB18030"}
KINDS = ((b"PK\x03\x04", "xlsx"), (b"PAR1", "parquet"), (b"\xd0\xcf\x11\xe0", "xls"))


@dataclass(frozen=True)
class Sniffed:
    """`kind`: text, xlsx, xls or parquet. `quotes`: quotation marks in a text (an odd number cannot be read as quoting)."""

    kind: str
    encoding: str = ""
    quotes: int = 0

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class Sniffer:
    """Fed with the file as it comes; `result` at the end. Reads every byte once."""

    def __init__(self) -> None:
        self._head, self._quotes, self._beyond = b"", 0, 0
        self._decoder: Any = codecs.getincrementaldecoder("utf-8")()
        self._failed = False

    def feed(self, data: bytes) -> None:
        if len(self._head) < 4096:
            self._head += data[:4096]
        if self._kind() != "text":
            return
        self._quotes += data.count(b'"')
        if not self._failed:
            self._try(data)

    def _try(self, data: bytes) -> None:
        try:
            text = self._decoder.decode(data)
        except UnicodeDecodeError as error:
            self._failed = True
            self._beyond += _beyond_ascii(error.object[: error.start].decode("utf-8", "ignore"))
        else:
            self._beyond += _beyond_ascii(text) if self._beyond < _SURE else 0

    def result(self) -> Sniffed:
        kind = self._kind()
        if kind != "text":
            return Sniffed(kind)
        return Sniffed(kind, self._encoding(), self._quotes)

    def _kind(self) -> str:
        return next((kind for mark, kind in KINDS if self._head.startswith(mark)), "text")

    def _encoding(self) -> str:
        head = self._head
        if head.startswith(codecs.BOM_UTF8):
            return "utf-8"
        if head.startswith(codecs.BOM_UTF16_LE) or (len(head) > 3 and not head[1] and not head[3]):
            return "utf-16-le"
        if head.startswith(codecs.BOM_UTF16_BE) or (len(head) > 3 and not head[0] and not head[2]):
            return "utf-16-be"
        if not self._failed:
            try:
                self._decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                self._failed = True
        if not self._failed:
            return "utf-8"
        return "utf-8" if self._beyond >= _SURE else "gb18030"


def _beyond_ascii(text: str) -> int:
    return 0 if text.isascii() else sum(ord(character) > 127 for character in text[:4096])


@dataclass
class Damage:
    """Undecodable places: how many, and where the first is (line from 1, byte in the file from 1)."""

    places: int = 0
    line: int = 0
    byte: int = 0


class Utf8Stream:
    """A file in any of the encodings as UTF-8 bytes, for readers that know nothing else (read-only, forward).

    Every place that does not decode becomes ``MARK`` and is counted in `damage`; decoding goes on behind it."""

    def __init__(self, source: Any, encoding: str) -> None:
        self._source, self._encoding = source, encoding
        self._decoder = codecs.getincrementaldecoder(encoding)("strict")
        self.damage, self.lines, self._consumed, self._ready = Damage(), 0, 0, b""
        self.closed, self._ended = False, False
        self.marked = False  # whether any MARK came by, be it ours or one that the file brought along

    def read(self, size: int = -1) -> bytes:
        """`size` bytes unless the text ends before."""
        pieces, have = [self._ready], len(self._ready)
        while not self._ended and (size < 0 or have < size):
            piece = self._next()
            pieces.append(piece)
            have += len(piece)
        data = b"".join(pieces)
        cut = len(data) if size < 0 else size
        self._ready = data[cut:]
        return data[:cut]

    def _next(self) -> bytes:
        raw = self._source.read(1 << 20)
        start = self._consumed == 0
        pending = len(self._decoder.getstate()[0])
        text = self._decoded(raw, self._consumed - pending, final=not raw)
        self._consumed += len(raw)
        self._ended = not raw
        self.lines += text.count("\n")
        self.marked = self.marked or MARK in text
        return (text.removeprefix("\ufeff") if start else text).encode("utf-8", "replace")

    def _decoded(self, raw: bytes, base: int, *, final: bool) -> str:
        """`base`: where in the file the first byte still to decode lies."""
        pieces: list[str] = []
        while True:
            try:
                return "".join([*pieces, self._decoder.decode(raw, final)])
            except UnicodeDecodeError as error:
                whole = error.object
                pieces += [whole[: error.start].decode(self._encoding, "ignore"), MARK]
                self._damaged(base + error.start, "".join(pieces))
                self._decoder.reset()
                raw, base = whole[error.end :], base + error.end

    def _damaged(self, at: int, before: str) -> None:
        self.damage.places += 1
        if self.damage.places == 1:
            self.damage.line, self.damage.byte = self.lines + before.count("\n") + 1, at + 1

    def close(self) -> None:
        self.closed = True
