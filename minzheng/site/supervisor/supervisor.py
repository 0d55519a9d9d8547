"""The supervising loop: start in order, restart what dies, stop in reverse order on a signal."""

from __future__ import annotations

import ctypes
import errno
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

from minzheng.site import database
from minzheng.site.commands import COMMANDS
from minzheng.site.environment import network, reading, tls
from minzheng.site.errors import DatabaseUnavailable, SiteError
from minzheng.site.paths import ensure_var
from minzheng.site.postgres.server import die_with_parent
from minzheng.site.supervisor import commands, notify
from minzheng.site.supervisor.children import Child, Register
from minzheng.site.supervisor.lock import ServeLock

if TYPE_CHECKING:
    from minzheng.site.postgres.session import Session

_PR_SET_CHILD_SUBREAPER = 36
#: On a machine that is busy with other things the programs alone take a minute to load.
READY_SECONDS, TELL_SECONDS = 180.0, 15.0
STOP_SECONDS = 10.0
# a port takes a moment to come free after its process was ended
PORT_SECONDS = 3.0
DATABASE_RETRY_SECONDS = 5.0
TICK = 0.2


class Supervisor:
    """``host``/``port``: where the web listens; ``workers``: number of web workers."""

    def __init__(self, host: str, port: int, workers: int) -> None:
        self.host, self.port, self.workers = host, port, workers
        shown = "127.0.0.1" if host in ("0.0.0.0", "::", "localhost") else host
        self.tls = tls.pair()
        self.url = f"{'https' if self.tls else 'http'}://{f'[{shown}]' if ':' in shown else shown}:{port}"
        self.var = ensure_var()
        self.logs = self.var / "log"
        self.logs.mkdir(mode=0o700, exist_ok=True)
        self.register = Register(self.var / "children.json")
        self.lock = ServeLock(self.var / "serve.lock")
        self.session: Session | None = None
        self.children: list[Child] = []
        self.stopping = False
        self.database_retry_at = 0.0
        self.prepared: dict[str, list[dict[str, Any]]] = {"logins": []}

    def run(self) -> None:
        """Runs until SIGTERM, SIGINT or SIGHUP."""
        self.lock.acquire(self.url)
        # When the main process of web or database is killed with -9, its children become ours, to be reaped
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(signum, self._on_signal)
        try:
            self._start()
            self.lock.write("running")
            notify.tell("READY=1")
            while not self.stopping:
                self._tick()
                time.sleep(TICK)
        except _Stop:
            pass
        finally:
            self._stop()

    def _on_signal(self, signum: int, frame: object) -> None:
        if not self.stopping:
            self.stopping = True
            raise _Stop

    # Starting ----------------------------------------------------------------

    def _start(self) -> None:
        if self.register.sweep():
            say("已清理上次非正常退出留下的进程")
        if self.tls:
            tls.check(self.tls)
        self._check_port()
        self._open_database()
        self._prepare()
        self.children = commands.children(
            host=self.host, port=self.port, workers=self.workers, certificate=self.tls, var=self.var
        )
        say("启动网页与后台任务")
        for child in self.children:
            child.start()
        self._record()
        self._wait_until_ready()
        self._announce()

    def _check_port(self) -> None:
        deadline = time.monotonic() + PORT_SECONDS
        while (error := self._bind_error()) is not None:
            if error.errno != errno.EADDRINUSE:
                raise SiteError(f"不能监听 {self.host}:{self.port}（{error.strerror}）；请检查 HOST 与 PORT。")
            if time.monotonic() > deadline:
                raise SiteError(f"端口 {self.port} 已被别的程序占用；请设置 PORT 换一个端口。")
            time.sleep(0.2)

    def _bind_error(self) -> OSError | None:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
                probe.listen(1)
            except OSError as error:
                return error
        return None

    def _open_database(self) -> None:
        if database.external():
            database.connection_settings()  # a wrong address is said at once
            say("使用 MINZHENG_DATABASE_URL 指定的数据库")
            return
        from minzheng.site.postgres.session import Session

        say("启动内置数据库")
        self.session = Session()
        self.session.open(die_with=signal.SIGINT)

    def _prepare(self) -> None:
        """Migrate, grant, static files, first loading of the demo county: in one child process that is the owner."""
        result = self.var / "prepared.json"
        result.unlink(missing_ok=True)
        environment = os.environ | {database.SUPERVISED: "1", database.ROLE: "owner", "MINZHENG_LOG_LEVEL": "WARNING"}
        process = subprocess.Popen(
            [sys.executable, "-m", "minzheng.site.prepare", str(result)], stdin=subprocess.DEVNULL, env=environment,
            preexec_fn=die_with_parent(signal.SIGTERM),  # it must not go on beside the next start
        )  # fmt: skip
        try:
            code = process.wait()
        except _Stop:
            process.terminate()
            process.wait()
            raise
        if code == DatabaseUnavailable.exit_code:
            raise DatabaseUnavailable("数据库连不上，平台没有启动；请检查地址、口令与服务器状态。")
        if code != 0:
            raise SiteError("准备数据库或静态文件时出错，平台没有启动；请看上面的输出。")
        self.prepared = json.loads(result.read_text(encoding="utf-8"))
        result.unlink()

    def _wait_until_ready(self) -> None:
        begun, told = time.monotonic(), TELL_SECONDS
        while (waited := time.monotonic() - begun) < READY_SECONDS:
            self._tick()
            if self._healthy():
                return
            if waited >= told:
                say(f"还在载入程序，已 {told:.0f} 秒（机器忙时要久一些，最多等 {READY_SECONDS:.0f} 秒）")
                told += TELL_SECONDS
            time.sleep(0.1)
        raise SiteError(f"{READY_SECONDS:.0f} 秒内没有就绪；请看 {self.logs} 里的日志。{self._health_detail()}")

    def _healthy(self) -> bool:
        try:
            with self._ask_health() as answer:
                return bool(answer.status == 200)
        except urllib.error.HTTPError as error:
            # While there is no jobs command, jobs is down in healthz: ready is when the web answers
            return error.code == 503 and not COMMANDS["jobs"].exists()
        except OSError:
            return False

    def _ask_health(self) -> Any:
        """Over our own HTTPS the certificate is for the public name, not for this machine's address: nothing secret is
        asked, so it is not compared.
        """
        context = ssl._create_unverified_context() if self.tls else None  # noqa: S323
        return urllib.request.urlopen(f"{self.url}/healthz", timeout=2, context=context)

    def _health_detail(self) -> str:
        try:
            self._ask_health()
        except urllib.error.HTTPError as error:
            return f"健康检查：{error.read().decode(errors='replace')[:200]}"
        except OSError:
            return "网页没有应答。"
        return ""

    def _announce(self) -> None:
        if self.host in network.EVERYWHERE and not os.environ.get("MINZHENG_HOSTS"):
            admitted = network.allowed_hosts(self.host, reading.text("MINZHENG_PUBLIC_URL"), [])
            say(f"没有设 MINZHENG_HOSTS，只接受这些主机名：{'、'.join(admitted)}")
        chosen = representatives(self.prepared["logins"])
        print(ready_line(self.url, chosen), flush=True)
        for row in chosen:
            password = row["password"] or "（验证码）"
            title = row.get("role_title") or row["role"]
            print(f"  {row['username']:<16}{password:<14}{title}  {row['region']}  {row['for']}", flush=True)
        if len(chosen) < len(self.prepared["logins"]):
            print("  其余演示账号：.venv/bin/minzheng demo logins", flush=True)

    # Watching ----------------------------------------------------------------

    def _tick(self) -> None:
        for pid in self._reap():
            for child in self.children:
                if child.pid == pid:
                    delay = child.died()
                    say(f"{child.title}进程 {pid} 退出，{delay:g} 秒后重启；日志 {child.log}")
        self._guard_database()
        for child in self.children:
            if child.pid is None and time.monotonic() >= child.retry_at:
                child.start()
                self._record()

    def _reap(self) -> list[int]:
        found: list[int] = []
        while True:
            try:
                pid, _ = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return found
            if pid == 0:
                return found
            found.append(pid)

    def _guard_database(self) -> None:
        """A database that cannot start (the disk is full) is tried again and again: web and jobs wait meanwhile."""
        if self.session is None or time.monotonic() < self.database_retry_at or self.session.running():
            return
        say("内置数据库退出，正在重新启动")
        try:
            self.session.reopen(die_with=signal.SIGINT)
        except DatabaseUnavailable as error:
            say(f"{error}{DATABASE_RETRY_SECONDS:g} 秒后再试。")
            self.database_retry_at = time.monotonic() + DATABASE_RETRY_SECONDS

    def _record(self) -> None:
        self.register.write([child.pid for child in self.children if child.pid is not None])

    # Stopping ----------------------------------------------------------------

    def _stop(self) -> None:
        self.stopping = True
        notify.tell("STOPPING=1")
        self.lock.write("stopping")
        if self.children:
            say("正在停止")
        for child in self.children:
            child.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline and any(child.pid is not None for child in self.children):
            gone = set(self._reap())
            for child in self.children:
                if child.pid in gone:
                    child.died()
            time.sleep(0.05)
        for child in self.children:
            child.kill(signal.SIGKILL)
        if self.session is not None:
            self.session.close(always=self.session.child is not None)
        self._reap()
        self.register.path.unlink(missing_ok=True)


def representatives(logins: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One account per use (post and what to look at with it); accounts without a stated use are left out."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in logins:
        if row["for"]:
            found.setdefault((row["role"], row["for"]), row)
    return list(found.values())


def ready_line(url: str, logins: list[dict[str, Any]]) -> str:
    """The “就绪” lines: the address and the first few demo logins that have a password."""
    shown = [f"{row['username']}/{row['password']}" for row in logins if row["password"]]
    return f"就绪 {url}" + (f"  演示账号 {'  '.join(shown)}" if shown else "")


class _Stop(Exception):
    """A stop signal came."""


def say(text: str) -> None:
    print(f"· {text}", file=sys.stderr, flush=True)
