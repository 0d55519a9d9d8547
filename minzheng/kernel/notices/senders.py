"""Who sends messages: the interface of a gateway, and a mock gateway that writes messages to files.

``settings.MESSAGE_SENDER`` names the one for text messages, ``settings.MESSAGE_SENDERS`` (channel → class) the ones of
other channels. A local gateway needs one class of the same shape and no change elsewhere.
"""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from minzheng.kernel import clock
from minzheng.kernel.subjects.masking import mask_phone

DEFAULT = "minzheng.kernel.notices.senders.OutboxFileSender"


class Sender(Protocol):
    """A gateway of one channel."""

    def send(self, *, to: str, body: str, key: str, again: bool) -> str | None:
        """Send one; returns the gateway's number for it, if any. ``key`` stays the same between retries, for the
        gateway to recognise duplicates; ``again`` says it was tried before and may in fact have gone out.

        SendFailed when not sent; any other exception is treated as worth retrying.
        """


class OutboxFileSender:
    """Mock gateway: one ``var/outbox/2026-11-21.jsonl`` a day, numbers hidden. Where no gateway is connected it shows
    what would be sent.
    """

    receipts = False

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or Path(settings.VAR_DIR) / "outbox"

    def send(self, *, to: str, body: str, key: str, again: bool) -> str | None:
        line = {"key": key, "at": clock.now().isoformat(timespec="seconds"), "to": mask_phone(to), "body": body}
        append(self.folder / f"{clock.today().isoformat()}.jsonl", line, unless_known=again)
        return None


def append(path: Path, line: dict[str, Any], *, unless_known: bool = False) -> bool:
    """One line at the end of a file that many processes write; returns whether it was written.

    ``unless_known``: the last try may have been cut off between writing and registering, so a key found in the files
    of recent days is not written again.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "a+", encoding="utf-8") as out:
        fcntl.flock(out, fcntl.LOCK_EX)
        if unless_known and _has(path.parent, line["key"]):
            return False
        out.write(json.dumps(line, ensure_ascii=False) + "\n")
    return True


def _has(folder: Path, key: str) -> bool:
    for path in sorted(folder.glob("20*.jsonl"))[-3:]:
        with path.open(encoding="utf-8") as lines:
            if any(json.loads(line)["key"] == key for line in lines if line.strip()):
                return True
    return False


def sender(channel: str = "sms") -> Sender:
    """The gateway that the settings name for a channel."""
    named = getattr(settings, "MESSAGE_SENDERS", {}).get(channel)
    found: Sender = import_string(str(named or getattr(settings, "MESSAGE_SENDER", DEFAULT)))()
    return found


def gives_receipts(channel: str) -> bool:
    """Whether silence of this channel's gateway means that nobody received the message."""
    return bool(getattr(sender(channel), "receipts", False))
