"""Application-made 64-bit row ids.

An id is known before its row is inserted, so sealed fields can bind to it, children can be built in one batch and no
shared sequence is needed when a province is split over several databases. Layout (63 bits, always positive):
41 bits milliseconds since 2024-01-01 UTC, 12 bits process tag, 10 bits counter. JSON carries ids as text (JavaScript
loses integers above 2^53).
"""

from __future__ import annotations

import os
import secrets
import threading
import time

EPOCH_MS = 1_704_067_200_000
_COUNTER_BITS = 10
_TAG_BITS = 12
MOST_DIGITS = 18  # of a number read from a request; 63 bits hold any of them


class _IdMaker:
    """Monotonic within a process; two processes differ by a random tag drawn again after every fork."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pid = 0
        self._tag = 0
        self._last_ms = 0
        self._count = 0

    def next(self) -> int:
        with self._lock:
            now = self._now()
            if now > self._last_ms:
                self._last_ms, self._count = now, 0
            else:
                self._count += 1
                if self._count >> _COUNTER_BITS:
                    # More than 1024 ids in this millisecond: borrow the next one instead of sleeping.
                    self._last_ms, self._count = self._last_ms + 1, 0
            return (self._last_ms << (_TAG_BITS + _COUNTER_BITS)) | (self._tag << _COUNTER_BITS) | self._count

    def block(self, size: int) -> int:
        """The first of `size` ids that nobody else in this process gets: whole milliseconds are borrowed."""
        with self._lock:
            start = max(self._now(), self._last_ms) + 1
            self._last_ms = start + (max(size, 1) - 1 >> _COUNTER_BITS)
            self._count = (1 << _COUNTER_BITS) - 1
            return (start << (_TAG_BITS + _COUNTER_BITS)) | (self._tag << _COUNTER_BITS)

    def _now(self) -> int:
        """Milliseconds of the epoch; the tag is drawn anew after a fork."""
        if self._pid != os.getpid():
            self._pid = os.getpid()
            self._tag = secrets.randbits(_TAG_BITS)
        return time.time_ns() // 1_000_000 - EPOCH_MS


_maker = _IdMaker()


def read_number(text: object) -> int | None:
    """A whole number out of an address or a form, None for anything else. ``str.isdigit`` would let through ² (which
    ``int`` refuses) and numbers of any length."""
    given = str(text or "")
    return int(given) if given.isascii() and given.isdigit() and len(given) <= MOST_DIGITS else None


def new_id() -> int:
    """A new positive 63-bit id, increasing within this process."""
    return _maker.next()


def block(size: int) -> int:
    """Reserve `size` ids for rows that the database makes itself (INSERT … SELECT); see `in_block`."""
    return _maker.block(size)


def in_block(place: str) -> str:
    """SQL for the id at a 0-based place (an SQL expression) of a block, whose start is the parameter before it:
    ``f"SELECT {in_block('row_number() OVER () - 1')}"`` takes one parameter, the block's start."""
    return f"(%s::bigint + ((({place}) >> {_COUNTER_BITS}) << {_TAG_BITS + _COUNTER_BITS}) + (({place}) & {(1 << _COUNTER_BITS) - 1}))"
