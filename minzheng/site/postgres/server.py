"""内置 PostgreSQL 的进程：建库、启动、认领、停止。"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from minzheng.site.errors import DatabaseUnavailable
from minzheng.site.postgres.layout import SOCKET_NAME, Layout
from minzheng.site.secretfile import load_secrets

SUPERUSER = "postgres"
START_SECONDS = 60.0
STOP_SECONDS = 30.0
_PR_SET_PDEATHSIG = 1

# 出错语句和键值可能带个人数据，所以不写进数据库日志；只走套接字，不开网络端口
CONFIG = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "max_parallel_workers_per_gather": "1",
    "jit": "off",
    "password_encryption": "scram-sha-256",
    "unix_socket_permissions": "0700",
    "timezone": "Asia/Shanghai",
    "log_timezone": "Asia/Shanghai",
    "logging_collector": "on",
    "log_filename": "postgresql-%a.log",
    "log_truncate_on_rotation": "on",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "shared_preload_libraries": "",
}


def die_with_parent(signum: int) -> Callable[[], None]:
    """给 ``Popen(preexec_fn=…)``：父进程被 kill -9 时，内核给子进程发 ``signum``。"""
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def arm() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signum, 0, 0, 0)
        if os.getppid() != parent:  # 父进程在上一行之前就已经不在
            os._exit(1)

    return arm


def initialise(place: Layout) -> bool:
    """首次使用时建立数据目录；已有则返回 False。"""
    if (place.data / "PG_VERSION").exists() and not (place.home / "initdb.running").exists():
        return False
    marker = place.home / "initdb.running"  # 建到一半被打断的目录下次重建
    if place.data.exists():
        _run_as(place, ["rm", "-rf", str(place.data)])
    marker.touch()
    password = place.home / "initdb.password"
    handle = os.open(password, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.write(handle, load_secrets()["postgres_password"].encode())
    os.close(handle)
    if place.account:
        os.chown(password, place.account.pw_uid, place.account.pw_gid)
    try:
        _run_as(place, [
            place.binary("initdb"), "-D", str(place.data), "-U", SUPERUSER, "--encoding=UTF8",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8",
            "--auth=scram-sha-256", f"--pwfile={password}",
        ])  # fmt: skip
    finally:
        password.unlink(missing_ok=True)
    marker.unlink()
    return True


def launch(place: Layout, *, die_with: int | None) -> subprocess.Popen[bytes]:
    """启动服务器并等到可以登录。

    ``die_with``：父进程死亡时送给它的信号；None 表示独立于父进程（命令行临时启动）。
    """
    clear_stale_files(place)
    command = [place.binary("postgres"), "-D", str(place.data), "-k", str(place.socket_dir)]
    for name, value in (CONFIG | {"log_directory": str(place.log)}).items():
        command += ["-c", f"{name}={value}"]
    deadline = time.monotonic() + START_SECONDS
    while True:
        process = _spawn(place, command, die_with)
        if _wait_until_ready(place, process, deadline):
            return process
        # kill -9 之后，旧的后台进程可能还占着共享内存几秒钟，再试
        if time.monotonic() > deadline - START_SECONDS + 10:
            raise DatabaseUnavailable(f"内置数据库启动失败：{start_log_tail(place)}。日志在 {place.log}。")
        time.sleep(0.5)


def _spawn(place: Layout, command: list[str], die_with: int | None) -> subprocess.Popen[bytes]:
    with open(place.home / "start.log", "wb") as log:
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=place.home, env=_environment(),
            start_new_session=True, preexec_fn=die_with_parent(die_with) if die_with else None, **_identity(place),
        )  # fmt: skip


def _wait_until_ready(place: Layout, process: subprocess.Popen[bytes], deadline: float) -> bool:
    while time.monotonic() < deadline:
        if process.poll() is not None:
            return False
        if accepts(place):
            return True
        time.sleep(0.05)
    process.kill()
    raise DatabaseUnavailable(f"内置数据库 {START_SECONDS:.0f} 秒内没有就绪；日志在 {place.log}。")


def accepts(place: Layout) -> bool:
    """能否以超级用户登录。"""
    try:
        superuser_connection(place, "postgres").close()
    except psycopg.OperationalError:
        return False
    return True


def superuser_connection(place: Layout, database: str) -> psycopg.Connection[tuple[object, ...]]:
    """超级用户连接（自动提交）；只有监督进程和测试准备用它。"""
    return psycopg.connect(
        host=str(place.socket_dir), user=SUPERUSER, password=load_secrets()["postgres_password"],
        dbname=database, autocommit=True, connect_timeout=5,
    )  # fmt: skip


def running_pid(place: Layout) -> int | None:
    """正在使用这个数据目录的服务器进程号；没有则 None。"""
    try:
        pid = int((place.data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    return pid if _is_our_server(pid, place) else None


def _is_our_server(pid: int, place: Layout) -> bool:
    """进程号会被系统重复使用：只有工作目录就是数据目录的 postgres 才算。"""
    try:
        if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
            return False
        return os.readlink(f"/proc/{pid}/cwd") == str(place.data.resolve())
    except OSError:
        return False


def clear_stale_files(place: Layout) -> None:
    """清掉断电或 kill -9 留下、却恰好指向别的进程号的锁文件（服务器自己不敢删）。"""
    if running_pid(place) is None:
        (place.data / "postmaster.pid").unlink(missing_ok=True)
        (place.socket_dir / f"{SOCKET_NAME}.lock").unlink(missing_ok=True)
        (place.socket_dir / SOCKET_NAME).unlink(missing_ok=True)


def stop(place: Layout) -> None:
    """快速关闭（断开连接、写检查点）；超时则立即关闭，下次启动自动恢复。"""
    pid = running_pid(place)
    for signum, seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 5.0)):
        if pid is None:
            return
        try:
            os.kill(pid, signum)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not _is_our_server(pid, place):
                return
            time.sleep(0.05)


def start_log_tail(place: Layout) -> str:
    try:
        lines = (place.home / "start.log").read_text(errors="replace").strip().splitlines()
    except OSError:
        lines = []
    return "；".join(lines[-3:]) or "没有输出"


def _run_as(place: Layout, command: list[str]) -> None:
    done = subprocess.run(
        command, cwd=place.home, env=_environment(), stdin=subprocess.DEVNULL, capture_output=True,
        text=True, check=False, **_identity(place),
    )  # fmt: skip
    if done.returncode != 0:
        raise DatabaseUnavailable(f"内置数据库初始化失败（{Path(command[0]).name}）：{done.stderr.strip()[-400:]}")


def _identity(place: Layout) -> dict[str, Any]:
    if place.account is None:
        return {}
    return {"user": place.account.pw_uid, "group": place.account.pw_gid, "extra_groups": []}


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8", "TZ": "Asia/Shanghai"}
