"""The backup before an upgrade: still the tables of the release that was, so nothing is read through today's models."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from minzheng import __version__
from minzheng.site.safekeeping import backup, places, state


def back_up(say: Callable[[str], None]) -> Path:
    """Write ``var/backups/before-<version>-<time>.mzb`` and return it. Never deleted by the platform."""
    stamp = datetime.now().astimezone().strftime("%Y%m%dT%H%M%S")
    target = places.backups() / f"before-{__version__}-{stamp}{backup.SUFFIX}"
    with state.alone():
        made = backup.make(target, say=say, same_tables=False)
    say(f"升级前的备份：{target}（{made.rows} 行，{made.bytes / 1e6:.1f} MB）")
    return target
