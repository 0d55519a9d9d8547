"""Where monitoring keeps its files (``LAKE_ROOT/monitor``): snapshots of the watched people by day, and what was known of
them after each run. Both carry tokens and codes only, no number and no name."""

from __future__ import annotations

import datetime
from pathlib import Path

from minzheng.datacenter.lake import places


def folder() -> Path:
    """The monitoring folder, private, made on first use."""
    found = places.root() / "monitor"
    found.mkdir(mode=0o700, exist_ok=True)
    return found


def watched_file(day: datetime.date, mark: str) -> Path:
    return folder() / f"watched-{day:%Y%m%d}-{mark}.parquet"


def state_file(name: str) -> Path:
    """What was known after a run; `name` as kept in MonitorRun.state_file."""
    return folder() / Path(name).name


def sweep(keep: set[str]) -> int:
    """Delete snapshots and states that no longer serve, and what a killed run left behind; returns how many."""
    removed = 0
    for path in folder().glob("*.parquet*"):
        if path.name not in keep:
            path.unlink(missing_ok=True)
            removed += 1
    return removed
