"""Named points of an ingest, so that tests can kill the process at exactly these and look at what is left."""

from __future__ import annotations

from collections.abc import Callable

#: In the order in which they are reached.
POINTS = ("announced", "stored", "written", "sorted", "copied", "renamed", "held")


def _nothing(point: str) -> None:
    return None


#: Called at every point; replaced by tests alone.
watcher: Callable[[str], None] = _nothing


def reach(point: str) -> None:
    watcher(point)
