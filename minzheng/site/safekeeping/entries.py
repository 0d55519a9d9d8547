"""Named entries inside the encrypted stream: the database dump, files, the ring, and the manifest as the last.

An entry is name length(2) ‖ name ‖ segments, each length(4) ‖ bytes, ended by a segment of length 0: sizes need not be
known before, so `pg_dump` is streamed. A name length of 0 ends the list.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from minzheng.site.safekeeping.errors import BadBackup
from minzheng.site.safekeeping.stream import Sealer

SEGMENT = 1 << 18


def put(out: Sealer, name: str, content: Iterable[bytes]) -> int:
    """Write one entry; returns its length in bytes."""
    label, total = name.encode(), 0
    out.write(len(label).to_bytes(2, "big") + label)
    for data in content:
        if data:
            out.write(len(data).to_bytes(4, "big") + data)
            total += len(data)
    out.write(b"\0\0\0\0")
    return total


def end(out: Sealer) -> None:
    """No more entries."""
    out.write(b"\0\0")


class Reader:
    """Read side: `entries()` yields (name, segments); the segments of one must be used up before the next."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks, self._have = chunks, bytearray()

    def entries(self) -> Iterator[tuple[str, Iterator[bytes]]]:
        """All entries; in the end the stream is read to its very end, so that a cut is noticed."""
        while length := int.from_bytes(self._take(2), "big"):
            segments = self._segments()
            yield self._take(length).decode(), segments
            for _ in segments:
                pass
        for _ in self._chunks:
            raise BadBackup("备份文件的结构不对：请换一份备份。")

    def _segments(self) -> Iterator[bytes]:
        while length := int.from_bytes(self._take(4), "big"):
            yield self._take(length)

    def _take(self, count: int) -> bytes:
        while len(self._have) < count:
            more = next(self._chunks, None)
            if more is None:
                raise BadBackup("备份文件的结构不对：请换一份备份。")
            self._have += more
        taken = bytes(self._have[:count])
        del self._have[:count]
        return taken
