"""Jobs of the keys: bring everything under the current key; destroy keys that nothing needs."""

from __future__ import annotations

from typing import Any

from minzheng.kernel.audit import services as audit
from minzheng.kernel.crypto import keyring
from minzheng.kernel.jobs.context import Context
from minzheng.kernel.jobs.registry import job, periodic
from minzheng.kernel.keys import counting, resealing, services


@job(services.RESEAL, title="用新密钥重新加密", atomic=False, max_attempts=50)
def reseal(ctx: Context) -> dict[str, Any]:
    """May be killed and resumed at any moment; see resealing.py."""
    done = resealing.reseal(progress=ctx.progress, atomic=ctx.atomic)
    with ctx.atomic():
        number = keyring.ring().current
        audit.record(
            actor=audit.SYSTEM, action="crypto.reseal", detail={"rows": done.rows, "files": done.files, "key": number}
        )
    return {"rows": done.rows, "files": done.files, "key": number}


@periodic(every_seconds=6 * 3600)
@job("crypto.tidy", title="停用不再需要的旧密钥", atomic=False)
def tidy(ctx: Context) -> dict[str, Any]:
    """Old keys still in use: seal anew what was left behind. Old keys out of use for a day: destroy them."""
    ring = keyring.reload()
    if len(ring.keys) == 1:
        return {"old": 0}
    retired = services.retire_unused()
    used = counting.by_key()
    pending = sum(count for number, count in used.items() if number != ring.current)
    if pending:
        services.ask_for_resealing()
    return {"retired": retired, "pending": pending}
