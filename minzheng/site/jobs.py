"""Jobs of running the platform itself: old logs go, a drifting clock is noticed, the audit chain is proved nightly."""

from __future__ import annotations

from pathlib import Path

import structlog
from django.conf import settings
from django.utils import timezone

from minzheng.kernel.jobs.context import Context
from minzheng.kernel.jobs.registry import job, periodic
from minzheng.kernel.jobs.services import JobError
from minzheng.site import logfiles
from minzheng.site.environment import reading
from minzheng.site.health import measures

log = structlog.get_logger("minzheng.clock")


@periodic(every_seconds=3600)
@job("site.sweep_logs", title="清理到期日志", atomic=False)
def sweep_logs(ctx: Context) -> dict[str, int]:
    """Compress old log files and delete those kept long enough (real days, whatever day a demo plays)."""
    deleted, compressed = logfiles.sweep(
        Path(settings.VAR_DIR) / "log",
        timezone.localdate(),
        access_days=reading.days("MINZHENG_ACCESS_LOG_DAYS"),
        other_days=reading.days("MINZHENG_LOG_DAYS"),
    )
    return {"deleted": deleted, "compressed": compressed}


@periodic(every_seconds=300)
@job("site.check_clock", title="核对时钟", atomic=False)
def check_clock(ctx: Context) -> dict[str, float]:
    """Say in the log when this machine and the database are more than a second apart."""
    drift = measures.clock_drift()
    if abs(drift) > measures.DRIFT_SECONDS:
        log.warning("clock drift", seconds=round(drift, 3))
    return {"seconds": round(drift, 3)}


@periodic(every_seconds=86400)
@job("site.verify_audit", title="校验审计链", atomic=False)
def verify_audit(ctx: Context) -> dict[str, int]:
    """What ``minzheng audit verify`` does, once a day; the health page shows when and whether it passed."""
    from minzheng.kernel.audit.verification import verify

    found = verify()
    if not found.ok:
        raise JobError(f"审计链校验不通过：{found.errors[0]}", retry=False)
    return {"entries": found.entries, "anchors": found.anchors}
