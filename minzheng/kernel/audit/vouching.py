"""Lines vouch for the lines before them, so that one deleted before it was sealed is missed.

The sealer works a few seconds behind. A line deleted in that time was never in the chain; what gives it away is the
memory of the process that wrote it: every process keeps the ids of the lines it has committed and that no later line
has named, and its next line names them, under that line's MAC. Verification asks for every named line. No lock, no
further query: a list in memory and some digits in the next line.

Only committed lines are named (a rolled-back one is nobody's loss), and a line is named until the naming line has been
committed itself. What stays open: lines deleted within these seconds *and* whose process ended before it wrote another.
"""

from __future__ import annotations

import os
import threading

from django.db import transaction

#: At most so many names in one line; more wait for the next.
MOST = 64

_lock = threading.Lock()
_pid = 0
_waiting: dict[int, None] = {}


def taken() -> list[int]:
    """Ids of committed lines that the line being written is to name, oldest first."""
    with _lock:
        _own_process()
        return list(_waiting)[:MOST]


def on_commit(entry_id: int, named: list[int]) -> None:
    """Call with the insert of a line: once it is committed it waits to be named, and those it names wait no more."""
    transaction.on_commit(lambda: _committed(entry_id, named))


def _committed(entry_id: int, named: list[int]) -> None:
    with _lock:
        _own_process()
        for one in named:
            _waiting.pop(one, None)
        _waiting[entry_id] = None


def is_committed(entry_id: int) -> bool:
    """Whether this process knows a line it just wrote to be committed (False: it may be, ask the database)."""
    with _lock:
        return entry_id in _waiting


def forget() -> None:
    """The database is another one now (tests, a restored copy): what was committed before is none of its business."""
    with _lock:
        _waiting.clear()


def _own_process() -> None:
    """A forked child has not written its parent's lines."""
    global _pid
    if _pid != os.getpid():
        _pid = os.getpid()
        _waiting.clear()
