"""Who sends messages: the interface of a text message gateway, and a mock gateway that writes them to files.

``settings.MESSAGE_SENDER`` names the one in use. A local gateway needs one class of the same shape and no change
elsewhere.
"""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from minzheng.kernel import clock
from minzheng.kernel.subjects.masking import mask_phone

DEFAULT = "minzheng.kernel.notices.senders.OutboxFileSender"


class Sender(Protocol):
    """A text message gateway."""

    def send(self, *, to: str, body: str, key: str, again: bool) -> None:
        """Send one. ``key`` stays the same between retries, for the gateway to recognise duplicates; ``again`` says it
        was tried before and may in fact have gone out.

        SendFailed when not sent; any other exception is treated as worth retrying.
        """


class OutboxFileSender:
    """Mock gateway: one ``var/outbox/2026-11-21.jsonl`` a day, numbers hidden. Where no gateway is connected it shows
    what would be sent.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or Path(settings.VAR_DIR) / "outbox"

    def send(self, *, to: str, body: str, key: str, again: bool) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        line = json.dumps(
            {"key": key, "at": clock.now().isoformat(timespec="seconds"), "to": mask_phone(to), "body": body},
            ensure_ascii=False,
        )
        path = self.folder / f"{clock.today().isoformat()}.jsonl"
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "a+", encoding="utf-8") as out:
            fcntl.flock(out, fcntl.LOCK_EX)
            if again and self._has(key):
                return
            out.write(line + "\n")

    def _has(self, key: str) -> bool:
        """The last try may have been cut off between writing and registering: a key found in the files of recent days
        is not written again.
        """
        for path in sorted(self.folder.glob("*.jsonl"))[-3:]:
            with path.open(encoding="utf-8") as lines:
                if any(json.loads(line)["key"] == key for line in lines if line.strip()):
                    return True
        return False


def sender() -> Sender:
    """The gateway the settings name."""
    return import_string(getattr(settings, "MESSAGE_SENDER", DEFAULT))()
