"""One run-time folder, one running platform."""

from __future__ import annotations

import fcntl
import json
import os
import time
from pathlib import Path

from minzheng.site.errors import SiteError

# Wait this long for one that is shutting down; only briefly for one running normally (it may just have got its signal)
STOPPING_SECONDS = 60.0
RUNNING_SECONDS = 2.0
_LENGTH = 512


class ServeLock:
    """``var/serve.lock``: pid, address and state of the holder. The kernel releases it when the process dies."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def acquire(self, url: str) -> None:
        begun = time.monotonic()
        while True:
            try:
                fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                holder = self._read()
                patience = STOPPING_SECONDS if holder.get("state") == "stopping" else RUNNING_SECONDS
                if time.monotonic() - begun > patience:
                    raise SiteError(
                        f"平台已经在运行：{holder.get('url', '')}（进程 {holder.get('pid', '?')}，"
                        f"数据目录 {self.path.parent}）；如要再开一个，请另设 MINZHENG_VAR 和 PORT。"
                    ) from None
                time.sleep(0.2)
        self.url = url
        self.write("starting")

    def close(self) -> None:
        """Let go before the process ends."""
        os.close(self._handle)

    def write(self, state: str) -> None:
        # One write of a fixed length: a reader never meets an emptied file, nor the tail of a longer text.
        text = json.dumps({"pid": os.getpid(), "url": self.url, "state": state}).encode()
        os.pwrite(self._handle, text.ljust(_LENGTH), 0)

    def _read(self) -> dict[str, str]:
        try:
            found = json.loads(os.pread(self._handle, 4096, 0))
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}
