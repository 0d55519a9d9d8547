"""Who is using the embedded database: counted by shared locks; the first to come starts it, the last to go stops it.

Each user (service, command, test process) holds a shared lock on ``users.lock``, which the kernel releases when the
process dies, so kill -9 never spoils the count. Starting and stopping happen under the exclusive lock of
``start.lock``.
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
    """One use of the embedded database."""

    def __init__(self) -> None:
        self.place: Layout = layout()
        self.child: subprocess.Popen[bytes] | None = None
        self._users = os.open(self.place.home / "users.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def open(self, *, die_with: int | None = None) -> bool:
        """See that the server runs; returns whether the data folder was made just now.

        With ``die_with`` the server should be the caller's child: an orphan left over is stopped and started anew; one
        that others are using is adopted.
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
        """The server process is alive."""
        return server.running_pid(self.place) is not None

    def reopen(self, *, die_with: int) -> None:
        """Start again after the server went down unexpectedly (the use lock is still held)."""
        with self._starting():
            if not self.running():
                self.child = server.launch(self.place, die_with=die_with)

    def close(self, *, always: bool = False) -> None:
        """Let go; stop the server when nobody else uses it (or ``always``)."""
        with self._starting():
            if always or self._alone():
                server.stop(self.place)
                if self.child is not None:
                    self._reap()
            os.close(self._users)

    def _reap(self) -> None:
        """Reap the child; the supervisor may have reaped everything already."""
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
