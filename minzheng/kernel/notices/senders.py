"""消息由谁送出：短信网关的接口，和把短信写进文件的模拟网关。

用哪一个由 ``settings.MESSAGE_SENDER`` 指名。接本地短信平台时写一个同样形状的类即可，别处不动。
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
    """短信网关。"""

    def send(self, *, to: str, body: str, key: str, again: bool) -> None:
        """送出一条。``key`` 在重试之间不变，网关据此去重；``again`` 表示以前试过，可能其实已经送出。

        没送出抛出 SendFailed；其他异常按可重试处理。"""


class OutboxFileSender:
    """模拟网关：每天一个 ``var/outbox/2026-11-21.jsonl``，号码遮盖。没有接短信平台的地方用它看会发出什么。"""

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
        """上一次可能在写完之后、登记之前断电：近几天的文件里找得到这个键就不再写。"""
        for path in sorted(self.folder.glob("*.jsonl"))[-3:]:
            with path.open(encoding="utf-8") as lines:
                if any(json.loads(line)["key"] == key for line in lines if line.strip()):
                    return True
        return False


def sender() -> Sender:
    """设置里指名的网关。"""
    return import_string(getattr(settings, "MESSAGE_SENDER", DEFAULT))()
