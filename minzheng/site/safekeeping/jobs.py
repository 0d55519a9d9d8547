"""The nightly backup, rehearsed at once: a backup that nobody restored is a hope."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from minzheng.kernel import clock
from minzheng.kernel.crypto import keyring
from minzheng.kernel.jobs.context import Context
from minzheng.kernel.jobs.registry import job, periodic
from minzheng.kernel.jobs.services import JobError
from minzheng.site.safekeeping import backup, keeping, rehearsal, state
from minzheng.site.safekeeping.errors import SafekeepingError
from minzheng.site.safekeeping.wrapping import Keys

FOLDER, HOUR, KEEP = "MINZHENG_BACKUP_DIR", "MINZHENG_BACKUP_HOUR", "MINZHENG_BACKUP_KEEP"
#: At its hour a backup is due when the last one is about a day old; later in the day only when a night was missed.
USUAL, LATEST = timedelta(hours=20), timedelta(hours=26)


@periodic(every_seconds=1800)
@job("safekeeping.nightly", title="夜间备份与恢复演练", atomic=False, max_attempts=2)
def nightly(ctx: Context) -> dict[str, Any]:
    """Looks every half hour whether the night's backup is due. Without MINZHENG_BACKUP_DIR there is none."""
    folder = os.environ.get(FOLDER)
    if not folder:
        return {"skipped": f"没有设置 {FOLDER}"}
    if not is_due(clock.now(), state.last().get("at"), hour()):
        return {"skipped": "未到时间"}
    try:
        with state.alone():
            return _run(ctx, Path(folder))
    except SafekeepingError as error:
        raise JobError(str(error)) from error


def is_due(now: datetime, last: str | None, at_hour: int) -> bool:
    """Whether a backup should be made now, the last one having been made at `last` (ISO 8601)."""
    if last is None:
        return True
    age = now - datetime.fromisoformat(last)
    return age > LATEST or (age > USUAL and now.astimezone().hour == at_hour)


def hour() -> int:
    """The hour of the night (local time) at which backups are made."""
    text = os.environ.get(HOUR, "2")
    return int(text) if text.isdecimal() and int(text) < 24 else 2


def _run(ctx: Context, folder: Path) -> dict[str, Any]:
    ctx.progress(5, "正在备份")
    made = backup.make(folder / keeping.file_name(datetime.now().astimezone()))
    state.note_backup(made)
    ctx.progress(50, "正在演练恢复")
    report = rehearsal.rehearse(made.file, Keys([keyring.reload()]))
    text = os.environ.get(KEEP, "14")
    removed = keeping.prune(folder, int(text) if text.isdecimal() and int(text) > 0 else 14, but=made.file)
    failed = [f"{check.title}：{check.detail}" for check in report.checks if not check.ok]
    if failed or made.missing:
        what = "；".join(failed) or f"有 {len(made.missing)} 个登记在册的文件不在磁盘上"
        raise JobError(f"夜间备份 {made.file.name} 没有通过恢复演练（{what[:300]}）：请立即查明原因。", retry=False)
    return {"file": made.file.name, "rows": made.rows, "seconds": report.seconds, "removed": len(removed)}
