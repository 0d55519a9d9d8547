"""A gateway that behaves badly on purpose: by a seed it loses, delays, repeats and rejects messages and receipts.

Everything lies under ``var/outbox/simulated``: ``20….jsonl`` what went out, ``receipts.jsonl`` what the carrier will
report and when. The same seed and key always meet the same fate, so a run can be repeated.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from minzheng.kernel import clock
from minzheng.kernel.notices.errors import SendFailed
from minzheng.kernel.notices.senders import append
from minzheng.kernel.subjects.masking import mask_phone

#: Shares of a hundred. ``flaky``: two errors, then accepted; ``torn``: accepted, but the answer gets lost on the way.
FATES = (
    ("good", 55),
    ("delayed", 10),
    ("repeated", 8),
    ("lost", 7),
    ("undelivered", 6),
    ("rejected", 4),
    ("flaky", 6),
    ("torn", 4),
)


def fate(seed: int, key: str, fates: Iterable[tuple[str, int]] = FATES) -> str:
    """What the simulator does with this message, whatever the order of sending. ``fates``: shares of a hundred."""
    point = int.from_bytes(hashlib.sha256(f"{seed}:{key}".encode()).digest()[:4], "big") % 100
    for name, share in fates:
        point -= share
        if point < 0:
            return name
    return "good"


def _seed(text: object) -> int:
    """Any text is a seed; digits stand for themselves."""
    said = str(text or "0")
    return int(said) if said.isdigit() else sum(said.encode())


class SimulatorSender:
    """Seed from ``settings.MESSAGE_SIMULATOR_SEED``. A key that went out is never sent out a second time; being asked
    to without ``again`` is a fault of the caller and is kept in ``faults.jsonl``."""

    receipts = True

    def __init__(self, folder: Path | None = None, seed: int | None = None) -> None:
        self.folder = folder or Path(settings.VAR_DIR) / "outbox" / "simulated"
        self.seed = seed if seed is not None else _seed(getattr(settings, "MESSAGE_SIMULATOR_SEED", ""))

    def send(self, *, to: str, body: str, key: str, again: bool) -> str:
        kind = fate(self.seed, key)
        if kind == "rejected":
            raise SendFailed("号码是空号，运营商拒收。请核对登记的手机号。", retry=False)
        if kind == "flaky" and self._tried(key) < 2:
            raise SendFailed("网关忙，稍后自动重试。")
        line = {"key": key, "at": clock.now().isoformat(timespec="seconds"), "to": mask_phone(to), "body": body}
        written = append(self.folder / f"{clock.today().isoformat()}.jsonl", line, unless_known=True)
        if not written and not again:
            append(self.folder / "faults.jsonl", {"key": key, "fault": "同一条消息第二次送来，却没有说明重发"})
        if written:
            self._report(key, kind)
            if kind == "torn":
                raise ConnectionResetError("answer lost")
        return f"S{key}"

    def _tried(self, key: str) -> int:
        path = self.folder / "tries.jsonl"
        before = path.read_text(encoding="utf-8").count(f'"{key}"') if path.exists() else 0
        append(path, {"key": key})
        return before

    def _report(self, key: str, kind: str) -> None:
        """What the carrier will say later: nothing for a lost one, twice for a repeated one."""
        now = clock.now()
        after = {"lost": [], "delayed": [timedelta(hours=30)], "repeated": [timedelta(0), timedelta(minutes=5)]}
        for wait in after.get(kind, [timedelta(0)]):
            line = {"key": key, "due": (now + wait).isoformat(), "delivered": kind != "undelivered"}
            append(self.folder / "receipts.jsonl", line | ({"why": "关机"} if kind == "undelivered" else {}))

    def due_receipts(self) -> list[dict[str, object]]:
        """Receipts that have arrived by now, each as often as the carrier sent it."""
        path = self.folder / "receipts.jsonl"
        if not path.exists():
            return []
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        return [row for row in rows if datetime.fromisoformat(row["due"]) <= clock.now()]
