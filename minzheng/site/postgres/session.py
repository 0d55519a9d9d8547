"""谁在用内置数据库：共享锁计数，第一个来的启动，最后一个走的停止。

每个使用者（服务、命令、测试进程）持有 ``users.lock`` 的共享锁，进程死亡时内核自动放锁，
所以 kill -9 之后不会算错人数。启动和停止在 ``start.lock`` 的独占锁里进行。
"""

from __future__ import annotations

import fcntl
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from minzheng.site.postgres import roles, server
from minzheng.site.postgres.layout import Layout, layout


class Session:
    """对内置数据库的一次使用。"""

    def __init__(self) -> None:
        self.place: Layout = layout()
        self.child: subprocess.Popen[bytes] | None = None
        self._users = os.open(self.place.home / "users.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def open(self, *, die_with: int | None = None) -> bool:
        """保证服务器在运行；返回是不是本次新建的数据目录。

        ``die_with`` 不为 None 时服务器应当是调用者的子进程：遗留的无主服务器先停掉再重新启动，
        别人正在用的则认领。
        """
        with self._starting():
            if server.running_pid(self.place) and not server.accepts(self.place):
                server.stop(self.place)
            if die_with is not None and server.running_pid(self.place) and self._alone():
                server.stop(self.place)
            fcntl.flock(self._users, fcntl.LOCK_SH)
            if server.running_pid(self.place):
                return False
            fresh = server.initialise(self.place)
            self.child = server.launch(self.place, die_with=die_with)
            roles.provision(self.place)
            return fresh

    def running(self) -> bool:
        """服务器进程还在。"""
        return server.running_pid(self.place) is not None

    def reopen(self, *, die_with: int) -> None:
        """服务器意外退出后重新启动（仍持有使用锁）。"""
        with self._starting():
            if not self.running():
                self.child = server.launch(self.place, die_with=die_with)

    def close(self, *, always: bool = False) -> None:
        """放手；没有别的使用者（或 ``always``）时停止服务器。"""
        with self._starting():
            if always or self._alone():
                server.stop(self.place)
                if self.child is not None:
                    self._reap()
            os.close(self._users)

    def _reap(self) -> None:
        """收尸；监督进程可能已经统一收过。"""
        assert self.child is not None
        with suppress(ChildProcessError):
            os.waitpid(self.child.pid, 0)
        self.child.returncode = 0

    def _alone(self) -> bool:
        try:
            fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    @contextmanager
    def _starting(self) -> Iterator[None]:
        handle = os.open(self.place.home / "start.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)
