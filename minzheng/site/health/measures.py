"""What can be measured now: in the database, on the disk, of the files that safe keeping leaves. Aggregates only."""

from __future__ import annotations

import json
import shutil
import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

#: Larger than this the application and the database disagree about the time: deadlines and leases suffer.
DRIFT_SECONDS = 1.0
_FAILED_DAYS = 7


@dataclass(frozen=True)
class Work:
    """Background work: numbers of runs, and seconds that the oldest due one has been waiting."""

    queued: int
    running: int
    failed: int
    oldest_seconds: float


@dataclass(frozen=True)
class Server:
    """The database server. ``size`` in bytes; connections used and allowed."""

    size: int
    connections: int
    allowed: int
    version: str


@dataclass(frozen=True)
class Backup:
    """What safe keeping noted of the last backup; ``verified_at`` is the last rehearsal of a restore."""

    at: datetime
    ok: bool
    size: int
    verified_at: datetime | None


def work() -> Work:
    """Failed ones of the last seven days."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE state = 'queued'), count(*) FILTER (WHERE state = 'running'),"
            " count(*) FILTER (WHERE state = 'failed' AND created_at > now() - make_interval(days => %s)),"
            " coalesce(extract(epoch FROM now() - min(run_after)"
            "   FILTER (WHERE state = 'queued' AND run_after <= now())), 0)"
            " FROM kernel_jobrun WHERE state IN ('queued', 'running', 'failed')",
            [_FAILED_DAYS],
        )
        queued, running, failed, oldest = cursor.fetchone()
    return Work(queued, running, failed, float(oldest))


def workers() -> int:
    """Job workers that gave a sign of life lately."""
    from minzheng.kernel.jobs.worker import stale_after

    return int(_one("SELECT count(*) FROM kernel_workerbeat WHERE at >= now() - %s", stale_after()))


def outbox() -> dict[str, int]:
    """Messages not sent yet, and given up, by state."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT state, count(*) FROM kernel_outboxmessage WHERE state <> 'sent' GROUP BY state")
        return {"queued": 0, "failed": 0} | dict(cursor.fetchall())


def audit() -> tuple[int, float]:
    """Audit lines not chained yet, and seconds since the last one was (0 for an empty chain)."""
    from minzheng.kernel.audit.chain import _quick_start

    waiting = _one(
        "SELECT count(*) FROM kernel_auditentry e WHERE e.id > %s"
        " AND NOT EXISTS (SELECT 1 FROM kernel_auditseal s WHERE s.entry_id = e.id)",
        _quick_start(),
    )
    age = _one(
        "SELECT coalesce((SELECT extract(epoch FROM clock_timestamp() - sealed_at) FROM kernel_auditseal"
        " ORDER BY seq DESC LIMIT 1), 0)"
    )
    return int(waiting), float(age)


def overdue_cases() -> int:
    """Cases with a running clock that is past its day."""
    from minzheng.kernel import clock

    return int(_one("SELECT count(*) FROM kernel_case WHERE due_on < %s", clock.today()))


def sign_in_failures(minutes: int = 15) -> int:
    since = timezone.now() - timedelta(minutes=minutes)
    return int(_one("SELECT count(*) FROM kernel_loginattempt WHERE NOT succeeded AND at >= %s", since))


def _one(statement: str, *given: Any) -> Any:
    """The single value of a count: aggregates over tables whose rows nobody here may see."""
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return cursor.fetchone()[0]


def server() -> Server:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_database_size(current_database()), (SELECT count(*) FROM pg_stat_activity),"
            " current_setting('max_connections')::int, current_setting('server_version')"
        )
        return Server(*cursor.fetchone())


def clock_drift() -> float:
    """Seconds by which the database's clock is ahead of this machine's, the way there and back taken into account."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")  # connecting is not part of the way
        cursor.fetchone()
        before = time.time()
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
        there = float(cursor.fetchone()[0])
        after = time.time()
    return there - (before + after) / 2 if not before <= there <= after else 0.0


def disk() -> tuple[int, int]:
    """Bytes free and in all where the run-time folder lies."""
    found = shutil.disk_usage(settings.VAR_DIR)
    return found.free, found.total


def backup() -> Backup | None:
    """From ``var/backups/last.json``; None when no backup was ever made or the note cannot be read."""
    place = Path(settings.VAR_DIR) / "backups" / "last.json"
    try:
        found: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
        at = _moment(found["at"])
        if at is None:
            return None
        return Backup(at, bool(found.get("ok", True)), int(found.get("bytes") or 0), _moment(found.get("verified_at")))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _moment(text: Any) -> datetime | None:
    if not text:
        return None
    found = datetime.fromisoformat(str(text))
    return timezone.make_aware(found) if timezone.is_naive(found) else found


def years_loaded(today: date) -> tuple[bool, bool]:
    """Whether the holiday arrangements of this year and of the next are loaded."""
    from minzheng.kernel.calendar import selectors

    years = selectors.calendar().years
    return today.year in years, today.year + 1 in years
