"""The state of the keys, for the command line, the page and the health check."""

from __future__ import annotations

import time
from typing import Any

from minzheng.kernel.crypto import escrow, keyring, signing
from minzheng.kernel.jobs.models import JobRun
from minzheng.kernel.keys import counting
from minzheng.kernel.keys.services import RESEAL

#: The page may be opened often; the count reads every table.
_KEPT_SECONDS = 30.0
_kept: tuple[float, dict[int, int]] = (0.0, {})


def status(*, fresh: bool = True) -> dict[str, Any]:
    """{"keys": [{"number", "created_at", "state", "values"}], "current", "pending_reseal", "signing_fingerprint",
    "escrow": {… , "last_drill"} or None, "job"}. `state` is current, old or retired."""
    ring = keyring.reload()
    used = counting.by_key() if fresh else _recent()
    keys = [
        {
            "number": number,
            "created_at": ring.made.get(number, ""),
            "state": "current" if number == ring.current else "old" if number in ring.keys else "retired",
            "values": used.get(number, 0),
        }
        for number in sorted({*ring.keys, *ring.retired, *used})
    ]
    return {
        "keys": keys,
        "current": ring.current,
        "pending_reseal": sum(count for number, count in used.items() if number != ring.current),
        "signing_fingerprint": signing.fingerprint(),
        "escrow": _escrow(ring),
        "job": _job(),
    }


def _escrow(ring: keyring.KeyRing) -> dict[str, Any] | None:
    if not ring.escrow:
        return None
    known = {name: ring.escrow[name] for name in ("id", "made", "shares", "threshold")}
    return {**known, "fresh": escrow.is_fresh(), "last_drill": ring.escrow.get("last_drill")}


def _job() -> dict[str, Any] | None:
    run = JobRun.objects.filter(name=RESEAL).order_by("-pk").first()
    if run is None:
        return None
    return {"id": str(run.pk), "state": run.state, "progress": run.progress, "message": run.message or run.error[:200]}


def _recent() -> dict[int, int]:
    global _kept
    if time.monotonic() - _kept[0] > _KEPT_SECONDS:
        _kept = (time.monotonic(), counting.by_key())
    return _kept[1]
