"""Processor seconds: what a measured act cost, however busy the machine is with something else."""

from __future__ import annotations

import os
import time
from pathlib import Path

from django.db import connection

_TICK = os.sysconf("SC_CLK_TCK")


def spent() -> float:
    """Processor seconds of this process and of the embedded database so far, its ended helpers included. Only differences
    mean something."""
    return time.process_time() + _database()


def _database() -> float:
    connection.ensure_connection()
    server = _fields(connection.connection.info.backend_pid)
    main = int(server[1])
    ticks = sum(map(int, _fields(main)[11:15]))
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            fields = _fields(int(entry.name))
            if fields and int(fields[1]) == main:
                ticks += sum(map(int, fields[11:13]))
    return ticks / _TICK


def _fields(pid: int) -> list[str]:
    """Of /proc/PID/stat, from the state on; nothing for a process that is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
